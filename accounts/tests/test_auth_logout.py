"""`POST /api/v1/auth/logout`."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from tests.answers import assert_problem
from tests.cast import bearing, client, signed_in

PATH = "/api/v1/auth/logout"
ME = "/api/v1/auth/me"


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_ends_both_tokens_at_once(customer: User, slash: str) -> None:
    tokens = open_session(user=customer)
    response = bearing(tokens.access_token).post(PATH + slash)
    assert (response.status_code, response.json()) == (200, {"msg": "Logged out"})
    assert_problem(bearing(tokens.access_token).get(ME), "token_invalid")
    assert_problem(bearing(tokens.refresh_token).post("/api/v1/auth/refresh"), "token_invalid")


def test_it_ends_no_other_session(customer: User, as_customer: APIClient) -> None:
    other = signed_in(customer)
    as_customer.post(PATH)
    assert other.get(ME).status_code == 200


def test_a_second_time_there_is_nobody_to_sign_out(as_customer: APIClient) -> None:
    as_customer.post(PATH)
    assert_problem(as_customer.post(PATH), "token_invalid")


def test_an_access_token_that_was_refreshed_ends_with_its_session(customer: User) -> None:
    tokens = open_session(user=customer)
    fresh = bearing(tokens.refresh_token).post("/api/v1/auth/refresh").json()["access_token"]
    bearing(tokens.access_token).post(PATH)
    assert_problem(bearing(fresh).get(ME), "token_invalid")


def test_it_needs_no_body_and_minds_none(as_customer: APIClient) -> None:
    response = as_customer.generic("POST", PATH, "nonsense", "text/plain")
    assert response.status_code == 200


def test_a_session_of_the_admin_ends_too(owner: User) -> None:
    browser = client()
    browser.force_login(owner)
    assert browser.post(PATH).json() == {"msg": "Logged out"}
    assert_problem(browser.get(ME), "not_authenticated")


@pytest.mark.django_db
def test_nobody_is_asked_to_sign_in(api: APIClient) -> None:
    assert_problem(api.post(PATH), "not_authenticated")


def test_a_worker_has_no_session(as_worker: APIClient) -> None:
    assert_problem(as_worker.post(PATH), "permission_denied")
