"""`POST /api/v1/workers/scan` with an `Idempotency-Key`, which stands for `scan_id`."""

import uuid
from typing import Any

import pytest

from tests.answers import assert_problem
from tracking.models import Track

URL = "/api/v1/workers/scan"
SCAN_ID = "0197f3a2-9d1c-7c3e-8a55-0c6f2f1d9e01"


def scan(client: Any, order: Any, key: str, **more: Any) -> Any:
    """The answer to a scan with this header."""
    body = {"order_number": order.order_number, "action": "picked_up"} | more
    return client.post(URL, body, format="json", headers={"Idempotency-Key": key})


def test_a_uuid_is_taken_as_it_is(as_worker, order):
    scan(as_worker, order, SCAN_ID)

    assert str(Track.objects.get(seq=2).scan_id) == SCAN_ID


def test_a_repeat_with_the_header_gets_the_answer_to_the_scan_id(as_worker, order):
    body = {"order_number": order.order_number, "action": "picked_up", "scan_id": SCAN_ID}
    first = as_worker.post(URL, body, format="json")

    second = scan(as_worker, order, SCAN_ID)

    assert second.json() == first.json()
    assert Track.objects.count() == 2


def test_another_text_becomes_a_uuid_of_worker_and_text(as_worker, worker, order):
    first = scan(as_worker, order, "queue-item-17")
    second = scan(as_worker, order, "queue-item-17")

    assert second.json() == first.json()
    (track,) = Track.objects.filter(seq__gt=1)
    assert track.scan_id == uuid.uuid5(uuid.NAMESPACE_OID, f"{worker.pk}:queue-item-17")


def test_one_text_of_two_workers_is_two_scans(as_worker, as_other_worker, order):
    answers = [scan(client, order, "queue-item-17") for client in (as_worker, as_other_worker)]

    assert [answer.json()["track"]["result"] for answer in answers] == ["recorded", "already"]


def test_one_text_for_another_scan_is_refused(as_worker, order):
    scan(as_worker, order, "queue-item-17")

    assert_problem(scan(as_worker, order, "queue-item-17", note="again"), "scan_id_reused")


def test_a_scan_id_in_the_body_goes_before_the_header(as_worker, order):
    scan(as_worker, order, str(uuid.uuid4()), scan_id=SCAN_ID)

    assert str(Track.objects.get(seq=2).scan_id) == SCAN_ID


@pytest.mark.parametrize("key", ["", "short", "k" * 256, "with a blank", "schl\xfcssel1"])
def test_a_key_that_is_none_is_refused_and_nothing_is_written(as_worker, order, key):
    assert_problem(scan(as_worker, order, key), "validation", fields={"Idempotency-Key"})

    assert Track.objects.count() == 1
