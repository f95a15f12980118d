"""`POST /api/v1/auth/refresh`."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Session, User
from accounts.sessions import SignedIn, open_session
from tests.answers import assert_problem
from tests.cast import bearing
from tests.statements import statements

PATH = "/api/v1/auth/refresh"


@pytest.fixture
def signed_in(customer: User) -> SignedIn:
    return open_session(user=customer)


def assert_works(response: Any, customer: User) -> None:
    assert response.status_code == 200
    body = response.json()
    assert body.keys() == {"access_token"}
    me = bearing(body["access_token"]).get("/api/v1/auth/me")
    assert (me.status_code, me.json()["id"]) == (200, customer.pk)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_token_may_come_as_bearer(signed_in: SignedIn, customer: User, slash: str) -> None:
    assert_works(bearing(signed_in.refresh_token).post(PATH + slash), customer)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_token_may_come_in_the_body(
    api: APIClient, signed_in: SignedIn, customer: User, slash: str
) -> None:
    body = {"refresh_token": signed_in.refresh_token}
    assert_works(api.post(PATH + slash, body, format="json"), customer)


def test_the_body_counts_where_an_old_access_token_is_sent_along(
    signed_in: SignedIn, customer: User
) -> None:
    """Many a client adds its access token to every call, and refreshes once that is old."""
    body = {"refresh_token": signed_in.refresh_token}
    assert_works(bearing(signed_in.access_token).post(PATH, body, format="json"), customer)
    assert_works(bearing("a.b.c").post(PATH, body, format="json"), customer)


def test_the_refresh_token_stays_valid(signed_in: SignedIn, customer: User) -> None:
    client = bearing(signed_in.refresh_token)
    for _ in range(3):
        assert_works(client.post(PATH), customer)
    assert Session.objects.count() == 1


def test_the_old_access_token_stays_valid(signed_in: SignedIn) -> None:
    bearing(signed_in.refresh_token).post(PATH)
    assert bearing(signed_in.access_token).get("/api/v1/auth/me").status_code == 200


def test_an_access_token_refreshes_nothing(api: APIClient, signed_in: SignedIn) -> None:
    assert_problem(bearing(signed_in.access_token).post(PATH), "token_invalid")
    body = {"refresh_token": signed_in.access_token}
    assert_problem(api.post(PATH, body, format="json"), "token_invalid")


def test_a_refresh_token_opens_no_call(signed_in: SignedIn) -> None:
    assert_problem(bearing(signed_in.refresh_token).get("/api/v1/auth/me"), "token_invalid")


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "e30.e30.e30", "é.é.é"])
@pytest.mark.django_db
def test_what_is_no_token_refreshes_nothing(api: APIClient, token: str) -> None:
    assert_problem(api.post(PATH, {"refresh_token": token}, format="json"), "token_invalid")


def test_the_token_of_a_deactivated_user_refreshes_nothing(signed_in: SignedIn) -> None:
    User.objects.update(is_active=False)
    assert_problem(bearing(signed_in.refresh_token).post(PATH), "token_invalid")


@pytest.mark.parametrize("value", [None, "", 5, True, [], {}, "x" * 4097, "\ud800"])
@pytest.mark.django_db
def test_a_bad_value_names_its_field(api: APIClient, value: Any) -> None:
    body = json.dumps({"refresh_token": value})
    response = api.generic("POST", PATH, body, "application/json")
    assert_problem(response, "validation", fields={"refresh_token"})


@pytest.mark.django_db
def test_no_token_at_all_is_asked_for(api: APIClient) -> None:
    assert_problem(api.post(PATH), "validation", fields={"refresh_token"})
    assert_problem(bearing("").post(PATH), "validation", fields={"refresh_token"})


def test_it_takes_one_statement(signed_in: SignedIn) -> None:
    with statements() as asked:
        bearing(signed_in.refresh_token).post(PATH)
    assert [sql.split()[0] for sql in asked] == ["SELECT"]
