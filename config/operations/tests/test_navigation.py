"""The way to the admin's lists, at the side of every page."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import User
from tests.cast import staff_holding, staff_in

pytestmark = pytest.mark.django_db


def shown_to(user: User, path: str = "/admin/") -> list[tuple[str, list[str]]]:
    """The titles of the groups with the names of their lists."""
    browser = Client()
    browser.force_login(user)
    groups: list[Any] = browser.get(path).context["navigation"]
    return [(str(group.title), [str(link.name) for link in group.links]) for group in groups]


def test_the_owner_finds_every_list_in_the_order_of_the_shops_work(owner):
    (counter, pages), (shop, first), (workshop, second), (office, rest) = shown_to(owner)
    assert (counter, pages) == ("Counter", ["Scan", "Walk-in", "Hand over"])
    assert (shop, first) == ("Shop", ["Orders", "Customers", "Services"])
    assert (workshop, second) == ("Workshop", ["Workers", "Devices", "Tracks"])
    assert office == "Office"
    assert len(first + second + rest) == len(admin.site._registry)


def test_the_counter_finds_what_its_role_may_see(db: None):
    assert shown_to(staff_in("Counter", "Cora")) == [
        ("Counter", ["Scan", "Walk-in", "Hand over"]),
        ("Shop", ["Orders", "Customers", "Services"]),
        ("Workshop", ["Workers", "Tracks"]),
    ]


def test_the_list_that_is_open_is_marked(owner, client):
    client.force_login(owner)
    page = client.get("/admin/catalog/service/").content.decode()
    assert page.count('<a href="/admin/catalog/service/" aria-current="page">Services</a>') == 2
    assert page.count('aria-current="page"') == 2


def test_who_may_not_see_orders_is_offered_no_search_for_them(client):
    client.force_login(staff_holding("Stella"))
    assert "order-search" not in client.get("/admin/").content.decode()
