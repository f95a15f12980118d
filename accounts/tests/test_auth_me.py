"""`GET /api/v1/auth/me`."""

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.cast import bearing, client
from tests.statements import statements

PATH = "/api/v1/auth/me"


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_shows_the_customer(as_customer: APIClient, customer: User, slash: str) -> None:
    response = as_customer.get(PATH + slash)
    assert response.status_code == 200
    assert response.json() == {
        "id": customer.pk,
        "name": "Asha Rao",
        "email": "asha@example.com",
        "phone": "+91 98450 12345",
        "is_active": True,
        "email_confirmed": True,
        "created_at": utc_text(customer.created_at),
        "updated_at": utc_text(customer.updated_at),
    }


def test_an_unconfirmed_email_is_shown_as_such(as_unconfirmed_customer: APIClient) -> None:
    assert as_unconfirmed_customer.get(PATH).json()["email_confirmed"] is False


def test_staff_see_themselves(as_owner: APIClient, owner: User) -> None:
    assert as_owner.get(PATH).json()["id"] == owner.pk


def test_staff_see_themselves_by_their_admin_session(owner: User) -> None:
    browser = client()
    browser.force_login(owner)
    assert browser.get(PATH).json()["id"] == owner.pk


def test_a_customers_session_cookie_counts_for_nothing(customer: User) -> None:
    browser = client()
    browser.force_login(customer)
    assert_problem(browser.get(PATH), "not_authenticated")


def test_a_token_counts_before_a_cookie(
    owner: User, as_customer: APIClient, customer: User
) -> None:
    as_customer.force_login(owner)
    assert as_customer.get(PATH).json()["id"] == customer.pk


def test_it_takes_one_statement(as_customer: APIClient) -> None:
    with statements() as asked:
        as_customer.get(PATH)
    assert len(asked) == 1


@pytest.mark.django_db
def test_nobody_is_asked_to_sign_in(api: APIClient) -> None:
    assert_problem(api.get(PATH), "not_authenticated")


def test_a_good_token_of_a_worker_is_of_the_wrong_kind(as_worker: APIClient) -> None:
    assert_problem(as_worker.get(PATH), "permission_denied")


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "0123456789ab." + "x" * 43, "é" * 40])
@pytest.mark.django_db
def test_a_worthless_token_is_told_so(token: str) -> None:
    assert_problem(bearing(token).get(PATH), "token_invalid")


@pytest.mark.parametrize("scheme", ["Token", "Basic", "JWT", ""])
def test_another_scheme_is_no_sign_in(customer: User, scheme: str) -> None:
    token = open_session(user=customer).access_token
    response = client(HTTP_AUTHORIZATION=f"{scheme} {token}").get(PATH)
    assert_problem(response, "not_authenticated")


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer  "])
def test_the_scheme_is_read_in_any_case(customer: User, scheme: str) -> None:
    token = open_session(user=customer).access_token
    assert client(HTTP_AUTHORIZATION=f"{scheme} {token} ").get(PATH).status_code == 200


def test_the_token_of_a_deactivated_customer_ends_at_once(as_customer: APIClient) -> None:
    User.objects.update(is_active=False)
    assert_problem(as_customer.get(PATH), "token_invalid")
