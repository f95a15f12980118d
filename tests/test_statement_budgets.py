"""What the calls on which a shop lives ask of the database, signed in, at most.

In statements without BEGIN, SAVEPOINT and their like, and without `Idempotency-Key`. The
budget is a bound, the count beside it what the call needs today.
"""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from orders.models import Order
from tests.cast import PASSWORD
from tests.statements import statements

pytestmark = pytest.mark.django_db

API = "/api/v1"


def asked_by(call: Callable[[], Any], status: int = 200) -> int:
    with statements() as asked:
        response = call()
    assert response.status_code == status, response.content
    return len(asked)


def test_a_scan_asks_four(as_worker: APIClient, order: Order):
    body = {"order_number": order.order_number, "action": "picked_up"}
    assert asked_by(lambda: as_worker.post(f"{API}/workers/scan", body, format="json")) == 4


def test_placing_asks_at_most_six(as_customer: APIClient, wash: Service, ironing: Service):
    body = {"items": [{"service_id": wash.pk}, {"service_id": ironing.pk, "quantity": 3}]}
    asked = asked_by(lambda: as_customer.post(f"{API}/orders", body, format="json"), 201)
    assert asked <= 6


def test_an_order_by_number_asks_three(as_customer: APIClient, order: Order):
    assert asked_by(lambda: as_customer.get(f"{API}/orders/{order.order_number}")) == 3


def test_own_orders_ask_three(as_customer: APIClient, order: Order):
    assert asked_by(lambda: as_customer.get(f"{API}/orders")) == 3


def test_the_services_ask_one_and_from_the_cache_none(api: APIClient, wash: Service):
    assert asked_by(lambda: api.get(f"{API}/services")) == 1
    assert asked_by(lambda: api.get(f"{API}/services")) == 0


def test_the_tracks_of_an_order_ask_at_most_three(as_customer: APIClient, order: Order):
    assert asked_by(lambda: as_customer.get(f"{API}/tracks/order/{order.pk}")) <= 3


def test_signing_in_asks_three(api: APIClient, customer: User):
    body = {"email": customer.email, "password": PASSWORD}
    assert asked_by(lambda: api.post(f"{API}/auth/login", body, format="json")) == 3
