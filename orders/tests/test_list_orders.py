"""`GET /api/v1/orders`: own, all, and what an email alone gives."""

import datetime
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.principals import ANYONE, Principal
from orders.models import Order, Status
from orders.placing import Contact, Item, place_order

URL = "/api/v1/orders"


def guest_order(service: Service, **contact: str) -> Order:
    who = {"name": "Gita Sen", "email": "gita@example.com", "phone": "+91 98765 43210"} | contact
    items = [Item(service.pk)]
    return place_order(by=ANYONE, items=items, source=Order.Source.API, contact=Contact(**who))


def numbers(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    return [order["order_number"] for order in response.json()]


def test_anyone_without_an_email_is_asked_to_sign_in(api: APIClient, order: Order):
    response = api.get(URL)
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")


def test_an_email_alone_gives_the_masked_view(api: APIClient, wash: Service):
    order = guest_order(wash)
    Order.objects.update(instructions="Ring twice")
    (body,) = api.get(URL, {"email": " GITA@example.com "}).json()
    assert body["order_number"] == order.order_number
    assert body["name"] == "G. S."
    assert body["phone"] == "*********210"
    assert body["instructions"] == ""
    assert body["customer_id"] is None
    assert body["email"] == "gita@example.com"
    assert "tracking_url" not in body


def test_an_unknown_email_gives_an_empty_list(api: APIClient, order: Order):
    assert api.get(URL, {"email": "nobody@example.com"}).json() == []


def test_the_guest_view_ends_after_legacy_email_days(api: APIClient, wash: Service, settings: Any):
    settings.LEGACY_EMAIL_DAYS = 90
    young, old = guest_order(wash), guest_order(wash)
    for order, days in ((young, 89), (old, 91)):
        when = timezone.now() - datetime.timedelta(days=days)
        Order.objects.filter(pk=order.pk).update(created_at=when)
    assert numbers(api.get(URL, {"email": "gita@example.com"})) == [young.order_number]


def test_the_guest_view_has_at_most_fifty_orders_newest_first(api: APIClient, wash: Service):
    placed = [guest_order(wash).order_number for _ in range(51)]
    assert numbers(api.get(URL, {"email": "gita@example.com"})) == placed[:0:-1]


def test_deleted_orders_are_not_in_the_guest_view(api: APIClient, wash: Service):
    guest_order(wash)
    Order.objects.update(deleted_at=timezone.now())
    assert api.get(URL, {"email": "gita@example.com"}).json() == []


def test_the_lookup_can_be_switched_off(api: APIClient, wash: Service, settings: Any):
    settings.LEGACY_EMAIL_LOOKUP = False
    guest_order(wash)
    assert api.get(URL, {"email": "gita@example.com"}).status_code == 401


def test_the_counters_own_machine_gets_the_full_view(api: APIClient, wash: Service, settings: Any):
    settings.RATELIMIT_TRUSTED_IPS = ["127.0.0.0/8"]
    guest_order(wash)
    (body,) = api.get(URL, {"email": "gita@example.com"}).json()
    assert (body["name"], body["phone"]) == ("Gita Sen", "+91 98765 43210")


def test_a_customers_email_parameter_is_ignored(
    as_customer: APIClient, order: Order, wash: Service
):
    guest_order(wash)
    response = as_customer.get(URL, {"email": "gita@example.com"})
    assert numbers(response) == [order.order_number]


def test_a_worker_may_not_list_orders(as_worker: APIClient, order: Order):
    assert as_worker.get(URL).status_code == 403


@pytest.fixture
def three(wash: Service, ironing: Service, customer: User, order: Order) -> dict[str, Order]:
    """Asha's washing, Gita's washing, and ironing of Hari that is picked up."""
    gita = guest_order(wash)
    hari = guest_order(ironing, name="Hari Om", email="hari@example.com", phone="011 2345678")
    Order.objects.filter(pk=hari.pk).update(status=Status.PICKED_UP)
    return {"asha": order, "gita": gita, "hari": hari}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["hari", "gita", "asha"]),
        ({"status": "picked_up"}, ["hari"]),
        ({"email": "GITA@example.com"}, ["gita"]),
        ({"q": "gita@"}, ["gita"]),
        ({"q": "gita"}, ["gita"]),
        ({"q": "Hari O"}, ["hari"]),
        ({"q": "5678"}, ["hari"]),
        ({"q": "345-678"}, ["hari"]),
        ({"q": "678"}, []),
        ({"q": "ita"}, []),
        ({"q": "example.com"}, []),
        ({"q": " "}, ["hari", "gita", "asha"]),
        ({"unknown": "ignored"}, ["hari", "gita", "asha"]),
        ({"created_after": "2000-01-01T00:00:00Z"}, ["hari", "gita", "asha"]),
        ({"created_before": "2000-01-01"}, []),
        ({"created_before": "2000-01-01T00:00:00+05:30"}, []),
    ],
)
def test_staff_narrow_the_list(
    as_owner: APIClient, three: dict[str, Order], query: dict[str, str], expected: list[str]
):
    assert numbers(as_owner.get(URL, query)) == [three[name].order_number for name in expected]


def test_staff_find_an_order_by_the_beginning_of_its_number(
    as_owner: APIClient, three: dict[str, Order]
):
    number = three["gita"].order_number
    assert numbers(as_owner.get(URL, {"q": number[:7].lower()})) == [number]


def test_staff_narrow_by_service(as_owner: APIClient, three: dict[str, Order], ironing: Service):
    found = numbers(as_owner.get(URL, {"service": ironing.pk}))
    assert found == [three["hari"].order_number]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("status", "lost"),
        ("service", "wash"),
        ("service", "-1"),
        ("created_after", "yesterday"),
        ("page_size", "0"),
        ("page_size", "many"),
        ("cursor", "nonsense"),
    ],
)
def test_a_bad_value_of_a_known_parameter_is_named(as_owner: APIClient, name: str, value: str):
    response = as_owner.get(URL, {name: value})
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]


def test_the_next_page_stands_in_a_link_header(
    as_owner: APIClient, three: dict[str, Order], settings: Any
):
    settings.PUBLIC_URL = "https://shop.example"
    first = as_owner.get(URL, {"page_size": "2", "status": "created"})
    assert len(first.json()) == 2
    assert first.get("Link") is None
    first = as_owner.get(URL, {"page_size": "2"})
    url, rel = first["Link"].split("; ")
    assert url.startswith("<https://shop.example/api/v1/orders?cursor=")
    assert rel == 'rel="next"'
    second = as_owner.get(url[1:-1].removeprefix("https://shop.example"))
    assert numbers(second) == [three["asha"].order_number]


def test_rows_that_come_in_between_shift_no_page(
    as_owner: APIClient, three: dict[str, Order], wash: Service
):
    first = as_owner.get(URL, {"page_size": "2"})
    guest_order(wash)
    address = first["Link"].split(";")[0][1:-1].partition("/api")[2]
    assert numbers(as_owner.get(f"/api{address}")) == [three["asha"].order_number]


def test_a_customer_of_a_guests_email_sees_the_order_only_once_confirmed(
    wash: Service, unconfirmed_customer: User
):
    order = place_order(
        by=Principal("anyone"),
        items=[Item(wash.pk)],
        source=Order.Source.API,
        contact=Contact("Chloe", unconfirmed_customer.email or "", ""),
    )
    assert (order.customer, order.customer_confirmed) == (unconfirmed_customer, False)
