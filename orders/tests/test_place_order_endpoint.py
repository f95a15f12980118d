"""`POST /api/v1/orders`."""

import datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from catalog.models import Service
from orders.models import Order, OrderLine
from orders.tests.calls import GUEST, URL, placed, refused
from tests.answers import assert_problem
from tests.statements import statements

# --- The answer ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/api/v1/orders", "/api/v1/orders/"])
def test_a_guests_order_is_answered_in_full(api, wash, ironing, settings, path):
    settings.PUBLIC_URL = "https://shop.example"
    items = [{"service_id": wash.pk, "quantity": 2}, {"service_id": ironing.pk}]

    response = api.post(path, GUEST | {"items": items, "instructions": "Ring."}, format="json")

    order = Order.objects.get()
    moment = order.created_at.isoformat().replace("+00:00", "Z")
    assert response.status_code == 201
    assert response.json() == {
        "id": order.pk,
        "order_number": order.order_number,
        "customer_id": User.objects.get().pk,
        "service_id": wash.pk,
        "service_name": "Wash, Ironing",
        "items": [
            {"service_id": wash.pk, "service_name": "Wash", "unit_price": 12.5, "quantity": 2},
            {"service_id": ironing.pk, "service_name": "Ironing", "unit_price": 4.0, "quantity": 1},
        ],
        "name": "Gita Guest",
        "email": "gita@example.com",
        "phone": "+91 80 1234 5678",
        "pickup_date": None,
        "instructions": "Ring.",
        "total_cost": 29.0,
        "status": "created",
        "qr_code_path": f"/qr/{order.order_number}.png",
        "tracking_url": f"https://shop.example/t/{order.order_number}/{order.token}",
        "version": 1,
        "created_at": moment,
        "updated_at": order.updated_at.isoformat().replace("+00:00", "Z"),
    }
    assert response["ETag"] == '"1"'
    assert response["Content-Type"] == "application/json"


def test_money_is_a_json_number_with_at_most_two_decimals(api, wash):
    Service.objects.update(price=Decimal("0.10"))

    response = api.post(
        URL, GUEST | {"items": [{"service_id": wash.pk, "quantity": 3}]}, format="json"
    )

    assert b'"total_cost":0.3,' in response.content
    assert b'"unit_price":0.1,' in response.content


# --- What is ordered ------------------------------------------------------------------------


def test_by_service_id(api, wash):
    answer = placed(api, **GUEST, service_id=wash.pk)

    assert (answer["service_id"], answer["service_name"]) == (wash.pk, "Wash")
    assert [item["quantity"] for item in answer["items"]] == [1]


def test_by_service_id_as_a_string(api, wash):
    assert placed(api, **GUEST, service_id=str(wash.pk))["service_id"] == wash.pk


def test_by_items_with_strings_for_numbers(api, wash):
    answer = placed(api, **GUEST, items=[{"service_id": str(wash.pk), "quantity": "3"}])

    assert answer["total_cost"] == 37.5


def test_by_service_name(api, wash):
    assert placed(api, **GUEST, service_name=" Wash ")["service_id"] == wash.pk


def test_items_count_before_service_id_and_that_before_service_name(api, wash, ironing):
    by_items = placed(
        api, **GUEST, items=[{"service_id": ironing.pk}], service_id=wash.pk, service_name="Wash"
    )
    by_id = placed(api, **GUEST, service_id=ironing.pk, service_name="Wash")

    assert (by_items["service_name"], by_id["service_name"]) == ("Ironing", "Ironing")


def test_a_total_or_anything_else_of_the_servers_that_a_client_sends_is_ignored(api, wash):
    answer = placed(
        api,
        **GUEST,
        service_id=wash.pk,
        total_cost=0.01,
        total="free",
        status="delivered",
        order_number="MINE",
        version=7,
        id=1234567,
        customer_confirmed=True,
        source="import",
    )

    assert (answer["total_cost"], answer["status"], answer["version"]) == (12.5, "created", 1)
    assert answer["order_number"] != "MINE"
    order = Order.objects.get()
    assert (order.source, order.customer_confirmed) == ("api", False)
    assert order.pk != 1234567


@pytest.mark.parametrize("body", [{}, {"items": []}, {"service_id": None, "service_name": None}])
def test_something_must_be_ordered(api, db, body):
    answer = refused(api, "validation", {"items"}, **GUEST, **body)

    assert answer["errors"]["items"] == [
        "Send service_id, service_name or a non-empty list of items."
    ]


@pytest.mark.parametrize("service_id", [0, 987654, "987654", 2**63 - 1])
def test_an_unknown_service(api, wash, service_id):
    refused(api, "unknown_service", **GUEST, service_id=service_id)


def test_an_unknown_service_name(api, wash):
    refused(api, "unknown_service", **GUEST, service_name="Wash & Co")


@pytest.mark.parametrize("key", ["service_id", "service_name", "items"])
def test_an_inactive_service(api, wash, key):
    Service.objects.update(status="inactive")
    body = {
        "service_id": wash.pk,
        "service_name": "Wash",
        "items": [{"service_id": wash.pk}],
    }

    refused(api, "service_inactive", **GUEST, **{key: body[key]})


def test_an_ambiguous_service_name(api, wash):
    Service.objects.create(name="Wash", price=1)

    refused(api, "service_ambiguous", **GUEST, service_name="Wash")


def test_fifty_lines_are_taken(api, wash):
    assert len(placed(api, **GUEST, items=[{"service_id": wash.pk}] * 50)["items"]) == 50


def test_fifty_one_lines_are_not(api, wash):
    refused(api, "validation", {"items"}, **GUEST, items=[{"service_id": wash.pk}] * 51)


@pytest.mark.parametrize("quantity", [1, 9999])
def test_the_bounds_of_a_quantity(api, wash, quantity):
    answer = placed(api, **GUEST, items=[{"service_id": wash.pk, "quantity": quantity}])

    assert answer["total_cost"] == quantity * 12.5


@pytest.mark.parametrize("quantity", [0, 10000, -1, 1.5, "1.5", "", None, True, "many", [1]])
def test_no_other_quantity(api, wash, quantity):
    items = [{"service_id": wash.pk}, {"service_id": wash.pk, "quantity": quantity}]

    refused(api, "validation", {"items.1.quantity"}, **GUEST, items=items)


@pytest.mark.parametrize("service_id", [-1, 2**63, 1.5, "x", "", True, [1], {"id": 1}])
def test_no_number_of_a_service(api, wash, service_id):
    refused(api, "validation", {"service_id"}, **GUEST, service_id=service_id)


@pytest.mark.parametrize("items", [None, "1", 1, {"service_id": 1}, True])
def test_items_are_a_list(api, wash, items):
    refused(api, "validation", {"items"}, **GUEST, items=items)


def test_an_item_is_an_object(api, wash):
    refused(api, "validation", {"items.0"}, **GUEST, items=[wash.pk])


def test_an_item_needs_a_service(api, wash):
    refused(api, "validation", {"items.0.service_id"}, **GUEST, items=[{"quantity": 1}])


def test_a_total_past_all_bounds(api, wash):
    Service.objects.update(price=Decimal("99999999.99"))

    answer = refused(
        api, "validation", {"items"}, **GUEST, items=[{"service_id": wash.pk, "quantity": 2}]
    )

    assert answer["detail"] == "items: The total is above 99999999.99."


# --- When to fetch it -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "answered", "at", "has_time"),
    [
        ("2026-12-24", "2026-12-24", "2026-12-23T18:30:00", False),
        (" 2026-12-24 ", "2026-12-24", "2026-12-23T18:30:00", False),
        ("20261224", "2026-12-24", "2026-12-23T18:30:00", False),
        ("2026-12-24T18:30", "2026-12-24T13:00:00Z", "2026-12-24T13:00:00", True),
        ("2026-12-24 18:30:15", "2026-12-24T13:00:15Z", "2026-12-24T13:00:15", True),
        ("2026-12-24T18:30:00Z", "2026-12-24T18:30:00Z", "2026-12-24T18:30:00", True),
        ("2026-12-24T18:30:00+02:00", "2026-12-24T16:30:00Z", "2026-12-24T16:30:00", True),
        (
            "2026-12-24T18:30:00.250000-08:00",
            "2026-12-25T02:30:00.250000Z",
            "2026-12-25T02:30:00.250000",
            True,
        ),
    ],
)
def test_a_pickup_is_read_in_the_shops_time_unless_it_says_otherwise(
    api, wash, settings, sent, answered, at, has_time
):
    settings.TIME_ZONE = "Asia/Kolkata"

    answer = placed(api, **GUEST, service_id=wash.pk, pickup_date=sent)

    assert answer["pickup_date"] == answered
    order = Order.objects.get()
    expected = datetime.datetime.fromisoformat(at).replace(tzinfo=datetime.UTC)
    assert (order.pickup_at, order.pickup_has_time) == (expected, has_time)


@pytest.mark.parametrize("sent", [None, "", "  "])
def test_no_pickup(api, wash, sent):
    assert placed(api, **GUEST, service_id=wash.pk, pickup_date=sent)["pickup_date"] is None


@pytest.mark.parametrize(
    "sent",
    [
        "0001-01-01",
        "0001-01-01T00:00:00+14:00",
        "1969-12-31",
        "3000-01-01",
        "9999-12-31T23:59:59-12:00",
        "2026-02-30",
        "2026-12-24T25:00",
        "24.12.2026",
        "tomorrow",
        "2026-12-2x",
        "x" * 5000,
        20261224,
        1.5,
        True,
        ["2026-12-24"],
        {"date": "2026-12-24"},
    ],
)
def test_no_such_pickup(api, wash, settings, sent):
    settings.TIME_ZONE = "Asia/Kolkata"

    refused(api, "validation", {"pickup_date"}, **GUEST, service_id=wash.pk, pickup_date=sent)


# --- All or nothing, and what it costs ------------------------------------------------------


def test_a_crash_in_the_middle_leaves_nothing(api, wash, monkeypatch):
    def fail(**facts: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("orders.placing.record", fail)

    response = api.post(URL, GUEST | {"service_id": wash.pk}, format="json")

    assert_problem(response, "unavailable", status=500)
    assert not Order.objects.exists()
    assert not OrderLine.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize("lines", [1, 50])
def test_placing_asks_six_statements_of_the_database(as_customer, wash, lines):
    body = {"items": [{"service_id": wash.pk}] * lines}

    with statements() as asked:
        response = as_customer.post(URL, body, format="json")

    assert response.status_code == 201
    assert [sql.split()[0] for sql in asked] == [
        "SELECT",  # the session and its user
        "SELECT",  # the services
        "INSERT",  # the order
        "INSERT",  # its lines
        "INSERT",  # its first track
        "SELECT",  # the lines, for the answer
    ], asked
