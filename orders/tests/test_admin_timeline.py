"""What happened to an order, as its page in the admin tells it."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from config.rest.principals import Principal
from config.rest.refusals import Refusal
from orders.lifecycle import undo
from orders.models import Order
from tests.admin import statements_of
from tests.states import take
from tracking.models import Track

pytestmark = pytest.mark.django_db


def entries(browser: Any, order: Order) -> list[tuple[str, ...]]:
    """Kind, title, where from, and badge of each entry, as the page has them."""
    page = browser.get(f"/admin/orders/order/{order.pk}/change/")
    return [
        (entry.kind, str(entry.title), str(entry.moved), str(entry.badge))
        for entry in page.context["entries"]
    ]


@pytest.fixture
def carrier(worker) -> Principal:
    return Principal("worker", worker=worker)


def test_steps_stand_newest_first_and_what_did_not_count_is_marked(office, order, carrier, owner):
    take(order, "processing", carrier)
    take(order, "completed", carrier)
    undo(order=order, by=Principal("staff", user=owner), source="admin")
    take(order, "processing", carrier)
    take(order, "picked_up", carrier, scanned_at=timezone.now() - datetime.timedelta(hours=1))
    with pytest.raises(Refusal):
        take(order, "picked_up", carrier)
    take(order, "stain_found", carrier)

    assert entries(office, order) == [
        ("noted", "Stain found", "", ""),
        ("refused", "Picked up", "", "refused"),
        ("late", "Picked up", "", "late"),
        ("already", "Processing", "", "already so"),
        ("moved", "Undo", "back to Processing", ""),
        ("voided", "Completed", "from Processing", "undone"),
        ("moved", "Processing", "from Created", ""),
        ("moved", "Created", "", ""),
    ]


def test_an_entry_tells_who_where_when_and_what_was_noted(office, order, carrier):
    take(order, "picked_up", carrier, location="Van 2", note="A button is missing.")

    content = office.get(f"/admin/orders/order/{order.pk}/change/").content.decode()

    for text in ("Wim Weaver", "· Van 2", "A button is missing.", "<time datetime="):
        assert text in content


def test_why_a_step_was_refused_or_corrected_is_told(office, order, carrier):
    take(order, "delivered", carrier)
    with pytest.raises(Refusal):
        take(order, "picked_up", carrier)
    Track.objects.create(
        order=order, seq=9, action="created", result="recorded", reason="Wrong bag", source="admin"
    )

    entries = office.get(f"/admin/orders/order/{order.pk}/change/").context["entries"]

    told = [str(entry.explanation) for entry in entries]
    assert told[:2] == ["Wrong bag", "The order cannot take this step now."]


def test_a_scan_that_was_heard_of_later_tells_both_moments(office, order, carrier):
    at = timezone.now() - datetime.timedelta(minutes=30)
    take(order, "picked_up", carrier, scanned_at=at)
    take(order, "processing", carrier)

    page = office.get(f"/admin/orders/order/{order.pk}/change/")

    assert [entry.scanned_at for entry in page.context["entries"]] == [None, at, None]
    assert "(scanned " in page.content.decode()


def test_of_too_many_tracks_the_newest_are_shown(office, order, monkeypatch):
    monkeypatch.setattr("orders.admin.timeline.MOST", 2)
    for _count in range(2):
        take(order, "weighed", Principal("system"))

    content = office.get(f"/admin/orders/order/{order.pk}/change/").content.decode()

    assert content.count("<strong>Weighed</strong>") == 2
    assert "<strong>Created</strong>" not in content
    assert f'href="/admin/tracking/track/?q={order.order_number}"' in content


def test_the_page_takes_as_many_statements_for_a_thousand_tracks_as_for_two(
    office, order, worker, other_worker
):
    path = f"/admin/orders/order/{order.pk}/change/"
    take(order, "weighed", Principal("worker", worker=worker))
    for_two = statements_of(office, path)
    Track.objects.bulk_create(
        Track(order=order, seq=seq, action="weighed", result="recorded", source="scan", worker=who)
        for seq, who in enumerate((worker, other_worker) * 499, start=3)
    )
    for_a_thousand = statements_of(office, path)

    assert order.tracks.count() == 1000
    assert len(for_a_thousand) == len(for_two), (for_two, for_a_thousand)
