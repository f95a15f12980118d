"""What every page of the admin has: signing in, the way to the lists, menus, light and dark."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from orders.models import Order
from tests.browser.conftest import Look
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]


def test_staff_sign_in_and_out(any_page: Page, live_server: LiveServer, owner: User) -> None:
    any_page.goto(f"{live_server.url}/admin/orders/order/")
    expect(any_page.get_by_label("Email or user name")).to_be_focused()
    any_page.keyboard.type("olga")
    any_page.keyboard.press("Tab")
    any_page.keyboard.type("wrong")
    any_page.keyboard.press("Enter")
    expect(any_page.locator(".errornote")).to_contain_text("There is no member of staff")

    any_page.get_by_label("Password").fill(PASSWORD)
    any_page.get_by_role("button", name="Log in").click()
    expect(any_page).to_have_url(f"{live_server.url}/admin/orders/order/")
    expect(any_page.get_by_role("heading", name="Orders")).to_be_visible()

    any_page.locator("#user-tools summary").click()
    any_page.get_by_role("button", name="Log out").click()
    any_page.goto(f"{live_server.url}/admin/")
    expect(any_page.get_by_label("Password")).to_be_visible()


def test_the_way_to_a_list_is_one_click_at_a_desk_and_two_on_a_phone(
    sign_in: SignIn, look: Look, live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/")
    if look.width < 1025:
        expect(page.locator("#side")).to_be_hidden()
        page.locator("#nav-menu summary").click()
        page.locator("#nav-menu").get_by_role("link", name="Customers", exact=True).click()
    else:
        expect(page.locator("#nav-menu")).to_be_hidden()
        page.locator("#side").get_by_role("link", name="Customers", exact=True).click()
    expect(page).to_have_url(f"{live_server.url}/admin/accounts/customer/")


def test_an_order_is_found_from_every_page(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/catalog/service/")
    page.get_by_label("Find an order by number, name, phone or email").fill(order.order_number)
    page.keyboard.press("Enter")
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(order.order_number)


def test_a_menu_closes_by_escape_and_by_a_click_elsewhere(
    sign_in: SignIn, live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/catalog/service/")
    status = page.locator("details.filter", has_text="Status")
    status.locator("summary").click()
    expect(status.get_by_role("link", name="inactive")).to_be_visible()
    page.keyboard.press("Escape")
    expect(status.get_by_role("link", name="inactive")).to_be_hidden()
    expect(status.locator("summary")).to_be_focused()

    status.locator("summary").click()
    page.get_by_role("heading", name="Services").click()
    expect(status.get_by_role("link", name="inactive")).to_be_hidden()


def test_a_filter_narrows_the_list_says_so_and_is_taken_off_again(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/orders/order/")
    page.locator("details.filter", has_text="Status").locator("summary").click()
    page.get_by_role("link", name="Delivered", exact=True).click()
    expect(page.locator(".empty")).to_contain_text("Nothing matches.")
    expect(page.locator("details.filter-active summary")).to_have_text("Status: Delivered")
    page.get_by_role("link", name="Clear all filters").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


def test_the_picture_of_light_and_dark_is_whole(
    sign_in: SignIn, live_server: LiveServer, owner: User
) -> None:
    """Django draws it for a size of its own: in a smaller one its edges are cut off."""
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/")
    picture = page.locator(".theme-toggle svg:visible")
    assert picture.evaluate(
        "(svg) => svg.clientWidth >= 24 && svg.clientHeight >= 24 && svg.clientWidth <= 32"
    )


def test_light_and_dark_follow_the_system_until_somebody_chooses(
    sign_in: SignIn, look: Look, live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/catalog/service/")

    def ground() -> str:
        colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
        return "dark" if max(map(int, re.findall(r"\d+", colour)[:3])) < 128 else "light"

    assert ground() == look.scheme
    other = "light" if look.scheme == "dark" else "dark"
    page.locator(".theme-toggle").click()
    assert ground() == other
    page.reload()
    assert ground() == other


def test_on_a_phone_each_cell_says_which_column_it_is_of(
    sign_in: SignIn, look: Look, live_server: LiveServer, owner: User, order: Order
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/catalog/service/")
    header = page.locator("#result_list thead")
    if look.width < 768:
        expect(header).to_be_hidden()
    else:
        expect(header).to_be_visible()
    expect(page.locator("#result_list td.field-price")).to_have_attribute("data-label", "Price")


def test_a_saved_form_says_so_and_a_wrong_one_says_where(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/catalog/service/add/")
    page.get_by_label("Name:").fill("Starching")
    page.get_by_label("Price:").fill("-1")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errornote")).to_be_visible()
    expect(page.locator(".errorlist")).to_have_text("A price is not negative.")
    page.get_by_label("Price:").fill("12.50")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text("Starching")
