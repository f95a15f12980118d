"""`POST /api/v1/auth/login`."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from rest_framework.test import APIClient

from accounts.hashers import Argon2PasswordHasher
from accounts.models import Session, User
from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.cast import PASSWORD, bearing
from tests.statements import statements

PATH = "/api/v1/auth/login"
BODY = {"email": "asha@example.com", "password": PASSWORD}


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_answers_with_both_tokens_and_the_customer(
    api: APIClient, customer: User, slash: str
) -> None:
    response = api.post(PATH + slash, BODY, format="json", HTTP_USER_AGENT="Kettle/1.0")
    assert response.status_code == 200
    body = response.json()
    assert body.keys() == {"access_token", "refresh_token", "customer"}
    assert body["customer"] == {
        "id": customer.pk,
        "name": "Asha Rao",
        "email": "asha@example.com",
        "phone": "+91 98450 12345",
        "is_active": True,
        "email_confirmed": True,
        "created_at": utc_text(customer.created_at),
        "updated_at": utc_text(customer.updated_at),
    }
    assert Session.objects.get().user_agent == "Kettle/1.0"


@pytest.mark.parametrize("email", ["ASHA@EXAMPLE.COM", " asha@example.com ", "Asha@example.com\t"])
def test_the_case_of_an_email_and_blanks_around_it_change_nothing(
    api: APIClient, customer: User, email: str
) -> None:
    response = api.post(PATH, BODY | {"email": email}, format="json")
    assert (response.status_code, response.json()["customer"]["id"]) == (200, customer.pk)


def test_staff_sign_in_too(api: APIClient, owner: User) -> None:
    response = api.post(PATH, {"email": "olga@example.com", "password": PASSWORD}, format="json")
    assert (response.status_code, response.json()["customer"]["id"]) == (200, owner.pk)


def test_every_refusal_is_the_same_answer(
    api: APIClient, customer: User, other_customer: User
) -> None:
    User.objects.filter(pk=other_customer.pk).update(is_active=False)
    User.objects.create_user("guest@example.com", None, name="Guest")
    bodies = [
        {"email": "nobody@example.com", "password": PASSWORD},
        {"email": "asha@example.com", "password": "wrong"},
        {"email": "asha@example.com", "password": f"{PASSWORD} "},
        {"email": "bert@example.com", "password": PASSWORD},
        {"email": "guest@example.com", "password": PASSWORD},
        {"email": "olga", "password": PASSWORD},
        {"email": "ásha@example.com", "password": PASSWORD},
    ]
    answers = []
    for body in bodies:
        response = api.post(PATH, body, format="json", HTTP_X_REQUEST_ID="the-same-one")
        assert_problem(response, "bad_credentials")
        answers.append(response.json())
    assert answers == [answers[0]] * len(bodies)
    assert not Session.objects.exists()


@pytest.mark.parametrize("email", ["nobody@example.com", "asha@example.com"])
def test_every_refusal_costs_one_hash(api: APIClient, customer: User, email: str) -> None:
    """Time tells nothing: the hasher works for an unknown account as for a wrong password."""
    with (
        patch.object(
            Argon2PasswordHasher, "encode", autospec=True, side_effect=Argon2PasswordHasher.encode
        ) as encode,
        patch.object(
            Argon2PasswordHasher, "verify", autospec=True, side_effect=Argon2PasswordHasher.verify
        ) as verify,
    ):
        response = api.post(PATH, {"email": email, "password": "wrong"}, format="json")
    assert_problem(response, "bad_credentials")
    assert encode.call_count + verify.call_count == 1


@pytest.mark.parametrize("field", ["email", "password"])
@pytest.mark.parametrize("value", [None, "", 0, 5, 1.5, True, [], {}, 10**30, "\ud800", "a\x00b"])
def test_a_bad_value_names_its_field(
    api: APIClient, customer: User, field: str, value: Any
) -> None:
    body = json.dumps(BODY | {field: value})
    response = api.generic("POST", PATH, body, "application/json")
    assert_problem(response, "validation", fields={field})


@pytest.mark.django_db
def test_an_empty_body_misses_both_fields(api: APIClient) -> None:
    assert_problem(api.post(PATH), "validation", fields={"email", "password"})


def test_a_worthless_token_sent_along_does_no_harm(customer: User) -> None:
    assert bearing("a.b.c").post(PATH, BODY, format="json").status_code == 200


def test_it_takes_three_statements(api: APIClient, customer: User) -> None:
    with statements() as asked:
        assert api.post(PATH, BODY, format="json").status_code == 200
    assert [sql.split()[0] for sql in asked] == ["SELECT", "UPDATE", "INSERT"]


def test_an_unknown_email_takes_one(api: APIClient, customer: User) -> None:
    with statements() as asked:
        api.post(PATH, BODY | {"email": "nobody@example.com"}, format="json")
    assert [sql.split()[0] for sql in asked] == ["SELECT"]
