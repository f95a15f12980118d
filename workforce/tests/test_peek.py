"""`POST /api/v1/workers/peek`: what a scan would do, without doing it."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from config.rest.principals import Principal
from orders.editing import delete_order
from orders.models import Order
from tests.answers import assert_problem
from tests.cast import moved
from tests.unchanged import nothing_written
from tracking.models import Track

PEEK = "/api/v1/workers/peek"


def peek(api: APIClient, **body: Any) -> Any:
    with nothing_written():
        return api.post(PEEK, body, format="json")


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_tells_the_orders_state_and_its_last_track(
    as_worker: APIClient, order: Order, slash: str
) -> None:
    body = {"order_number": order.order_number}
    response = as_worker.post(PEEK + slash, body, format="json")
    track = Track.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "order": {
            "order_number": order.order_number,
            "status": "created",
            "allowed": ["picked_up", "processing", "completed", "delivered"],
        },
        "last_track": {
            "id": track.pk,
            "order_id": order.pk,
            "order_number": order.order_number,
            "order_email": None,
            "seq": 1,
            "worker_id": None,
            "actor": {"kind": "customer", "id": order.customer_id},
            "action": "created",
            "from_status": "",
            "to_status": "created",
            "result": "recorded",
            "reason": "",
            "voids": None,
            "voided_by": None,
            "note": "",
            "location": "",
            "source": "api",
            "scanned_at": track.scanned_at.isoformat().replace("+00:00", "Z"),
            "created_at": track.created_at.isoformat().replace("+00:00", "Z"),
        },
    }


@pytest.mark.parametrize(
    ("status", "allowed"),
    [
        ("picked_up", ["processing", "completed", "delivered"]),
        ("processing", ["completed", "delivered"]),
        ("completed", ["delivered"]),
        ("delivered", []),
        ("cancelled", []),
    ],
)
def test_it_tells_what_a_worker_may_do_next(
    as_worker: APIClient, order: Order, status: str, allowed: list[str]
) -> None:
    moved(order, status)
    state = peek(as_worker, order_number=order.order_number).json()["order"]
    assert (state["status"], state["allowed"]) == (status, allowed)


def test_the_last_track_may_be_a_refused_one(as_worker: APIClient, order: Order) -> None:
    body = {"order_number": order.order_number, "action": "cancelled"}
    as_worker.post("/api/v1/workers/scan", body, format="json")
    last = peek(as_worker, order_number=order.order_number).json()["last_track"]
    assert (last["action"], last["result"], last["seq"]) == ("cancelled", "refused", 2)


def test_an_order_without_tracks_is_told_as_such(as_worker: APIClient, order: Order) -> None:
    bare = Order.objects.create(
        order_number="OLD-1", token="t", name="x", status_changed_at=order.status_changed_at
    )
    assert peek(as_worker, order_number=bare.order_number).json()["last_track"] is None


def test_the_number_is_read_in_any_case_and_without_its_blanks(
    as_worker: APIClient, order: Order
) -> None:
    response = peek(as_worker, order_number=f" {order.order_number.lower()} ")
    assert response.json()["order"]["order_number"] == order.order_number


@pytest.mark.parametrize(
    "form",
    [
        "{number}",
        " {number}\r\n",
        "https://shop.example/t/{number}",
        "https://shop.example/t/{number}/{token}",
        "ORDER: {number}\nEMAIL: a@b.c\nSERVICE: Wash",
        "]Q3{number}",
    ],
)
def test_every_payload_of_a_scan_is_read(as_worker: APIClient, order: Order, form: str) -> None:
    qr = form.format(number=order.order_number, token=order.token)
    assert peek(as_worker, qr=qr).json()["order"]["order_number"] == order.order_number


def test_json_in_a_code_is_read(as_worker: APIClient, order: Order) -> None:
    qr = json.dumps({"orderId": order.order_number})
    assert peek(as_worker, qr=qr).json()["order"]["order_number"] == order.order_number


def test_of_both_the_code_counts(as_worker: APIClient, order: Order) -> None:
    response = peek(as_worker, qr=order.order_number, order_number="UNKNOWN234")
    assert response.json()["order"]["order_number"] == order.order_number


def test_every_worker_may_peek_at_every_order(as_other_worker: APIClient, order: Order) -> None:
    assert peek(as_other_worker, order_number=order.order_number).status_code == 200


@pytest.mark.parametrize("number", ["UNKNOWN234", "no number", "7"])
def test_an_unknown_number_is_not_found(as_worker: APIClient, order: Order, number: str) -> None:
    assert_problem(peek(as_worker, order_number=number), "order_not_found")


def test_an_orders_id_is_no_number(as_worker: APIClient, order: Order) -> None:
    assert_problem(peek(as_worker, order_number=str(order.pk)), "order_not_found")


def test_an_unknown_number_in_a_code_is_not_found(as_worker: APIClient) -> None:
    assert_problem(peek(as_worker, qr="https://shop.example/t/UNKNOWN234"), "order_not_found")


@pytest.mark.parametrize("qr", ["?", "https://shop.example/", "   ", "{}", "x" * 513])
def test_a_code_without_a_number_is_unreadable(as_worker: APIClient, qr: str) -> None:
    assert_problem(peek(as_worker, qr=qr), "unreadable_code")


def test_a_deleted_order_is_told_as_such(as_worker: APIClient, order: Order, owner: User) -> None:
    delete_order(order=order, by=Principal("staff", user=owner), source="api")
    assert_problem(peek(as_worker, order_number=order.order_number), "order_deleted")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "order_number"),
        ({"order_number": ""}, "order_number"),
        ({"order_number": None}, "order_number"),
        ({"order_number": 5}, "order_number"),
        ({"order_number": "x" * 65}, "order_number"),
        ({"qr": ""}, "qr"),
        ({"qr": None}, "qr"),
        ({"qr": {"order_number": "ABC"}}, "qr"),
    ],
)
def test_a_bad_body_names_its_field(as_worker: APIClient, body: Any, field: str) -> None:
    assert_problem(peek(as_worker, **body), "validation", fields={field})


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("api", "not_authenticated"),
        ("as_customer", "permission_denied"),
        ("as_owner", "permission_denied"),
    ],
)
def test_peeking_is_for_workers(
    request: pytest.FixtureRequest, order: Order, who: str, code: str
) -> None:
    client = request.getfixturevalue(who)
    assert_problem(peek(client, order_number=order.order_number), code)


def test_a_deactivated_worker_peeks_no_more(
    as_worker: APIClient, worker: Any, order: Order
) -> None:
    worker.is_active = False
    worker.save()
    assert_problem(peek(as_worker, order_number=order.order_number), "token_invalid")
