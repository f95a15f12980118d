"""What is counted for Prometheus, where it happens."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from rest_framework.test import APIClient

from catalog.models import Service
from orders.models import Order

pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/v1"


def samples() -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
    }


@pytest.fixture
def counted() -> Callable[..., float]:
    """How much a counter has grown since the test began."""
    before = samples()

    def growth(name: str, **labels: str) -> float:
        sample = f"roundtrip_{name}_total", frozenset(labels.items())
        return samples().get(sample, 0) - before.get(sample, 0)

    return growth


def scan(client: APIClient, number: str, action: str = "picked_up", **more: Any) -> Any:
    body = {"order_number": number, "action": action, **more}
    return client.post(f"{API}/workers/scan", body, format="json")


def test_a_scan_counts_by_its_result(
    as_worker: APIClient, order: Order, counted: Callable[..., float]
) -> None:
    scan(as_worker, order.order_number)
    assert counted("scans", result="recorded", code="") == 1
    scan(as_worker, order.order_number)
    assert counted("scans", result="already", code="") == 1
    assert counted("order_steps", to="picked_up") == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"order_number": "ZZZZZZZZZZ"}, "order_not_found"),
        ({"qr": "?"}, "unreadable_code"),
    ],
)
def test_a_refused_scan_counts_by_its_code(
    as_worker: APIClient, counted: Callable[..., float], body: dict[str, str], code: str
) -> None:
    as_worker.post(f"{API}/workers/scan", body | {"action": "picked_up"}, format="json")
    assert counted("scans", result="refused", code=code) == 1


def test_a_placed_order_counts_by_its_source(
    as_customer: APIClient, wash: Service, counted: Callable[..., float]
) -> None:
    body = {"items": [{"service_id": wash.pk}]}
    assert as_customer.post(f"{API}/orders", body, format="json").status_code == 201
    assert counted("orders_placed", source="api") == 1


def test_an_order_that_was_not_placed_counts_nothing(
    as_customer: APIClient, counted: Callable[..., float]
) -> None:
    body = {"items": [{"service_id": 999_999}]}
    assert as_customer.post(f"{API}/orders", body, format="json").status_code == 400
    assert counted("orders_placed", source="api") == 0


def test_a_repeated_order_counts_once(
    as_customer: APIClient, wash: Service, counted: Callable[..., float]
) -> None:
    body = {"items": [{"service_id": wash.pk}]}
    for _time in range(2):
        as_customer.post(
            f"{API}/orders", body, format="json", HTTP_IDEMPOTENCY_KEY="a-key-of-a-test"
        )
    assert counted("orders_placed", source="api") == 1


def test_a_call_of_an_old_path_counts(api: APIClient, counted: Callable[..., float]) -> None:
    api.get("/api/services")
    api.post("/auth/login", {}, format="json")
    assert counted("legacy_calls", endpoint="GET /api/services", is_refused="no") == 1
    assert counted("legacy_calls", endpoint="POST /auth/login", is_refused="yes") == 1


def test_a_call_past_its_limit_counts(
    api: APIClient, settings: Any, counted: Callable[..., float]
) -> None:
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"auth": {"anyone": "1/m"}}
    body = {"email": "asha@example.com", "password": "wrong"}
    answers = [api.post(f"{API}/auth/login", body, format="json").status_code for _n in range(2)]
    assert answers == [401, 429]
    assert counted("rate_limited", policy="auth") == 1


def test_a_page_of_the_shop_counts_nothing_of_these(
    office: Client, order: Order, counted: Callable[..., float]
) -> None:
    office.get("/admin/")
    assert counted("scans", result="recorded", code="") == 0
