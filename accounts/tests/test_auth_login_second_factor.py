"""`POST /api/v1/auth/login` of staff with a second factor, or without one that they need."""

import json
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import sessions
from accounts.models import SecondFactor, Session, SignIn, User
from tests.answers import assert_problem
from tests.cast import PASSWORD, bearing, signed_in, staff_in
from tests.phone import Phone, give_phone
from tests.statements import statements
from tests.unchanged import nothing_written

PATH = "/api/v1/auth/login"
BODY = {"email": "olga@example.com", "password": PASSWORD}


@pytest.fixture
def phone(owner: User) -> Phone:
    """Olga's."""
    return give_phone(owner)


def sign_in(api: APIClient, **body: Any) -> Any:
    return api.post(PATH, BODY | body, format="json")


def living() -> int:
    return Session.objects.filter(revoked_at=None).count()


def test_the_code_of_the_app_lets_in(api, phone):
    answer = sign_in(api, otp=phone.code())

    assert answer.status_code == 200
    token = answer.json()["access_token"]
    assert bearing(token).get("/api/v1/auth/me").json()["email"] == "olga@example.com"


def test_a_recovery_code_lets_in_once(api, phone):
    code = phone.recovery_codes[0]

    assert sign_in(api, otp=code).status_code == 200
    assert_problem(sign_in(api, otp=code), "otp_required")
    assert living() == 1


def test_a_used_code_lets_nobody_in(api, phone):
    code = phone.code()

    assert sign_in(api, otp=code).status_code == 200
    assert_problem(sign_in(api, otp=code), "otp_required")
    assert living() == 1


@pytest.mark.parametrize("body", [{}, {"otp": ""}, {"otp": " "}])
def test_without_a_code_it_is_asked_for_and_nothing_is_written(body, api, phone):
    with nothing_written():
        problem = assert_problem(sign_in(api, **body), "otp_required")
    assert problem["detail"] == "The second factor's code is required."


def test_a_wrong_code_opens_nothing_and_is_no_last_sign_in(api, phone):
    with nothing_written(but=(SecondFactor, SignIn)):
        problem = assert_problem(sign_in(api, otp=phone.code(off=9)), "otp_required")
    assert problem["detail"] == "This code is not right, or was used before."


def test_after_a_wrong_code_one_waits(api, phone):
    sign_in(api, otp=phone.code(off=9))

    answer = sign_in(api, otp=phone.code())

    assert_problem(answer, "rate_limited")
    assert answer["Retry-After"] == "1"


def test_a_wrong_password_is_told_first_whatever_the_code(api, phone):
    code = phone.code()
    for otp in ("", code, "wrong"):
        with nothing_written(but=(SignIn,)):
            assert_problem(sign_in(api, password="wrong", otp=otp), "bad_credentials")
    assert sign_in(api, otp=code).status_code == 200


@pytest.mark.parametrize("otp", ["123456", "", "anything"])
def test_a_code_of_who_has_no_second_factor_is_ignored(otp, api, customer):
    body = {"email": "asha@example.com", "otp": otp}
    assert sign_in(api, **body).status_code == 200


@pytest.mark.parametrize("otp", [None, 123456, True, [], {}, "\ud800", "a\x00b", "9" * 65])
def test_a_code_that_is_no_text_names_its_field(otp, api, phone):
    answer = api.generic("POST", PATH, json.dumps(BODY | {"otp": otp}), "application/json")
    assert_problem(answer, "validation", fields={"otp"})


def test_a_refresh_asks_for_no_code(api, phone):
    tokens = sign_in(api, otp=phone.code()).json()

    answer = bearing(tokens["refresh_token"]).post("/api/v1/auth/refresh")

    assert answer.status_code == 200


def test_a_code_costs_two_statements(api, phone):
    with statements() as asked:
        assert sign_in(api, otp=phone.code()).status_code == 200
    assert [sql.split()[0] for sql in asked] == [
        "SELECT",
        "SELECT",
        "UPDATE",
        "UPDATE",
        *["INSERT"] * 2,
    ]


def changed_meanwhile(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """Have somebody's row changed once, right after their password was found right."""

    def changing(**credentials: Any) -> Any:
        monkeypatch.setattr(sessions, "authenticate", authenticate)
        user = authenticate(**credentials)
        assert user
        User.objects.filter(pk=user.pk).update(**changes)
        return user

    monkeypatch.setattr(sessions, "authenticate", changing)


def test_a_code_is_good_still_when_the_hash_of_the_password_was_renewed_meanwhile(
    api, phone, monkeypatch
):
    changed_meanwhile(monkeypatch, password=make_password(PASSWORD))

    assert sign_in(api, otp=phone.code()).status_code == 200


def test_a_sign_in_does_not_outlive_a_second_factor_set_up_meanwhile(api, owner, monkeypatch):
    changed_meanwhile(monkeypatch, second_factor_at=timezone.now())

    assert_problem(sign_in(api), "otp_required")
    assert living() == 0


# --- A role that needs one ------------------------------------------------------------


@pytest.mark.parametrize("roles", [["*"], ["Manager"], ["Owner", "Manager"]])
def test_who_needs_a_second_factor_and_has_none_is_told_to_set_it_up(roles, api, db, settings):
    settings.OTP_REQUIRED_ROLES = roles
    staff_in("Manager", "Mia")

    with nothing_written():
        problem = assert_problem(sign_in(api, email="mia@shop.example"), "otp_required")
    assert problem["detail"] == "Your role needs a second factor: set it up in the admin first."


@pytest.mark.parametrize("role", ["Counter", "Auditor"])
def test_who_needs_none_signs_in_without(role, api, db, settings):
    settings.OTP_REQUIRED_ROLES = ["Owner", "Manager"]
    staff_in(role, "Kim")

    assert sign_in(api, email="kim@shop.example").status_code == 200


def test_a_superuser_needs_what_any_role_needs(api, owner, settings):
    settings.OTP_REQUIRED_ROLES = ["Counter"]

    assert_problem(sign_in(api), "otp_required")


def test_customers_need_none(api, customer, settings):
    settings.OTP_REQUIRED_ROLES = ["*"]

    with statements() as asked:
        assert sign_in(api, email="asha@example.com").status_code == 200
    assert len(asked) == 3


def test_a_session_opened_before_the_role_needed_one_does_nothing(db, settings):
    mia = staff_in("Manager", "Mia")
    client = signed_in(mia)
    assert client.get("/api/v1/orders").status_code == 200
    settings.OTP_REQUIRED_ROLES = ["Manager"]

    for method, path in (
        ("get", "/api/v1/orders"),
        ("get", "/api/v1/services"),
        ("get", "/api/v1/auth/me"),
        ("post", "/api/v1/services"),
    ):
        with nothing_written():
            answer = getattr(client, method)(path)
        problem = assert_problem(answer, "otp_required")
        assert problem["detail"].startswith("Your role needs a second factor")


def test_who_has_set_it_up_is_not_asked_for_their_role(api, db, settings):
    settings.OTP_REQUIRED_ROLES = ["Manager"]
    mia = staff_in("Manager", "Mia")
    otp = give_phone(mia).code()

    with statements() as asked:
        answer = sign_in(api, email="mia@shop.example", otp=otp)
    assert answer.status_code == 200
    assert not [sql for sql in asked if "auth_group" in sql]
