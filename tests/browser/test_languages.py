"""Reading the shop in another language, in Chromium: the switch, and words of scripts."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from orders.models import Order
from tests.browser.conftest import Look, give_session, shortcomings

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_customer_switches_the_tracking_page_and_stays_on_it(
    any_page: Page, live_server: LiveServer, order: Order
) -> None:
    address = f"{live_server.url}/t/{order.order_number}/{order.token}"
    any_page.goto(address)
    expect(any_page.get_by_role("heading", level=1)).to_have_text("Created")

    any_page.get_by_role("button", name="हिंदी").click()

    expect(any_page).to_have_url(address)
    expect(any_page.get_by_role("heading", level=1)).to_have_text("दर्ज हुआ")
    assert any_page.locator("html").get_attribute("lang") == "hi"
    assert shortcomings(any_page) == []

    any_page.goto(live_server.url)
    expect(any_page.get_by_role("heading", level=1)).to_have_text("मेरा ऑर्डर कहाँ है?")
    any_page.get_by_role("button", name="English").click()
    expect(any_page.get_by_role("heading", level=1)).to_have_text("Where is my order?")


def test_staff_switch_by_the_menu_under_their_name(
    any_page: Page, look: Look, live_server: LiveServer, owner: User, order: Order
) -> None:
    give_session(any_page, live_server, owner)
    path = f"{live_server.url}/admin/orders/order/?status__exact=created"
    any_page.goto(path)
    any_page.locator("#user-tools summary").click()
    any_page.get_by_role("button", name="हिंदी").click()

    expect(any_page).to_have_url(path)
    expect(any_page.get_by_role("heading", level=1)).to_have_text("ऑर्डर")
    assert shortcomings(any_page) == []


def test_a_sign_in_page_is_in_the_browsers_language(
    browser: Browser, live_server: LiveServer
) -> None:
    context = browser.new_context(locale="hi-IN")
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/login/")
    expect(page.get_by_label("ईमेल या यूज़र नाम")).to_be_focused()
    page.get_by_role("button", name="English").click()
    expect(page.get_by_label("Email or user name")).to_be_focused()
    context.close()


def test_the_scripts_of_the_counter_tell_in_hindi(
    page: Page, live_server: LiveServer, owner: User, order: Order
) -> None:
    give_session(page, live_server, owner)
    page.context.set_extra_http_headers({"Accept-Language": "hi"})
    page.goto(f"{live_server.url}/admin/counter/")
    page.get_by_label("पिकअप हुआ").check()
    page.locator("#counter-code").fill(order.order_number)
    page.keyboard.press("Enter")
    expect(page.locator("#counter-verdict .counter-title")).to_have_text("पिकअप हुआ")
    expect(page.locator("#counter-verdict .counter-text")).to_have_text("पहले “दर्ज हुआ” था।")

    page.locator("#counter-code").fill("???")
    page.keyboard.press("Enter")
    expect(page.locator("#counter-verdict .counter-title")).to_have_text("कोड पढ़ा नहीं जा सका")


def test_amounts_that_a_script_writes_are_read_by_lakh_and_crore(
    page: Page, live_server: LiveServer, owner: User
) -> None:
    Service.objects.create(name="Palace", price="1234567.50")
    give_session(page, live_server, owner)
    page.context.set_extra_http_headers({"Accept-Language": "hi"})
    page.goto(f"{live_server.url}/admin/walk-in/")
    page.get_by_label("सेवा जोड़ें").fill("2 pal")
    page.keyboard.press("Enter")
    expect(page.locator("#walk-in-total")).to_have_text("INR 24,69,135.00")
