"""The counter's calls: what a scan there does, and what the page is told of it."""

import datetime
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.models import Order
from tests.admin import office_of
from tests.cast import moved, staff_in
from tests.states import newest
from tests.unchanged import nothing_written
from tracking.models import Track

pytestmark = pytest.mark.django_db

SCAN, UNDO = "/admin/counter/scan/", "/admin/counter/undo/"
FIND, RECENT = "/admin/counter/find/", "/admin/counter/recent/"


@pytest.fixture
def cora(db: None) -> User:
    """Cora, who serves customers."""
    return staff_in("Counter", "Cora")


@pytest.fixture
def browser(cora: User) -> Client:
    """Cora's browser."""
    return office_of(cora)


def post(browser: Client, path: str, body: dict[str, Any]) -> Any:
    return browser.post(path, body, content_type="application/json")


def a_scan(by: User, code: str, action: str, **more: Any) -> dict[str, Any]:
    body = {"qr": code, "action": action, "scan_id": str(uuid.uuid4()), "made_by": by.pk}
    return body | {"scanned_at": timezone.now().isoformat()} | more


def test_a_scan_moves_the_order_and_is_told_in_words(browser, cora, order):
    body = a_scan(cora, order.tracking_url, "picked_up", location="Desk 1")

    answer = post(browser, SCAN, body)

    track = newest(order)
    assert answer.status_code == 200
    assert answer.json() == {
        "verdict": "recorded",
        "scan_id": body["scan_id"],
        "number": order.order_number,
        "name": "Asha Rao",
        "url": f"/admin/orders/order/{order.pk}/change/",
        "labels": f"/admin/orders/order/{order.pk}/print/roll/",
        "title": "Picked up",
        "text": "It was Created.",
        "at": track.scanned_at.isoformat(),
        "undo": track.pk,
        "is_undone": False,
    }
    assert (track.actor, track.source, track.location) == (cora, "scan", "Desk 1")
    assert str(track.scan_id) == body["scan_id"]


def test_the_same_scan_again_gets_the_first_verdict_and_no_second_track(browser, cora, order):
    body = a_scan(cora, order.order_number, "picked_up")
    first = post(browser, SCAN, body).json()
    moved(order, "processing")

    with nothing_written():
        assert post(browser, SCAN, body).json() == first


def test_the_same_scan_id_for_another_order_is_refused(browser, cora, order):
    body = a_scan(cora, order.order_number, "picked_up")
    post(browser, SCAN, body)

    answer = post(browser, SCAN, body | {"action": "delivered"}).json()

    assert (answer["verdict"], answer["scan_id"]) == ("refused", body["scan_id"])
    assert Order.objects.get().status == "picked_up"


@pytest.mark.parametrize(
    ("status", "action", "verdict", "title", "text"),
    [
        ("picked_up", "picked_up", "already", "Already Picked up", "Nothing was to be done."),
        (
            "delivered",
            "processing",
            "refused",
            "Still Delivered",
            "It is Delivered and cannot become Processing.",
        ),
        ("created", "weighed", "recorded", "Weighed", "Noted. The order stays as it is."),
    ],
)
def test_what_moves_nothing_has_a_verdict_too(
    browser, cora, order, status, action, verdict, title, text
):
    moved(order, status)

    answer = post(browser, SCAN, a_scan(cora, order.order_number, action))

    told = answer.json()
    assert answer.status_code == 200
    assert (told["verdict"], told["title"], told["text"]) == (verdict, title, text)
    assert told["undo"] is None
    assert newest(order).result == verdict


def test_an_owners_scan_never_corrects(office, owner, order):
    moved(order, "delivered")

    answer = post(office, SCAN, a_scan(owner, order.order_number, "processing")).json()

    assert (answer["verdict"], answer["title"]) == ("refused", "Still Delivered")
    assert Order.objects.get().status == "delivered"


def test_what_was_scanned_before_the_order_went_on_is_late(browser, cora, order, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    moved(order, "processing")
    read_at = timezone.now() - datetime.timedelta(hours=1)

    told = post(
        browser,
        SCAN,
        a_scan(cora, order.order_number, "picked_up", scanned_at=read_at.isoformat()),
    ).json()

    india = read_at.astimezone(datetime.timezone(datetime.timedelta(hours=5, minutes=30)))
    assert (told["verdict"], told["title"]) == ("late", "Too late for Picked up")
    assert told["text"] == f"Scanned at {india:%H:%M}; it went on since and is Processing."


@pytest.mark.parametrize(
    ("code", "title", "tracks"),
    [("ZZZZZZZZZZ", "Unknown order", 1), ("???", "Unreadable code", 0)],
)
def test_a_code_of_no_order_is_told_apart_from_one_that_cannot_be_read(
    browser, cora, code, title, tracks
):
    body = a_scan(cora, code, "picked_up")

    answer = post(browser, SCAN, body)

    told = answer.json()
    assert answer.status_code == 200
    assert (told["verdict"], told["title"], told["url"]) == ("refused", title, "")
    assert told["scan_id"] == body["scan_id"]
    assert Track.objects.count() == tracks


def test_a_deleted_order_is_told_as_such(browser, cora, order):
    Order.objects.update(deleted_at=timezone.now())

    told = post(browser, SCAN, a_scan(cora, order.order_number, "picked_up")).json()

    assert (told["verdict"], told["title"]) == ("refused", "Deleted order")


def test_a_scan_is_not_taken_in_the_name_of_who_signed_in_since(browser, owner, order):
    with nothing_written():
        answer = post(browser, SCAN, a_scan(owner, order.order_number, "picked_up"))

    assert answer.status_code == 403
    assert answer.json() == {"signed_in": "Cora"}


def test_without_a_session_every_call_is_a_401_and_nothing_is_lost_by_a_redirect(client, cora):
    for path in (SCAN, UNDO, FIND):
        assert post(client, path, {}).status_code == 401
    assert client.get(RECENT).status_code == 401


def test_an_auditor_scans_nothing(order):
    auditor = staff_in("Auditor", "Aud")
    browser = office_of(auditor)

    with nothing_written():
        answer = post(browser, SCAN, a_scan(auditor, order.order_number, "picked_up"))

    assert answer.status_code == 403


def test_a_scan_needs_the_csrf_token(cora, order):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cora)

    answer = post(browser, SCAN, a_scan(cora, order.order_number, "picked_up"))

    assert answer.status_code == 403
    assert Order.objects.get().status == "created"


@pytest.mark.parametrize("name", ["qr", "action", "scan_id", "made_by"])
def test_a_scan_needs_its_fields(browser, cora, order, name):
    body = a_scan(cora, order.order_number, "picked_up")
    del body[name]

    with nothing_written():
        answer = post(browser, SCAN, body)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(f"{name}: ")


# --- Undoing ---------------------------------------------------------------------------------


def test_ones_own_step_is_undone_once_however_often_it_is_asked(browser, cora, order):
    step = post(browser, SCAN, a_scan(cora, order.order_number, "picked_up")).json()["undo"]

    first = post(browser, UNDO, {"track": step}).json()
    second = post(browser, UNDO, {"track": step}).json()

    assert (first["verdict"], first["title"], first["text"]) == (
        "undone",
        "Undone",
        "It is Created again.",
    )
    assert second == first
    assert Order.objects.get().status == "created"
    assert Track.objects.filter(voids_id=step).count() == 1


def test_a_step_that_is_no_longer_the_newest_stays(browser, cora, order):
    step = post(browser, SCAN, a_scan(cora, order.order_number, "picked_up")).json()["undo"]
    post(browser, SCAN, a_scan(cora, order.order_number, "processing"))

    with nothing_written():
        told = post(browser, UNDO, {"track": step}).json()

    assert (told["verdict"], told["text"]) == (
        "refused",
        "The order went on since. Open it to see.",
    )


def test_the_counter_undoes_no_step_of_others(browser, order):
    moved(order, "picked_up")

    with nothing_written():
        told = post(browser, UNDO, {"track": newest(order).pk}).json()

    assert (told["verdict"], told["text"]) == (
        "refused",
        "Only your own step, and only for a while.",
    )


def test_there_is_nothing_to_undo_in_a_track_that_is_not_there(browser):
    assert post(browser, UNDO, {"track": 999}).json()["title"] == "Unknown order"


# --- Opening, and looking back ---------------------------------------------------------------


def test_a_code_is_found_and_nothing_is_written(browser, order):
    with nothing_written():
        told = post(browser, FIND, {"qr": order.tracking_url}).json()

    assert (told["verdict"], told["url"]) == (
        "found",
        f"/admin/orders/order/{order.pk}/change/",
    )


@pytest.mark.parametrize(
    ("code", "title"), [("ZZZZZZZZZZ", "Unknown order"), ("???", "Unreadable code")]
)
def test_a_code_that_opens_nothing_says_why(browser, code, title):
    told = post(browser, FIND, {"qr": code}).json()

    assert (told["verdict"], told["title"]) == ("refused", title)


def test_the_last_twenty_of_ones_own_scans_are_there_the_newest_first(browser, cora, owner, order):
    bodies = [a_scan(cora, order.order_number, f"word_{n}") for n in range(21)]
    for body in bodies:
        post(browser, SCAN, body)
    post(office_of(owner), SCAN, a_scan(owner, order.order_number, "picked_up"))

    scans = browser.get(RECENT).json()["scans"]

    assert [scan["scan_id"] for scan in scans] == [b["scan_id"] for b in bodies[:0:-1]]


def test_an_undone_scan_is_marked(browser, cora, order):
    step = post(browser, SCAN, a_scan(cora, order.order_number, "picked_up")).json()["undo"]
    post(browser, UNDO, {"track": step})

    (scan,) = browser.get(RECENT).json()["scans"]

    assert (scan["undo"], scan["is_undone"]) == (None, True)
