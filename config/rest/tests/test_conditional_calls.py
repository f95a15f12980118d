"""`ETag` and `If-None-Match`: what is unchanged is not sent again."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Service
from orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["services", "service", "own order", "order", "carried order", "old list"])
def call(
    request: pytest.FixtureRequest,
    api: APIClient,
    as_customer: APIClient,
    as_owner: APIClient,
    as_worker: APIClient,
    order: Order,
    wash: Service,
) -> tuple[APIClient, str]:
    """Who reads, and what; another `wash` or instruction changes all of it."""
    of_order = f"/api/v1/orders/{order.order_number}"
    calls = {
        "services": (api, "/api/v1/services"),
        "service": (api, f"/api/v1/services/{wash.pk}"),
        "own order": (as_customer, of_order),
        "order": (as_owner, of_order),
        "carried order": (as_worker, of_order),
        "old list": (api, "/api/services"),
    }
    return calls[request.param]


def test_what_is_unchanged_is_not_sent_again(call: tuple[APIClient, str]) -> None:
    client, path = call
    first = client.get(path)
    for tags in (first["ETag"], f'"other", {first["ETag"]}', f"W/{first['ETag']}"):
        second = client.get(path, HTTP_IF_NONE_MATCH=tags)
        assert (second.status_code, second.content) == (304, b"")
        assert second["ETag"] == first["ETag"]


@pytest.mark.django_db(transaction=True)
def test_what_is_changed_is_sent_under_another_tag(
    call: tuple[APIClient, str], order: Order, wash: Service, as_owner: APIClient
) -> None:
    client, path = call
    first = client.get(path)
    for change in (f"/api/v1/orders/{order.pk}", f"/api/v1/services/{wash.pk}"):
        body = {"instructions": "Knock", "name": "Wash, cold"}
        assert as_owner.patch(change, body, format="json").status_code == 200
    second = client.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
    assert second.status_code == 200
    assert second["ETag"] != first["ETag"]
    assert second.json() != first.json()


def test_an_orders_tag_is_its_version(as_customer: APIClient, order: Order) -> None:
    url = f"/api/v1/orders/{order.order_number}"
    assert as_customer.get(url)["ETag"] == '"1"'
    changed = as_customer.patch(url, {"instructions": "Knock"}, format="json")
    assert changed["ETag"] == as_customer.get(url)["ETag"] == '"2"'


def test_nobody_gets_the_kept_answer_of_another(call: tuple[APIClient, str]) -> None:
    client, path = call
    assert "authorization" in client.get(path)["Vary"].lower()


def test_what_is_said_of_the_call_is_said_without_its_content_too(
    api: APIClient, wash: Service, ironing: Service, settings: Any
) -> None:
    settings.RATELIMIT_ENABLE = True
    settings.LEGACY_SUNSET = "2027-06-30"
    for path in ("/api/services", "/api/v1/services?page_size=1"):
        first = api.get(path)
        second = api.get(path, HTTP_IF_NONE_MATCH=first["ETag"])
        assert second.status_code == 304
        for name in ("Link", "Deprecation", "Sunset", "RateLimit-Policy"):
            assert second.get(name) == first.get(name)
        assert second["RateLimit"].startswith('"default-hour";r=48;')
