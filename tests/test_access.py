"""Who may make which call: one table for the whole of v1.

Each call is made with an empty body, so a 400 is a door that opened, as is a 409.
"""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.urls import router
from orders.models import Order
from tests.answers import assert_problem
from tests.cast import bearing
from workforce.models import Worker

PRINCIPALS = {
    "nobody": "api",
    "asha": "as_customer",
    "bert": "as_other_customer",
    "wim": "as_worker",
    "nils": "as_staff_without_permissions",
    "olga": "as_owner",
}
# Asha placed the order; Bert is another customer; Wim is a worker; Nils is staff without
# any permission, Olga the owner of the shop. A new call needs a line here.
TABLE = """
call                                    nobody asha bert wim nils olga
POST auth/register                      400 400 400 400 400 400
POST auth/login                         400 400 400 400 400 400
POST auth/refresh                       400 401 401 401 401 401
POST auth/logout                        401 200 200 403 200 200
GET auth/me                             401 200 200 403 200 200
PATCH auth/me                           401 200 200 403 200 200
POST auth/password/change               401 400 400 403 400 400
POST auth/password/reset                400 400 400 400 400 400
POST auth/password/reset/confirm        400 400 400 400 400 400
POST auth/email/confirm                 401 400 400 403 400 400
GET services                            200 200 200 200 200 200
POST services                           401 403 403 403 403 400
GET services/{service}                  200 200 200 200 200 200
PUT services/{service}                  401 403 403 403 403 200
PATCH services/{service}                401 403 403 403 403 200
DELETE services/{service}               401 403 403 403 403 409
GET orders                              401 200 200 403 403 200
POST orders                             400 400 400 403 403 400
GET orders/{order}                      401 200 404 200 403 200
PUT orders/{order}                      401 200 404 403 403 200
PATCH orders/{order}                    401 200 404 403 403 200
DELETE orders/{order}                   401 200 404 403 403 200
GET orders/{order}/qr.png               401 200 404 200 403 200
POST orders/{order}/restore             401 403 403 403 403 200
POST orders/{order}/undo                401 403 403 403 403 409
GET tracks                              401 200 200 200 403 200
GET tracks/order/{order_id}             401 200 404 200 403 200
GET customers                           401 200 200 403 403 200
PUT customers                           401 200 200 403 403 403
PATCH customers                         401 200 200 403 403 403
GET customers/{customer}                401 200 404 403 403 200
GET customers/profile/{customer}        401 200 404 403 403 200
PUT customers/{customer}                401 200 404 403 403 200
PATCH customers/{customer}              401 200 404 403 403 200
DELETE customers/{customer}             401 403 403 403 403 409
POST workers/login                      400 400 400 400 400 400
POST workers/logout                     401 403 403 200 403 403
POST workers/register                   401 403 403 403 403 400
POST workers/scan                       401 403 403 400 403 403
POST workers/scans                      401 403 403 400 403 403
POST workers/peek                       401 403 403 400 403 403
GET workers                             401 403 403 403 403 200
GET workers/{worker}                    401 403 403 403 403 200
PUT workers/{worker}                    401 403 403 403 403 200
PATCH workers/{worker}                  401 403 403 403 403 200
DELETE workers/{worker}                 401 403 403 403 403 200
GET workers/devices                     401 403 403 200 403 403
DELETE workers/devices/{device}         401 403 403 200 403 403
GET workers/{worker_id}/devices         401 403 403 403 403 200
DELETE workers/{worker_id}/devices/{device} 401 403 403 403 403 200
"""
# What staff need for a call, where staff may make it at all.
PERMISSIONS = {
    "POST services": "catalog.add_service",
    "PUT services/{service}": "catalog.change_service",
    "PATCH services/{service}": "catalog.change_service",
    "DELETE services/{service}": "catalog.delete_service",
    "GET orders": "orders.view_order",
    "POST orders": "orders.add_order",
    "GET orders/{order}": "orders.view_order",
    "PUT orders/{order}": "orders.change_order",
    "PATCH orders/{order}": "orders.change_order",
    "DELETE orders/{order}": "orders.delete_order",
    "GET orders/{order}/qr.png": "orders.view_order",
    "POST orders/{order}/restore": "orders.restore_order",
    "POST orders/{order}/undo": "orders.change_order",
    "GET tracks": "tracking.view_track",
    "GET tracks/order/{order_id}": "tracking.view_track",
    "GET customers": "accounts.view_customer",
    "GET customers/{customer}": "accounts.view_customer",
    "GET customers/profile/{customer}": "accounts.view_customer",
    "PUT customers/{customer}": "accounts.change_customer",
    "PATCH customers/{customer}": "accounts.change_customer",
    "DELETE customers/{customer}": "accounts.delete_customer",
    "POST workers/register": "workforce.add_worker",
    "GET workers": "workforce.view_worker",
    "GET workers/{worker}": "workforce.view_worker",
    "PUT workers/{worker}": "workforce.change_worker",
    "PATCH workers/{worker}": "workforce.change_worker",
    "DELETE workers/{worker}": "workforce.delete_worker",
    "GET workers/{worker_id}/devices": "workforce.view_devicetoken",
    "DELETE workers/{worker_id}/devices/{device}": "workforce.delete_devicetoken",
}
# The calls that make tokens read none: an old one sent along must not fail them.
READ_NO_TOKEN = {
    "POST auth/register",
    "POST auth/login",
    "POST auth/password/reset",
    "POST auth/password/reset/confirm",
    "POST workers/login",
}


def statuses() -> dict[str, dict[str, int]]:
    """The table, by call and principal."""
    _head, *lines = TABLE.strip().splitlines()
    table = {}
    for line in lines:
        method, path, *numbers = line.split()
        table[f"{method} {path}"] = dict(zip(PRINCIPALS, map(int, numbers), strict=True))
    return table


STATUSES = statuses()


def routed() -> set[str]:
    """Every call that the router knows, with the names of what stands in its path."""
    calls = set()
    routes: list[Any] = router.urls
    for route in routes:
        kind = route.callback.initkwargs["basename"].split("-")[-1]
        path = str(route.pattern).removeprefix("^").replace("/?$", "").replace("\\.", ".")
        path = re.sub(r"\(\?P<pk>[^)]*\)", f"{{{kind}}}", path)
        path = re.sub(r"\(\?P<form>[^)]*\)", "png", path)
        path = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", path)
        actions = route.callback.actions
        calls |= {f"{method.upper()} {path}" for method in actions if method != "head"}
    return calls


def call(client: APIClient, name: str, **things: Any) -> Any:
    method, path = name.split()
    body = "" if method == "GET" else "{}"
    return client.generic(method, f"/api/v1/{path.format(**things)}", body, "application/json")


@pytest.fixture
def things(order: Order, wash: Service, worker: Worker, as_worker: APIClient) -> dict[str, Any]:
    """What may stand in a path: Asha's order, and Wim with the device that he speaks by."""
    return {
        "worker": worker.pk,
        "worker_id": worker.pk,
        "device": worker.devices.get().pk,
        "order": order.order_number,
        "order_id": order.pk,
        "service": wash.pk,
        "customer": order.customer_id,
    }


def test_every_call_stands_in_the_table() -> None:
    assert routed() == set(STATUSES)


def test_every_call_that_staff_need_a_permission_for_names_it() -> None:
    needing = {name for name, row in STATUSES.items() if row["nils"] == 403 != row["olga"]}
    assert needing == set(PERMISSIONS)


@pytest.mark.parametrize("who", PRINCIPALS)
@pytest.mark.parametrize("name", STATUSES)
def test_the_door_opens_as_the_table_says(
    request: pytest.FixtureRequest, things: dict[str, Any], name: str, who: str
) -> None:
    client = request.getfixturevalue(PRINCIPALS[who])
    response = call(client, name, **things)
    assert response.status_code == STATUSES[name][who], response.content
    if response.status_code in (401, 403, 404):
        code = {401: "not_authenticated", 403: "permission_denied", 404: "not_found"}
        expected = "token_invalid" if name == "POST auth/refresh" else code[response.status_code]
        assert_problem(response, expected)


@pytest.mark.parametrize(("name", "permission"), PERMISSIONS.items())
def test_staff_need_this_permission_and_no_other(
    as_staff_without_permissions: APIClient,
    staff_without_permissions: User,
    things: dict[str, Any],
    name: str,
    permission: str,
) -> None:
    app, codename = permission.split(".")
    of_this = {"content_type__app_label": app, "codename": codename}
    staff_without_permissions.user_permissions.set(Permission.objects.exclude(**of_this))
    assert call(as_staff_without_permissions, name, **things).status_code == 403
    staff_without_permissions.user_permissions.set([Permission.objects.get(**of_this)])
    answer = call(as_staff_without_permissions, name, **things)
    assert answer.status_code == STATUSES[name]["olga"]


@pytest.mark.parametrize("token", ["a.b.c", "0123456789ab." + "x" * 43])
@pytest.mark.parametrize("name", sorted(set(STATUSES) - READ_NO_TOKEN))
def test_a_worthless_token_opens_no_door(things: dict[str, Any], name: str, token: str) -> None:
    assert_problem(call(bearing(token), name, **things), "token_invalid")


@pytest.mark.parametrize("name", sorted(READ_NO_TOKEN))
def test_a_worthless_token_does_no_harm_where_none_is_read(
    things: dict[str, Any], name: str
) -> None:
    assert call(bearing("a.b.c"), name, **things).status_code == 400


OF_ASHA = [name for name in STATUSES if "{order" in name or "{customer}" in name]


@pytest.mark.parametrize("name", OF_ASHA)
def test_what_is_another_customers_is_answered_like_what_is_not_there(
    as_other_customer: APIClient, things: dict[str, Any], name: str
) -> None:
    unknown = {"order": "ZZZZZZZZZZ", "order_id": 2**40, "customer": 2**40}
    answers = [call(as_other_customer, name, **where) for where in (things, things | unknown)]
    assert answers[0].status_code in (403, 404)
    bodies = [answer.json() | {"request_id": ""} for answer in answers]
    assert bodies[0] == bodies[1]
