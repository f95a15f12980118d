"""`POST /api/v1/workers/login`."""

import json
from itertools import product
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from tests.answers import assert_problem
from tests.cast import PIN, bearing
from workforce.devices import MAX_FAILED_LOGINS, device_of
from workforce.models import DeviceToken, Worker

PATH = "/api/v1/workers/login"


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_answers_with_a_token_and_the_worker(api: APIClient, worker: Worker, slash: str) -> None:
    body = {"worker_id": worker.pk, "password": PIN, "device_name": "Van"}
    response = api.post(PATH + slash, body, format="json")
    assert response.status_code == 200
    answer = response.json()
    assert answer.keys() == {"worker_token", "worker"}
    assert answer["worker"] == {"id": worker.pk, "name": "Wim Weaver", "email": "wim@example.com"}
    device = device_of(answer["worker_token"])
    assert (device.worker, device.name) == (worker, "Van")


@pytest.mark.parametrize("email", ["wim@example.com", " WIM@EXAMPLE.COM "])
def test_a_worker_may_be_named_by_email(api: APIClient, worker: Worker, email: str) -> None:
    response = api.post(PATH, {"email": email, "password": PIN}, format="json")
    assert (response.status_code, response.json()["worker"]["id"]) == (200, worker.pk)


def test_a_worker_may_be_named_by_a_number_in_a_string(api: APIClient, worker: Worker) -> None:
    response = api.post(PATH, {"worker_id": str(worker.pk), "password": PIN}, format="json")
    assert response.status_code == 200


def test_the_token_opens_a_workers_calls(api: APIClient, worker: Worker) -> None:
    token = api.post(PATH, {"worker_id": worker.pk, "password": PIN}, format="json").json()
    response = bearing(token["worker_token"]).post("/api/v1/workers/scan", {}, format="json")
    assert_problem(response, "validation", fields={"action"})


def test_every_refusal_is_the_same_answer(
    api: APIClient, worker: Worker, other_worker: Worker
) -> None:
    locked = Worker.objects.create(
        name="Locked", email="l@example.com", password=worker.password, locked_at=timezone.now()
    )
    Worker.objects.filter(pk=other_worker.pk).update(is_active=False)
    without = Worker.objects.create(name="Without a PIN", email="w@example.com")
    bodies: list[dict[str, Any]] = [
        {"worker_id": worker.pk, "password": "wrong"},
        {"worker_id": 0, "password": PIN},
        {"worker_id": 2**63 - 1, "password": PIN},
        {"email": "nobody@example.com", "password": PIN},
        {"worker_id": locked.pk, "password": PIN},
        {"worker_id": other_worker.pk, "password": PIN},
        {"worker_id": without.pk, "password": PIN},
    ]
    answers = []
    for body in bodies:
        response = api.post(PATH, body, format="json", HTTP_X_REQUEST_ID="the-same-one")
        assert_problem(response, "bad_credentials")
        answers.append(response.json())
    assert answers == [answers[0]] * len(bodies)
    assert not DeviceToken.objects.exists()


def test_the_lock_keeps_new_devices_out_and_lets_old_ones_go_on(
    api: APIClient, worker: Worker
) -> None:
    token = api.post(PATH, {"worker_id": worker.pk, "password": PIN}, format="json").json()
    Worker.objects.update(
        failed_logins=MAX_FAILED_LOGINS - 1, failed_logins_on=timezone.localdate()
    )
    wrong = {"worker_id": worker.pk, "password": "wrong"}
    assert_problem(api.post(PATH, wrong, format="json"), "bad_credentials")
    right = {"worker_id": worker.pk, "password": PIN}
    assert_problem(api.post(PATH, right, format="json"), "bad_credentials")
    response = bearing(token["worker_token"]).post("/api/v1/workers/scan", {}, format="json")
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *product(["worker_id"], [None, "", "x", -1, 1.5, True, [], {}, 10**30, "1.0"]),
        *product(["email"], [None, "", 0, True, [], {}, "x" * 256, "\ud800", "a\x00"]),
        *product(["password"], [None, "", 482913, True, [], {}, "x" * 257, "\ud800"]),
        *product(["device_name"], [5, True, [], {}, "x" * 65, "a\x00b"]),
    ],
)
def test_a_bad_value_names_its_field(
    api: APIClient, worker: Worker, field: str, value: Any
) -> None:
    body = {"worker_id": worker.pk, "password": PIN} | {field: value}
    response = api.generic("POST", PATH, json.dumps(body), "application/json")
    assert_problem(response, "validation", fields={field})
    assert not DeviceToken.objects.exists()


@pytest.mark.django_db
def test_an_empty_body_misses_the_password(api: APIClient) -> None:
    assert_problem(api.post(PATH), "validation", fields={"password"})


@pytest.mark.django_db
def test_somebody_must_be_named(api: APIClient) -> None:
    response = api.post(PATH, {"password": PIN}, format="json")
    assert_problem(response, "validation", fields={"worker_id"})


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_wrong_method_is_told_so(api: APIClient, method: str, slash: str) -> None:
    response = getattr(api, method)(PATH + slash)
    assert_problem(response, "method_not_allowed")
    assert response["Allow"] == "POST, OPTIONS"


def test_a_worthless_token_sent_along_does_no_harm(worker: Worker) -> None:
    body = {"worker_id": worker.pk, "password": PIN}
    assert bearing("x" * 56).post(PATH, body, format="json").status_code == 200
