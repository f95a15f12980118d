"""`PATCH /api/v1/auth/me`."""

import json
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.profile import update_profile
from config.rest.fields import utc_text
from config.rest.refusals import Code, Refusal
from tests.answers import assert_problem
from tests.cast import PASSWORD, client
from tests.mails import last_link, mails
from tests.threads import at_the_same_moment

PATH = "/api/v1/auth/me"


def row(user: User) -> Any:
    return User.objects.filter(pk=user.pk).values().get()


def test_an_imported_phone_number_that_is_none_may_come_back_with_a_change(
    as_customer: APIClient, customer: User
) -> None:
    User.objects.filter(pk=customer.pk).update(phone="ask the porter")
    body = as_customer.get(PATH).json() | {"name": "Asha B. Rao"}
    response = as_customer.patch(PATH, body, format="json")
    assert (response.status_code, response.json()["name"]) == (200, "Asha B. Rao")
    assert response.json()["phone"] == "ask the porter"


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_changes_name_and_phone(as_customer: APIClient, customer: User, slash: str) -> None:
    response = as_customer.patch(
        PATH + slash, {"name": "Asha B. Rao", "phone": "080 4321"}, format="json"
    )
    after = row(customer)
    assert response.status_code == 200
    assert response.json() == {
        "id": customer.pk,
        "name": "Asha B. Rao",
        "email": "asha@example.com",
        "phone": "080 4321",
        "is_active": True,
        "email_confirmed": True,
        "created_at": utc_text(customer.created_at),
        "updated_at": utc_text(after["updated_at"]),
    }
    assert (after["name"], after["phone"]) == ("Asha B. Rao", "080 4321")
    assert after["phone_reversed"] == "1234080"
    assert mails() == []


def test_what_is_not_sent_stays(as_customer: APIClient, customer: User) -> None:
    as_customer.patch(PATH, {"phone": ""}, format="json")
    assert (row(customer)["name"], row(customer)["phone"]) == ("Asha Rao", "")


def test_nothing_sent_changes_nothing(as_customer: APIClient, customer: User) -> None:
    before = row(customer)
    assert as_customer.patch(PATH, {}, format="json").status_code == 200
    assert row(customer) == before


def test_a_changed_email_is_unconfirmed_until_its_link_is_followed(
    as_customer: APIClient, customer: User
) -> None:
    response = as_customer.patch(PATH, {"email": " Asha@New.Example "}, format="json")
    assert (response.status_code, response.json()["email"]) == (200, "asha@new.example")
    assert response.json()["email_confirmed"] is False
    assert mails() == [("asha@new.example", "Roundtrip: confirm your email")]

    followed = as_customer.post("/api/v1/auth/email/confirm", last_link().body, format="json")
    assert followed.status_code == 200
    assert as_customer.get(PATH).json()["email_confirmed"] is True


def test_the_same_email_in_another_case_is_no_change(
    as_customer: APIClient, customer: User
) -> None:
    before = row(customer)
    response = as_customer.patch(PATH, {"email": "ASHA@example.com"}, format="json")
    assert response.json()["email_confirmed"] is True
    assert row(customer) == before
    assert mails() == []


def test_one_signs_in_by_the_new_email_from_then_on(as_customer: APIClient) -> None:
    as_customer.patch(PATH, {"email": "asha@new.example"}, format="json")
    for email, status in (("asha@new.example", 200), ("asha@example.com", 401)):
        body = {"email": email, "password": PASSWORD}
        assert client().post("/api/v1/auth/login", body, format="json").status_code == status


def test_a_taken_email_is_refused_with_all_that_came_with_it(
    as_customer: APIClient, customer: User, other_customer: User
) -> None:
    before = row(customer)
    body = {"name": "Bert", "email": "Bert@Example.com"}
    assert_problem(as_customer.patch(PATH, body, format="json"), "email_taken")
    assert row(customer) == before
    assert mails() == []


def test_a_guests_email_is_taken_too(as_customer: APIClient, guest: User) -> None:
    response = as_customer.patch(PATH, {"email": "gita@example.com"}, format="json")
    assert_problem(response, "email_taken")
    assert mails() == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "  "),
        ("name", None),
        ("name", 5),
        ("name", "x" * 129),
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("email", ""),
        ("email", None),
        ("email", 0),
        ("email", "asha"),
        ("email", ["asha@new.example"]),
        ("phone", None),
        ("phone", 5),
        ("phone", "call me"),
        ("phone", "1" * 33),
    ],
)
def test_a_bad_value_names_its_field_and_changes_nothing(
    as_customer: APIClient, customer: User, field: str, value: Any
) -> None:
    before = row(customer)
    body = json.dumps({"name": "Asha B. Rao", "phone": "1"} | {field: value})
    response = as_customer.generic("PATCH", PATH, body, "application/json")
    assert_problem(response, "validation", fields={field})
    assert row(customer) == before


def test_what_is_not_ones_own_to_change_is_ignored(as_customer: APIClient, customer: User) -> None:
    before = row(customer)
    body = {
        "id": 999,
        "is_active": False,
        "is_staff": True,
        "is_superuser": True,
        "email_confirmed": False,
        "email_confirmed_at": None,
        "password": "x",
        "username": "root",
        "created_at": "1999-01-01T00:00:00Z",
    }
    assert as_customer.patch(PATH, body, format="json").status_code == 200
    assert row(customer) == before


def test_staff_change_themselves_by_their_admin_session_and_its_csrf_token(owner: User) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert_problem(browser.patch(PATH, {"name": "O."}, format="json"), "csrf_failed")
    browser.cookies["csrftoken"] = "x" * 32
    response = browser.patch(PATH, {"name": "O."}, format="json", HTTP_X_CSRFTOKEN="x" * 32)
    assert (response.status_code, response.json()["name"]) == (200, "O.")


@pytest.mark.django_db
def test_nobody_is_asked_to_sign_in(api: APIClient) -> None:
    assert_problem(api.patch(PATH, {"name": "x"}, format="json"), "not_authenticated")


def test_a_worker_has_no_such_account(as_worker: APIClient) -> None:
    assert_problem(as_worker.patch(PATH, {"name": "x"}, format="json"), "permission_denied")


@pytest.mark.parametrize("method", ["put", "post", "delete"])
def test_there_are_no_other_methods(as_customer: APIClient, method: str) -> None:
    response = getattr(as_customer, method)(PATH, {}, format="json")
    assert_problem(response, "method_not_allowed")
    assert response["Allow"] == "GET, PATCH, HEAD, OPTIONS"


# --- The verb ---------------------------------------------------------------------------


def test_a_user_who_was_erased_meanwhile_is_not_found(customer: User) -> None:
    User.objects.filter(pk=customer.pk).delete()
    with pytest.raises(Refusal) as refusal:
        update_profile(user=customer, name="x")
    assert refusal.value.code == Code.NOT_FOUND


@pytest.mark.django_db(transaction=True)
def test_two_who_want_one_email_at_the_same_moment_do_not_both_get_it(
    customer: User, other_customer: User
) -> None:
    answers = at_the_same_moment(
        lambda: update_profile(user=customer, email="new@example.com"),
        lambda: update_profile(user=other_customer, email="new@example.com"),
    )
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.EMAIL_TAKEN]
    assert User.objects.filter(email="new@example.com").count() == 1
    assert mails() == [("new@example.com", "Roundtrip: confirm your email")]


@pytest.mark.django_db(transaction=True)
def test_a_change_made_meanwhile_is_not_undone(customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(email="a@new.example", email_confirmed_at=None)
    update_profile(user=customer, name="Asha B. Rao")
    after = row(customer)
    assert (after["name"], after["email"]) == ("Asha B. Rao", "a@new.example")
    assert after["email_confirmed_at"] is None
    assert after["updated_at"] <= timezone.now()
