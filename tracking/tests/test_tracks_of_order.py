"""`GET /api/v1/tracks/order/{order_id}`: all that happened with one order."""

import datetime
import re
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from config.rest.principals import ANYONE, SYSTEM, Principal
from orders.lifecycle import undo
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.answers import assert_problem
from tests.statements import statements
from tests.states import refused, take
from tracking.ledger import record
from tracking.models import Track
from workforce.models import Worker

URL = "/api/v1/tracks/order"
KEYS = {
    "id",
    "order_id",
    "order_number",
    "order_email",
    "seq",
    "worker_id",
    "actor",
    "action",
    "from_status",
    "to_status",
    "result",
    "reason",
    "voids",
    "voided_by",
    "note",
    "location",
    "source",
    "scanned_at",
    "created_at",
}


def read(client: Any, order: Order, end: str = "") -> list[dict[str, Any]]:
    """The tracks of an order, which must be there."""
    response = client.get(f"{URL}/{order.pk}{end}")
    assert response.status_code == 200, response.content
    body: list[dict[str, Any]] = response.json()
    return body


def utc(moment: datetime.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


@pytest.fixture
def history(order: Order, worker: Worker, owner: User) -> Order:
    """Picked up by Wim, refused to Wim, wrongly completed by Olga and that undone."""
    by_worker, by_owner = Principal("worker", worker=worker), Principal("staff", user=owner)
    take(order, "picked_up", by_worker, location="Gate 4", note="two bags")
    refused(order, "created", by_worker, "transition_not_allowed")
    take(order, "picked_up", by_worker)
    take(order, "completed", by_owner)
    undo(order=order, by=by_owner, source=Track.Source.ADMIN)
    take(order, "weighed", SYSTEM)
    return order


# --- What stands in them --------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", "/"])
def test_staff_read_every_track_by_seq(as_owner, history, end):
    tracks = read(as_owner, history, end)

    assert [(track["seq"], track["action"], track["result"]) for track in tracks] == [
        (1, "created", "recorded"),
        (2, "picked_up", "recorded"),
        (3, "created", "refused"),
        (4, "picked_up", "already"),
        (5, "completed", "recorded"),
        (6, "undo", "recorded"),
        (7, "weighed", "recorded"),
    ]


def test_staff_read_everything_of_a_workers_track(as_owner, worker, history):
    track = Track.objects.get(seq=2)

    assert read(as_owner, history)[1] == {
        "id": track.pk,
        "order_id": history.pk,
        "order_number": history.order_number,
        "order_email": "asha@example.com",
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
        "source": "api",
        "scanned_at": utc(track.scanned_at),
        "created_at": utc(track.created_at),
    }


def test_staff_read_who_did_what_was_done_by_a_person(as_owner, customer, owner, history):
    actors = [track["actor"] for track in read(as_owner, history)]

    nobody = None
    assert actors == [
        {"kind": "customer", "id": customer.pk},
        nobody,
        nobody,
        nobody,
        {"kind": "staff", "id": owner.pk},
        {"kind": "staff", "id": owner.pk},
        nobody,
    ]


def test_staff_read_what_undid_what(as_owner, history):
    ids = dict(Track.objects.values_list("seq", "pk"))

    tracks = {track["seq"]: track for track in read(as_owner, history)}

    assert {seq: track["voided_by"] for seq, track in tracks.items() if track["voided_by"]} == {
        5: ids[6]
    }
    assert {seq: track["voids"] for seq, track in tracks.items() if track["voids"]} == {6: ids[5]}


def test_staff_read_the_reason_of_a_refusal(as_owner, history):
    assert [track["reason"] for track in read(as_owner, history)] == [
        "",
        "",
        "transition_not_allowed",
        "",
        "",
        "",
        "",
    ]


def test_a_worker_reads_the_same_without_the_email(as_owner, as_worker, history):
    expected = [track | {"order_email": None} for track in read(as_owner, history)]

    assert read(as_worker, history) == expected


def test_another_worker_reads_it_too(as_worker, as_other_worker, history):
    assert read(as_other_worker, history) == read(as_worker, history)


# --- What a customer sees -------------------------------------------------------------------


def test_the_owner_reads_neither_refused_nor_voided_tracks(as_customer, history):
    assert [(track["seq"], track["action"]) for track in read(as_customer, history)] == [
        (1, "created"),
        (2, "picked_up"),
        (4, "picked_up"),
        (6, "undo"),
        (7, "weighed"),
    ]


def test_the_owner_reads_no_unverified_track(as_customer, order):
    record(by=ANYONE, order=order, seq=2, action="picked_up", result="unverified", source="legacy")

    assert [track["seq"] for track in read(as_customer, order)] == [1]


def test_the_owner_reads_neither_worker_nor_actor_nor_note(as_customer, as_owner, history):
    expected = {track["seq"]: track for track in read(as_owner, history)}
    hidden = ("worker_id", "actor", "note")

    tracks = read(as_customer, history)

    for track in tracks:
        assert track.keys() == KEYS - set(hidden)
        assert track == {
            name: value for name, value in expected[track["seq"]].items() if name not in hidden
        }
    assert b"two bags" not in as_customer.get(f"{URL}/{history.pk}").content


# --- Who reads them -------------------------------------------------------------------------


def test_anothers_order_is_not_there(as_other_customer, history):
    assert_problem(as_other_customer.get(f"{URL}/{history.pk}"), "not_found")


def test_the_order_of_an_unconfirmed_email_is_not_there(
    as_unconfirmed_customer, unconfirmed_customer, wash
):
    contact = Contact("Chloe", unconfirmed_customer.email)
    order = place_order(by=ANYONE, items=[Item(wash.pk)], source=Order.Source.API, contact=contact)

    assert_problem(as_unconfirmed_customer.get(f"{URL}/{order.pk}"), "not_found")


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
def test_a_deleted_order_is_not_there(request, history, who):
    Order.objects.update(deleted_at=timezone.now())

    assert_problem(request.getfixturevalue(who).get(f"{URL}/{history.pk}"), "not_found")


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
@pytest.mark.parametrize(
    "key", ["0", "987654321", str(2**63 - 1), str(2**63), "9" * 19, "9" * 20, "-1", "1.5", "x"]
)
def test_an_unknown_order_is_not_there(request, order, who, key):
    assert_problem(request.getfixturevalue(who).get(f"{URL}/{key}"), "not_found")


def test_the_number_of_an_order_is_not_its_id_here(as_owner, order):
    assert_problem(as_owner.get(f"{URL}/{order.order_number}"), "not_found")


def test_nobody_reads_tracks_without_signing_in(api, order):
    assert_problem(api.get(f"{URL}/{order.pk}"), "not_authenticated")


def test_staff_without_the_permission_read_no_tracks(as_staff_without_permissions, order):
    assert_problem(as_staff_without_permissions.get(f"{URL}/{order.pk}"), "permission_denied")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_call_writes_a_track(as_owner, order, method):
    call = getattr(as_owner, method)

    response = call(f"{URL}/{order.pk}", {"action": "delivered"}, format="json")

    assert_problem(response, "method_not_allowed")
    assert Track.objects.count() == 1


# --- Pages and their cost -------------------------------------------------------------------


def test_long_histories_come_in_pages_by_seq(as_owner, order, settings):
    settings.PUBLIC_URL = "https://shop.example"
    for _ in range(4):
        take(order, "weighed", SYSTEM)

    seen, pages = [], 0
    path: str | None = f"{URL}/{order.pk}?page_size=2"
    while path:
        response = as_owner.get(path)
        seen += [track["seq"] for track in response.json()]
        after = re.search(r'<https://shop\.example([^>]+)>; rel="next"', response.get("Link", ""))
        path = after[1] if after else None
        pages += 1

    assert (seen, pages) == ([1, 2, 3, 4, 5], 3)


@pytest.mark.parametrize("rows", [1, 20])
@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
def test_reading_asks_two_statements_of_the_database_however_long_the_history_is(
    request, order, owner, who, rows
):
    for _ in range(rows - 1):
        take(order, "weighed", Principal("staff", user=owner))
    client = request.getfixturevalue(who)

    with statements() as asked:
        response = client.get(f"{URL}/{order.pk}")

    assert len(response.json()) == rows
    # Who calls, and the tracks.
    assert len(asked) == 2, asked
