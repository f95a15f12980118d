"""Orders at the counter: finding the customer, and placing once."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Customer, User
from catalog.models import Service
from config.rest.models import IdempotencyKey
from orders.models import Order
from tests.admin import office_of
from tests.cast import staff_holding, staff_in
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db

PAGE = "/admin/walk-in/"
KEY = "a-key-of-this-order"


@pytest.fixture
def counter(db: None) -> Client:
    """Cora's browser, who stands at the counter."""
    return office_of(staff_in("Counter", "Cora"))


def place(browser: Client, *, key: str | None = KEY, **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    path = f"{PAGE}place/"
    return browser.post(path, body, content_type="application/json", headers=headers)


def found(browser: Client, text: str) -> list[str]:
    answer = browser.get(f"{PAGE}customers/", {"q": text})
    assert answer.status_code == 200
    return [customer["name"] for customer in answer.json()["customers"]]


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400
    errors: dict[str, list[str]] = answer.json()["errors"]
    return errors


def test_the_page_offers_what_is_sold_at_present(counter, wash, ironing):
    Service.objects.filter(pk=ironing.pk).update(status="inactive")
    page = counter.get(PAGE).content.decode()
    assert f'<li data-id="{wash.pk}" data-price="12.50">Wash</li>' in page
    assert "Ironing" not in page


def test_the_end_of_a_number_finds_the_customer(counter, customer, other_customer):
    assert found(counter, "2345") == ["Asha Rao"]
    assert found(counter, "98450-12345") == ["Asha Rao"]
    assert found(counter, "9845") == []


def test_the_beginning_of_a_name_finds_the_customer_too(counter, customer, other_customer):
    assert found(counter, "ber") == ["Bert Blum"]
    assert found(counter, "b") == []


def test_who_is_not_served_and_staff_are_not_offered(counter, customer, owner):
    User.objects.filter(pk=customer.pk).update(is_active=False)
    assert found(counter, "2345") == []
    assert found(counter, "olga") == []


def test_eight_customers_are_offered_at_most(counter):
    for number in range(9):
        User.objects.create_user(None, name=f"Ann {number}", phone=f"{number} 4321")
    assert found(counter, "4321") == [f"Ann {number}" for number in range(8)]


def test_an_order_of_a_known_customer_is_placed(counter, customer, wash, ironing):
    items = [{"service_id": wash.pk, "quantity": 2}, {"service_id": ironing.pk}]
    answer = place(
        counter,
        customer_id=customer.pk,
        items=items,
        pickup_date="2026-12-24",
        instructions="Ring twice",
    )
    assert answer.status_code == 201
    order = Order.objects.get()
    assert answer.json() == {
        "order_number": order.order_number,
        "name": "Asha Rao",
        "total": "INR 29.00",
        "order": f"/admin/orders/order/{order.pk}/change/",
        "ticket": f"/admin/orders/order/{order.pk}/print/ticket/",
        "labels": f"/admin/orders/order/{order.pk}/print/roll/",
    }
    assert (order.customer, order.customer_confirmed, order.source) == (customer, True, "counter")
    assert order.pickup_at is not None
    assert (order.pickup_at.date().isoformat(), order.pickup_has_time) == ("2026-12-24", False)
    assert order.instructions == "Ring twice"


def test_who_is_new_becomes_a_customer_and_is_found_next_time(counter, wash):
    answer = place(counter, name="Dora Doe", phone="020 555 0123", items=[{"service_id": wash.pk}])
    assert answer.status_code == 201
    customer = Customer.objects.get()
    assert (customer.name, customer.phone, customer.email) == ("Dora Doe", "020 555 0123", None)
    assert Order.objects.get().customer_id == customer.pk
    assert found(counter, "0123") == ["Dora Doe"]


def test_who_may_add_no_customers_places_the_order_all_the_same(wash):
    browser = office_of(staff_holding("Pat", "orders.add_order"))
    answer = place(browser, name="Dora Doe", phone="020 555 0123", items=[{"service_id": wash.pk}])
    assert answer.status_code == 201
    order = Order.objects.get()
    assert (order.customer, order.name, order.phone) == (None, "Dora Doe", "020 555 0123")
    assert not Customer.objects.exists()


def test_the_same_key_places_once(counter, wash):
    body: dict[str, Any] = {
        "name": "Dora Doe",
        "phone": "020 555 0123",
        "items": [{"service_id": wash.pk}],
    }
    first, again = place(counter, **body), place(counter, **body)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert Order.objects.count() == Customer.objects.count() == 1


def test_the_same_key_for_another_order_is_refused(counter, customer, wash):
    place(counter, customer_id=customer.pk, items=[{"service_id": wash.pk}])
    with nothing_written():
        answer = place(counter, customer_id=customer.pk, items=[{"service_id": wash.pk}] * 2)
    assert answer.status_code == 422


def test_without_a_key_nothing_is_placed(counter, customer, wash):
    with nothing_written():
        answer = place(counter, key=None, customer_id=customer.pk, items=[{"service_id": wash.pk}])
    assert errors_of(answer) == {"Idempotency-Key": ["This field is required."]}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"items"}),
        ({"items": [{"service_id": "WASH"}]}, {"name", "phone"}),
        ({"items": [{"service_id": "WASH"}], "name": "Dora"}, {"phone"}),
        ({"items": [{"service_id": "WASH"}], "name": "Dora", "phone": "call me"}, {"phone"}),
        (
            {"items": [{"service_id": "WASH", "quantity": 0}], "customer_id": 1},
            {"items.0.quantity"},
        ),
        ({"items": [{"service_id": "WASH"}] * 51, "customer_id": 1}, {"items"}),
        ({"items": [{"service_id": "WASH"}], "customer_id": 999999}, {"customer_id"}),
        (
            {"items": [{"service_id": "WASH"}], "customer_id": 1, "pickup_date": "soon"},
            {"pickup_date"},
        ),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_stays_behind(body, fields, counter, wash):
    items = [item | {"service_id": wash.pk} for item in body.get("items", [])]
    with nothing_written(but=(IdempotencyKey,)):
        answer = place(counter, **body | {"items": items})
    assert set(errors_of(answer)) == fields


def test_a_service_that_went_away_makes_no_customer(counter, wash):
    Service.objects.filter(pk=wash.pk).update(status="inactive")
    answer = place(counter, name="Dora Doe", phone="020 555 0123", items=[{"service_id": wash.pk}])
    assert (answer.status_code, answer.json()["msg"]) == (400, "Wash is not offered at present.")
    assert not Customer.objects.exists()
    assert not Order.objects.exists()


def test_a_call_of_another_site_is_refused(wash):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(staff_in("Counter", "Cora"))
    with nothing_written():
        answer = place(browser, name="Dora", phone="020", items=[{"service_id": wash.pk}])
    assert answer.status_code == 403


def test_the_auditor_places_nothing(customer, wash):
    browser = office_of(staff_in("Auditor", "Aud"))
    with nothing_written():
        answer = place(browser, customer_id=customer.pk, items=[{"service_id": wash.pk}])
    assert answer.status_code == 403
