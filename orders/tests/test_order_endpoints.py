"""`GET /api/v1/orders` and `GET /api/v1/orders/{number or id}`: who reads what."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from config.rest.principals import ANYONE, Principal
from orders.models import Order
from orders.placing import Contact, Item, place_order
from orders.tests.calls import ORDER_KEYS, URL
from tests.answers import assert_problem
from tests.statements import statements
from tests.states import put


def own_order(user: User, *items: Item) -> Order:
    """An order of who is signed in."""
    by = Principal("customer", user=user)
    return place_order(by=by, items=items, source=Order.Source.API, customer=user)


def read(client: Any, key: str | int) -> dict[str, Any]:
    """The body of one order that must be there."""
    response = client.get(f"{URL}/{key}")
    assert response.status_code == 200, response.content
    body: dict[str, Any] = response.json()
    return body


def numbers(client: Any) -> list[str]:
    """The order numbers of a list."""
    response = client.get(URL)
    assert response.status_code == 200, response.content
    return [order["order_number"] for order in response.json()]


@pytest.fixture
def others_order(other_customer: User, wash) -> Order:
    return own_order(other_customer, Item(wash.pk))


# --- One order ------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "/"])
def test_the_owner_reads_an_order_in_full(as_customer, customer, order, wash, settings, end):
    settings.PUBLIC_URL = "https://shop.example"
    Order.objects.update(instructions="Ring.", pickup_at="2026-12-24T18:30:00Z")
    order.refresh_from_db()

    response = as_customer.get(f"{URL}/{order.order_number}{end}")

    assert response.status_code == 200
    assert response.json() == {
        "id": order.pk,
        "order_number": order.order_number,
        "customer_id": customer.pk,
        "service_id": wash.pk,
        "service_name": "Wash",
        "items": [
            {"service_id": wash.pk, "service_name": "Wash", "unit_price": 12.5, "quantity": 1}
        ],
        "name": "Asha Rao",
        "email": "asha@example.com",
        "phone": "+91 98450 12345",
        "pickup_date": "2026-12-24T18:30:00Z",
        "instructions": "Ring.",
        "total_cost": 12.5,
        "status": "created",
        "qr_code_path": f"/qr/{order.order_number}.png",
        "tracking_url": f"https://shop.example/t/{order.order_number}/{order.token}",
        "version": 1,
        "created_at": order.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": order.updated_at.isoformat().replace("+00:00", "Z"),
    }
    assert response["ETag"] == '"1"'


def test_the_etag_is_the_version(as_customer, order):
    Order.objects.update(version=7)

    response = as_customer.get(f"{URL}/{order.order_number}")

    assert (response["ETag"], response.json()["version"]) == ('"7"', 7)


def test_staff_read_every_order_as_its_owner_does(as_customer, as_owner, order):
    assert read(as_owner, order.order_number) == read(as_customer, order.order_number)


def test_a_worker_reads_an_order_without_email_customer_money_and_secret(
    as_customer, as_worker, order
):
    expected = read(as_customer, order.order_number)
    del expected["tracking_url"]
    expected |= {"email": None, "customer_id": None, "total_cost": None}

    response = as_worker.get(f"{URL}/{order.order_number}")

    assert response.json() == expected
    assert expected.keys() == ORDER_KEYS - {"tracking_url"}
    assert order.token not in response.content.decode()


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
def test_the_number_is_read_in_any_case(request, order, who):
    client = request.getfixturevalue(who)

    assert read(client, order.order_number.lower())["order_number"] == order.order_number


@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
def test_an_order_is_found_by_its_id_too(request, order, who):
    assert read(request.getfixturevalue(who), order.pk)["order_number"] == order.order_number


def test_a_worker_finds_no_order_by_its_id(as_worker, order):
    assert_problem(as_worker.get(f"{URL}/{order.pk}"), "not_found")


def test_a_number_goes_before_an_id(as_owner, order, others_order):
    Order.objects.filter(pk=others_order.pk).update(order_number=str(order.pk))

    assert read(as_owner, order.pk)["id"] == others_order.pk


def test_a_number_of_somebody_else_is_not_taken_for_an_id(as_customer, order, others_order):
    Order.objects.filter(pk=others_order.pk).update(order_number=str(order.pk))

    assert_problem(as_customer.get(f"{URL}/{order.pk}"), "not_found")


@pytest.mark.parametrize("key", ["order_number", "pk"])
def test_anothers_order_is_not_there(as_customer, others_order, key):
    assert_problem(as_customer.get(f"{URL}/{getattr(others_order, key)}"), "not_found")


@pytest.mark.parametrize("key", ["order_number", "pk"])
def test_the_order_of_an_unconfirmed_email_is_not_there(
    as_unconfirmed_customer, unconfirmed_customer, wash, key
):
    contact = Contact("Chloe", unconfirmed_customer.email)
    order = place_order(by=ANYONE, items=[Item(wash.pk)], source=Order.Source.API, contact=contact)

    assert order.customer == unconfirmed_customer
    assert_problem(as_unconfirmed_customer.get(f"{URL}/{getattr(order, key)}"), "not_found")


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
def test_a_deleted_order_is_not_there(request, order, who):
    Order.objects.update(deleted_at=timezone.now())
    client = request.getfixturevalue(who)

    for key in (order.order_number, order.pk):
        assert_problem(client.get(f"{URL}/{key}"), "not_found")


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
@pytest.mark.parametrize(
    "key",
    ["NOSUCHNUMB", "0", "987654321", "9" * 19, "9" * 64, "-1", "1.5", "%00", "%FF", "%D9%A3", "ß"],
)
def test_what_no_order_has_is_not_there(request, order, who, key):
    assert_problem(request.getfixturevalue(who).get(f"{URL}/{key}"), "not_found")


def test_nobody_reads_an_order_without_signing_in(api, order):
    assert_problem(api.get(f"{URL}/{order.order_number}"), "not_authenticated")


def test_staff_without_the_permission_read_no_order(as_staff_without_permissions, order):
    client = as_staff_without_permissions

    assert_problem(client.get(f"{URL}/{order.order_number}"), "permission_denied")
    assert_problem(client.get(URL), "permission_denied")


# --- Lists ----------------------------------------------------------------------------------


def test_a_customer_lists_what_they_own_newest_first(as_customer, customer, order, wash):
    second = own_order(customer, Item(wash.pk))

    assert numbers(as_customer) == [second.order_number, order.order_number]


def test_a_listed_order_looks_as_it_does_alone(as_customer, order):
    assert as_customer.get(URL).json() == [read(as_customer, order.order_number)]


def test_a_customer_lists_nothing_of_others_nothing_deleted_and_nothing_unconfirmed(
    as_customer, customer, order, others_order, wash
):
    deleted, unconfirmed = own_order(customer, Item(wash.pk)), own_order(customer, Item(wash.pk))
    Order.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    Order.objects.filter(pk=unconfirmed.pk).update(customer_confirmed=False)

    assert numbers(as_customer) == [order.order_number]


def test_staff_list_everything_but_what_was_deleted(as_owner, customer, order, others_order, wash):
    deleted, unconfirmed = own_order(customer, Item(wash.pk)), own_order(customer, Item(wash.pk))
    Order.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
    Order.objects.filter(pk=unconfirmed.pk).update(customer_confirmed=False)

    assert numbers(as_owner) == [
        unconfirmed.order_number,
        others_order.order_number,
        order.order_number,
    ]


def test_a_customer_without_orders_lists_none(as_customer):
    assert as_customer.get(URL).json() == []


def test_a_list_holds_every_status(as_customer, customer, order, wash):
    statuses = ["picked_up", "processing", "completed", "delivered", "cancelled"]
    for status in statuses:
        put(own_order(customer, Item(wash.pk)), status)

    listed = [order["status"] for order in as_customer.get(URL).json()]

    assert listed == [*reversed(statuses), "created"]


# --- What it costs --------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
def test_reading_by_number_asks_three_statements_of_the_database(request, order, who):
    client = request.getfixturevalue(who)

    with statements() as asked:
        client.get(f"{URL}/{order.order_number}")

    # Who calls, the order, its lines.
    assert len(asked) == 3, asked


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
def test_a_list_asks_three_statements_of_the_database_however_long_it_is(
    request, customer, order, wash, ironing, who, rows
):
    for _ in range(rows - 1):
        own_order(customer, Item(wash.pk), Item(ironing.pk))
    client = request.getfixturevalue(who)

    with statements() as asked:
        response = client.get(URL)

    assert len(response.json()) == rows
    # Who calls, the orders, their lines.
    assert len(asked) == 3, asked
