"""`POST /api/v1/auth/register`."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Session, User
from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.cast import bearing

PATH = "/api/v1/auth/register"
BODY = {
    "name": "Dora Dahl",
    "email": "dora@example.com",
    "password": "nine-lives-and-a-tail",
    "phone": "555 4321",
}

pytestmark = pytest.mark.django_db


def assert_nothing_written() -> None:
    assert (User.objects.count(), Session.objects.count()) == (0, 0)


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_answers_with_both_tokens_and_the_customer(api: APIClient, slash: str) -> None:
    response = api.post(PATH + slash, BODY, format="json")
    assert response.status_code == 201
    body = response.json()
    assert body.keys() == {"access_token", "refresh_token", "customer"}
    user = User.objects.get()
    assert body["customer"] == {
        "id": user.pk,
        "name": "Dora Dahl",
        "email": "dora@example.com",
        "phone": "555 4321",
        "is_active": True,
        "email_confirmed": False,
        "created_at": utc_text(user.created_at),
        "updated_at": utc_text(user.updated_at),
    }


def test_its_tokens_work_at_once(api: APIClient) -> None:
    body = api.post(PATH, BODY, format="json").json()
    assert bearing(body["access_token"]).get("/api/v1/auth/me").json() == body["customer"]
    refreshed = bearing(body["refresh_token"]).post("/api/v1/auth/refresh")
    assert refreshed.status_code == 200


def test_the_phone_number_may_be_missing_or_empty(api: APIClient) -> None:
    for number, phone in enumerate(({}, {"phone": ""})):
        body = {k: v for k, v in BODY.items() if k != "phone"} | phone
        response = api.post(PATH, body | {"email": f"dora{number}@example.com"}, format="json")
        assert (response.status_code, response.json()["customer"]["phone"]) == (201, "")


def test_the_email_is_stored_in_lower_case(api: APIClient) -> None:
    response = api.post(PATH, BODY | {"email": " Dora@Example.COM "}, format="json")
    assert response.json()["customer"]["email"] == "dora@example.com"


def test_any_script_makes_a_name(api: APIClient) -> None:
    for number, name in enumerate(("Ζωή", "アシャ", "\U0001f9fa Basket", "O'Hara <b>", "x" * 128)):
        body = BODY | {"name": name, "email": f"dora{number}@example.com"}
        response = api.post(PATH, body, format="json")
        assert (response.status_code, response.json()["customer"]["name"]) == (201, name)


def test_blanks_in_a_password_count(api: APIClient) -> None:
    response = api.post(PATH, BODY | {"password": "  nine lives  "}, format="json")
    assert response.status_code == 201
    assert User.objects.get().check_password("  nine lives  ")


def test_a_taken_email_is_refused(api: APIClient, customer: User) -> None:
    response = api.post(PATH, BODY | {"email": "Asha@Example.com"}, format="json")
    assert_problem(response, "email_taken")
    assert User.objects.get() == customer


@pytest.mark.parametrize("field", ["name", "email", "password"])
@pytest.mark.parametrize("value", [None, "", 5, True, [], {}, 10**30, "\ud800", "a\x00b"])
def test_a_bad_value_names_its_field(api: APIClient, field: str, value: Any) -> None:
    body = json.dumps(BODY | {field: value})
    response = api.generic("POST", PATH, body, "application/json")
    assert_problem(response, "validation", fields={field})
    assert_nothing_written()


@pytest.mark.parametrize("field", ["name", "email", "password"])
def test_a_missing_field_is_named(api: APIClient, field: str) -> None:
    body = {key: value for key, value in BODY.items() if key != field}
    assert_problem(api.post(PATH, body, format="json"), "validation", fields={field})
    assert_nothing_written()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "   "),
        ("name", "x" * 129),
        ("email", "dora"),
        ("email", "dora@" + "x" * 250 + ".example"),
        ("password", "x" * 257),
        ("password", "short"),
        ("password", "password123"),
        ("password", "8675309867"),
        ("password", "dora@example.com"),
        ("phone", "call me"),
        ("phone", "1" * 33),
        ("phone", 5554321),
        ("phone", None),
    ],
)
def test_what_does_not_fit_is_refused(api: APIClient, field: str, value: Any) -> None:
    response = api.post(PATH, BODY | {field: value}, format="json")
    assert_problem(response, "validation", fields={field})
    assert_nothing_written()


def test_all_bad_fields_are_named_at_once(api: APIClient) -> None:
    response = api.post(PATH, {"name": 1, "email": "x", "phone": []}, format="json")
    assert_problem(response, "validation", fields={"name", "email", "password", "phone"})


def test_a_worthless_token_sent_along_does_no_harm(api: APIClient) -> None:
    assert bearing("a.b.c").post(PATH, BODY, format="json").status_code == 201


def test_the_answer_never_holds_the_password(api: APIClient) -> None:
    response = api.post(PATH, BODY, format="json")
    assert BODY["password"] not in response.content.decode()
    assert "argon2" not in response.content.decode()
