"""`DELETE /api/v1/orders/{..}` hides an order, `POST .../restore` brings it back."""

from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal
from orders.editing import delete_order
from orders.models import Order
from tests.answers import assert_problem
from tests.cast import moved, signed_in, staff_holding
from tests.unchanged import nothing_written
from tracking.models import Track

STATUSES = ["created", "picked_up", "processing", "completed", "delivered", "cancelled"]
MOVED = ["picked_up", "processing", "completed", "delivered"]


def path(order: Order, rest: str = "") -> str:
    return f"/api/v1/orders/{order.order_number}{rest}"


@pytest.fixture
def deleted(order: Order, owner: User) -> Order:
    """Asha's order, which Olga has deleted."""
    delete_order(order=order, by=Principal("staff", user=owner), source="api")
    order.refresh_from_db()
    return order


def facts(track: Track) -> tuple[Any, ...]:
    return track.action, track.result, track.from_status, track.to_status, track.actor


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_owner_deletes_a_created_order_which_cancels_it_first(
    as_customer: APIClient, customer: User, order: Order, slash: str
) -> None:
    response = as_customer.delete(path(order, slash))
    assert (response.status_code, response.json()) == (200, {"msg": "Deleted"})
    order.refresh_from_db()
    assert (order.status, order.deleted_by) == ("cancelled", customer)
    assert order.deleted_at is not None
    tracks = Track.objects.filter(order=order).order_by("seq")
    assert [facts(track) for track in tracks] == [
        ("created", "recorded", "", "created", customer),
        ("cancelled", "recorded", "created", "cancelled", customer),
        ("deleted", "recorded", "cancelled", "cancelled", customer),
    ]
    assert [track.seq for track in tracks] == [1, 2, 3]
    assert order.last_seq == 3


def test_the_owner_deletes_a_cancelled_order(
    as_customer: APIClient, customer: User, order: Order
) -> None:
    moved(order, "cancelled")
    assert as_customer.delete(path(order)).status_code == 200
    newest = Track.objects.latest("seq")
    assert facts(newest) == ("deleted", "recorded", "cancelled", "cancelled", customer)
    assert newest.seq == 3


@pytest.mark.parametrize("status", MOVED)
def test_the_owner_cannot_delete_an_order_that_moved(
    as_customer: APIClient, order: Order, status: str
) -> None:
    moved(order, status)
    with nothing_written():
        assert_problem(as_customer.delete(path(order)), "already_picked_up")


@pytest.mark.parametrize("status", STATUSES)
def test_staff_delete_an_order_in_any_status_and_leave_that_status(
    as_owner: APIClient, owner: User, order: Order, status: str
) -> None:
    before = moved(order, status)
    started = timezone.now()
    response = as_owner.delete(path(order))
    assert (response.status_code, response.json()) == (200, {"msg": "Deleted"})
    order.refresh_from_db()
    assert (order.status, order.deleted_by) == (status, owner)
    assert order.deleted_at is not None
    assert started <= order.deleted_at <= timezone.now()
    assert order.version == before.version + 1
    newest = Track.objects.latest("seq")
    assert facts(newest) == ("deleted", "recorded", status, status, owner)
    assert (newest.seq, newest.source) == (before.last_seq + 1, "api")


def test_deleting_erases_nothing(as_owner: APIClient, order: Order) -> None:
    as_owner.delete(path(order))
    assert Order.objects.filter(order_number=order.order_number, lines__position=1).exists()


def test_who_is_not_the_owner_finds_nothing_to_delete(
    as_other_customer: APIClient, order: Order
) -> None:
    with nothing_written():
        assert_problem(as_other_customer.delete(path(order)), "not_found")


def test_nobody_deletes_without_a_sign_in(api: APIClient, order: Order) -> None:
    with nothing_written():
        assert_problem(api.delete(path(order)), "not_authenticated")


def test_a_worker_deletes_nothing(as_worker: APIClient, order: Order) -> None:
    with nothing_written():
        assert_problem(as_worker.delete(path(order)), "permission_denied")


def test_to_change_orders_is_not_to_delete_them(order: Order) -> None:
    clerk = signed_in(staff_holding("Cora", "orders.view_order", "orders.change_order"))
    with nothing_written():
        assert_problem(clerk.delete(path(order)), "permission_denied")


def test_the_permission_to_delete_is_enough(order: Order) -> None:
    clerk = signed_in(staff_holding("Dora", "orders.delete_order"))
    assert clerk.delete(path(order)).status_code == 200


@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
def test_a_second_deletion_finds_nothing(
    request: pytest.FixtureRequest, deleted: Order, who: str
) -> None:
    client = request.getfixturevalue(who)
    with nothing_written():
        assert_problem(client.delete(path(deleted)), "not_found")


def test_an_order_deleted_since_it_was_read_is_not_deleted_again(
    deleted: Order, owner: User
) -> None:
    with nothing_written(), pytest.raises(Refusal) as refusal:
        delete_order(order=deleted, by=Principal("staff", user=owner), source="api")
    assert refusal.value.code == Code.ORDER_NOT_FOUND


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
@pytest.mark.parametrize(
    ("method", "rest"),
    [
        ("get", ""),
        ("patch", ""),
        ("put", ""),
        ("delete", ""),
        ("post", "/undo"),
        ("get", "/qr.png"),
        ("get", "/qr.svg"),
    ],
)
def test_every_call_on_a_deleted_order_is_a_404(
    request: pytest.FixtureRequest, deleted: Order, who: str, method: str, rest: str
) -> None:
    client = request.getfixturevalue(who)
    may = {
        "as_customer": rest != "/undo",
        "as_owner": True,
        "as_worker": method == "get",
    }
    with nothing_written():
        response = getattr(client, method)(path(deleted, rest), {}, format="json")
    assert_problem(response, "not_found" if may[who] else "permission_denied")


@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
def test_the_id_of_a_deleted_order_leads_nowhere(
    request: pytest.FixtureRequest, deleted: Order, who: str
) -> None:
    client = request.getfixturevalue(who)
    assert_problem(client.get(f"/api/v1/orders/{deleted.pk}"), "not_found")


@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
def test_the_tracks_of_a_deleted_order_are_not_found(
    request: pytest.FixtureRequest, deleted: Order, who: str
) -> None:
    client = request.getfixturevalue(who)
    assert_problem(client.get(f"/api/v1/tracks/order/{deleted.pk}"), "not_found")


@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
def test_no_list_holds_a_deleted_order(
    request: pytest.FixtureRequest, deleted: Order, who: str
) -> None:
    assert request.getfixturevalue(who).get("/api/v1/orders").json() == []


def test_the_customer_lists_no_track_of_a_deleted_order(
    as_customer: APIClient, deleted: Order
) -> None:
    assert as_customer.get("/api/v1/tracks").json() == []


@pytest.mark.parametrize(
    "url",
    ["/t/{number}", "/t/{number}/{token}", "/qr/{number}.png", "/static/qr/{number}.png"],
)
def test_every_public_page_of_a_deleted_order_is_a_404(
    api: APIClient, order: Order, as_owner: APIClient, url: str
) -> None:
    url = url.format(number=order.order_number, token=order.token)
    assert api.get(url, HTTP_ACCEPT="application/json").status_code == 200
    as_owner.delete(path(order))
    assert api.get(url, HTTP_ACCEPT="application/json").status_code == 404
    assert api.get(url, HTTP_ACCEPT="text/html").status_code == 404


@pytest.mark.parametrize("action", ["picked_up", "weighed"])
def test_the_number_of_a_deleted_order_scans_as_deleted(
    as_worker: APIClient, deleted: Order, action: str
) -> None:
    body = {"order_number": deleted.order_number, "action": action}
    response = as_worker.post("/api/v1/workers/scan", body, format="json")
    assert_problem(response, "order_deleted")
    track = Track.objects.latest("seq")
    assert (track.action, track.result, track.reason) == (action, "refused", "order_deleted")
    assert (track.order, track.from_status, track.to_status) == (deleted, "created", "created")


def test_a_deleted_order_is_peeked_at_as_deleted(as_worker: APIClient, deleted: Order) -> None:
    body = {"order_number": deleted.order_number}
    with nothing_written():
        response = as_worker.post("/api/v1/workers/peek", body, format="json")
    assert_problem(response, "order_deleted")


@pytest.mark.parametrize("slash", ["", "/"])
def test_staff_restore_an_order_in_the_status_it_had(
    as_owner: APIClient, owner: User, order: Order, slash: str
) -> None:
    moved(order, "processing")
    shown = as_owner.get(path(order)).json()
    as_owner.delete(path(order))
    response = as_owner.post(path(order, f"/restore{slash}"))
    assert response.status_code == 200
    changed = {"version": shown["version"] + 2, "updated_at": response.json()["updated_at"]}
    assert response.json() == shown | changed
    order.refresh_from_db()
    assert (order.deleted_at, order.deleted_by) == (None, None)
    newest = Track.objects.latest("seq")
    assert facts(newest) == ("restored", "recorded", "processing", "processing", owner)
    assert (newest.seq, order.last_seq, newest.source) == (4, 4, "api")


def test_a_restored_order_is_its_owners_again(
    as_owner: APIClient, as_customer: APIClient, deleted: Order
) -> None:
    as_owner.post(path(deleted, "/restore"))
    assert as_customer.get(path(deleted)).json()["status"] == "created"


def test_a_restored_order_moves_again(
    as_owner: APIClient, as_worker: APIClient, deleted: Order
) -> None:
    as_owner.post(path(deleted, "/restore"))
    body = {"order_number": deleted.order_number, "action": "picked_up"}
    assert as_worker.post("/api/v1/workers/scan", body, format="json").status_code == 200


def test_an_order_is_restored_by_its_id_too(as_owner: APIClient, deleted: Order) -> None:
    response = as_owner.post(f"/api/v1/orders/{deleted.pk}/restore")
    assert response.json()["order_number"] == deleted.order_number


def test_a_second_restoring_changes_nothing(as_owner: APIClient, deleted: Order) -> None:
    first = as_owner.post(path(deleted, "/restore"))
    with nothing_written():
        second = as_owner.post(path(deleted, "/restore"))
    assert (second.status_code, second.json()) == (200, first.json())


def test_an_order_that_never_was_is_not_restored(as_owner: APIClient) -> None:
    assert_problem(as_owner.post("/api/v1/orders/UNKNOWN234/restore"), "not_found")


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("api", "not_authenticated"),
        ("as_customer", "permission_denied"),
        ("as_worker", "permission_denied"),
        ("as_staff_without_permissions", "permission_denied"),
    ],
)
def test_restoring_is_for_those_who_may(
    request: pytest.FixtureRequest, deleted: Order, who: str, code: str
) -> None:
    client = request.getfixturevalue(who)
    with nothing_written():
        assert_problem(client.post(path(deleted, "/restore")), code)


@pytest.mark.parametrize("permission", ["orders.delete_order", "orders.change_order"])
def test_to_delete_or_change_is_not_to_restore(deleted: Order, permission: str) -> None:
    clerk = signed_in(staff_holding("Cora", permission))
    with nothing_written():
        assert_problem(clerk.post(path(deleted, "/restore")), "permission_denied")


def test_the_permission_to_restore_is_enough(deleted: Order) -> None:
    clerk = signed_in(staff_holding("Rita", "orders.restore_order"))
    assert clerk.post(path(deleted, "/restore")).status_code == 200


def test_an_order_is_not_deleted_over_a_version_that_was_not_seen(owner: User, order: Order):
    by = Principal("staff", user=owner)
    moved(order, "picked_up")

    with nothing_written(), pytest.raises(Refusal) as caught:
        delete_order(order=order, by=by, source="admin", expected_version=order.version)

    assert caught.value.code == Code.PRECONDITION_FAILED
