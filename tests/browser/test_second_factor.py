"""The second factor in Chromium, with a phone that reads the code from the screen."""

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import LOOKS, shortcomings, watched_page
from tests.cast import PASSWORD, staff_in
from tests.phone import code_of, give_phone

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]
ROLES = ("Owner", "Manager", "Counter", "Auditor")


def log_in(page: Page, server: LiveServer, identity: str, otp: str = "") -> None:
    """Send the sign-in form, by keys alone."""
    page.goto(f"{server.url}/admin/login/?next=/admin/")
    page.get_by_label("Email or user name").fill(identity)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code").fill(otp)
    page.keyboard.press("Enter")


def scan(page: Page) -> str:
    """The key in the code on the screen, as a phone's camera sees it."""
    picture = page.get_by_alt_text("QR code for the app").screenshot()
    read = zxingcpp.read_barcode(Image.open(io.BytesIO(picture)))
    assert read is not None
    address = urlsplit(read.text)
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    return parse_qs(address.query)["secret"][0]


def set_up(page: Page, *, off: int = 0) -> str:
    """Set the second factor up by what is on the page; answer the key."""
    key = scan(page)
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code").fill(code_of(key, off=off))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return key


def recovery_codes(page: Page) -> list[str]:
    return page.locator("#recovery-codes code").all_inner_texts()


def test_it_is_set_up_by_a_phone_and_asked_for_from_then_on(
    sign_in: SignIn, live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{live_server.url}/admin/")
    page.locator("#user-tools summary").click()
    page.get_by_role("link", name="Second factor").click()
    assert shortcomings(page) == []
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Set it up").click()
    expect(page.locator(".errorlist").first).to_have_text("This field is required.")
    assert shortcomings(page) == []

    key = set_up(page, off=-1)
    codes = recovery_codes(page)
    assert len(codes) == 10
    assert shortcomings(page) == []
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()").split() == codes
    page.get_by_role("link", name="I have kept them").click()
    expect(page).to_have_url(f"{live_server.url}/admin/")
    page.goto(f"{live_server.url}/admin/second-factor/")
    expect(page.get_by_text("10 recovery codes are left.")).to_be_visible()
    assert not [secret for secret in (key, *codes) if secret in page.content()]

    page.context.clear_cookies()
    log_in(page, live_server, "olga")
    expect(page.locator(".errorlist")).to_have_text("The second factor's code is required.")
    expect(page.get_by_label("Password")).to_be_focused()
    assert shortcomings(page) == []
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Code").fill(code_of(key))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{live_server.url}/admin/")


def test_a_used_code_and_a_used_recovery_code_let_nobody_in(
    page: Page, live_server: LiveServer, owner: User
) -> None:
    phone = give_phone(owner)
    wrong = "This code is not right, or was used before."
    recovery = phone.recovery_codes[0]

    for code in (recovery.upper(), phone.code(off=1)):
        log_in(page, live_server, "olga", code)
        expect(page).to_have_url(f"{live_server.url}/admin/")
        page.context.clear_cookies()
        log_in(page, live_server, "olga", code)
        expect(page.locator(".errorlist")).to_have_text(wrong)
    log_in(page, live_server, "olga", phone.recovery_codes[1])

    expect(page.locator(".messagelist")).to_have_text(
        "You signed in by a recovery code; 8 are left."
    )


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_needs_one_is_led_to_it_and_then_works(
    role: str, page: Page, live_server: LiveServer, settings: Any
) -> None:
    settings.OTP_REQUIRED_ROLES = [role]
    somebody = staff_in(role, "Somebody")

    log_in(page, live_server, "somebody@shop.example")
    expect(page).to_have_url(f"{live_server.url}/admin/second-factor/")
    expect(page.get_by_text("Your role needs a second factor.")).to_be_visible()
    page.goto(f"{live_server.url}/admin/orders/order/")
    expect(page).to_have_url(f"{live_server.url}/admin/second-factor/")
    assert shortcomings(page) == []
    set_up(page)
    page.get_by_role("link", name="I have kept them").click()

    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    assert User.objects.get(pk=somebody.pk).second_factor_at is not None


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_needs_none_signs_in_as_before_and_may_have_one(
    role: str, page: Page, live_server: LiveServer, settings: Any
) -> None:
    settings.OTP_REQUIRED_ROLES = [other for other in ROLES if other != role]
    staff_in(role, "Somebody")

    log_in(page, live_server, "somebody@shop.example")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    page.goto(f"{live_server.url}/admin/second-factor/")
    set_up(page)

    page.context.clear_cookies()
    log_in(page, live_server, "somebody@shop.example")
    expect(page.locator(".errorlist")).to_have_text("The second factor's code is required.")


def test_who_lost_the_phone_renews_and_switches_off_by_recovery_codes(
    sign_in: SignIn, live_server: LiveServer, owner: User
) -> None:
    phone = give_phone(owner)
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/second-factor/")
    assert shortcomings(page) == []
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code").fill(phone.recovery_codes[0])
    page.get_by_role("button", name="Make new recovery codes").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    [code, *others] = recovery_codes(page)
    assert len(others) == 9

    page.goto(f"{live_server.url}/admin/second-factor/")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Switch it off").click()

    expect(page.locator(".messagelist")).to_contain_text("by your password alone")
    expect(page.get_by_alt_text("QR code for the app")).to_be_visible()


def test_an_owner_resets_it_for_a_colleague_whose_other_window_ends(
    sign_in: SignIn, browser: Browser, live_server: LiveServer, owner: User
) -> None:
    kim = staff_in("Counter", "Kim")
    phone = give_phone(kim)
    with watched_page(browser, LOOKS[0], []) as hers:
        log_in(hers, live_server, "kim@shop.example", phone.code())
        expect(hers.get_by_role("heading", name="Today")).to_be_visible()

        page = sign_in(owner)
        page.goto(f"{live_server.url}/admin/accounts/user/{kim.pk}/change/")
        page.get_by_role("link", name="Reset the second factor").click()
        expect(page.get_by_text("They are signed out everywhere")).to_be_visible()
        assert shortcomings(page) == []
        page.get_by_role("button", name="Reset the second factor").click()
        expect(page.locator(".messagelist")).to_have_text("The second factor was taken away.")

        hers.reload()
        expect(hers.get_by_label("Password")).to_be_visible()
        log_in(hers, live_server, "kim@shop.example")
        expect(hers.get_by_role("heading", name="Today")).to_be_visible()
