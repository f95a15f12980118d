"""`/worker/scan` of old worker apps: what is recorded, and what it moves."""

import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Service
from config.rest.principals import ANYONE
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.answers import assert_legacy_error
from tests.cast import PIN, moved
from tests.unchanged import nothing_written
from tracking.models import Track
from workforce.models import DeviceToken, Worker

pytestmark = pytest.mark.django_db
URL = "/worker/scan"
EMAIL = "gita@example.com"


@pytest.fixture
def guest_order(wash: Service) -> Order:
    """Gita's order, just placed."""
    return place(wash)


def place(service: Service) -> Order:
    contact = Contact("Gita Guest", EMAIL, "+91 80 1234 5678")
    return place_order(by=ANYONE, items=[Item(service.pk)], source="legacy", contact=contact)


def scan(client: APIClient, **body: Any) -> Any:
    body = {"workerId": 7, "orderEmail": EMAIL, "orderStatus": "Picked Up"} | body
    return client.post(URL, body, format="json")


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


def facts(track: Track) -> dict[str, Any]:
    names = ("order", "worker", "action", "result", "source", "from_status", "to_status")
    return {name: getattr(track, name) for name in names}


def newest() -> Track:
    return Track.objects.order_by("-pk")[0]


def test_without_a_token_it_is_a_note_that_moves_nothing(api: APIClient, guest_order: Order):
    answer = scan(api, location="Gate 2")
    assert answer.status_code == 201
    track = newest()
    assert facts(track) == {
        "order": None,
        "worker": None,
        "action": "picked_up",
        "result": "unverified",
        "source": "legacy",
        "from_status": "",
        "to_status": "",
    }
    assert (track.order_email, track.legacy_worker, track.location) == (EMAIL, "7", "Gate 2")
    assert status_of(guest_order) == "created"


def test_without_a_token_a_number_is_not_believed_either(api: APIClient, guest_order: Order):
    answer = scan(api, order_number=guest_order.order_number)
    assert answer.json()["track"]["result"] == "unverified"
    assert newest().order is None
    assert status_of(guest_order) == "created"


def test_the_worker_of_a_token_counts_and_not_the_one_in_the_body(
    as_worker: APIClient, worker: Worker, guest_order: Order
):
    answer = scan(as_worker, workerId=worker.pk + 1)
    assert (answer.status_code, answer.json()["track"]["workerId"]) == (201, worker.pk)
    assert facts(newest()) == {
        "order": guest_order,
        "worker": worker,
        "action": "picked_up",
        "result": "recorded",
        "source": "scan",
        "from_status": "created",
        "to_status": "picked_up",
    }
    assert status_of(guest_order) == "picked_up"


@pytest.mark.parametrize("closed", ["delivered", "cancelled"])
def test_an_email_means_the_order_that_is_still_open(
    as_worker: APIClient, guest_order: Order, wash: Service, closed: str
):
    moved(guest_order, closed)
    second = place(wash)
    scan(as_worker)
    assert (status_of(guest_order), status_of(second)) == (closed, "picked_up")


def test_an_email_of_two_open_orders_means_neither(
    as_worker: APIClient, worker: Worker, guest_order: Order, wash: Service
):
    second = place(wash)
    answer = scan(as_worker)
    assert answer.status_code == 201
    track = newest()
    assert (track.order, track.worker, track.order_email) == (None, worker, EMAIL)
    assert (track.result, track.from_status, track.to_status) == ("recorded", "", "")
    assert (status_of(guest_order), status_of(second)) == ("created", "created")


def test_a_deleted_order_is_no_open_one(as_worker: APIClient, guest_order: Order):
    Order.objects.update(deleted_at="2026-01-01T00:00:00Z")
    scan(as_worker)
    assert newest().order is None


def test_a_number_goes_before_an_email(as_worker: APIClient, guest_order: Order, order: Order):
    scan(as_worker, order_number=order.order_number)
    assert (status_of(order), status_of(guest_order)) == ("picked_up", "created")


def test_a_repeated_scan_by_email_gets_the_first_answer_though_the_order_is_closed_by_then(
    as_worker: APIClient, guest_order: Order
):
    scan_id = str(uuid.uuid4())
    first = scan(as_worker, orderStatus="Delivered", scan_id=scan_id)
    count = Track.objects.count()
    second = scan(as_worker, orderStatus="Delivered", scan_id=scan_id)
    assert second.json() == first.json()
    assert first.json()["track"]["order_number"] == guest_order.order_number
    assert Track.objects.count() == count


def test_a_repeated_scan_of_an_email_without_an_order_gets_the_first_answer(as_worker: APIClient):
    body = {"workerId": 1, "orderEmail": EMAIL, "orderStatus": "Picked Up"}
    headers = {"Idempotency-Key": "scan-0001"}
    answers = [as_worker.post(URL, body, format="json", headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Track.objects.count() == 1


def test_the_same_scan_id_for_another_email_is_refused(as_worker: APIClient):
    scan_id = str(uuid.uuid4())
    scan(as_worker, scan_id=scan_id)
    answer = scan(as_worker, scan_id=scan_id, orderEmail="eve@example.com")
    assert_legacy_error(answer, 409, "This scan_id was already used for another scan.")


def test_a_refused_step_is_a_track_too(as_worker: APIClient, guest_order: Order):
    moved(guest_order, "completed")
    answer = scan(as_worker)
    assert answer.status_code == 409
    assert (newest().result, newest().reason) == ("refused", "transition_not_allowed")


@pytest.mark.parametrize("body", [{"orderStatus": ""}, {"orderEmail": None}, {"workerId": ""}])
def test_a_400_writes_nothing(api: APIClient, guest_order: Order, body: dict[str, Any]):
    with nothing_written():
        assert_legacy_error(scan(api, **body), 400, "Missing required fields")


def test_a_body_of_both_dialects_is_answered_as_camel(as_worker: APIClient, guest_order: Order):
    answer = as_worker.post(
        URL, {"orderStatus": "Picked Up", "email": EMAIL, "worker_id": 1}, format="json"
    )
    assert (answer.status_code, answer.json()["message"]) == (201, "Scan recorded")


def test_an_old_apps_device_is_named_by_its_program(api: APIClient, worker: Worker):
    body = {"email": worker.email, "password": PIN}
    headers = {"User-Agent": "OldWorkerApp/1.2 " + "x" * 80}
    token = api.post("/employee/login", body, format="json", headers=headers).json()["token"]
    device = DeviceToken.objects.get()
    assert device.name == ("OldWorkerApp/1.2 " + "x" * 80)[:64]
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    assert api.get("/employee/api/orders").status_code == 200
