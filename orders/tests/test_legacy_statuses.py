"""Old servers' statuses: which of ours each stands for."""

import pytest

from orders.legacy_statuses import OLD_STATUSES, status_from
from orders.models import Status


@pytest.mark.parametrize("status", Status)
def test_our_own_statuses_are_read(status: Status):
    assert status_from(status.value) == status_from(str(status.label).upper()) == status


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("At Store", "picked_up"),
        ("In Transit to Factory", "picked_up"),
        ("At Factory", "processing"),
        ("Processing", "processing"),
        ("In Transit to Store", "completed"),
        ("Ready for Delivery", "completed"),
        ("Picked Up", "picked_up"),
        ("Pending", "created"),
        (" ready  FOR delivery ", "completed"),
    ],
)
def test_an_old_status_stands_for_one_of_ours(text: str, status: str):
    assert status_from(text) == status


@pytest.mark.parametrize("text", ["", "lost", "deliveredd", "\ud800"])
def test_an_unknown_one_stands_for_none(text: str):
    assert status_from(text) is None


def test_every_status_can_be_said_in_old_words():
    assert set(OLD_STATUSES.values()) == set(Status)
