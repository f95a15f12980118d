"""What an offline device read before the order came where it is now."""

import datetime

import pytest
from django.utils import timezone

from tests.states import columns, newest, put, refused, take

BEHIND = {
    "created": [],
    "picked_up": ["created"],
    "processing": ["created", "picked_up"],
    "completed": ["created", "picked_up", "processing"],
    "delivered": ["created", "picked_up", "processing", "completed"],
    "cancelled": ["created", "picked_up", "processing", "completed", "delivered"],
}


@pytest.mark.parametrize(
    ("status", "action"), [(status, action) for status in BEHIND for action in BEHIND[status]]
)
def test_a_status_read_before_the_order_came_further_is_late_and_moves_nothing(
    order, by, status, action
):
    put(order, status)
    before = columns(order)
    read_at = order.status_changed_at - datetime.timedelta(seconds=1)

    track = take(order, action, by["worker"], scanned_at=read_at)

    assert (track.result, track.reason) == ("late", "")
    assert (track.from_status, track.to_status) == (status, status)
    assert track.scanned_at == read_at
    assert columns(order) == before


@pytest.mark.parametrize("status", ["processing", "completed", "delivered"])
def test_a_cancelling_does_not_lie_behind_and_is_never_late(order, by, status):
    put(order, status)
    read_at = order.status_changed_at - datetime.timedelta(seconds=1)

    refused(order, "cancelled", by["worker"], "transition_not_allowed", scanned_at=read_at)


def test_a_status_read_after_the_order_came_further_is_refused(order, by):
    put(order, "completed", since=timezone.now() - datetime.timedelta(hours=1))

    for seconds in (0, 1):
        read_at = order.status_changed_at + datetime.timedelta(seconds=seconds)
        refused(order, "picked_up", by["worker"], "transition_not_allowed", scanned_at=read_at)


def test_a_status_without_a_time_of_reading_is_not_late(order, by):
    put(order, "completed")

    refused(order, "picked_up", by["worker"], "transition_not_allowed")


def test_staff_at_the_counter_are_late_as_workers_are(order, by):
    put(order, "completed")
    read_at = order.status_changed_at - datetime.timedelta(seconds=1)

    assert take(order, "picked_up", by["staff"], scanned_at=read_at).result == "late"


def test_nobody_else_is_late(order, by):
    put(order, "completed")
    read_at = order.status_changed_at - datetime.timedelta(seconds=1)

    for kind in ("anyone", "customer", "system"):
        refused(order, "picked_up", by[kind], "transition_not_allowed", scanned_at=read_at)


def test_a_clock_up_to_five_minutes_ahead_is_believed(order, by):
    put(order, "completed", since=timezone.now() + datetime.timedelta(minutes=10))
    ahead = timezone.now() + datetime.timedelta(minutes=4, seconds=50)

    assert take(order, "picked_up", by["worker"], scanned_at=ahead).result == "late"


def test_a_clock_more_than_five_minutes_ahead_decides_nothing_but_is_kept(order, by):
    put(order, "completed", since=timezone.now() + datetime.timedelta(minutes=10))
    ahead = timezone.now() + datetime.timedelta(minutes=5, seconds=10)

    refused(order, "picked_up", by["worker"], "transition_not_allowed", scanned_at=ahead)

    assert newest(order).scanned_at == ahead


def test_a_clock_up_to_thirty_days_back_is_believed(order, by):
    put(order, "completed")
    back = timezone.now() - datetime.timedelta(days=29, hours=23)

    assert take(order, "picked_up", by["worker"], scanned_at=back).result == "late"


def test_a_clock_more_than_thirty_days_back_decides_nothing_but_is_kept(order, by):
    put(order, "completed")
    back = timezone.now() - datetime.timedelta(days=30, seconds=10)

    refused(order, "picked_up", by["worker"], "transition_not_allowed", scanned_at=back)

    assert newest(order).scanned_at == back


def test_a_forward_step_counts_however_early_it_was_read(order, by):
    put(order, "picked_up")
    read_at = order.status_changed_at - datetime.timedelta(days=2)

    assert take(order, "processing", by["worker"], scanned_at=read_at).result == "recorded"
