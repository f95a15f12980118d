"""Withdrawing an order by its email alone."""

import pytest

from accounts.models import User
from config.rest.principals import ANYONE, Principal
from config.rest.refusals import Refusal
from orders.editing import delete_order, withdraw_order
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.cast import moved
from tests.states import columns, put, take
from tracking.models import Track
from workforce.models import Worker

pytestmark = pytest.mark.django_db
EMAIL = "gita@example.com"


@pytest.fixture
def guest_order(wash) -> Order:
    """Gita's order, which nobody has touched."""
    contact = Contact("Gita Guest", EMAIL, "+91 80 1234 5678")
    return place_order(by=ANYONE, items=[Item(wash.pk)], source="legacy", contact=contact)


def withdraw(order: Order, email: str = EMAIL) -> None:
    withdraw_order(order=order, email=email, source="legacy")


def assert_refused(order: Order, code: str, email: str = EMAIL) -> None:
    before, tracks = columns(order), Track.objects.count()
    with pytest.raises(Refusal) as caught:
        withdraw(order, email)
    assert caught.value.code == code
    assert (columns(order), Track.objects.count()) == (before, tracks)


def test_it_is_cancelled_and_hidden_in_the_name_of_no_account(guest_order: Order):
    withdraw(guest_order, " GITA@example.com ")
    guest_order.refresh_from_db()
    assert (guest_order.status, guest_order.deleted_by) == ("cancelled", None)
    assert guest_order.deleted_at is not None
    tracks = Track.objects.filter(order=guest_order).order_by("seq")
    told = [(t.action, t.from_status, t.to_status, t.source, t.actor_id) for t in tracks]
    assert told == [
        ("created", "", "created", "legacy", None),
        ("cancelled", "created", "cancelled", "legacy", None),
        ("deleted", "cancelled", "cancelled", "legacy", None),
    ]


@pytest.mark.parametrize("email", ["eve@example.com", "", "gita@example.co", "gitä@example.com"])
def test_another_email_withdraws_nothing(guest_order: Order, email: str):
    assert_refused(guest_order, "bad_credentials", email)


def test_an_order_without_an_email_is_withdrawn_by_none(guest_order: Order):
    Order.objects.update(email="")
    assert_refused(guest_order, "bad_credentials", "")


@pytest.mark.parametrize(
    "status", ["picked_up", "processing", "completed", "delivered", "cancelled"]
)
def test_an_order_that_moved_stays(guest_order: Order, status: str):
    assert_refused(put(guest_order, status), "already_picked_up")


def test_an_order_that_was_scanned_stays_even_where_that_moved_nothing(
    guest_order: Order, worker: Worker
):
    Track.objects.create(
        order=guest_order, seq=2, action="seen", result="recorded", source="scan", worker=worker
    )
    Order.objects.update(last_seq=2)
    assert_refused(guest_order, "already_picked_up")


def test_what_staff_did_is_no_scan(guest_order: Order, owner: User):
    take(guest_order, "called", Principal("staff", user=owner))
    withdraw(guest_order)
    guest_order.refresh_from_db()
    assert guest_order.deleted_at is not None


def test_a_deleted_order_is_not_there(guest_order: Order, owner: User):
    delete_order(order=guest_order, by=Principal("staff", user=owner), source="admin")
    assert_refused(guest_order, "order_not_found")


def test_an_order_that_moved_since_it_was_read_stays(guest_order: Order):
    stale = Order.objects.get(pk=guest_order.pk)
    moved(guest_order, "picked_up")
    assert_refused(stale, "already_picked_up")
