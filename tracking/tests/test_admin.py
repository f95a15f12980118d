"""The ledger in the admin: read, and never written."""

import pytest
from django.test import Client

from config.rest.principals import Principal
from tests.cast import staff_holding
from tests.states import refused, take
from tracking.models import Track

LIST = "/admin/tracking/track/"


@pytest.fixture
def track(order) -> Track:
    return order.tracks.get()


def actions(answer) -> list[str]:
    return [track.action for track in answer.context["cl"].result_list]


def test_a_page_of_a_track_has_no_field_to_change(office, track):
    page = office.get(f"{LIST}{track.pk}/change/")

    assert list(page.context["adminform"].form.fields) == []
    assert page.context["has_change_permission"] is False
    assert page.context["has_add_permission"] is False
    assert page.context["has_delete_permission"] is False


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

    for text in ("created → picked_up", "Wim Weaver", "Depot", "left_at_neighbour", "Xenia Xu"):
        assert text in content


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
