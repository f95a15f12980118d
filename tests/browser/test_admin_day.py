"""A day's close in Chromium: to look at, to print, to take along, and for each role."""

import csv
import datetime
import io
from collections.abc import Callable
from contextlib import suppress

import pypdfium2
import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from config.rest.principals import SYSTEM, Principal
from config.rest.refusals import Refusal
from orders.lifecycle import advance
from orders.models import Order, OrderLine, Status
from orders.placing import Contact, Item, place_order
from tests.browser.conftest import give_session, shortcomings
from tests.cast import staff_in
from workforce.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]
ROLES = ("Owner", "Manager", "Counter", "Auditor")


@pytest.fixture
def busy_day(order: Order, wash: Service, ironing: Service, worker: Worker) -> None:
    """A wash; an ironing of old data, delivered; a refused scan; an order that is stuck."""
    old, stuck = (
        place_order(
            by=SYSTEM,
            items=[Item(wash.pk, 3), Item(ironing.pk, 10)],
            source=Order.Source.API,
            contact=Contact(name),
        )
        for name in ("Dora", "Emil")
    )
    OrderLine.objects.filter(order=old, service=ironing).update(unit_price=None)
    by = Principal("worker", worker=worker)
    for step in (Status.PICKED_UP, Status.DELIVERED):
        advance(order_number=old.order_number, action=step, by=by, source="scan")
    with suppress(Refusal):
        advance(order_number="NOBODYS", action=Status.PICKED_UP, by=by, source="scan")
    long_ago = timezone.now() - datetime.timedelta(days=9)
    Order.objects.filter(pk=stuck.pk).update(created_at=long_ago, status_changed_at=long_ago)


def test_a_busy_day_fits_its_window_and_keeps_nobody_out(
    sign_in: SignIn, live_server: LiveServer, owner: User, busy_day: None
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/day/")
    expect(page.get_by_role("heading", name="Placed, by service")).to_be_visible()
    expect(page.get_by_text("Not known by service (old data)").first).to_be_visible()
    expect(page.get_by_role("heading", name="Refused scans")).to_be_visible()
    expect(page.get_by_role("heading", name="Who moved orders")).to_be_visible()
    expect(page.get_by_role("heading", name="Stuck orders: 1")).to_be_visible()
    assert shortcomings(page) == []

    page.get_by_role("link", name="Day before").click()
    expect(page.get_by_role("link", name="Day after")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_label("Day", exact=True).fill("2020-01-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Nothing was placed, delivered or cancelled")).to_be_visible()
    assert shortcomings(page) == []


def test_a_day_to_come_is_told_beside_the_field(
    sign_in: SignIn, live_server: LiveServer, owner: User, expected_errors: list[str]
) -> None:
    expected_errors.append("400 (Bad Request)")
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/day/?day=2999-01-01")
    expect(page.get_by_text("This day has not come yet.")).to_be_visible()
    assert shortcomings(page) == []


@pytest.mark.parametrize("role", ROLES)
def test_each_role_closes_the_day(
    page: Page, live_server: LiveServer, order: Order, role: str
) -> None:
    give_session(page, live_server, staff_in(role, f"The{role}"))
    page.goto(f"{live_server.url}/admin/")
    page.locator("#side").get_by_role("link", name="Day's close").click()

    expect(page.get_by_role("row", name="Wash 1 1 INR 12.50")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="As CSV").click()
    assert download.value.suggested_filename == f"day-{timezone.localdate().isoformat()}.csv"
    text = download.value.path().read_text(encoding="utf-8-sig")
    parts = [row["part"] for row in csv.DictReader(io.StringIO(text))]
    assert parts == ["placed", "delivered", "cancelled", "placed_by_service"]


def test_who_has_no_role_is_shown_no_day_and_finds_none(
    page: Page,
    live_server: LiveServer,
    staff_without_permissions: User,
    expected_errors: list[str],
) -> None:
    expected_errors.append("403 (Forbidden)")
    give_session(page, live_server, staff_without_permissions)
    page.goto(f"{live_server.url}/admin/")
    expect(page.get_by_role("link", name="Day's close")).to_have_count(0)

    answer = page.goto(f"{live_server.url}/admin/day/")

    assert answer is not None
    assert answer.status == 403


def test_on_paper_stand_the_figures_and_nothing_to_press(
    page: Page, live_server: LiveServer, owner: User, busy_day: None
) -> None:
    give_session(page, live_server, owner)
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/admin/day/")
    page.evaluate("window.print = () => { document.title = 'printed'; }")
    page.get_by_role("button", name="Print").click()
    expect(page).to_have_title("printed")

    document = pypdfium2.PdfDocument(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    sheets = list(document)
    text = " ".join(sheet.get_textpage().get_text_range() for sheet in sheets)

    width, height = (round(points / 72 * 25.4) for points in sheets[0].get_size())
    assert (width, height) == (210, 297)
    assert "Placed, by service" in text
    assert date_format(timezone.localdate(), "l j F Y") in text
    for button in ("Print", "Day before", "As CSV", "Log out"):
        assert button not in text
    # Dark as the screen is, the paper stays white.
    assert sheets[0].render(scale=1).to_pil().convert("L").getpixel((5, 5)) == 255
    assert sum(1 for _sheet in sheets) <= 2
