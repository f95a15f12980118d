"""`POST /api/v1/workers/scans`: an offline device uploads what it kept."""

import json
import uuid
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient

from accounts.models import User
from config.rest.principals import Principal
from orders import lifecycle
from orders.editing import delete_order
from orders.models import Order
from orders.placing import Item, place_order
from tests.answers import assert_problem
from tests.cast import moved
from tests.unchanged import nothing_written
from tracking.models import Track
from workforce import scanning
from workforce.models import Worker

SCANS = "/api/v1/workers/scans"
OK_KEYS = {"scan_id", "status", "track", "order"}
NO_KEYS = {"scan_id", "status", "code", "detail"}


def upload(api: APIClient, *scans: Any) -> Any:
    # Not by the client's own JSON, which holds no lone surrogates.
    return api.generic("POST", SCANS, json.dumps({"scans": scans}), "application/json")


def scan_of(order: Order, action: str, **more: Any) -> dict[str, Any]:
    return {
        "order_number": order.order_number,
        "action": action,
        "scan_id": str(uuid.uuid4()),
        **more,
    }


@pytest.fixture
def other_order(order: Order, other_customer: User) -> Order:
    """Bert's order of a wash."""
    return place_order(
        by=Principal("customer", user=other_customer),
        items=[Item(order.service_id)] if order.service_id else [],
        source="api",
        customer=other_customer,
    )


@pytest.mark.parametrize("slash", ["", "/"])
def test_each_scan_gets_its_verdict_in_order(
    as_worker: APIClient, order: Order, other_order: Order, owner: User, slash: str
) -> None:
    delete_order(order=other_order, by=Principal("staff", user=owner), source="api")
    queue = [
        scan_of(order, "picked_up", location="Door 3"),
        scan_of(order, "cancelled"),
        scan_of(other_order, "picked_up"),
        scan_of(order, "picked_up", order_number="UNKNOWN234"),
        {"qr": "?", "action": "picked_up", "scan_id": str(uuid.uuid4())},
        scan_of(order, "Picked Up"),
        scan_of(order, "weighed"),
    ]
    response = as_worker.post(SCANS + slash, {"scans": queue}, format="json")
    assert response.status_code == 200
    verdicts = response.json()
    assert [verdict["scan_id"] for verdict in verdicts] == [scan["scan_id"] for scan in queue]
    assert [(verdict["status"], verdict.get("code")) for verdict in verdicts] == [
        (200, None),
        (409, "transition_not_allowed"),
        (409, "order_deleted"),
        (404, "order_not_found"),
        (400, "unreadable_code"),
        (400, "validation"),
        (200, None),
    ]


def test_a_recorded_scan_is_told_as_by_a_single_scan(as_worker: APIClient, order: Order) -> None:
    scan = scan_of(order, "picked_up", location="Door 3", note="Wet")
    (verdict,) = upload(as_worker, scan).json()
    assert verdict.keys() == OK_KEYS
    single = as_worker.post("/api/v1/workers/scan", scan, format="json").json()
    assert (verdict["track"], verdict["order"]) == (single["track"], single["order"])
    assert verdict["track"]["location"] == "Door 3"
    assert verdict["order"] == {
        "order_number": order.order_number,
        "status": "picked_up",
        "allowed": ["processing", "completed", "delivered"],
    }


def test_a_refused_step_tells_what_is_possible(as_worker: APIClient, order: Order) -> None:
    moved(order, "completed")
    (verdict,) = upload(as_worker, scan_of(order, "picked_up")).json()
    assert verdict.keys() == NO_KEYS | {"order"}
    assert verdict["order"] == {
        "order_number": order.order_number,
        "status": "completed",
        "allowed": ["delivered"],
    }
    assert verdict["detail"].startswith("The order is completed and cannot become picked_up")


@pytest.mark.parametrize(
    "scan",
    [
        {"order_number": "UNKNOWN234", "action": "picked_up"},
        {"qr": "?", "action": "picked_up"},
        {"action": "picked_up"},
    ],
)
def test_every_other_refusal_has_exactly_four_keys(
    as_worker: APIClient, scan: dict[str, Any]
) -> None:
    (verdict,) = upload(as_worker, scan).json()
    assert verdict.keys() == NO_KEYS
    assert verdict["scan_id"] is None
    assert verdict["detail"]


def test_a_bad_field_is_named_in_the_detail(as_worker: APIClient, order: Order) -> None:
    (verdict,) = upload(as_worker, scan_of(order, "picked_up", location=5)).json()
    assert verdict["detail"] == "location: A string is required."


@pytest.mark.parametrize(
    "thing", [None, 5, True, "scan", [], ["scan"], [{"action": "picked_up"}], {}]
)
def test_what_is_no_scan_is_a_verdict_too_and_spoils_no_other(
    as_worker: APIClient, order: Order, thing: Any
) -> None:
    first, second, third = upload(
        as_worker, scan_of(order, "picked_up"), thing, scan_of(order, "processing")
    ).json()
    assert (first["status"], third["status"]) == (200, 200)
    assert second.keys() == NO_KEYS
    assert (second["scan_id"], second["status"], second["code"]) == (None, 400, "validation")
    assert Order.objects.get().status == "processing"


@pytest.mark.parametrize(
    "scan_id",
    [5, True, ["x"], {"a": {"b": []}}, "\ud800", "a\x00b", "\N{SNOWMAN}" * 3, "x" * 65],
)
def test_a_scan_id_that_is_none_is_not_echoed(
    as_worker: APIClient, order: Order, scan_id: Any
) -> None:
    with nothing_written():
        (verdict,) = upload(as_worker, scan_of(order, "picked_up", scan_id=scan_id)).json()
    assert (verdict["scan_id"], verdict["code"]) == (None, "validation")


@pytest.mark.parametrize("scan_id", ["not-a-uuid", "x" * 64])
def test_a_bad_scan_id_of_plain_text_is_echoed_so_that_the_device_finds_it(
    as_worker: APIClient, order: Order, scan_id: str
) -> None:
    (verdict,) = upload(as_worker, scan_of(order, "picked_up", scan_id=scan_id)).json()
    assert (verdict["scan_id"], verdict["code"]) == (scan_id, "validation")


@pytest.mark.parametrize("form", [str.upper, lambda text: text.replace("-", "")])
def test_a_scan_id_is_echoed_as_it_was_sent(as_worker: APIClient, order: Order, form: Any) -> None:
    scan = scan_of(order, "picked_up")
    scan["scan_id"] = form(scan["scan_id"])
    assert upload(as_worker, scan).json()[0]["scan_id"] == scan["scan_id"]


def test_scans_are_taken_in_the_order_of_the_queue(
    as_worker: APIClient, worker: Worker, order: Order
) -> None:
    queue = [scan_of(order, step) for step in ("picked_up", "weighed", "processing", "created")]
    upload(as_worker, *queue)
    tracks = Track.objects.filter(worker=worker).order_by("seq")
    assert [(track.seq, track.action, track.result) for track in tracks] == [
        (2, "picked_up", "recorded"),
        (3, "weighed", "recorded"),
        (4, "processing", "recorded"),
        (5, "created", "refused"),
    ]


def test_the_whole_call_may_be_repeated(
    as_worker: APIClient, order: Order, other_order: Order
) -> None:
    queue = [
        scan_of(order, "picked_up"),
        scan_of(order, "created"),
        scan_of(order, "processing", order_number="UNKNOWN234"),
        scan_of(other_order, "weighed"),
        scan_of(other_order, "Weighed"),
        scan_of(order, "delivered"),
    ]
    first = upload(as_worker, *queue)
    with nothing_written():
        second = upload(as_worker, *queue)
    assert (second.status_code, second.json()) == (200, first.json())


def test_a_call_that_broke_off_is_finished_by_repeating_it(
    as_worker: APIClient, order: Order
) -> None:
    queue = [scan_of(order, "picked_up"), scan_of(order, "processing")]

    def breaking_off(**facts: Any) -> Track:
        if facts["action"] == "processing":
            raise OperationalError("gone away")
        return lifecycle.advance(**facts)

    with patch.object(scanning, "advance", breaking_off):
        assert_problem(upload(as_worker, *queue), "unavailable")
    assert Order.objects.get().status == "picked_up"
    assert [verdict["status"] for verdict in upload(as_worker, *queue).json()] == [200, 200]
    assert Track.objects.count() == 3


def test_the_same_scan_twice_in_one_call_is_one_scan(as_worker: APIClient, order: Order) -> None:
    scan = scan_of(order, "picked_up")
    first, second = upload(as_worker, scan, scan).json()
    assert first == second
    assert Track.objects.count() == 2


def test_another_scan_under_the_same_id_is_refused(as_worker: APIClient, order: Order) -> None:
    scan = scan_of(order, "picked_up")
    first, second = upload(as_worker, scan, scan | {"action": "processing"}).json()
    assert (first["status"], second["status"]) == (200, 409)
    assert second.keys() == NO_KEYS
    assert (second["scan_id"], second["code"]) == (scan["scan_id"], "scan_id_reused")
    assert Order.objects.get().status == "picked_up"


def test_scans_without_an_id_are_scans_of_their_own(as_worker: APIClient, order: Order) -> None:
    scan = {"order_number": order.order_number, "action": "picked_up"}
    verdicts = upload(as_worker, scan, scan).json()
    assert [verdict["track"]["result"] for verdict in verdicts] == ["recorded", "already"]


def test_an_empty_queue_has_no_verdicts(as_worker: APIClient) -> None:
    response = upload(as_worker)
    assert (response.status_code, response.json()) == (200, [])


def test_two_hundred_scans_are_taken(as_worker: APIClient, order: Order) -> None:
    response = upload(as_worker, *[scan_of(order, "weighed")] * 200)
    assert [verdict["status"] for verdict in response.json()] == [200] * 200


def test_two_hundred_and_one_are_too_many(as_worker: APIClient, order: Order) -> None:
    with nothing_written():
        response = upload(as_worker, *[scan_of(order, "weighed")] * 201)
    assert_problem(response, "validation", fields={"scans"})


@pytest.mark.parametrize(
    "body", [{}, {"scans": None}, {"scans": {}}, {"scans": "scan"}, {"scans": 5}]
)
def test_what_is_no_queue_is_refused(as_worker: APIClient, body: Any) -> None:
    response = as_worker.post(SCANS, body, format="json")
    assert_problem(response, "validation", fields={"scans"})


def test_a_bare_list_is_refused(as_worker: APIClient, order: Order) -> None:
    with nothing_written():
        response = as_worker.post(SCANS, [scan_of(order, "picked_up")], format="json")
    assert_problem(response, "validation", fields={"non_field_errors"})


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("api", "not_authenticated"),
        ("as_customer", "permission_denied"),
        ("as_owner", "permission_denied"),
    ],
)
def test_only_workers_upload(
    request: pytest.FixtureRequest, order: Order, who: str, code: str
) -> None:
    client = request.getfixturevalue(who)
    with nothing_written():
        assert_problem(upload(client, scan_of(order, "picked_up")), code)
