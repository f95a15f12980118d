"""`POST /api/v1/workers/scan` with a `scan_id` that was used before."""

import uuid
from typing import Any

import pytest
from django.utils import timezone

from config.rest.principals import SYSTEM, Principal
from orders.lifecycle import undo
from orders.models import Order
from tests.answers import assert_problem
from tests.statements import statements
from tests.states import columns, newest, put, take
from tracking.models import Track

URL = "/api/v1/workers/scan"
SCAN_ID = "0197f3a2-9d1c-7c3e-8a55-0c6f2f1d9e01"


def scan(client: Any, number: str, action: str = "picked_up", **more: Any) -> Any:
    """The answer to a scan with the one id of these tests."""
    body = {"order_number": number, "action": action, "scan_id": SCAN_ID} | more
    return client.post(URL, body, format="json")


def said(response: Any) -> tuple[int, dict[str, Any]]:
    """Status and body of an answer, without the id of the request."""
    return response.status_code, {**response.json(), "request_id": None}


def test_a_repeat_gets_the_first_answer_and_writes_nothing(as_worker, order):
    first = scan(as_worker, order.order_number)
    before = columns(order)

    second = scan(as_worker, order.order_number)

    assert said(second) == said(first)
    assert first.status_code == 200
    assert Track.objects.count() == 2
    assert columns(order) == before


def test_a_repeat_asks_four_statements_of_the_database(as_worker, order):
    scan(as_worker, order.order_number)

    with statements() as asked:
        scan(as_worker, order.order_number)

    # The device and its worker, the order, the track that meets the first one, that one.
    assert len(asked) == 4, asked


def test_a_repeat_gets_the_first_answer_whatever_happened_since(as_worker, owner, order):
    first = scan(as_worker, order.order_number)
    undo(order=order, by=Principal("staff", user=owner), source=Track.Source.API)
    take(order, "delivered", SYSTEM)
    Order.objects.update(deleted_at=timezone.now())

    second = scan(as_worker, order.order_number)

    assert said(second) == said(first)
    assert second.json()["order"]["status"] == "picked_up"
    assert second.json()["order"]["allowed"] == ["processing", "completed", "delivered"]
    assert second.json()["track"]["voided_by"] is None


def test_a_repeat_of_one_that_was_already_so_gets_that_answer(as_worker, order):
    put(order, "picked_up")
    first = scan(as_worker, order.order_number)
    take(order, "delivered", SYSTEM)

    second = scan(as_worker, order.order_number)

    assert said(second) == said(first)
    assert second.json()["track"]["result"] == "already"


def test_a_repeated_refusal_is_the_first_refusal_though_the_step_is_allowed_now(
    as_worker, owner, order
):
    take(order, "processing", SYSTEM)
    first = scan(as_worker, order.order_number)
    undo(order=order, by=Principal("staff", user=owner), source=Track.Source.API)

    second = scan(as_worker, order.order_number)

    assert_problem(first, "transition_not_allowed")
    assert said(second) == said(first)
    assert second.json()["order"]["status"] == "processing"
    order.refresh_from_db()
    assert order.status == "created"


def test_a_repeat_for_an_order_that_was_deleted_then_and_is_back(as_worker, order):
    Order.objects.update(deleted_at=timezone.now())
    first = scan(as_worker, order.order_number)
    Order.objects.update(deleted_at=None)

    assert said(scan(as_worker, order.order_number)) == said(first)
    assert_problem(first, "order_deleted")


def test_a_repeat_for_an_order_that_was_unknown_then_and_is_there_now(as_worker, order):
    first = scan(as_worker, "LATENUMBER")
    Order.objects.update(order_number="LATENUMBER")

    second = scan(as_worker, "LATENUMBER")

    assert_problem(first, "order_not_found")
    assert said(second) == said(first)


def test_a_repeat_may_be_written_otherwise_where_it_says_the_same(as_worker, order):
    number = order.order_number
    first = scan(as_worker, number, scanned_at="2026-01-02T03:04:05Z", location="Gate 4")

    second = scan(
        as_worker,
        f" {number.lower()} ",
        scanned_at="2026-01-02T08:34:05+05:30",
        location=" Gate 4 ",
        note="",
        scan_id=SCAN_ID.upper(),
    )

    assert said(second) == said(first)


OTHER_CONTENT = {
    "action": {"action": "processing"},
    "location": {"location": "Gate 5"},
    "note": {"note": "three bags"},
    "scanned_at": {"scanned_at": "2026-01-02T03:04:06Z"},
    "the raw code": {"qr": "X"},
}


@pytest.mark.parametrize("other", OTHER_CONTENT.values(), ids=OTHER_CONTENT)
def test_the_same_id_with_other_content_is_refused_and_moves_nothing(as_worker, order, other):
    scan(as_worker, order.order_number)
    before = columns(order)
    more = {name: text if name != "qr" else order.public_url for name, text in other.items()}

    body = assert_problem(scan(as_worker, order.order_number, **more), "scan_id_reused")

    assert body["detail"] == "This scan_id was already used for another scan."
    assert "order" not in body
    assert columns(order) == before


def test_the_same_id_for_another_order_is_refused(as_worker, worker, order):
    scan(as_worker, "NOSUCHNUMB")

    assert_problem(scan(as_worker, order.order_number), "scan_id_reused")

    order.refresh_from_db()
    assert order.status == "created"


def test_the_same_id_of_another_worker_is_refused(as_worker, as_other_worker, order):
    scan(as_worker, order.order_number)

    assert_problem(scan(as_other_worker, order.order_number), "scan_id_reused")


def test_a_reused_id_leaves_a_refused_track_of_its_own(as_worker, as_other_worker, order):
    first = scan(as_worker, order.order_number).json()["track"]

    scan(as_other_worker, order.order_number, "processing", location="Gate 5")

    track = newest(order)
    assert (track.seq, track.result, track.reason) == (3, "refused", "scan_id_reused")
    assert (track.action, track.location) == ("processing", "Gate 5")
    assert (track.from_status, track.to_status) == ("picked_up", "picked_up")
    assert (track.scan_id, track.scan_digest) == (None, "")
    assert track.worker is not None
    assert track.worker.name == "Xenia Xu"
    assert Track.objects.get(scan_id=SCAN_ID).pk == first["id"]
    assert Track.objects.count() == 3


def test_an_id_reused_for_an_unknown_order_leaves_a_refused_track_without_one(as_worker, order):
    scan(as_worker, order.order_number)

    assert_problem(scan(as_worker, "NOSUCHNUMB"), "scan_id_reused")

    track = Track.objects.get(order=None)
    assert (track.order_number, track.reason) == ("NOSUCHNUMB", "scan_id_reused")
    assert Track.objects.count() == 3


def test_another_id_is_another_scan(as_worker, order):
    scan(as_worker, order.order_number)

    response = scan(as_worker, order.order_number, scan_id=str(uuid.uuid4()))

    assert response.json()["track"]["result"] == "already"


@pytest.mark.parametrize("scan_id", [None, "missing"])
def test_scans_without_an_id_are_each_a_scan(as_worker, order, scan_id):
    body = {"order_number": order.order_number, "action": "picked_up"}
    if scan_id is None:
        body["scan_id"] = None

    results = [as_worker.post(URL, body, format="json").json()["track"]["result"] for _ in range(2)]

    assert results == ["recorded", "already"]
