"""`POST /api/v1/workers/scan`."""

import datetime
import uuid
from typing import Any

import pytest
from django.utils import timezone

from orders.models import Order
from tests.answers import assert_problem
from tests.statements import statements
from tests.states import columns, facts, newest, put
from tracking.models import Track
from workforce.models import DeviceToken, Worker

URL = "/api/v1/workers/scan"
SCAN_ID = "0197f3a2-9d1c-7c3e-8a55-0c6f2f1d9e01"


def scan(client: Any, order: Order | str, action: str = "picked_up", **more: Any) -> Any:
    """The answer to a scan."""
    number = order if isinstance(order, str) else order.order_number
    return client.post(URL, {"order_number": number, "action": action} | more, format="json")


def utc(moment: datetime.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def tracks() -> int:
    """How many tracks there are, but the one of the order's placing."""
    return Track.objects.exclude(seq=1).count()


# --- A scan that counts ---------------------------------------------------------------------


@pytest.mark.parametrize("path", [URL, URL + "/"])
def test_a_scan_is_answered_in_full(as_worker, worker, order, path):
    body = {"order_number": order.order_number, "action": "picked_up"}
    more = {"location": "Gate 4", "note": "two bags", "scanned_at": "2026-01-02T03:04:05+05:30"}

    response = as_worker.post(path, body | more, format="json")

    track = newest(order)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == {
        "msg": "Scan recorded",
        "track": {
            "id": track.pk,
            "order_id": order.pk,
            "order_number": order.order_number,
            "order_email": None,
            "seq": 2,
            "worker_id": worker.pk,
            "actor": None,
            "action": "picked_up",
            "from_status": "created",
            "to_status": "picked_up",
            "result": "recorded",
            "reason": "",
            "voids": None,
            "voided_by": None,
            "note": "two bags",
            "location": "Gate 4",
            "source": "scan",
            "scanned_at": "2026-01-01T21:34:05Z",
            "created_at": utc(track.created_at),
        },
        "order": {
            "order_number": order.order_number,
            "status": "picked_up",
            "allowed": ["processing", "completed", "delivered"],
        },
    }


def test_a_scan_writes_one_track_with_worker_and_device(as_worker, worker, order):
    scan(as_worker, order, location="Gate 4", note="two bags", scan_id=SCAN_ID)

    track = newest(order)
    row = facts(track)
    assert len(row.pop("scan_digest")) == 64
    assert timezone.now() - row.pop("scanned_at") < datetime.timedelta(minutes=1)
    assert row == {
        "order_id": order.pk,
        "seq": 2,
        "order_number": "",
        "order_email": "",
        "worker_id": worker.pk,
        "device_id": DeviceToken.objects.get().pk,
        "actor_id": None,
        "legacy_worker": "",
        "action": "picked_up",
        "from_status": "created",
        "to_status": "picked_up",
        "result": "recorded",
        "reason": "",
        "voids_id": None,
        "source": "scan",
        "note": "two bags",
        "location": "Gate 4",
        "scan_id": uuid.UUID(SCAN_ID),
    }
    assert tracks() == 1
    order.refresh_from_db()
    assert (order.status, order.version, order.last_seq) == ("picked_up", 2, 2)


def test_a_scan_asks_four_statements_of_the_database(as_worker, order):
    with statements() as asked:
        response = scan(as_worker, order, scan_id=SCAN_ID)

    assert response.status_code == 200
    assert [sql.split()[0] for sql in asked] == [
        "SELECT",  # the device and its worker
        "SELECT",  # the order, locked
        "INSERT",  # the track
        "UPDATE",  # the order
    ], asked


def test_the_same_status_again_is_already_so(as_worker, order):
    put(order, "picked_up")
    before = columns(order)

    response = scan(as_worker, order)

    assert response.status_code == 200
    track = response.json()["track"]
    assert (track["result"], track["from_status"], track["to_status"]) == (
        "already",
        "picked_up",
        "picked_up",
    )
    assert response.json()["order"]["status"] == "picked_up"
    assert columns(order) == before


def test_a_status_read_earlier_is_late(as_worker, order):
    put(order, "completed")
    read_at = utc(order.status_changed_at - datetime.timedelta(minutes=2))

    response = scan(as_worker, order, scanned_at=read_at)

    assert response.status_code == 200
    assert response.json()["track"]["result"] == "late"
    assert response.json()["track"]["scanned_at"] == read_at
    assert response.json()["order"]["status"] == "completed"


def test_another_word_is_recorded_and_moves_nothing(as_worker, order):
    response = scan(as_worker, order, "label_printed")

    assert response.status_code == 200
    assert response.json()["track"]["action"] == "label_printed"
    assert response.json()["order"] == {
        "order_number": order.order_number,
        "status": "created",
        "allowed": ["picked_up", "processing", "completed", "delivered"],
    }


def test_a_naive_time_is_the_shops(as_worker, order, settings):
    settings.TIME_ZONE = "Asia/Kolkata"

    response = scan(as_worker, order, scanned_at="2026-01-02T03:04:05")

    assert response.json()["track"]["scanned_at"] == "2026-01-01T21:34:05Z"


def test_the_number_is_read_in_any_case(as_worker, order):
    assert scan(as_worker, f" {order.order_number.lower()} ").status_code == 200


@pytest.mark.parametrize(
    "payload",
    [
        "{number}",
        "{url}",
        "]Q3{url}/{token}\r\n",
        "ORDER: {number}\nEMAIL: asha@example.com\nSERVICE: Wash",
    ],
)
def test_the_raw_text_of_a_code_is_read(as_worker, order, payload):
    text = payload.format(number=order.order_number, url=order.public_url, token=order.token)

    response = as_worker.post(URL, {"qr": text, "action": "picked_up"}, format="json")

    assert response.status_code == 200
    assert response.json()["track"]["order_number"] == order.order_number
    assert response.json()["order"]["order_number"] == order.order_number


def test_the_code_counts_where_a_number_comes_too(as_worker, order):
    response = scan(as_worker, "NOSUCHNUMB", qr=order.public_url)

    assert response.status_code == 200


# --- A scan that is refused -----------------------------------------------------------------


def test_a_step_back_is_refused_with_where_the_order_is(as_worker, worker, order):
    put(order, "processing")
    before = columns(order)

    response = scan(as_worker, order)

    body = assert_problem(response, "transition_not_allowed")
    detail = (
        "The order is processing and cannot become picked_up; possible now: completed, delivered."
    )
    assert body == {
        "type": "about:blank#transition_not_allowed",
        "title": "The order cannot take this step now.",
        "status": 409,
        "detail": detail,
        "code": "transition_not_allowed",
        "msg": detail,
        "request_id": response["X-Request-ID"],
        "order": {
            "order_number": order.order_number,
            "status": "processing",
            "allowed": ["completed", "delivered"],
        },
    }
    assert columns(order) == before
    track = newest(order)
    assert (track.seq, track.result, track.reason) == (2, "refused", "transition_not_allowed")
    assert (track.action, track.worker) == ("picked_up", worker)
    assert tracks() == 1


def test_a_worker_cancels_nothing(as_worker, order):
    assert_problem(scan(as_worker, order, "cancelled"), "transition_not_allowed")

    order.refresh_from_db()
    assert order.status == "created"


def test_a_deleted_order_is_refused(as_worker, order):
    Order.objects.update(deleted_at=timezone.now())

    body = assert_problem(scan(as_worker, order), "order_deleted")

    assert body["detail"] == "This order was deleted."
    assert "order" not in body
    assert (newest(order).result, newest(order).reason) == ("refused", "order_deleted")
    assert tracks() == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("nosuchnumb", "NOSUCHNUMB"),
        ("no such number", "no such number"),
        ("ß" * 64, "ß" * 64),
        ("€ 5", "€ 5"),
    ],
)
def test_an_unknown_number_leaves_a_track_without_an_order(as_worker, worker, given, kept):
    response = scan(as_worker, given, location="Gate 4", scan_id=SCAN_ID)

    body = assert_problem(response, "order_not_found")
    assert body["detail"] == "There is no such order."
    assert "order" not in body
    track = Track.objects.get()
    assert (track.order, track.seq, track.order_number) == (None, None, kept)
    assert (track.action, track.result, track.reason) == (
        "picked_up",
        "refused",
        "order_not_found",
    )
    assert (track.worker, track.location, str(track.scan_id)) == (worker, "Gate 4", SCAN_ID)


@pytest.mark.parametrize(
    "payload", ["", "  ", "hello there", "{'orderId': []}", "{[]: 1}", "K" * 513, "https://[x"]
)
def test_an_unreadable_code_writes_nothing(as_worker, order, payload):
    response = as_worker.post(URL, {"qr": payload, "action": "picked_up"}, format="json")

    if payload:
        assert_problem(response, "unreadable_code")
    else:
        assert_problem(response, "validation", fields={"qr"})
    assert tracks() == 0


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, {"action"}),
        ({"action": "picked_up"}, {"order_number"}),
        ({"action": "picked_up", "order_number": ""}, {"order_number"}),
        ({"action": "picked_up", "order_number": 5}, {"order_number"}),
        ({"action": "picked_up", "order_number": "K" * 65}, {"order_number"}),
        ({"action": "picked_up", "qr": 5}, {"qr"}),
        ({"order_number": "K", "action": ""}, {"action"}),
        ({"order_number": "K", "action": 5}, {"action"}),
        ({"order_number": "K", "action": "Picked Up"}, {"action"}),
        ({"order_number": "K", "action": "a\nb"}, {"action"}),
        ({"order_number": "K", "action": "é"}, {"action"}),
        ({"order_number": "K", "action": "x" * 65}, {"action"}),
        ({"order_number": "K", "action": "x", "location": 5}, {"location"}),
        ({"order_number": "K", "action": "x", "location": "x" * 129}, {"location"}),
        ({"order_number": "K", "action": "x", "note": "x" * 501}, {"note"}),
        ({"order_number": "K", "action": "x", "note": "\x00"}, {"note"}),
        ({"order_number": "K", "action": "x", "scanned_at": "yesterday"}, {"scanned_at"}),
        ({"order_number": "K", "action": "x", "scanned_at": 1767225600}, {"scanned_at"}),
        ({"order_number": "K", "action": "x", "scanned_at": "0001-01-01T00:00Z"}, {"scanned_at"}),
        ({"order_number": "K", "action": "x", "scan_id": "one"}, {"scan_id"}),
        ({"order_number": "K", "action": "x", "scan_id": 1}, {"scan_id"}),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(as_worker, order, body, fields):
    assert_problem(as_worker.post(URL, body, format="json"), "validation", fields=fields)

    assert tracks() == 0


def test_the_longest_texts_are_kept_whole(as_worker, order):
    response = scan(as_worker, order, "x" * 64, location="ü" * 128, note="漢" * 499 + "🧺")

    assert response.status_code == 200
    track = newest(order)
    assert (track.action, track.location) == ("x" * 64, "ü" * 128)
    assert track.note == "漢" * 499 + "🧺"


# --- Who scans ------------------------------------------------------------------------------


def test_nobody_scans_without_a_token(api, order):
    assert_problem(scan(api, order), "not_authenticated")

    assert tracks() == 0


def test_a_revoked_device_scans_nothing(as_worker, order):
    DeviceToken.objects.update(revoked_at=timezone.now())

    assert_problem(scan(as_worker, order), "token_invalid")

    assert tracks() == 0


def test_the_device_of_a_worker_who_left_scans_nothing(as_worker, order):
    Worker.objects.update(is_active=False)

    assert_problem(scan(as_worker, order), "token_invalid")

    assert tracks() == 0


@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
def test_customers_and_staff_do_not_scan(request, order, who):
    assert_problem(scan(request.getfixturevalue(who), order), "permission_denied")

    assert tracks() == 0
