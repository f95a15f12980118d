"""The ledger in the admin: read, and never written."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from config.rest.principals import Principal
from orders.models import Order
from tests.admin import statements_of
from tests.cast import staff_holding
from tests.states import newest, refused, take
from tracking.admin import MOST_ORDERS
from tracking.models import Track
from workforce.models import Worker

LIST = "/admin/tracking/track/"


@pytest.fixture
def track(order) -> Track:
    return order.tracks.get()


def actions(answer) -> list[str]:
    return [track.action for track in answer.context["cl"].result_list]


def told(**facts: Any) -> Track:
    """A track of no order."""
    return Track.objects.create(**({"result": "recorded", "source": "scan"} | facts))


def test_a_page_of_a_track_has_no_field_to_change(office, track):
    page = office.get(f"{LIST}{track.pk}/change/")

    assert list(page.context["adminform"].form.fields) == []
    assert page.context["has_change_permission"] is False
    assert page.context["has_add_permission"] is False
    assert page.context["has_delete_permission"] is False


def test_a_page_of_a_track_shows_what_it_says_and_no_empty_facts(office, order, worker):
    track = take(order, "picked_up", Principal("worker", worker=worker), location="Depot")
    told_of_none = told(order_number="NOSUCH", action="weighed", result="refused", reason="why")

    def shown(track: Track) -> list[list[str]]:
        page = office.get(f"{LIST}{track.pk}/change/")
        assert page.status_code == 200
        (fieldset,) = page.context["adminform"].fieldsets
        return fieldset[1]["fields"]

    assert shown(track) == [
        ["order", "seq"],
        ["did", "outcome"],
        ["came_from", "went_to"],
        ["worker"],
        ["source", "location"],
        ["scanned_at", "created_at"],
    ]
    assert shown(told_of_none)[:2] == [["order_number"], ["did", "outcome"]]


@pytest.mark.parametrize("page", ["add/", "{pk}/change/", "{pk}/delete/"])
def test_tracks_are_not_added_changed_or_erased(page, office, track):
    before = list(Track.objects.values())

    path = LIST + page.format(pk=track.pk)
    answer = office.post(path, {"action": "delivered", "note": "changed", "post": "yes"})

    assert answer.status_code == 403
    assert list(Track.objects.values()) == before


def test_every_permission_on_tracks_still_only_reads(track):
    verbs = ("view", "add", "change", "delete")
    browser = Client()
    browser.force_login(staff_holding("Vera", *(f"tracking.{verb}_track" for verb in verbs)))

    assert browser.get(f"{LIST}{track.pk}/change/").status_code == 200
    assert browser.post(f"{LIST}{track.pk}/change/", {}).status_code == 403
    assert browser.post(f"{LIST}{track.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_list_says_what_moved_where_and_by_whom(office, order, worker, other_worker):
    take(order, "picked_up", Principal("worker", worker=worker), location="Depot")
    take(order, "left_at_neighbour", Principal("worker", worker=other_worker))

    content = office.get(LIST).content.decode()

    moved = 'Picked up <span class="secondary">from Created</span>'
    for text in (moved, "Wim Weaver", "Depot", "left_at_neighbour", "Xenia Xu"):
        assert text in content


def test_a_step_that_is_called_otherwise_tells_where_it_moved_the_order(office, order):
    Track.objects.create(
        order=order, seq=2, action="undo", from_status="picked_up", to_status="created",
        result="recorded", source="admin",
    )  # fmt: skip

    content = office.get(LIST).content.decode()

    assert 'undo <span class="secondary">from Picked up → Created</span>' in content


def test_the_newest_track_stands_first(office, order, worker):
    take(order, "picked_up", Principal("worker", worker=worker))

    assert actions(office.get(LIST)) == ["picked_up", "created"]


def test_tracks_are_found_by_order_number_in_any_case(office, order, worker):
    take(order, "picked_up", Principal("worker", worker=worker))

    assert actions(office.get(LIST, {"q": order.order_number.lower()})) == ["picked_up", "created"]
    assert actions(office.get(LIST, {"q": order.order_number[:4]})) == ["picked_up", "created"]
    assert actions(office.get(LIST, {"q": "NOSUCH"})) == []


def test_a_refused_scan_of_an_unknown_number_is_found_by_it(office, order, worker):
    order.order_number = "NOSUCHNUM2"
    refused(order, "picked_up", Principal("worker", worker=worker), "order_not_found")

    answer = office.get(LIST, {"q": "nosuch"})

    assert actions(answer) == ["picked_up"]
    assert "NOSUCHNUM2" in answer.content.decode()


def test_tracks_of_old_clients_are_found_by_the_email_they_sent(office, order):
    Track.objects.create(
        order_email="asha@example.com", action="picked_up", result="unverified", source="legacy"
    )

    assert actions(office.get(LIST, {"q": "ASHA@ex"})) == ["picked_up"]


def test_tracks_are_narrowed_by_result(office, order, worker):
    refused(order, "cancelled", Principal("worker", worker=worker), code="transition_not_allowed")

    assert actions(office.get(LIST, {"result__exact": "refused"})) == ["cancelled"]


# --- Filters --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({"action__exact": "weighed"}, ["weighed"]),
        ({"action__exact": " Weighed "}, ["weighed"]),
        ({"action__exact": "weigh"}, []),
        ({"location__istartswith": "north"}, ["weighed"]),
        ({"location__istartswith": "gate"}, []),
        ({"source__exact": "legacy"}, ["weighed"]),
        ({"result__exact": "late"}, ["weighed"]),
        ({"result__exact": "late", "location__istartswith": "South"}, []),
        ({"action__exact": ""}, ["ironed", "weighed"]),
    ],
)
def test_tracks_are_narrowed(narrowing, found, office):
    told(action="weighed", location="North gate", source="legacy", result="late")
    told(action="ironed", location="South gate")

    assert actions(office.get(LIST, narrowing)) == found


def test_tracks_are_narrowed_by_worker(office, order, worker, other_worker):
    take(order, "weighed", Principal("worker", worker=worker))
    take(order, "ironed", Principal("worker", worker=other_worker))

    assert actions(office.get(LIST, {"worker__id__exact": worker.pk})) == ["weighed"]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ({"since": "2026-11-21"}, ["third", "second"]),
        ({"until": "2026-11-21"}, ["second", "first"]),
        ({"since": "2026-11-21", "until": "2026-11-21"}, ["second"]),
        ({"since": "2026-11-22", "until": "2026-11-21"}, []),
        ({"since": "", "until": " "}, ["third", "second", "first"]),
    ],
)
def test_tracks_are_narrowed_by_days_of_the_shop(days, found, office, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    moments = {
        "first": "2026-11-20T18:29:59Z",
        "second": "2026-11-20T18:30:00Z",
        "third": "2026-11-21T18:30:00Z",
    }
    for action, moment in moments.items():
        told(action=action, created_at=datetime.datetime.fromisoformat(moment))

    answer = office.get(LIST, {f"created_at__{part}": day for part, day in days.items()})

    assert actions(answer) == found


@pytest.mark.parametrize(
    "day", ["yesterday", "2026-02-30", "0001-01-01", "9999-12-31", "21.11.2026"]
)
def test_what_is_no_day_finds_nothing_and_says_so(day, office, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    told(action="weighed")

    answer = office.get(LIST, {"created_at__since": day, "created_at__until": day})

    assert actions(answer) == []
    assert "Give a day as 2026-11-22." in answer.content.decode()


def test_tracks_of_some_days_stand_in_the_order_of_their_moments(office):
    now = timezone.now()
    told(action="imported later", created_at=now - datetime.timedelta(hours=1))
    told(action="older", created_at=now - datetime.timedelta(hours=2))

    answer = office.get(LIST, {"created_at__since": "2020-01-01"})

    assert actions(answer) == ["imported later", "older"]


def test_a_filter_keeps_what_else_narrows_the_list(office):
    content = office.get(LIST, {"result__exact": "late", "q": "K7M"}).content.decode()

    kept = '<input type="hidden" name="result__exact" value="late">'
    assert content.count(kept) >= 3
    assert content.count('<input type="hidden" name="q" value="K7M">') >= 3


def test_the_choices_of_the_filters_are_not_read_from_the_ledger(office, order, worker):
    take(order, "weighed", Principal("worker", worker=worker))

    asked = statements_of(office, LIST)

    assert not [sql for sql in asked if "DISTINCT" in sql]
    assert len([sql for sql in asked if "tracking_track" in sql]) == 2, asked


# --- What a row shows -----------------------------------------------------------------


def test_refused_late_and_voided_tracks_are_shown_as_such(office, order, worker, owner):
    by = Principal("staff", user=owner)
    voided = newest(order)
    take(order, "picked_up", by)
    Track.objects.create(
        order=order, seq=9, action="undo", result="recorded", source="admin", voids=voided
    )
    refused(order, "cancelled", Principal("worker", worker=worker), code="transition_not_allowed")
    told(action="weighed", result="late")

    content = office.get(LIST).content.decode()

    assert '<span class="badge badge-refused">refused</span>' in content
    assert '<span class="badge badge-late">late</span>' in content
    assert content.count('<span class="badge badge-voided">voided</span>') == 1


def test_the_number_leads_to_the_order_for_who_may_see_it(office, order):
    link = f'<a href="/admin/orders/order/{order.pk}/change/">{order.order_number}</a>'
    browser = Client()
    browser.force_login(staff_holding("Vera", "tracking.view_track"))

    assert link in office.get(LIST).content.decode()
    without = browser.get(LIST).content.decode()
    assert link not in without
    assert order.order_number in without


def test_a_short_beginning_finds_the_tracks_of_the_newest_orders(office, order, monkeypatch):
    monkeypatch.setattr("tracking.admin.MOST_ORDERS", 1)
    older = order.order_number
    Order.objects.filter(pk=order.pk).update(order_number=f"AB{older}")
    newer = Order.objects.create(
        order_number="ABNEWER", token="t", name="New", status_changed_at=timezone.now()
    )
    told(order=newer, seq=1, action="weighed")

    assert MOST_ORDERS == 1000
    assert actions(office.get(LIST, {"q": "AB"})) == ["weighed"]


def test_the_list_takes_as_many_statements_for_a_thousand_tracks_as_for_ten(
    office, order, customer
):
    workers = [Worker.objects.create(name=f"Worker {n}") for n in range(10)]
    rows = [
        Track(
            order=order, seq=n + 2, action="weighed", result="recorded", source="scan",
            worker=workers[n % 10], actor=customer if n % 2 else None,
        )
        for n in range(1000)
    ]  # fmt: skip
    Track.objects.bulk_create(rows[:9])
    for_ten = statements_of(office, LIST)
    Track.objects.bulk_create(rows[9:])
    for_more = statements_of(office, LIST)

    assert Track.objects.count() == 1001
    assert len(for_more) == len(for_ten), (for_ten, for_more)
