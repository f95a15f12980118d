"""Who may make which call of v1 (`permission_table`), held by making all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.urls import resolve
from rest_framework.test import APIClient

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, uid_of
from accounts.models import User
from accounts.sessions import open_session
from catalog.models import Service
from config.operations.roles import ROLES
from config.rest.principals import SYSTEM, Principal
from config.urls import router
from orders.editing import delete_order
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.answers import assert_problem
from tests.cast import PASSWORD, bearing, client, signed_in, staff_in, with_device
from tests.permission_table import BODIES, PERMISSIONS, PRINCIPALS, READ_NO_TOKEN, STATUSES
from tests.unchanged import rows
from workforce.devices import issue_token
from workforce.models import Worker
from workforce.scanning import Scan, record_scan

REFUSALS = {401: "not_authenticated", 403: "permission_denied", 404: "not_found"}


def deactivated() -> list[APIClient]:
    """A customer, a member of staff and a worker who were signed in when that ended."""
    leaver, retired = (
        User.objects.create_user("dora@example.com", PASSWORD),
        staff_in("Owner", "Otto"),
    )
    worker = Worker.objects.create(name="Vic")
    clients = [signed_in(leaver), signed_in(retired), with_device(worker)]
    User.objects.filter(pk__in=[leaver.pk, retired.pk]).update(is_active=False)
    Worker.objects.filter(pk=worker.pk).update(is_active=False)
    return clients


@pytest.fixture
def clients(
    api: APIClient,
    as_customer: APIClient,
    as_other_customer: APIClient,
    as_unconfirmed_customer: APIClient,
    as_worker: APIClient,
    as_other_worker: APIClient,
    as_staff_without_permissions: APIClient,
    as_owner: APIClient,
) -> dict[str, list[APIClient]]:
    """Everybody in the table, by the column's name."""
    gone = deactivated()
    of_roles = {role: [signed_in(staff_in(role, f"Rita-{role}"))] for role in ROLES.values()}
    return of_roles | {
        "nobody": [api],
        "customer": [as_customer],
        "other_customer": [as_other_customer],
        "unconfirmed_customer": [as_unconfirmed_customer],
        "worker": [as_worker],
        "other_worker": [as_other_worker],
        "newcomer": [as_staff_without_permissions],
        "superuser": [as_owner],
        "deactivated": gone,
    }


@pytest.fixture
def orders(
    customer: User, unconfirmed_customer: User, worker: Worker, wash: Service, order: Order
) -> dict[str, Order]:
    """Asha's orders: just placed, moved by Wim, deleted; and one under Chloe's email."""
    by = Principal("customer", user=customer)
    placing: dict[str, Any] = {"items": [Item(wash.pk)], "source": Order.Source.API}
    moved = place_order(by=by, customer=customer, **placing)
    record_scan(
        by=Principal("worker", worker=worker),
        scan=Scan(action="picked_up", order_number=moved.order_number),
    )
    deleted = place_order(by=by, customer=customer, **placing)
    delete_order(order=deleted, by=SYSTEM, source="system")
    assert unconfirmed_customer.email
    contact = Contact("Chloe Cole", unconfirmed_customer.email, "")
    guest_order = place_order(by=Principal("anyone"), contact=contact, **placing)
    return {"order": order, "moved": moved, "deleted": deleted, "guest_order": guest_order}


@pytest.fixture
def things(
    customer: User,
    other_customer: User,
    unconfirmed_customer: User,
    owner: User,
    worker: Worker,
    other_worker: Worker,
    wash: Service,
    orders: dict[str, Order],
) -> dict[str, Any]:
    """What may stand in a path or a body."""
    retired = Service.objects.create(name="Starch", price=3, status=Service.Status.INACTIVE)
    return {name: order.order_number for name, order in orders.items()} | {
        "order_id": orders["order"].pk,
        "deleted_id": orders["deleted"].pk,
        "customer": customer.pk,
        "other_customer": other_customer.pk,
        "staff": owner.pk,
        "service": wash.pk,
        "retired": retired.pk,
        "worker": worker.pk,
        "other_worker": other_worker.pk,
        "device": issue_token(worker=worker, name="Tablet")[0].pk,
        "refresh_token": open_session(user=customer).refresh_token,
        "uid": uid_of(unconfirmed_customer),
        "reset_token": SET_PASSWORD.tokens.make_token(unconfirmed_customer),
        "confirm_token": CONFIRM_EMAIL.tokens.make_token(unconfirmed_customer),
    }


def filled(value: Any, things: dict[str, Any]) -> Any:
    """A body with the things in the places of their names."""
    if isinstance(value, dict):
        return {name: filled(inner, things) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, things) for inner in value]
    return value.format(**things) if isinstance(value, str) else value


def make(call: str, who: APIClient, things: dict[str, Any]) -> Any:
    """Make a call of the table with its body."""
    method, path, *_which = call.split()
    body = None if method == "GET" else filled(BODIES.get(call, {}), things)
    path = f"/api/v1/{path.format(**things)}"
    return getattr(who, method.lower())(path, body, format=None if method == "GET" else "json")


@contextmanager
def taken_back() -> Iterator[None]:
    """Let the block write what it likes, and undo it."""
    attempt = transaction.atomic()
    # As the transaction around a test: the verbs' durable ones may run inside.
    attempt._from_testcase = True  # type: ignore[attr-defined]
    with attempt:
        yield
        transaction.set_rollback(True)


def route_of(call: str) -> tuple[str, str]:
    """The name of the route that a call of the table takes, and its method."""
    method, path, *_which = call.split()
    filled_in = path.split("?")[0].format_map(dict.fromkeys(_NAMES, "1"))
    return resolve(f"/api/v1/{filled_in}").url_name or "", method


_NAMES = [
    *("order", "moved", "deleted", "guest_order", "order_id", "deleted_id"),
    *("customer", "other_customer", "staff", "service", "retired"),
    *("worker", "other_worker", "device"),
]


def test_every_route_stands_in_the_table() -> None:
    patterns: list[Any] = router.urls
    routes = {
        (pattern.name, method.upper())
        for pattern in patterns
        for method in pattern.callback.actions
        if method != "head"
    }
    assert {route_of(call) for call in STATUSES} == routes


def test_every_body_belongs_to_a_call() -> None:
    assert set(BODIES) <= set(STATUSES)


def test_every_call_that_staff_need_a_permission_for_names_it() -> None:
    needing = {
        route_of(call)
        for call, row in STATUSES.items()
        if row["newcomer"] == 403 != row["superuser"]
    }
    named = {route_of(call) for call in PERMISSIONS}
    # Everybody makes this call; the permission shows staff what others do not see.
    assert named - needing == {("service-detail", "GET")}
    assert needing <= named


@pytest.mark.parametrize("call", STATUSES)
def test_everybody_gets_what_the_table_says_and_a_refusal_changes_nothing(
    clients: dict[str, list[APIClient]], things: dict[str, Any], call: str
) -> None:
    row = STATUSES[call]
    refused = [principal for principal in PRINCIPALS if row[principal] in REFUSALS]
    before = rows()
    for principal in refused:
        code = "token_invalid" if principal == "deactivated" else REFUSALS[row[principal]]
        for who in clients[principal]:
            response = make(call, who, things)
            assert response.status_code == row[principal], (principal, response.content)
            assert_problem(response, code)
    assert rows() == before
    for principal in set(PRINCIPALS) - set(refused):
        for who in clients[principal]:
            with taken_back():
                response = make(call, who, things)
                assert response.status_code == row[principal], (principal, response.content)


@pytest.mark.parametrize(("call", "permission"), PERMISSIONS.items())
def test_staff_need_this_permission_and_no_other(
    as_staff_without_permissions: APIClient,
    staff_without_permissions: User,
    things: dict[str, Any],
    call: str,
    permission: str,
) -> None:
    app, codename = permission.split(".")
    of_this = {"content_type__app_label": app, "codename": codename}
    staff_without_permissions.user_permissions.set(Permission.objects.exclude(**of_this))
    answer = make(call, as_staff_without_permissions, things)
    assert answer.status_code == STATUSES[call]["newcomer"]
    staff_without_permissions.user_permissions.set([Permission.objects.get(**of_this)])
    answer = make(call, as_staff_without_permissions, things)
    assert answer.status_code == STATUSES[call]["superuser"]


@pytest.mark.parametrize("token", ["a.b.c", "0123456789ab." + "x" * 43])
def test_a_worthless_token_opens_no_door(things: dict[str, Any], token: str) -> None:
    for call in set(STATUSES) - READ_NO_TOKEN:
        assert_problem(make(call, bearing(token), things), "token_invalid")


def test_a_worthless_token_does_no_harm_where_none_is_read(things: dict[str, Any]) -> None:
    for call in READ_NO_TOKEN:
        with taken_back():
            assert make(call, bearing("a.b.c"), things).status_code < 400


def test_what_is_anothers_is_answered_like_what_is_not_there(
    as_other_customer: APIClient, as_other_worker: APIClient, things: dict[str, Any]
) -> None:
    numbers = dict.fromkeys(("order_id", "customer", "device"), 2**40)
    unknown = things | numbers | {"order": "ZZZZZZZZZZ"}
    strangers = {"other_customer": as_other_customer, "other_worker": as_other_worker}
    compared = 0
    for principal, who in strangers.items():
        for call, row in STATUSES.items():
            if row[principal] == 404 and not BODIES.get(call, {}).get("status"):
                bodies = [make(call, who, where).json() for where in (things, unknown)]
                assert bodies[0] | {"request_id": ""} == bodies[1] | {"request_id": ""}
                compared += 1
    assert compared


def test_a_session_of_the_admin_opens_the_same_doors(owner: User, things: dict[str, Any]) -> None:
    for call in set(STATUSES) - READ_NO_TOKEN:
        with taken_back():
            who = client()
            who.force_login(owner)
            assert make(call, who, things).status_code == STATUSES[call]["superuser"], call
