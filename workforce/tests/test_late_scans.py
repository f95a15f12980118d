"""What offline devices read before the order came where it is, as it arrives by the API."""

import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from orders.models import Order
from tests.answers import assert_problem
from tests.cast import moved
from tests.states import newest, put
from tests.unchanged import nothing_written
from tracking.models import Track

SCAN = "/api/v1/workers/scan"


def ago(**time: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**time)


def scan(api: APIClient, order: Order, action: str, read_at: Any, **more: Any) -> Any:
    moment = read_at.isoformat() if isinstance(read_at, datetime.datetime) else read_at
    body = {"order_number": order.order_number, "action": action, "scanned_at": moment}
    return api.post(SCAN, body | more, format="json")


def test_a_late_scan_is_a_200_that_tells_where_the_order_is(
    as_worker: APIClient, order: Order
) -> None:
    moved(order, "processing")
    response = scan(as_worker, order, "picked_up", ago(hours=1))
    assert response.status_code == 200
    assert response.json()["order"] == {
        "order_number": order.order_number,
        "status": "processing",
        "allowed": ["completed", "delivered"],
    }
    track = response.json()["track"]
    assert (track["action"], track["result"], track["reason"]) == ("picked_up", "late", "")
    assert (track["from_status"], track["to_status"]) == ("processing", "processing")


def test_it_leaves_the_order_as_it_is(as_worker: APIClient, order: Order) -> None:
    before = moved(order, "processing")
    with nothing_written(but=(Track, Order)):
        scan(as_worker, order, "picked_up", ago(hours=1))
    after = Order.objects.get()
    assert (after.status, after.version) == ("processing", before.version)
    assert after.status_changed_at == before.status_changed_at
    assert after.last_seq == before.last_seq + 1


def test_two_clocks_are_kept_when_it_was_read_and_when_we_heard(
    as_worker: APIClient, order: Order
) -> None:
    moved(order, "processing")
    read_at, started = ago(hours=1), timezone.now()
    scan(as_worker, order, "picked_up", read_at)
    track = newest(order)
    assert track.scanned_at == read_at
    assert track.created_at >= started


def test_the_same_moment_may_be_told_with_any_offset(as_worker: APIClient, order: Order) -> None:
    put(order, "processing", since=ago(minutes=10))
    india = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    before, after = ago(minutes=11).astimezone(india), ago(minutes=9).astimezone(india)
    assert scan(as_worker, order, "picked_up", before).json()["track"]["result"] == "late"
    assert_problem(scan(as_worker, order, "picked_up", after), "transition_not_allowed")


def test_without_an_offset_it_is_the_shops_time(
    as_worker: APIClient, order: Order, settings: Any
) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    put(order, "processing", since=ago(minutes=10))
    india = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    before = ago(minutes=11).astimezone(india).replace(tzinfo=None)
    after = ago(minutes=9).astimezone(india).replace(tzinfo=None)
    assert scan(as_worker, order, "picked_up", before).json()["track"]["result"] == "late"
    assert_problem(scan(as_worker, order, "picked_up", after), "transition_not_allowed")


def test_a_scan_without_a_time_is_not_late(as_worker: APIClient, order: Order) -> None:
    moved(order, "processing")
    assert_problem(scan(as_worker, order, "picked_up", None), "transition_not_allowed")


@pytest.mark.parametrize("action", ["created", "picked_up", "delivered"])
def test_every_status_is_late_once_the_owner_has_cancelled(
    as_worker: APIClient, as_customer: APIClient, order: Order, action: str
) -> None:
    read_at = timezone.now()
    url = f"/api/v1/orders/{order.order_number}"
    as_customer.patch(url, {"status": "cancelled"}, format="json")
    response = scan(as_worker, order, action, read_at)
    assert (response.status_code, response.json()["track"]["result"]) == (200, "late")
    assert Order.objects.get().status == "cancelled"


def test_a_word_that_moves_nothing_is_never_late(as_worker: APIClient, order: Order) -> None:
    moved(order, "processing")
    response = scan(as_worker, order, "weighed", ago(hours=1))
    assert response.json()["track"]["result"] == "recorded"


def test_a_deleted_order_is_told_as_such_however_early_it_was_read(
    as_worker: APIClient, as_owner: APIClient, order: Order
) -> None:
    moved(order, "processing")
    as_owner.delete(f"/api/v1/orders/{order.order_number}")
    assert_problem(scan(as_worker, order, "picked_up", ago(hours=1)), "order_deleted")


def test_after_a_correction_the_clock_starts_anew(
    as_worker: APIClient, as_owner: APIClient, order: Order
) -> None:
    moved(order, "delivered")
    read_at = timezone.now()
    body = {"status": "processing", "reason": "Wrong bag."}
    as_owner.patch(f"/api/v1/orders/{order.order_number}", body, format="json")
    late = scan(as_worker, order, "picked_up", read_at)
    assert late.json()["track"]["result"] == "late"
    refused = scan(as_worker, order, "picked_up", timezone.now())
    assert_problem(refused, "transition_not_allowed")


@pytest.mark.parametrize(
    "read_at", [ago(days=30, minutes=1), ago(days=-400), "1970-01-01T00:00:00Z"]
)
def test_a_clock_that_is_wrong_is_kept_and_decides_nothing(
    as_worker: APIClient, order: Order, read_at: Any
) -> None:
    put(order, "processing", since=ago(days=-1000))
    response = scan(as_worker, order, "picked_up", read_at)
    assert_problem(response, "transition_not_allowed")
    kept = newest(order).scanned_at
    assert kept == (
        read_at
        if isinstance(read_at, datetime.datetime)
        else datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    )


def test_a_late_scan_sent_again_is_the_same_scan(as_worker: APIClient, order: Order) -> None:
    moved(order, "processing")
    read_at, scan_id = ago(hours=1), str(uuid.uuid4())
    first = scan(as_worker, order, "picked_up", read_at, scan_id=scan_id)
    moved(order, "delivered")
    with nothing_written():
        second = scan(as_worker, order, "picked_up", read_at, scan_id=scan_id)
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_queue_that_arrives_in_the_wrong_order_loses_nothing_and_moves_nothing_back(
    as_worker: APIClient, as_other_worker: APIClient, order: Order
) -> None:
    """Wim picked it up offline, Xenia's device was heard first."""
    picked_up, processing = ago(minutes=20), ago(minutes=10)
    scan(as_other_worker, order, "processing", processing)
    queue = [
        {
            "order_number": order.order_number,
            "action": "picked_up",
            "scanned_at": picked_up.isoformat(),
            "scan_id": str(uuid.uuid4()),
        }
    ]
    answer = as_worker.post("/api/v1/workers/scans", {"scans": queue}, format="json")
    (verdict,) = answer.json()
    assert (verdict["status"], verdict["track"]["result"]) == (200, "late")
    assert verdict["order"]["status"] == "processing"
    assert Order.objects.get().status == "processing"


def test_the_owner_sees_a_late_scan(
    as_worker: APIClient, as_customer: APIClient, order: Order
) -> None:
    moved(order, "processing")
    scan(as_worker, order, "picked_up", ago(hours=1))
    told = as_customer.get("/api/v1/tracks").json()
    assert [(track["action"], track["result"]) for track in told] == [
        ("picked_up", "late"),
        ("processing", "recorded"),
        ("created", "recorded"),
    ]
