"""Queues uploaded at the same moment, on a real database."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.rest.principals import SYSTEM
from orders.models import Order
from orders.placing import Item, place_order
from tests.cast import with_device
from tests.threads import at_the_same_moment
from tracking.models import Track
from workforce.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)

# Chance alone could let one go after the other; so often, it does not.
ROUNDS = 5


def another(order: Order) -> Order:
    """One more order of the same service."""
    return place_order(by=SYSTEM, items=[Item(order.service_id or 0)], source=Order.Source.API)


def scan_of(order: Order, action: str) -> dict[str, Any]:
    return {
        "order_number": order.order_number,
        "action": action,
        "scan_id": str(uuid.uuid4()),
    }


def uploading(device: APIClient, *queue: dict[str, Any]) -> Callable[[], Any]:
    """An upload, to be let go later."""
    return partial(device.post, "/api/v1/workers/scans", {"scans": queue}, format="json")


def ledger(order: Order) -> list[tuple[Any, ...]]:
    """What stands of an order, without its placing."""
    columns = ("seq", "action", "result")
    return list(Track.objects.filter(order=order, seq__gt=1).order_by("seq").values_list(*columns))


@pytest.fixture
def as_worker_elsewhere(worker: Worker) -> APIClient:
    """Wim's second device."""
    return with_device(worker)


def test_one_queue_uploaded_twice_at_once_is_recorded_once_and_answered_alike(
    as_worker: APIClient, as_worker_elsewhere: APIClient, order: Order
) -> None:
    for _ in range(ROUNDS):
        parcel = another(order)
        steps = ("picked_up", "weighed", "created", "processing")
        queue = [scan_of(parcel, step) for step in steps]
        first, second = at_the_same_moment(
            uploading(as_worker, *queue), uploading(as_worker_elsewhere, *queue)
        )
        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()
        assert sorted(row[1:] for row in ledger(parcel)) == [
            ("created", "refused"),
            ("picked_up", "recorded"),
            ("processing", "recorded"),
            ("weighed", "recorded"),
        ]
        parcel.refresh_from_db()
        assert (parcel.status, parcel.version, parcel.last_seq) == ("processing", 3, 5)


def test_two_orders_in_opposite_order_do_not_block_each_other(
    as_worker: APIClient, as_other_worker: APIClient, order: Order
) -> None:
    for _ in range(ROUNDS):
        first, second = another(order), another(order)
        steps = ("picked_up", "weighed", "processing", "delivered")
        there = [scan_of(parcel, step) for step in steps for parcel in (first, second)]
        back = [scan_of(parcel, step) for step in steps for parcel in (second, first)]
        answers = at_the_same_moment(
            uploading(as_worker, *there), uploading(as_other_worker, *back)
        )
        for answer in answers:
            assert answer.status_code == 200
            verdicts = answer.json()
            assert len(verdicts) == 8
            assert {verdict["status"] for verdict in verdicts} <= {200, 409}
        for parcel in (first, second):
            parcel.refresh_from_db()
            assert (parcel.status, parcel.last_seq) == ("delivered", 9)
            moves = [row[1] for row in ledger(parcel) if row[2] == "recorded"]
            assert [move for move in moves if move != "weighed"] in [
                ["picked_up", "processing", "delivered"],
                ["picked_up", "delivered"],
                ["processing", "delivered"],
                ["delivered"],
            ]
            assert moves.count("weighed") == 2


def test_one_scan_id_in_two_queues_for_two_orders_moves_one_of_them(
    as_worker: APIClient, as_worker_elsewhere: APIClient, order: Order
) -> None:
    for _ in range(ROUNDS):
        first, second = another(order), another(order)
        scan = scan_of(first, "picked_up")
        answers = at_the_same_moment(
            uploading(as_worker, scan),
            uploading(as_worker_elsewhere, scan | {"order_number": second.order_number}),
        )
        statuses = sorted(answer.json()[0]["status"] for answer in answers)
        assert statuses == [200, 409]
        placed = Order.objects.filter(pk__in=[first.pk, second.pk])
        assert sorted(placed.values_list("status", flat=True)) == ["created", "picked_up"]
