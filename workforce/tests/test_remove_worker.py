"""`DELETE /api/v1/workers/{id}`, and the verb behind it."""

import uuid

import pytest
from django.db import IntegrityError
from rest_framework.test import APIClient

from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal
from orders.models import Order
from tests.answers import assert_problem
from tests.cast import PIN, bearing
from tracking.models import Track
from workforce.devices import issue_token, sign_in_device
from workforce.models import DeviceToken, Worker
from workforce.scanning import Scan, record_scan
from workforce.staffing import remove_worker
from workforce.tests.conftest import PATH


def scan(order: Order, worker: Worker, device: DeviceToken | None = None) -> None:
    record_scan(
        by=Principal("worker", worker=worker, device=device),
        scan=Scan(action="picked_up", order_number=order.order_number),
    )


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_worker_without_tracks_is_erased_with_all_devices(
    as_foreman: APIClient, worker: Worker, other_worker: Worker, slash: str
) -> None:
    token = issue_token(worker=worker)[1]
    issue_token(worker=worker)
    kept, _token = issue_token(worker=other_worker)

    response = as_foreman.delete(f"{PATH}/{worker.pk}{slash}")

    assert (response.status_code, response.json()) == (200, {"msg": "Deleted"})
    assert Worker.objects.get() == other_worker
    assert DeviceToken.objects.get() == kept
    assert_problem(bearing(token).get(f"{PATH}/devices"), "token_invalid")


def test_a_worker_with_tracks_is_deactivated_and_the_answer_says_so(
    as_foreman: APIClient, worker: Worker, order: Order
) -> None:
    device, token = issue_token(worker=worker)
    scan(order, worker, device)

    response = as_foreman.delete(f"{PATH}/{worker.pk}")

    body = response.json()
    assert response.status_code == 200
    assert body["msg"] == "Deactivated"
    assert (body["worker"]["id"], body["worker"]["is_active"]) == (worker.pk, False)
    assert Worker.objects.get().is_active is False
    assert DeviceToken.objects.get().revoked_at is not None
    assert Track.objects.filter(worker=worker, device=device).count() == 1
    assert_problem(bearing(token).get(f"{PATH}/devices"), "token_invalid")
    with pytest.raises(Refusal):
        sign_in_device(worker_id=worker.pk, password=PIN)


def test_a_track_that_names_no_device_keeps_the_worker_and_the_devices(
    worker: Worker, order: Order
) -> None:
    issue_token(worker=worker)
    scan(order, worker)

    kept = remove_worker(worker=worker)

    assert kept == worker
    assert DeviceToken.objects.get().revoked_at is not None


def test_a_lock_stays_when_a_worker_is_deactivated(
    as_foreman: APIClient, worker: Worker, order: Order
) -> None:
    scan(order, worker)
    as_foreman.patch(f"{PATH}/{worker.pk}", {"locked": True}, format="json")
    assert as_foreman.delete(f"{PATH}/{worker.pk}").json()["worker"]["locked"] is True


def test_a_repeated_call_answers_the_same(
    as_foreman: APIClient, worker: Worker, order: Order
) -> None:
    scan(order, worker)
    first = as_foreman.delete(f"{PATH}/{worker.pk}")
    second = as_foreman.delete(f"{PATH}/{worker.pk}")
    assert (second.status_code, second.json()) == (200, first.json())


def test_an_erased_worker_is_not_found_again(as_foreman: APIClient, worker: Worker) -> None:
    assert as_foreman.delete(f"{PATH}/{worker.pk}").status_code == 200
    assert_problem(as_foreman.delete(f"{PATH}/{worker.pk}"), "not_found")


def test_a_worker_who_went_meanwhile_is_not_found(worker: Worker) -> None:
    read = Worker.objects.get()
    remove_worker(worker=worker)
    with pytest.raises(Refusal) as refused:
        remove_worker(worker=read)
    assert refused.value.code == Code.NOT_FOUND


@pytest.mark.parametrize("scan_id", [None, uuid.uuid4()])
@pytest.mark.django_db(transaction=True)
def test_a_scan_that_its_worker_does_not_outlive_is_no_repeat_and_writes_nothing(
    worker: Worker, order: Order, scan_id: uuid.UUID | None
) -> None:
    erased = Worker.objects.get()
    remove_worker(worker=worker)

    with pytest.raises(IntegrityError):
        record_scan(
            by=Principal("worker", worker=erased),
            scan=Scan(action="picked_up", order_number=order.order_number, scan_id=scan_id),
        )

    order.refresh_from_db()
    assert order.status == "created"
    assert order.tracks.count() == 1
