"""Edits, undoings, deletions and scans at the same moment, on a real database."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.principals import SYSTEM, Principal
from orders.editing import delete_order
from orders.models import Order, OrderLine
from orders.placing import Item, place_order
from tests.cast import signed_in
from tests.states import take
from tests.threads import at_the_same_moment
from tracking.models import Track

pytestmark = pytest.mark.django_db(transaction=True)

# Chance alone could let one go after the other; so often, it does not.
ROUNDS = 5


@pytest.fixture
def fresh(customer: User, wash: Service) -> Callable[[], Order]:
    """Places one more order of Asha's."""
    return lambda: place_order(
        by=Principal("customer", user=customer),
        items=[Item(wash.pk)],
        source=Order.Source.API,
        customer=customer,
    )


@pytest.fixture
def as_customer_elsewhere(customer: User) -> APIClient:
    """Asha on her second device."""
    return signed_in(customer)


def path(order: Order, rest: str = "") -> str:
    return f"/api/v1/orders/{order.order_number}{rest}"


def scanning(device: APIClient, order: Order, action: str = "picked_up") -> Callable[[], Any]:
    body = {"order_number": order.order_number, "action": action}
    return partial(device.post, "/api/v1/workers/scan", body, format="json")


def editing(
    api: APIClient, order: Order, *, version: int | None = None, **body: Any
) -> Callable[[], Any]:
    headers = {"If-Match": f'"{version}"'} if version else {}
    return partial(api.patch, path(order), body, format="json", headers=headers)


def outcome(response: Any) -> str:
    """Its code, or that it went well."""
    assert response.status_code < 500, response.content
    return response.json().get("code", "done") if response.status_code >= 400 else "done"


def ledger(order: Order) -> list[tuple[Any, ...]]:
    """What stands of an order, without its placing."""
    columns = ("seq", "action", "from_status", "to_status", "result")
    return list(Track.objects.filter(order=order, seq__gt=1).order_by("seq").values_list(*columns))


def test_an_edit_comes_before_a_scan_or_is_refused(
    as_customer: APIClient, as_worker: APIClient, fresh: Callable[[], Order], ironing: Service
) -> None:
    items = [{"service_id": ironing.pk, "quantity": 2}]
    for _ in range(ROUNDS):
        order = fresh()
        edit, scan = at_the_same_moment(
            editing(as_customer, order, items=items, instructions="Ring twice."),
            scanning(as_worker, order),
        )
        order.refresh_from_db()
        lines = list(OrderLine.objects.filter(order=order).values_list("service_name", "quantity"))
        found = order.instructions, float(order.total_cost), lines, order.version
        assert outcome(scan) == "done"
        if outcome(edit) == "done":
            assert found == ("Ring twice.", 8.0, [("Ironing", 2)], 3)
        else:
            assert outcome(edit) == "not_editable"
            assert found == ("", 12.5, [("Wash", 1)], 2)
        assert order.status == "picked_up"
        assert ledger(order) == [(2, "picked_up", "created", "picked_up", "recorded")]


def test_two_edits_are_made_one_after_the_other(
    as_customer: APIClient,
    as_customer_elsewhere: APIClient,
    fresh: Callable[[], Order],
    wash: Service,
    ironing: Service,
) -> None:
    for _ in range(ROUNDS):
        order = fresh()
        one = [{"service_id": wash.pk, "quantity": 3}, {"service_id": ironing.pk}]
        other = [{"service_id": ironing.pk, "quantity": 5}]
        answers = at_the_same_moment(
            editing(as_customer, order, items=one),
            editing(as_customer_elsewhere, order, items=other),
        )
        assert [outcome(answer) for answer in answers] == ["done", "done"]
        order.refresh_from_db()
        lines = list(order.lines.values_list("position", "service_name", "quantity"))
        assert order.version == 3
        assert (float(order.total_cost), lines) in [
            (41.5, [(1, "Wash", 3), (2, "Ironing", 1)]),
            (20.0, [(1, "Ironing", 5)]),
        ]


def test_two_edits_of_the_version_that_both_read_are_one_edit(
    as_customer: APIClient, as_customer_elsewhere: APIClient, fresh: Callable[[], Order]
) -> None:
    for _ in range(ROUNDS):
        order = fresh()
        answers = at_the_same_moment(
            editing(as_customer, order, instructions="One", version=1),
            editing(as_customer_elsewhere, order, instructions="Other", version=1),
        )
        outcomes = [outcome(answer) for answer in answers]
        assert sorted(outcomes) == ["done", "precondition_failed"]
        order.refresh_from_db()
        kept = ["One", "Other"][outcomes.index("done")]
        assert (order.instructions, order.version) == (kept, 2)


def test_a_cancelling_comes_before_a_scan_or_is_refused(
    as_customer: APIClient, as_worker: APIClient, fresh: Callable[[], Order]
) -> None:
    for _ in range(ROUNDS):
        order = fresh()
        cancelling, scan = at_the_same_moment(
            editing(as_customer, order, status="cancelled"), scanning(as_worker, order)
        )
        outcomes = outcome(cancelling), outcome(scan)
        order.refresh_from_db()
        assert order.version == 2
        if order.status == "cancelled":
            assert outcomes == ("done", "transition_not_allowed")
            assert ledger(order) == [
                (2, "cancelled", "created", "cancelled", "recorded"),
                (3, "picked_up", "cancelled", "cancelled", "refused"),
            ]
        else:
            assert outcomes == ("transition_not_allowed", "done")
            assert ledger(order) == [
                (2, "picked_up", "created", "picked_up", "recorded"),
                (3, "cancelled", "picked_up", "picked_up", "refused"),
            ]


def test_two_undoings_void_a_step_once(
    as_owner: APIClient, owner: User, fresh: Callable[[], Order]
) -> None:
    elsewhere = signed_in(owner)
    for _ in range(ROUNDS):
        order = fresh()
        step = take(order, "picked_up", SYSTEM)
        answers = at_the_same_moment(
            partial(as_owner.post, path(order, "/undo")),
            partial(elsewhere.post, path(order, "/undo")),
        )
        outcomes = sorted(outcome(answer) for answer in answers)
        assert outcomes == ["done", "transition_not_allowed"]
        assert Track.objects.filter(voids=step).count() == 1
        assert ledger(order)[1:] == [(3, "undo", "picked_up", "created", "recorded")]
        order.refresh_from_db()
        assert (order.status, order.version, order.last_seq) == ("created", 3, 3)


def test_an_undoing_takes_back_the_step_that_was_the_newest_when_its_turn_came(
    as_owner: APIClient, as_worker: APIClient, fresh: Callable[[], Order]
) -> None:
    for _ in range(ROUNDS):
        order = fresh()
        first = take(order, "picked_up", SYSTEM)
        undoing, scan = at_the_same_moment(
            partial(as_owner.post, path(order, "/undo")),
            scanning(as_worker, order, "processing"),
        )
        assert (outcome(undoing), outcome(scan)) == ("done", "done")
        order.refresh_from_db()
        voided = Track.objects.get(order=order, action="undo").voids
        if voided == first:
            assert order.status == "processing"
            assert ledger(order)[1:] == [
                (3, "undo", "picked_up", "created", "recorded"),
                (4, "processing", "created", "processing", "recorded"),
            ]
        else:
            assert order.status == "picked_up"
            assert ledger(order)[1:] == [
                (3, "processing", "picked_up", "processing", "recorded"),
                (4, "undo", "processing", "picked_up", "recorded"),
            ]


def test_a_deletion_by_the_owner_comes_before_a_scan_or_is_refused(
    as_customer: APIClient, as_worker: APIClient, fresh: Callable[[], Order]
) -> None:
    for _ in range(ROUNDS):
        order = fresh()
        deletion, scan = at_the_same_moment(
            partial(as_customer.delete, path(order)),
            scanning(as_worker, order),
        )
        order.refresh_from_db()
        if order.deleted_at is not None:
            assert (outcome(deletion), outcome(scan)) == ("done", "order_deleted")
            assert ledger(order) == [
                (2, "cancelled", "created", "cancelled", "recorded"),
                (3, "deleted", "cancelled", "cancelled", "recorded"),
                (4, "picked_up", "cancelled", "cancelled", "refused"),
            ]
        else:
            assert (outcome(deletion), outcome(scan)) == ("already_picked_up", "done")
            assert ledger(order) == [(2, "picked_up", "created", "picked_up", "recorded")]


def test_two_deletions_are_one(
    as_owner: APIClient, owner: User, fresh: Callable[[], Order]
) -> None:
    elsewhere = signed_in(owner)
    for _ in range(ROUNDS):
        order = fresh()
        answers = at_the_same_moment(
            partial(as_owner.delete, path(order)), partial(elsewhere.delete, path(order))
        )
        # The second finds nothing, or finds it deleted once its turn comes.
        first, second = sorted(outcome(answer) for answer in answers)
        assert (first, second) in [("done", "not_found"), ("done", "order_not_found")]
        assert ledger(order) == [(2, "deleted", "created", "created", "recorded")]


def test_two_restorings_are_one(
    as_owner: APIClient, owner: User, fresh: Callable[[], Order]
) -> None:
    elsewhere = signed_in(owner)
    for _ in range(ROUNDS):
        order = fresh()
        delete_order(order=order, by=Principal("staff", user=owner), source="api")
        answers = at_the_same_moment(
            partial(as_owner.post, path(order, "/restore")),
            partial(elsewhere.post, path(order, "/restore")),
        )
        assert [outcome(answer) for answer in answers] == ["done", "done"]
        assert [row[1] for row in ledger(order)] == ["deleted", "restored"]
        order.refresh_from_db()
        assert (order.deleted_at, order.version) == (None, 3)
