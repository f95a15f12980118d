"""`POST /api/v1/orders/{..}/undo` takes the newest step back, and leaves a trace of it."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal
from orders.editing import delete_order
from orders.lifecycle import undo
from orders.models import Order
from tests.answers import assert_problem
from tests.cast import moved, signed_in, staff_in
from tests.states import newest, take
from tests.unchanged import nothing_written
from tracking.models import Track
from workforce.models import Worker

SCAN = "/api/v1/workers/scan"


def undone(api: APIClient, order: Order) -> Any:
    return api.post(f"/api/v1/orders/{order.order_number}/undo")


def set_status(api: APIClient, order: Order, status: str, reason: str = "") -> None:
    body = {"status": status, "reason": reason}
    response = api.patch(f"/api/v1/orders/{order.order_number}", body, format="json")
    assert response.status_code == 200


def aged(track: Track, **ago: int) -> None:
    """Make a track older. The ledger itself refuses it, so this goes past it."""
    then = timezone.now() - datetime.timedelta(**ago)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tracking_track SET created_at = %s WHERE id = %s",
            [connection.ops.adapt_datetimefield_value(then), track.pk],
        )


@pytest.fixture
def counter(db: None) -> User:
    """Cora, who changes orders at the counter and corrects no status."""
    return staff_in("Counter", "Cora")


@pytest.fixture
def as_counter(counter: User) -> APIClient:
    return signed_in(counter)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_newest_step_is_taken_back_by_a_track_that_voids_it(
    as_owner: APIClient, owner: User, order: Order, slash: str
) -> None:
    before = moved(order, "picked_up", "completed")
    step = newest(order)
    started = timezone.now()
    response = as_owner.post(f"/api/v1/orders/{order.order_number}/undo{slash}")
    assert response.status_code == 200
    assert response.json() == as_owner.get(f"/api/v1/orders/{order.order_number}").json()
    assert response.json()["status"] == "picked_up"
    track = newest(order)
    assert (track.action, track.result, track.voids) == ("undo", "recorded", step)
    assert (track.from_status, track.to_status) == ("completed", "picked_up")
    assert (track.actor, track.worker, track.source, track.seq) == (owner, None, "api", 4)
    after = Order.objects.get()
    assert (after.version, after.last_seq) == (before.version + 1, 4)
    assert after.status_changed_at >= started


@pytest.mark.parametrize(
    ("steps", "left"),
    [
        (["picked_up"], "created"),
        (["delivered"], "created"),
        (["cancelled"], "created"),
        (["picked_up", "cancelled"], "picked_up"),
        (["processing", "completed", "delivered"], "completed"),
    ],
)
def test_it_goes_back_to_where_the_step_began(
    as_owner: APIClient, order: Order, steps: list[str], left: str
) -> None:
    moved(order, *steps)
    assert undone(as_owner, order).json()["status"] == left


def test_a_correction_is_undone_like_any_step(as_owner: APIClient, order: Order) -> None:
    moved(order, "delivered")
    set_status(as_owner, order, "processing", reason="Wrong bag.")
    assert undone(as_owner, order).json()["status"] == "delivered"


def test_the_track_shows_what_voided_it(as_owner: APIClient, order: Order) -> None:
    moved(order, "picked_up")
    undone(as_owner, order)
    tracks = as_owner.get(f"/api/v1/tracks/order/{order.pk}").json()
    assert [(t["seq"], t["action"], t["voids"], t["voided_by"]) for t in tracks] == [
        (1, "created", None, None),
        (2, "picked_up", None, tracks[2]["id"]),
        (3, "undo", tracks[1]["id"], None),
    ]


def test_the_first_track_cannot_be_undone(as_owner: APIClient, order: Order) -> None:
    with nothing_written():
        assert_problem(undone(as_owner, order), "transition_not_allowed")


def test_an_undoing_is_not_undone(as_owner: APIClient, order: Order) -> None:
    moved(order, "picked_up")
    undone(as_owner, order)
    with nothing_written():
        assert_problem(undone(as_owner, order), "transition_not_allowed")


def test_the_step_before_an_undone_one_is_not_undone_either(
    as_owner: APIClient, order: Order
) -> None:
    moved(order, "picked_up", "processing")
    undone(as_owner, order)
    with nothing_written():
        assert_problem(undone(as_owner, order), "transition_not_allowed")
    assert Order.objects.get().status == "picked_up"


def test_after_an_undoing_the_step_is_scanned_again(
    as_owner: APIClient, as_worker: APIClient, order: Order
) -> None:
    moved(order, "picked_up", "processing")
    undone(as_owner, order)
    body = {"order_number": order.order_number, "action": "processing"}
    response = as_worker.post(SCAN, body, format="json")
    assert response.json()["order"]["status"] == "processing"
    track = newest(order)
    assert (track.result, track.from_status, track.voids) == ("recorded", "picked_up", None)


def test_a_step_scanned_again_can_be_undone_again(as_owner: APIClient, order: Order) -> None:
    moved(order, "picked_up")
    undone(as_owner, order)
    moved(order, "picked_up")
    assert undone(as_owner, order).json()["status"] == "created"
    voiding = Track.objects.filter(action="undo").order_by("seq")
    assert [track.voids.seq for track in voiding if track.voids] == [2, 4]


@pytest.mark.parametrize(
    ("action", "result"), [("weighed", "recorded"), ("picked_up", "already"), ("created", None)]
)
def test_what_moved_nothing_does_not_stand_in_the_way(
    as_owner: APIClient, as_worker: APIClient, order: Order, action: str, result: str | None
) -> None:
    moved(order, "picked_up")
    step = newest(order)
    as_worker.post(SCAN, {"order_number": order.order_number, "action": action}, format="json")
    assert newest(order).result == (result or "refused")
    assert undone(as_owner, order).json()["status"] == "created"
    assert newest(order).voids == step


def test_a_late_scan_does_not_stand_in_the_way(
    as_owner: APIClient, as_worker: APIClient, order: Order
) -> None:
    moved(order, "picked_up", "processing")
    step = newest(order)
    read_at = timezone.now() - datetime.timedelta(hours=1)
    body = {
        "order_number": order.order_number,
        "action": "picked_up",
        "scanned_at": read_at.isoformat(),
    }
    as_worker.post(SCAN, body, format="json")
    assert newest(order).result == "late"
    assert undone(as_owner, order).json()["status"] == "picked_up"
    assert newest(order).voids == step


def test_an_undoing_is_when_the_order_came_to_its_present_status(
    as_owner: APIClient, as_worker: APIClient, order: Order
) -> None:
    """What was read before it, and lies behind where it led, is late."""
    moved(order, "picked_up", "completed")
    read_at = timezone.now()
    undone(as_owner, order)
    body = {
        "order_number": order.order_number,
        "action": "created",
        "scanned_at": read_at.isoformat(),
    }
    response = as_worker.post(SCAN, body, format="json")
    assert (response.status_code, response.json()["track"]["result"]) == (200, "late")
    body["scanned_at"] = timezone.now().isoformat()
    assert_problem(as_worker.post(SCAN, body, format="json"), "transition_not_allowed")


def test_the_scan_of_an_undone_step_is_still_answered_as_at_first(
    as_owner: APIClient, as_worker: APIClient, order: Order
) -> None:
    body = {
        "order_number": order.order_number,
        "action": "picked_up",
        "scan_id": "6f7f4f86-5a1f-4c38-9d25-0a7a3c1b9d10",
    }
    first = as_worker.post(SCAN, body, format="json").json()
    undone(as_owner, order)
    again = as_worker.post(SCAN, body, format="json").json()
    assert again["order"] == first["order"]
    assert again["track"]["id"] == first["track"]["id"]
    assert Order.objects.get().status == "created"


def test_the_counter_undoes_a_step_of_its_own(as_counter: APIClient, order: Order) -> None:
    set_status(as_counter, order, "picked_up")
    assert undone(as_counter, order).json()["status"] == "created"


@pytest.mark.parametrize(("seconds", "allowed"), [(14 * 60 + 50, True), (15 * 60 + 10, False)])
def test_the_counter_undoes_it_for_a_quarter_of_an_hour(
    as_counter: APIClient, order: Order, seconds: int, allowed: bool
) -> None:
    set_status(as_counter, order, "picked_up")
    aged(newest(order), seconds=seconds)
    response = undone(as_counter, order)
    if allowed:
        assert response.json()["status"] == "created"
    else:
        assert_problem(response, "permission_denied")


def test_the_quarter_of_an_hour_can_be_another_while(
    as_counter: APIClient, order: Order, settings: Any
) -> None:
    settings.UNDO_WINDOW = datetime.timedelta(minutes=60)
    set_status(as_counter, order, "picked_up")
    aged(newest(order), minutes=59)
    assert undone(as_counter, order).status_code == 200


def test_the_counter_undoes_no_step_of_a_colleague(
    as_counter: APIClient, as_owner: APIClient, order: Order
) -> None:
    set_status(as_owner, order, "picked_up")
    with nothing_written():
        assert_problem(undone(as_counter, order), "permission_denied")


def test_the_counter_undoes_no_scan_even_of_a_worker_with_the_same_id(
    as_counter: APIClient, counter: User, order: Order
) -> None:
    worker = Worker.objects.create(pk=counter.pk, name="Wim Weaver")
    take(order, "picked_up", Principal("worker", worker=worker))
    with nothing_written():
        assert_problem(undone(as_counter, order), "permission_denied")


def test_the_counter_undoes_no_cancelling_by_the_customer(
    as_counter: APIClient, as_customer: APIClient, order: Order
) -> None:
    set_status(as_customer, order, "cancelled")
    with nothing_written():
        assert_problem(undone(as_counter, order), "permission_denied")


@pytest.mark.parametrize("role", ["Manager", "Owner"])
def test_who_corrects_undoes_any_step_at_any_time(
    as_worker: APIClient, order: Order, role: str
) -> None:
    body = {"order_number": order.order_number, "action": "picked_up"}
    as_worker.post(SCAN, body, format="json")
    aged(newest(order), days=400)
    assert undone(signed_in(staff_in(role, "Mona")), order).json()["status"] == "created"


def test_where_nothing_can_be_undone_the_counter_hears_just_that(
    as_counter: APIClient, order: Order
) -> None:
    assert_problem(undone(as_counter, order), "transition_not_allowed")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("api", "not_authenticated"),
        ("as_customer", "permission_denied"),
        ("as_worker", "permission_denied"),
        ("as_staff_without_permissions", "permission_denied"),
    ],
)
def test_undoing_is_for_staff_who_change_orders(
    request: pytest.FixtureRequest, order: Order, who: str, code: str
) -> None:
    client = request.getfixturevalue(who)
    moved(order, "picked_up")
    with nothing_written():
        assert_problem(undone(client, order), code)


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_only_post_undoes(as_owner: APIClient, order: Order, method: str) -> None:
    moved(order, "picked_up")
    with nothing_written():
        response = getattr(as_owner, method)(f"/api/v1/orders/{order.order_number}/undo")
    assert_problem(response, "method_not_allowed")


def test_an_unknown_order_is_not_found(as_owner: APIClient) -> None:
    assert_problem(as_owner.post("/api/v1/orders/UNKNOWN234/undo"), "not_found")


def test_the_verb_finds_no_order_that_was_deleted_since_it_was_read(
    order: Order, owner: User
) -> None:
    by = Principal("staff", user=owner)
    moved(order, "picked_up")
    delete_order(order=order, by=by, source="api")
    with nothing_written(), pytest.raises(Refusal) as refusal:
        undo(order=order, by=by, source="api")
    assert refusal.value.code == Code.ORDER_NOT_FOUND


def test_a_step_is_not_undone_over_a_version_that_was_not_seen(owner: User, order: Order):
    by = Principal("staff", user=owner)
    seen = moved(order, "picked_up")
    moved(order, "processing")

    with nothing_written(), pytest.raises(Refusal) as caught:
        undo(order=order, by=by, source="admin", expected_version=seen.version)

    assert caught.value.code == Code.PRECONDITION_FAILED
