"""Orders in Chromium: moved by buttons, one and many, given away, and their lines changed."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from config.rest.principals import SYSTEM
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.browser.conftest import shortcomings
from tests.cast import moved

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]
LIST = "/admin/orders/order/"


def own_page(live_server: LiveServer, order: Order) -> str:
    return f"{live_server.url}{LIST}{order.pk}/change/"


def test_an_order_is_moved_cancelled_and_undone(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order
) -> None:
    page = sign_in(owner)
    page.goto(own_page(live_server, order))

    page.get_by_role("link", name="Move to Picked up").click()
    expect(page.get_by_text("Your things are with us.")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("button", name="Move to Picked up").click()
    expect(page.locator(".messagelist")).to_contain_text("It is Picked up now.")

    page.get_by_role("link", name="Cancel the order").click()
    page.get_by_label("Reason").fill("Moved away")
    assert shortcomings(page) == []
    page.get_by_role("button", name="Cancel the order").click()
    expect(page.locator(".timeline-moved").first).to_contain_text("Moved away")

    page.get_by_role("link", name="Undo the last step").click()
    page.get_by_role("button", name="Undo the last step").click()
    expect(page.locator(".timeline-voided")).to_contain_text("undone")
    assert shortcomings(page) == []
    assert Order.objects.get().status == "picked_up"


def test_a_status_is_corrected_from_the_menu(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order
) -> None:
    moved(order, "delivered")
    page = sign_in(owner)
    page.goto(own_page(live_server, order))

    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="Correct the status").click()
    page.get_by_label("Status").select_option("Processing")
    page.get_by_role("button", name="Correct the status").click()
    expect(page.locator(".errorlist")).to_have_text("This field is required.")
    assert shortcomings(page) == []
    page.get_by_label("Reason").fill("Wrong bag")
    page.get_by_role("button", name="Correct the status").click()

    expect(page.locator(".messagelist")).to_contain_text("It is Processing now.")


def test_an_order_is_given_to_a_customer_who_is_found_as_one_types(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order, other_customer: User
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}{LIST}{order.pk}/do/reassign/")

    page.get_by_role("combobox", name="Customer").click()
    page.keyboard.type("bert")
    page.get_by_role("option", name="Bert Blum · bert@example.com").click()
    assert shortcomings(page) == []
    page.get_by_role("button", name="Give to another customer").click()

    expect(page.locator(".messagelist")).to_contain_text("It belongs to Bert Blum now.")
    assert Order.objects.get().customer == other_customer


def test_the_tracking_link_is_copied(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order
) -> None:
    page = sign_in(owner)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(own_page(live_server, order))

    page.get_by_role("button", name="Copy tracking link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()

    assert page.evaluate("navigator.clipboard.readText()") == order.tracking_url


def test_lines_are_added_and_a_bad_quantity_is_told_beside_its_row(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order, ironing: Service
) -> None:
    page = sign_in(owner)
    page.goto(own_page(live_server, order))

    page.get_by_role("button", name="Add another Line").click()
    added = page.locator("#lines-1")
    added.get_by_label("Service").select_option("Ironing · 4.00")
    added.get_by_label("Quantity").fill("0")
    assert shortcomings(page) == []
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator("#lines-1 .errorlist")).to_have_text("From 1 to 9999.")
    assert shortcomings(page) == []
    page.locator("#lines-1").get_by_label("Quantity").fill("3")
    page.get_by_role("button", name="Save and continue editing").click()

    expect(page.locator(".order-facts .figure")).to_contain_text("24.50")


def test_many_orders_are_moved_and_reported_row_by_row(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order, wash: Service
) -> None:
    contact = Contact("Zoe Zed")
    other = place_order(by=SYSTEM, items=[Item(wash.pk)], source="counter", contact=contact)
    moved(other, "delivered")
    page = sign_in(owner)
    page.goto(live_server.url + LIST)

    for box in page.locator(".action-select").all():
        box.check()
    page.locator("select[name=action]").select_option("Move to Processing")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_text("It is Delivered and cannot become Processing.")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("button", name="Move to Processing (1)").click()

    expect(page.get_by_role("row", name="Zoe Zed")).to_contain_text("Not done")
    expect(page.get_by_role("row", name="Asha Rao")).to_contain_text("It is Processing now.")
    assert shortcomings(page) == []
    page.get_by_role("link", name="Back to the list").click()
    expect(page).to_have_url(live_server.url + LIST)
