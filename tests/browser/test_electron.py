"""The deployed Electron app against our old paths, from `file://`, as a browser sends it."""

import io
import shutil
from pathlib import Path

import pytest
import zxingcpp
from django.conf import settings
from PIL import Image
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from catalog.models import Service
from orders.models import Order
from tests.cast import PIN
from tracking.models import Track
from workforce.models import Worker

EXAMPLE = settings.BASE_DIR / "docs" / "examples" / "electron"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sent(page: Page) -> list[Request]:
    """Every request of the page, as it goes out."""
    requests: list[Request] = []
    # Playwright marks its listeners, which a built-in method does not bear.
    page.on("request", lambda request: requests.append(request))  # noqa: PLW0108
    return requests


@pytest.fixture
def example(tmp_path: Path, live_server: LiveServer) -> Path:
    """The example as a shop has it on its disk: with the address of its own server.

    It is not put there by a route of the test: with one, Playwright answers preflights
    itself, and our server never sees them.
    """
    folder = Path(shutil.copytree(EXAMPLE, tmp_path / "electron"))
    for page in folder.glob("*.html"):
        text = page.read_text("utf-8")
        assert text.count("http://127.0.0.1:8000") == 1
        page.write_text(text.replace("http://127.0.0.1:8000", live_server.url), "utf-8")
    return folder


def preflights(caplog: pytest.LogCaptureFixture) -> list[int]:
    """The statuses of the preflights that reached the server."""
    lines = [r.msg for r in caplog.records if r.name == "roundtrip.requests"]
    asked = [line for line in lines if isinstance(line, dict) and line["method"] == "OPTIONS"]
    return [line["status"] for line in asked]


def sign_up(page: Page) -> None:
    page.fill("#signup [name=name]", "Gita Sen")
    page.fill("#signup [name=email]", "gita@example.com")
    page.fill("#signup [name=phone]", "+91 98765 43210")
    page.fill("#signup [name=password]", "a-copper-kettle-sings")
    page.get_by_role("button", name="Sign up").click()
    expect(page.locator("#message")).to_have_text("Hello Gita Sen")


def place(page: Page) -> Order:
    page.get_by_label("Wash, 12.50").check()
    page.fill("[name=pickupDate]", "2026-12-24")
    page.fill("[name=specialInstructions]", "Ring twice")
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator("#message")).to_contain_text("Placed ")
    return Order.objects.get()


def test_a_customer_signs_up_orders_sees_the_code_and_deletes_the_order(
    page: Page,
    sent: list[Request],
    example: Path,
    live_server: LiveServer,
    wash: Service,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page.goto(f"file://{example}/index.html")
    sign_up(page)
    order = place(page)
    assert page.inner_text("#message") == f"Placed {order.order_number}, total 12.5"
    assert (order.email, order.instructions) == ("gita@example.com", "Ring twice")

    image = page.locator("#orders img")
    expect(image).to_have_js_property("complete", True)
    expect(image).not_to_have_js_property("naturalWidth", 0)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(image.screenshot())))
    assert code.text == order.public_url

    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#message")).to_have_text("Deleted")
    expect(page.locator("#orders li")).to_have_count(0)
    order.refresh_from_db()
    assert (order.status, order.deleted_at is not None) == ("cancelled", True)

    posts = [r for r in sent if r.method == "POST" and r.url.startswith(live_server.url)]
    assert {r.all_headers()["origin"] for r in posts} == {"null"}
    # Signing up, placing, looking up, deleting, looking up again: what a page from a file may
    # send is asked anew each time.
    assert preflights(caplog) == [200] * 5


def test_a_customer_logs_in_again_and_finds_the_order(
    page: Page, example: Path, wash: Service
) -> None:
    page.goto(f"file://{example}/index.html")
    sign_up(page)
    order = place(page)
    page.reload()
    page.fill("#signup [name=email]", "gita@example.com")
    page.fill("#signup [name=password]", "a-copper-kettle-sings")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#message")).to_have_text("Hello Gita Sen")
    page.get_by_role("button", name="Look up by email").click()
    expect(page.locator("#orders li")).to_contain_text(order.order_number)


def test_a_wrong_password_is_told_in_words(
    page: Page, expected_errors: list[str], example: Path, wash: Service
) -> None:
    expected_errors.append("401")
    page.goto(f"file://{example}/index.html")
    page.fill("#signup [name=email]", "gita@example.com")
    page.fill("#signup [name=password]", "wrong")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#message")).to_have_text("Invalid credentials")


def test_a_worker_logs_in_and_scans_an_order_on_its_way(
    page: Page,
    example: Path,
    worker: Worker,
    order: Order,
    caplog: pytest.LogCaptureFixture,
) -> None:
    page.goto(f"file://{example}/worker.html")
    page.fill("[name=email]", worker.email or "")
    page.fill("[name=password]", PIN)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("#message")).to_have_text(f"Hello {worker.name}")

    page.fill("[name=qr]", order.public_url)
    page.select_option("[name=orderStatus]", "Picked Up")
    page.fill("[name=location]", "Van 2")
    page.get_by_role("button", name="Scan").click()
    expect(page.locator("#message")).to_contain_text("picked_up, recorded")
    order.refresh_from_db()
    assert order.status == "picked_up"
    track = Track.objects.get(order=order, action="picked_up")
    assert (track.worker, track.location) == (worker, "Van 2")
    assert preflights(caplog) == [200] * 2
