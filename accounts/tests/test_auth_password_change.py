"""`POST /api/v1/auth/password/change`."""

import json
from typing import Any
from unittest.mock import patch

import pytest
from rest_framework.test import APIClient

from accounts.hashers import Argon2PasswordHasher
from accounts.models import Session, User
from accounts.passwords import change_password
from accounts.sessions import open_session
from config.rest.refusals import Code, Refusal
from tests.answers import assert_problem
from tests.cast import PASSWORD, bearing, client
from tests.threads import at_the_same_moment

PATH = "/api/v1/auth/password/change"
ME = "/api/v1/auth/me"
NEW = "a-kettle-of-tin-hums"
BODY = {"current_password": PASSWORD, "new_password": NEW}


def sign_in_status(password: str, email: str = "asha@example.com") -> int:
    body = {"email": email, "password": password}
    status: int = client().post("/api/v1/auth/login", body, format="json").status_code
    return status


@pytest.mark.parametrize("slash", ["", "/"])
def test_only_the_new_password_signs_in_afterwards(as_customer: APIClient, slash: str) -> None:
    response = as_customer.post(PATH + slash, BODY, format="json")
    assert (response.status_code, response.json()) == (200, {"msg": "The password was changed."})
    assert (sign_in_status(PASSWORD), sign_in_status(NEW)) == (401, 200)


def test_all_other_sessions_end_at_once(customer: User, other_customer: User) -> None:
    here, elsewhere = open_session(user=customer), open_session(user=customer)
    somebody_else = open_session(user=other_customer)

    assert bearing(here.access_token).post(PATH, BODY, format="json").status_code == 200

    assert bearing(here.access_token).get(ME).status_code == 200
    assert bearing(here.refresh_token).post("/api/v1/auth/refresh").status_code == 200
    assert_problem(bearing(elsewhere.access_token).get(ME), "token_invalid")
    assert_problem(bearing(elsewhere.refresh_token).post("/api/v1/auth/refresh"), "token_invalid")
    assert bearing(somebody_else.access_token).get(ME).status_code == 200


def test_a_wrong_current_password_changes_nothing(as_customer: APIClient, customer: User) -> None:
    other = open_session(user=customer)
    body = BODY | {"current_password": PASSWORD + " "}
    assert_problem(as_customer.post(PATH, body, format="json"), "bad_password")
    assert (sign_in_status(PASSWORD), sign_in_status(NEW)) == (200, 401)
    assert bearing(other.access_token).get(ME).status_code == 200


@pytest.mark.parametrize("weak", ["short", "12345678901", "password123", "asha@example.com"])
def test_a_weak_new_password_changes_nothing(
    as_customer: APIClient, customer: User, weak: str
) -> None:
    other = open_session(user=customer)
    response = as_customer.post(PATH, BODY | {"new_password": weak}, format="json")
    assert_problem(response, "validation", fields={"new_password"})
    assert sign_in_status(PASSWORD) == 200
    assert bearing(other.access_token).get(ME).status_code == 200


def test_a_weak_new_password_tells_nothing_without_the_current_one(as_customer: APIClient) -> None:
    body = {"current_password": "wrong", "new_password": "short"}
    assert_problem(as_customer.post(PATH, body, format="json"), "bad_password")


def test_who_has_no_password_has_no_current_one(guest: User) -> None:
    as_guest = bearing(open_session(user=guest).access_token)
    assert_problem(as_guest.post(PATH, BODY, format="json"), "bad_password")


@pytest.mark.parametrize("has_password", [True, False])
def test_a_wrong_password_costs_one_hash_whether_there_is_one_or_not(
    customer: User, guest: User, has_password: bool
) -> None:
    user = customer if has_password else guest
    caller = bearing(open_session(user=user).access_token)
    body = {"current_password": "wrong", "new_password": NEW}
    with (
        patch.object(
            Argon2PasswordHasher, "encode", autospec=True, side_effect=Argon2PasswordHasher.encode
        ) as encode,
        patch.object(
            Argon2PasswordHasher, "verify", autospec=True, side_effect=Argon2PasswordHasher.verify
        ) as verify,
    ):
        assert_problem(caller.post(PATH, body, format="json"), "bad_password")
    assert encode.call_count + verify.call_count == 1


@pytest.mark.parametrize("field", ["current_password", "new_password"])
@pytest.mark.parametrize("value", [None, "", 5, True, [], {}, "x" * 257, "a\x00b", "\ud800"])
def test_a_bad_value_names_its_field(as_customer: APIClient, field: str, value: Any) -> None:
    body = json.dumps(BODY | {field: value})
    response = as_customer.generic("POST", PATH, body, "application/json")
    assert_problem(response, "validation", fields={field})
    assert sign_in_status(PASSWORD) == 200


def test_both_fields_are_asked_for(as_customer: APIClient) -> None:
    response = as_customer.post(PATH, {}, format="json")
    assert_problem(response, "validation", fields={"current_password", "new_password"})


def test_blanks_in_a_new_password_count(as_customer: APIClient) -> None:
    as_customer.post(PATH, BODY | {"new_password": f" {NEW} "}, format="json")
    assert (sign_in_status(NEW), sign_in_status(f" {NEW} ")) == (401, 200)


def test_the_admins_own_session_goes_on_and_all_others_end(owner: User) -> None:
    here, elsewhere = client(), client()
    here.force_login(owner)
    elsewhere.force_login(owner)
    token = open_session(user=owner)

    assert here.post(PATH, BODY, format="json").status_code == 200

    assert here.get(ME).status_code == 200
    assert_problem(elsewhere.get(ME), "not_authenticated")
    assert_problem(bearing(token.access_token).get(ME), "token_invalid")


@pytest.mark.django_db
def test_nobody_is_asked_to_sign_in(api: APIClient) -> None:
    assert_problem(api.post(PATH, BODY, format="json"), "not_authenticated")


def test_a_workers_pin_is_not_changed_here(as_worker: APIClient) -> None:
    assert_problem(as_worker.post(PATH, BODY, format="json"), "permission_denied")


# --- The verb ---------------------------------------------------------------------------


def test_a_password_that_was_changed_meanwhile_is_the_current_one_no_more(customer: User) -> None:
    changed = User.objects.get(pk=customer.pk)
    check = customer.check_password

    def check_and_let_another_be_faster(password: str) -> bool:
        is_right = check(password)
        changed.set_password("somebody-was-faster")
        changed.save()
        return is_right

    with (
        patch.object(customer, "check_password", check_and_let_another_be_faster),
        pytest.raises(Refusal) as refusal,
    ):
        change_password(user=customer, session=None, current_password=PASSWORD, new_password=NEW)
    assert refusal.value.code == Code.BAD_PASSWORD
    assert User.objects.get(pk=customer.pk).check_password("somebody-was-faster")


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_the_same_moment_one_counts(customer: User) -> None:
    def change(new: str) -> User:
        user = User.objects.get(pk=customer.pk)
        return change_password(user=user, session=None, current_password=PASSWORD, new_password=new)

    open_session(user=customer)
    answers = at_the_same_moment(lambda: change("one-of-two-kettles"), lambda: change(NEW))
    # Where one was through before the other read the password, that one was wrong already.
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.BAD_PASSWORD]
    assert Session.objects.filter(revoked_at=None).count() == 0
