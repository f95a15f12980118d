"""The admin's list of orders: what it shows, finds and asks of the database."""

import datetime

import pytest

from config.rest.principals import Principal
from orders.editing import delete_order
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.states import take

LIST = "/admin/orders/order/"


@pytest.fixture
def walk_in(wash, owner) -> Order:
    """Zoe's order at the counter, without an email."""
    return place_order(
        by=Principal("staff", user=owner),
        items=[Item(wash.pk)],
        source=Order.Source.COUNTER,
        contact=Contact("Zoe Zed", "", "+44 20 7946 0018"),
    )


def numbers(answer) -> list[str]:
    return [order.order_number for order in answer.context["cl"].result_list]


@pytest.mark.parametrize("text", ["{number}", "{lower}", "{prefix}", "asha r", "ASHA@ex", "12345"])
def test_orders_are_found_as_by_the_api(text, office, order, walk_in):
    q = text.format(
        number=order.order_number,
        lower=order.order_number.lower(),
        prefix=order.order_number[:8],
    )

    assert numbers(office.get(LIST, {"q": q})) == [order.order_number]


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({"status__exact": "picked_up", "deleted": "any"}, ["Zoe Zed"]),
        ({"source__exact": "api"}, ["Asha Rao"]),
        ({}, ["Asha Rao"]),
        ({"deleted": "yes"}, ["Zoe Zed"]),
        ({"deleted": "any"}, ["Zoe Zed", "Asha Rao"]),
    ],
)
def test_orders_are_narrowed(narrowing, found, office, order, walk_in, owner):
    staff = Principal("staff", user=owner)
    take(walk_in, "picked_up", staff)
    delete_order(order=walk_in, by=staff, source="admin")

    orders = office.get(LIST, narrowing).context["cl"].result_list

    assert [order.name for order in orders] == found


def test_a_pickup_without_a_time_is_listed_as_its_day(office, order):
    midnight = datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC)
    Order.objects.update(pickup_at=midnight, pickup_has_time=False)
    assert ">24 Dec 2026<" in office.get(LIST).content.decode()

    Order.objects.update(pickup_has_time=True)
    assert ">24 Dec 2026, 00:00<" in office.get(LIST).content.decode()
