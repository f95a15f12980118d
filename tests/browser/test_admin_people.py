"""Services, workers and tracks in Chromium: prices, devices, filters."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from orders.models import Order
from tests.browser.conftest import shortcomings
from tests.cast import bearing
from tracking.models import Track
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]


def test_a_price_is_typed_over_in_the_list(
    sign_in: SignIn, live_server: LiveServer, owner: User, wash: Service, ironing: Service
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/catalog/service/")

    page.get_by_label("Price of Wash").fill("-1")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#result_list .errorlist")).to_have_text("A price is not negative.")
    assert shortcomings(page) == []
    page.get_by_label("Price of Wash").fill("13.75")
    page.get_by_role("button", name="Save").click()

    expect(page.locator(".messagelist")).to_have_text("1 service was changed successfully.")
    assert Service.objects.get(name="Wash").price == Decimal("13.75")


def test_a_device_token_is_handed_out_once_and_copied(
    sign_in: SignIn, live_server: LiveServer, owner: User, worker: Worker
) -> None:
    page = sign_in(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    own_page = f"{live_server.url}/admin/workforce/worker/{worker.pk}/change/"
    page.goto(own_page)

    page.get_by_role("link", name="Issue a device token").click()
    assert shortcomings(page) == []
    page.get_by_label("Device").fill("Van 2")
    page.get_by_role("button", name="Issue the token").click()
    token = page.locator("#device-token").inner_text()
    expect(page.get_by_alt_text("QR code to enrol the device")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("button", name="Copy the token").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()

    assert page.evaluate("navigator.clipboard.readText()") == token
    assert bearing(token).get("/api/v1/workers/devices").status_code == 200
    page.reload()
    expect(page).to_have_url(own_page)
    expect(page.locator(".messagelist")).to_contain_text("shown only once")
    assert token not in page.content()
    assert DeviceToken.objects.count() == 1


def test_a_token_goes_from_a_page_that_is_left(
    sign_in: SignIn, live_server: LiveServer, owner: User, worker: Worker
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/workforce/worker/{worker.pk}/devices/add/")
    page.get_by_role("button", name="Issue the token").click()
    expect(page.locator("#device-token")).to_be_visible()

    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")

    expect(page.locator("#device-token")).to_have_count(0)


def test_a_device_is_taken_back_after_a_question(
    sign_in: SignIn, live_server: LiveServer, owner: User, worker: Worker
) -> None:
    issue_token(worker=worker, name="Scanner")
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/workforce/worker/{worker.pk}/change/")

    page.get_by_role("link", name="Take Scanner back").click()
    expect(page.get_by_text("Wim Weaver: Scanner, last used: never")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("button", name="Take the device back").click()

    expect(page.locator(".messagelist")).to_have_text("The device Scanner was taken back.")
    expect(page.get_by_text("taken back", exact=True)).to_be_visible()
    assert DeviceToken.objects.get().revoked_at is not None


def test_tracks_are_narrowed_by_what_is_typed(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order
) -> None:
    Track.objects.create(
        order=order, seq=2, action="weighed", result="late", source="scan", location="Depot"
    )
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/tracking/track/")
    expect(page.locator("#result_list tbody tr")).to_have_count(2)

    page.locator("summary", has_text="Place").click()
    page.get_by_label("Begins with").fill("dep")
    page.get_by_label("Begins with").press("Enter")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.locator("summary", has_text="Heard").click()
    assert shortcomings(page) == []
    page.locator(".filters").get_by_role("link", name="Today").click()

    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("summary", has_text="Place:")).to_contain_text("dep")
