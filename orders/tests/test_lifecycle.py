"""The life cycle: who moves an order from where to where, and what is written of it."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from config.rest.principals import Principal
from config.rest.refusals import Refusal
from orders.lifecycle import advance, allowed_next
from orders.models import Order
from tests.states import columns, facts, newest, put, refused, take
from tracking.models import Track

STATUSES = ["created", "picked_up", "processing", "completed", "delivered", "cancelled"]
KINDS = ["anyone", "customer", "worker", "staff", "system"]

# Who may move an order from the status on the left to the one on top (contract, section
# 3). "carriers" are workers, staff and the system; "=" is where it already is.
TABLE = """
           | created | picked_up | processing | completed | delivered | cancelled
created    | =       | carriers  | carriers   | carriers  | carriers  | customer staff system
picked_up  |         | =         | carriers   | carriers  | carriers  | staff system
processing |         |           | =          | carriers  | carriers  |
completed  |         |           |            | =         | carriers  |
delivered  |         |           |            |           | =         |
cancelled  |         |           |            |           |           | =
"""


def _expected() -> dict[tuple[str, str, str], str]:
    """The literal table as {(status, action, kind): result}."""
    head, *rows = (
        [cell.strip() for cell in line.split("|")] for line in TABLE.strip("\n").splitlines()
    )
    expected = {}
    for status, *cells in rows:
        for action, cell in zip(head[1:], cells, strict=True):
            movers = cell.replace("carriers", "worker staff system").split()
            for kind in KINDS:
                moved = "recorded" if kind in movers else "refused"
                expected[status, action, kind] = "already" if cell == "=" else moved
    return expected


EXPECTED = _expected()


def test_the_table_speaks_of_every_status_action_and_kind():
    assert EXPECTED.keys() == {
        (status, action, kind) for status in STATUSES for action in STATUSES for kind in KINDS
    }


@pytest.mark.parametrize(("status", "action", "kind"), EXPECTED)
def test_each_kind_of_principal_moves_an_order_as_the_table_says(order, by, status, action, kind):
    put(order, status)
    before = columns(order)

    if EXPECTED[status, action, kind] == "refused":
        refused(order, action, by[kind], "transition_not_allowed")
    else:
        take(order, action, by[kind])

    after = columns(order)
    track = newest(order)
    said = (track.action, track.from_status, track.to_status, track.result, track.reason)
    match EXPECTED[status, action, kind]:
        case "recorded":
            assert said == (action, status, action, "recorded", "")
            moving = {"status": action, "version": before["version"] + 1}
            assert after == before | moving | {
                name: after[name] for name in ("status_changed_at", "updated_at")
            }
            assert after["status_changed_at"] > before["status_changed_at"]
        case "already":
            assert said == (action, status, status, "already", "")
            assert after == before
        case "refused":
            assert said == (action, status, status, "refused", "transition_not_allowed")
            assert after == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", STATUSES)
def test_the_allowed_next_statuses_are_the_ones_that_the_table_lets_through(status, kind):
    assert allowed_next(status, kind) == [
        action for action in STATUSES if EXPECTED[status, action, kind] == "recorded"
    ]


def test_a_step_leaves_one_track_that_says_everything(order, worker):
    read_at = timezone.now() - datetime.timedelta(minutes=3)

    track = take(
        order,
        "picked_up",
        Principal("worker", worker=worker),
        location="Gate 4",
        note="two bags",
        scanned_at=read_at,
    )

    assert facts(track) == {
        "order_id": order.pk,
        "seq": 2,
        "order_number": "",
        "order_email": "",
        "worker_id": worker.pk,
        "device_id": None,
        "actor_id": None,
        "legacy_worker": "",
        "action": "picked_up",
        "from_status": "created",
        "to_status": "picked_up",
        "result": "recorded",
        "reason": "",
        "voids_id": None,
        "source": "api",
        "note": "two bags",
        "location": "Gate 4",
        "scan_id": None,
        "scan_digest": "",
        "scanned_at": read_at,
    }
    assert [track.seq for track in Track.objects.order_by("seq")] == [1, 2]


def test_tracks_are_counted_on_whatever_came_of_them(order, by):
    take(order, "processing", by["worker"])
    take(order, "processing", by["worker"])
    refused(order, "created", by["worker"], "transition_not_allowed")
    take(order, "delivered", by["system"])

    assert list(
        Track.objects.filter(order=order).order_by("seq").values_list("seq", "action", "result")
    ) == [
        (1, "created", "recorded"),
        (2, "processing", "recorded"),
        (3, "processing", "already"),
        (4, "created", "refused"),
        (5, "delivered", "recorded"),
    ]
    order.refresh_from_db()
    assert order.last_seq == 5


@pytest.mark.parametrize("status", STATUSES)
def test_another_word_is_recorded_for_everybody_and_moves_nothing(order, by, status):
    put(order, status)
    before = columns(order)

    for kind in KINDS:
        track = take(order, "weighed_2kg", by[kind])
        assert (track.result, track.from_status, track.to_status) == ("recorded", status, status)

    assert columns(order) == before


# --- Refusals -------------------------------------------------------------------------------


def test_a_refusal_says_where_the_order_is_and_what_it_may_become(order, by):
    put(order, "processing")

    refusal = refused(order, "picked_up", by["worker"], "transition_not_allowed")

    assert refusal.status == 409
    assert refusal.detail == (
        "The order is processing and cannot become picked_up; possible now: completed, delivered."
    )
    assert refusal.extra == {
        "order": {
            "order_number": order.order_number,
            "status": "processing",
            "allowed": ["completed", "delivered"],
        }
    }


def test_the_refusal_of_a_finished_order_says_that_it_takes_no_further_step(order, by):
    put(order, "delivered")

    refusal = refused(order, "processing", by["worker"], "transition_not_allowed")

    assert refusal.detail == (
        "The order is delivered and cannot become processing; it takes no further step."
    )
    assert refusal.extra["order"]["allowed"] == []


def test_an_unknown_order_leaves_one_refused_track_without_an_order(worker):
    with pytest.raises(Refusal) as caught:
        advance(
            order_number="NOSUCHNUMB",
            action="picked_up",
            by=Principal("worker", worker=worker),
            source=Track.Source.SCAN,
            location="Gate 4",
            note="torn label",
        )

    assert (caught.value.code, caught.value.extra) == ("order_not_found", {})
    track = facts(Track.objects.get())
    assert track.pop("scanned_at") <= timezone.now()
    assert track == {
        "order_id": None,
        "seq": None,
        "order_number": "NOSUCHNUMB",
        "order_email": "",
        "worker_id": worker.pk,
        "device_id": None,
        "actor_id": None,
        "legacy_worker": "",
        "action": "picked_up",
        "from_status": "",
        "to_status": "",
        "result": "refused",
        "reason": "order_not_found",
        "voids_id": None,
        "source": "scan",
        "note": "torn label",
        "location": "Gate 4",
        "scan_id": None,
        "scan_digest": "",
    }


@pytest.mark.parametrize("action", [*STATUSES, "weighed"])
def test_a_deleted_order_takes_no_step_at_all(order, by, action):
    Order.objects.filter(pk=order.pk).update(deleted_at=timezone.now())
    before = columns(order)

    for seq, kind in enumerate(KINDS, start=2):
        assert refused(order, action, by[kind], "order_deleted").extra == {}
        track = newest(order)
        assert (track.seq, track.result, track.reason) == (seq, "refused", "order_deleted")
        assert (track.from_status, track.to_status) == ("created", "created")

    assert columns(order) == before


# --- Corrections by staff -------------------------------------------------------------------


def test_staff_who_may_correct_must_give_a_reason_and_else_nothing_is_written(order, owner):
    put(order, "delivered")
    before = columns(order)

    refusal = refused(order, "processing", Principal("staff", user=owner), "validation")

    assert refusal.errors is not None
    assert list(refusal.errors) == ["reason"]
    assert columns(order) == before
    assert Track.objects.count() == 1


def test_a_scan_of_staff_who_may_correct_is_refused_as_everybodys_and_leaves_its_track(
    order, owner
):
    put(order, "delivered")
    by_owner = Principal("staff", user=owner)

    refused(order, "processing", by_owner, "transition_not_allowed", scanned_at=timezone.now())

    track = newest(order)
    assert (track.result, track.reason) == ("refused", "transition_not_allowed")
    assert track.actor_id == owner.pk


def test_the_permission_to_correct_changes_nothing_of_what_the_table_allows(order, by):
    nils = by["staff"].user
    nils.user_permissions.add(Permission.objects.get(codename="correct_status"))

    track = take(order, "processing", Principal("staff", user=User.objects.get(pk=nils.pk)))

    assert (track.result, track.reason, track.actor_id) == ("recorded", "", nils.pk)


# --- The transaction ------------------------------------------------------------------------


def test_it_will_not_run_inside_another_transaction_that_could_take_the_fact_back(order, by):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        take(order, "picked_up", by["worker"])

    order.refresh_from_db()
    assert order.status == "created"


def test_if_the_track_cannot_be_written_the_order_does_not_move(order, by, monkeypatch):
    def fail(**facts: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr("orders.lifecycle.record", fail)
    before = columns(order)

    with pytest.raises(OSError, match="the disk is full"):
        take(order, "picked_up", by["worker"])

    assert columns(order) == before
    order.refresh_from_db()
    assert order.last_seq == 1
