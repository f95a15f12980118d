"""Every code of the closed list is reached by a request, each in the contract's shape."""

import uuid
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from catalog.models import Service
from config.rest.models import IdempotencyKey
from config.rest.refusals import STATUS, Code
from tests.answers import assert_problem
from tests.cast import PASSWORD, bearing, moved
from tests.phone import give_phone

# Old calls alone answer this, in a shape without codes.
OF_OLD_CALLS = {"gone"}

# Gives a member of the cast, or a thing, by the name of its fixture.
Cast = Callable[[str], Any]
V1 = "/api/v1"
KEY = "a-key-of-eight-or-more"


def get(api: APIClient, path: str, **extra: Any) -> Any:
    return api.get(f"{V1}/{path}", **extra)


def post(api: APIClient, path: str, body: Any = None, **extra: Any) -> Any:
    return api.post(f"{V1}/{path}", body or {}, format="json", **extra)


def edit(cast: Cast, who: str, body: Any, **extra: Any) -> Any:
    url = f"{V1}/orders/{cast('order').order_number}"
    return cast(who).patch(url, body, format="json", **extra)


def place(cast: Cast, who: str = "as_customer", **body: Any) -> Any:
    return post(cast(who), "orders", {"service_id": cast("wash").pk} | body)


def scan(cast: Cast, **body: Any) -> Any:
    body = {"order_number": cast("order").order_number, "action": "weighed"} | body
    return post(cast("as_worker"), "workers/scan", body)


def csrf_failed(cast: Cast) -> Any:
    browser = APIClient(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(cast("owner"))
    return post(browser, "services", {"name": "Dyeing", "price": 5})


def service_inactive(cast: Cast) -> Any:
    Service.objects.filter(pk=cast("wash").pk).update(status="inactive")
    return place(cast)


def service_ambiguous(cast: Cast) -> Any:
    Service.objects.create(name=cast("wash").name, price=5)
    return post(cast("as_customer"), "orders", {"service_name": cast("wash").name})


def order_deleted(cast: Cast) -> Any:
    cast("as_owner").delete(f"{V1}/orders/{cast('order').order_number}")
    return scan(cast)


def not_editable(cast: Cast) -> Any:
    moved(cast("order"), "picked_up")
    return edit(cast, "as_customer", {"instructions": "Ring twice."})


def already_picked_up(cast: Cast) -> Any:
    moved(cast("order"), "picked_up")
    return cast("as_customer").delete(f"{V1}/orders/{cast('order').order_number}")


def scan_id_reused(cast: Cast) -> Any:
    scan_id = str(uuid.uuid4())
    scan(cast, scan_id=scan_id)
    return scan(cast, scan_id=scan_id, note="Another")


def place_by_key(cast: Cast, **body: Any) -> Any:
    body = {"service_id": cast("wash").pk} | body
    return post(cast("as_customer"), "orders", body, HTTP_IDEMPOTENCY_KEY=KEY)


def idempotency_key_reused(cast: Cast) -> Any:
    place_by_key(cast)
    return place_by_key(cast, instructions="Another")


def idempotency_in_progress(cast: Cast) -> Any:
    """As after five seconds' wait for the one who holds the key."""
    waited = OperationalError(1205, "Lock wait timeout exceeded")
    with patch.object(IdempotencyKey.objects, "create", side_effect=waited):
        return place_by_key(cast)


def otp_required(cast: Cast) -> Any:
    give_phone(cast("owner"))
    return post(cast("api"), "auth/login", {"email": "olga@example.com", "password": PASSWORD})


def rate_limited(cast: Cast) -> Any:
    settings = cast("settings")
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"auth": {"anyone": "1/d"}}
    body = {"email": "asha@example.com", "password": "wrong"}
    assert_problem(post(cast("api"), "auth/login", body), "bad_credentials")
    return post(cast("api"), "auth/login", body)


def unavailable(cast: Cast) -> Any:
    with patch("orders.views.place_order", side_effect=OperationalError("gone away")):
        return place(cast)


def has_open_orders(cast: Cast) -> Any:
    customer = cast("order").customer
    return cast("as_owner").delete(f"{V1}/customers/{customer.pk}?anonymise=true")


SCENARIOS: dict[str, Callable[[Cast], Any]] = {
    "validation": lambda cast: post(cast("api"), "auth/login", {"email": 0, "password": "x"}),
    "malformed_body": lambda cast: cast("api").generic(
        "POST", f"{V1}/auth/login", "{", "application/json"
    ),
    "unsupported_media_type": lambda cast: cast("api").generic(
        "POST", f"{V1}/auth/login", "{}", "text/plain"
    ),
    "payload_too_large": lambda cast: post(cast("api"), "auth/login", {"x": "x" * 2**20}),
    "method_not_allowed": lambda cast: get(cast("api"), "auth/login"),
    "not_found": lambda cast: get(cast("api"), "nothing"),
    "not_authenticated": lambda cast: get(cast("api"), "auth/me"),
    "token_invalid": lambda cast: get(bearing("a.b.c"), "auth/me"),
    "otp_required": otp_required,
    "bad_credentials": lambda cast: post(
        cast("api"), "auth/login", {"email": "nobody@example.com", "password": PASSWORD}
    ),
    "bad_password": lambda cast: post(
        cast("as_customer"),
        "auth/password/change",
        {"current_password": "wrong", "new_password": "nine-lives-and-a-tail"},
    ),
    "link_invalid": lambda cast: post(
        cast("as_customer"), "auth/email/confirm", {"uid": "MQ", "token": "made-up"}
    ),
    "csrf_failed": csrf_failed,
    "permission_denied": lambda cast: get(cast("as_worker"), "auth/me"),
    "email_taken": lambda cast: post(
        cast("api"),
        "auth/register",
        {"name": "Asha", "email": cast("customer").email, "password": "nine-lives-and-a-tail"},
    ),
    "unknown_service": lambda cast: place(cast, service_id=999999),
    "service_inactive": service_inactive,
    "service_ambiguous": service_ambiguous,
    "order_not_found": lambda cast: scan(cast, order_number="UNKNOWN234"),
    "order_deleted": order_deleted,
    "transition_not_allowed": lambda cast: scan(cast, action="cancelled"),
    "not_editable": not_editable,
    "already_picked_up": already_picked_up,
    "in_use": lambda cast: cast("as_owner").delete(f"{V1}/services/{cast('order').service_id}"),
    "has_open_orders": has_open_orders,
    "scan_id_reused": scan_id_reused,
    "unreadable_code": lambda cast: scan(cast, qr="?"),
    "idempotency_key_reused": idempotency_key_reused,
    "idempotency_in_progress": idempotency_in_progress,
    "precondition_failed": lambda cast: edit(
        cast, "as_customer", {"instructions": "x"}, HTTP_IF_MATCH='"7"'
    ),
    "rate_limited": rate_limited,
    "unavailable": unavailable,
}
# Of the refusals, those that say more than a problem's own members.
MORE = {"validation": {"errors"}, "transition_not_allowed": {"order"}}


def test_every_code_is_reached() -> None:
    assert SCENARIOS.keys() | OF_OLD_CALLS == set(Code.values)
    assert not SCENARIOS.keys() & OF_OLD_CALLS


def test_an_old_call_that_was_open_to_anybody_is_gone(api: APIClient, db: None) -> None:
    response = api.get("/api/customers/public")

    assert response.status_code == STATUS[Code.GONE] == 410
    assert response.json()["error"] == response.json()["msg"]


@pytest.mark.parametrize("code", sorted(SCENARIOS))
def test_the_code_is_reached(request: pytest.FixtureRequest, db: None, code: str) -> None:
    response = SCENARIOS[code](request.getfixturevalue)
    body = assert_problem(response, code, fields=set(response.json().get("errors", ())))
    own = {"type", "title", "status", "detail", "code", "msg", "request_id"}
    assert body.keys() - own == MORE.get(code, set())
