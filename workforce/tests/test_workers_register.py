"""`POST /api/v1/workers/register`."""

import json
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient

from accounts.models import User
from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.cast import PIN
from workforce.devices import device_of
from workforce.models import DeviceToken, Worker

PATH = "/api/v1/workers/register"
BODY = {"name": "Yu Yan", "email": "yu@example.com", "password": PIN}


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_answers_with_the_worker_and_a_token_shown_this_once(
    as_owner: APIClient, slash: str
) -> None:
    response = as_owner.post(PATH + slash, BODY, format="json")
    assert response.status_code == 201
    body = response.json()
    worker = Worker.objects.get()
    assert device_of(body.pop("token")).worker == worker
    assert body == {
        "id": worker.pk,
        "name": "Yu Yan",
        "email": "yu@example.com",
        "is_active": True,
        "locked": False,
        "created_at": utc_text(worker.created_at),
        "updated_at": utc_text(worker.updated_at),
    }


@pytest.mark.parametrize("extra", [{}, {"email": None}, {"password": None}])
def test_a_name_is_enough(as_owner: APIClient, extra: dict[str, None]) -> None:
    response = as_owner.post(PATH, {"name": "Yu"} | extra, format="json")
    assert (response.status_code, response.json()["email"]) == (201, None)


@pytest.mark.parametrize("password", ["000000", "1" * 256, "sesame77", "  blank  "])
def test_six_digits_are_a_pin_and_eight_characters_a_password(
    as_owner: APIClient, api: APIClient, password: str
) -> None:
    worker = as_owner.post(PATH, {"name": "Yu", "password": password}, format="json").json()
    body = {"worker_id": worker["id"], "password": password}
    assert api.post("/api/v1/workers/login", body, format="json").status_code == 200


def test_a_taken_email_is_refused(as_owner: APIClient, worker: Worker) -> None:
    response = as_owner.post(PATH, BODY | {"email": "WIM@example.com"}, format="json")
    assert_problem(response, "email_taken")
    assert Worker.objects.get() == worker


def test_an_email_of_a_customer_is_free(as_owner: APIClient, customer: User) -> None:
    """Workers are no users: somebody may carry and order."""
    response = as_owner.post(PATH, BODY | {"email": "asha@example.com"}, format="json")
    assert response.status_code == 201


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *product(["name"], [None, "", " ", 5, True, [], {}, "x" * 129, "\ud800"]),
        *product(["email"], ["", "yu", 0, True, [], {}, "a\x00@example.com"]),
        *product(
            ["password"],
            ["", "12345", "sesame7", "12345a", "٤٨٢٩١٣", 482913, True, [], {}, "x" * 257],
        ),
    ],
)
def test_a_bad_value_names_its_field(as_owner: APIClient, field: str, value: Any) -> None:
    body = json.dumps(BODY | {field: value})
    response = as_owner.generic("POST", PATH, body, "application/json")
    assert_problem(response, "validation", fields={field})
    assert (Worker.objects.count(), DeviceToken.objects.count()) == (0, 0)


def test_staff_who_may_add_workers_may_call_it(
    as_staff_without_permissions: APIClient, staff_without_permissions: User
) -> None:
    assert_problem(
        as_staff_without_permissions.post(PATH, BODY, format="json"), "permission_denied"
    )
    permission = Permission.objects.get(content_type__app_label="workforce", codename="add_worker")
    staff_without_permissions.user_permissions.add(permission)
    assert as_staff_without_permissions.post(PATH, BODY, format="json").status_code == 201


@pytest.mark.django_db
def test_nobody_is_asked_to_sign_in(api: APIClient) -> None:
    assert_problem(api.post(PATH, BODY, format="json"), "not_authenticated")


def test_customers_and_workers_may_not(as_customer: APIClient, as_worker: APIClient) -> None:
    for client in (as_customer, as_worker):
        assert_problem(client.post(PATH, BODY, format="json"), "permission_denied")
    assert Worker.objects.count() == 1
