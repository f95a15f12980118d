"""What every call of v1 does with what no client should send."""

import re
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Service
from config.urls import router
from orders.models import Order
from tests.answers import assert_problem
from workforce.models import Worker


def routed() -> list[str]:
    """Every call that the router knows, with the names of what stands in its path."""
    calls = []
    routes: list[Any] = router.urls
    for route in routes:
        kind = route.callback.initkwargs["basename"].split("-")[-1]
        path = str(route.pattern).removeprefix("^").replace("/?$", "").replace("\\.", ".")
        path = re.sub(r"\(\?P<pk>[^)]*\)", f"{{{kind}}}", path)
        path = re.sub(r"\(\?P<form>[^)]*\)", "png", path)
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", path)
        methods = set(route.callback.actions) - {"head"}
        calls += [f"{method.upper()} {path}" for method in sorted(methods)]
    return calls


CALLS = routed()
PATHS = sorted({name.split()[1] for name in CALLS})
WRITES = [name for name in CALLS if not name.startswith("GET")]
# These read no body, so they mind none.
WITHOUT_BODY = {
    "POST auth/logout",
    "POST workers/logout",
    "POST orders/{order}/restore",
    "POST orders/{order}/undo",
    *(name for name in WRITES if name.startswith("DELETE")),
}
WITH_BODY = sorted(set(WRITES) - WITHOUT_BODY)
# Whose doors these are; all others open for the owner of the shop.
OPEN_FOR = {
    "POST auth/refresh": "api",
    **dict.fromkeys(("PUT customers", "PATCH customers"), "as_customer"),
    **{
        f"{method} workers/{path}": "as_worker"
        for method, path in (
            *(("POST", path) for path in ("logout", "peek", "scan", "scans")),
            *(("GET", "devices"), ("DELETE", "devices/{device}")),
        )
    },
}


@pytest.fixture
def client(request: pytest.FixtureRequest, name: str) -> APIClient:
    """Somebody for whom the call's door opens."""
    found: APIClient = request.getfixturevalue(OPEN_FOR.get(name, "as_owner"))
    return found


@pytest.fixture
def things(order: Order, wash: Service, worker: Worker, as_worker: APIClient) -> dict[str, Any]:
    """What may stand in a path: Asha's order, and Wim with the device that he speaks by."""
    return {
        "customer": order.customer_id,
        "device": worker.devices.get().pk,
        "order": order.order_number,
        "order_id": order.pk,
        "service": wash.pk,
        "worker": worker.pk,
        "worker_id": worker.pk,
    }


def call(client: APIClient, name: str, body: str | bytes = "{}", **things: Any) -> Any:
    """Make a call, without its body where it is a GET."""
    method, path = name.split()
    data: Any = "" if method == "GET" else body
    return client.generic(method, f"/api/v1/{path.format(**things)}", data, "application/json")


@pytest.mark.parametrize("name", CALLS)
def test_the_slash_at_the_end_changes_nothing(
    client: APIClient, things: dict[str, Any], name: str
) -> None:
    """No redirect either: it would lose the body."""
    method, path = name.split()
    response = call(client, f"{method} {path}/", **things)
    assert response.status_code in (200, 400, 409), response.content


@pytest.mark.parametrize("path", PATHS)
def test_a_method_that_is_not_there_is_told_which_ones_are(
    as_owner: APIClient, things: dict[str, Any], path: str
) -> None:
    known = {name.split()[0] for name in CALLS if name.split()[1] == path}
    allowed = known | {"OPTIONS"} | ({"HEAD"} if "GET" in known else set())
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - known:
        response = call(as_owner, f"{method} {path}", **things)
        assert_problem(response, "method_not_allowed")
        assert set(response["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_that_is_not_json_is_malformed(
    client: APIClient, things: dict[str, Any], name: str
) -> None:
    for body in (b"{", b'{"a": NaN}', b"\xff", b'{"a":' * 50_000):
        assert_problem(call(client, name, body, **things), "malformed_body")


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_that_is_no_object_is_not_valid(
    client: APIClient, things: dict[str, Any], name: str
) -> None:
    for body in ("[]", "null", '"text"', "5", "true"):
        assert_problem(
            call(client, name, body, **things), "validation", fields={"non_field_errors"}
        )


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_of_two_megabytes_is_too_large(
    client: APIClient, things: dict[str, Any], name: str
) -> None:
    assert_problem(call(client, name, "{}".ljust(2 * 1024 * 1024), **things), "payload_too_large")


@pytest.mark.parametrize("name", WITH_BODY)
def test_a_body_that_is_not_called_json_is_not_supported(
    client: APIClient, things: dict[str, Any], name: str
) -> None:
    method, path = name.split()
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        response = client.generic(method, f"/api/v1/{path.format(**things)}", "a=1", content_type)
        assert_problem(response, "unsupported_media_type")


@pytest.mark.parametrize("name", sorted(WITHOUT_BODY))
def test_a_call_without_a_body_minds_none(
    client: APIClient, things: dict[str, Any], name: str
) -> None:
    assert call(client, name, "nonsense", **things).status_code in (200, 409)
