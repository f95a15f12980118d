"""Tracks are facts: they are appended and read, and nothing else."""

from collections.abc import Callable

import pytest
from django.db import transaction

from orders.models import Order
from tracking.models import Track


def update_in_bulk(track: Track) -> None:
    # In a savepoint: what it raises would break the transaction of the test.
    with transaction.atomic():
        Track.objects.bulk_update([track], ["note"])


CHANGES: dict[str, Callable[[Track], object]] = {
    "save": lambda track: track.save(),
    "delete": lambda track: track.delete(),
    "update": lambda track: Track.objects.update(note="never mind"),
    "delete many": lambda track: Track.objects.all().delete(),
    "update in bulk": update_in_bulk,
    "update or create": lambda track: Track.objects.update_or_create(
        pk=track.pk, defaults={"note": "never mind"}
    ),
    "update of an order's": lambda track: track.order and track.order.tracks.update(note=""),
    "through the order": lambda track: Track.objects.filter(order=track.order).delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_track_is_neither_changed_nor_erased(order: Order, change: str) -> None:
    before = Track.objects.values().get()
    with pytest.raises(TypeError, match=r"Tracks are never (changed|erased)\."):
        CHANGES[change](Track.objects.get())
    assert Track.objects.values().get() == before


@pytest.mark.parametrize(
    ("result", "from_status", "to_status", "has_moved"),
    [
        ("recorded", "created", "picked_up", True),
        ("recorded", "", "created", True),
        ("recorded", "created", "created", False),
        ("already", "created", "created", False),
        ("refused", "created", "picked_up", False),
    ],
)
def test_a_status_track_is_recorded_with_two_different_statuses(
    result: str, from_status: str, to_status: str, has_moved: bool
) -> None:
    track = Track(result=result, from_status=from_status, to_status=to_status)
    assert track.has_moved is has_moved


def test_a_track_is_shown_by_what_was_done() -> None:
    assert str(Track(action="picked_up", result="recorded")) == "Picked up (recorded)"
