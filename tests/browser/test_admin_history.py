"""The history of a customer and of an order in Chromium: who changed what."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from config.history import history_of
from orders.models import Order
from tests.browser.conftest import shortcomings
from tests.cast import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]


def test_a_customer_changed_by_their_page_is_told_with_who_and_what(
    sign_in: SignIn, live_server: LiveServer, owner: User, customer: User
) -> None:
    signed_in(customer).patch("/api/v1/auth/me", {"phone": "0171 1234"}, format="json")
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/accounts/customer/{customer.pk}/change/")

    page.locator("#id_name").fill("Asha Ramanathan")
    page.locator("#id_is_active").uncheck()
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="History").click()

    newest, by_customer, added = page.locator(".history > li").all()
    expect(newest).to_contain_text("Changed Olga Owner")
    expect(newest.locator("dt")).to_have_text(["Name", "Active"])
    expect(newest.locator("del")).to_have_text(["Asha Rao", "Yes"])
    expect(newest.locator("ins")).to_have_text(["Asha Ramanathan", "No"])
    expect(by_customer).to_contain_text("Changed Asha Ramanathan")
    expect(by_customer.locator("ins")).to_have_text("0171 1234")
    expect(added).to_contain_text("Added the system")
    assert shortcomings(page) == []
    assert history_of(User).filter(id=customer.pk).count() == 3


def test_an_orders_lines_that_came_and_went_are_told(
    sign_in: SignIn,
    live_server: LiveServer,
    owner: User,
    order: Order,
    ironing: Service,
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/orders/order/{order.pk}/change/")

    page.locator("#id_instructions").fill("Ring twice.\nThe dog is friendly.")
    page.locator("[name=lines-0-service]").select_option(str(ironing.pk))
    page.locator("[name=lines-0-quantity]").fill("3")
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_text("More", exact=True).click()
    page.get_by_role("link", name="History").click()

    (only,) = page.locator(".history > li").all()
    lines = only.locator("div", has=page.get_by_text("Lines", exact=True))
    expect(lines.locator("del")).to_have_text("1 × Wash, 12.50")
    expect(lines.locator("ins")).to_have_text("3 × Ironing, 4.00")
    expect(only).to_contain_text(re.compile("Ring twice"))
    assert shortcomings(page) == []


def test_a_history_of_many_pages_leads_on_to_the_older_ones(
    sign_in: SignIn, live_server: LiveServer, owner: User, wash: Service
) -> None:
    for price in range(60):
        wash.price = price
        wash.save()
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/catalog/service/{wash.pk}/history/")

    expect(page.locator(".history > li")).to_have_count(50)
    page.get_by_role("link", name="Older ones").click()
    expect(page.locator(".history > li")).to_have_count(11)
    expect(page.locator(".history > li").last).to_contain_text("Added")
    page.get_by_role("link", name="Newest").click()
    expect(page.locator(".history > li")).to_have_count(50)
