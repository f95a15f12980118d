"""Signing in and out: the verbs, and what makes a token worth something."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken

from accounts import sessions
from accounts.models import Session, User
from accounts.passwords import change_password
from accounts.profile import set_active
from accounts.sessions import (
    SignedIn,
    end_sessions,
    open_session,
    refresh,
    session_of,
    sign_in,
    sign_out,
)
from config.rest.refusals import Code, Refusal
from tests.cast import PASSWORD
from tests.statements import statements


def assert_invalid(token: str, token_class: Any = AccessToken) -> None:
    with pytest.raises(Refusal) as refused:
        session_of(token, token_class)
    assert refused.value.code == Code.TOKEN_INVALID


@pytest.fixture
def signed_in(customer: User) -> SignedIn:
    return open_session(user=customer, user_agent="Kettle/1.0")


def test_both_tokens_carry_the_session_and_the_user(signed_in: SignedIn) -> None:
    session = Session.objects.get()
    for token, kind in ((signed_in.access_token, "access"), (signed_in.refresh_token, "refresh")):
        claims = jwt.decode(token, options={"verify_signature": False})
        assert claims["token_type"] == kind
        assert claims["sid"] == str(session.pk)
        assert claims["sub"] == str(session.user_id)
        assert set(claims) == {"token_type", "exp", "iat", "jti", "sid", "sub"}


def test_tokens_live_fifteen_minutes_and_thirty_days(signed_in: SignedIn) -> None:
    access = AccessToken(signed_in.access_token)  # type: ignore[arg-type]
    again = RefreshToken(signed_in.refresh_token)  # type: ignore[arg-type]
    assert access["exp"] - access["iat"] == 15 * 60
    assert again["exp"] - again["iat"] == 30 * 24 * 3600
    session = Session.objects.get()
    lifetime = session.expires_at - session.created_at
    assert lifetime.total_seconds() == pytest.approx(30 * 24 * 3600, abs=2)


def test_the_user_agent_is_cut_to_its_column(customer: User) -> None:
    open_session(user=customer, user_agent="x" * 300)
    assert Session.objects.get().user_agent == "x" * 255


def test_a_token_finds_its_session_and_user_in_one_query(signed_in: SignedIn) -> None:
    with statements() as asked:
        session = session_of(signed_in.access_token, AccessToken)
        assert session.user == signed_in.user
    assert len(asked) == 1


def test_an_access_token_is_no_refresh_token_and_the_other_way_round(signed_in: SignedIn) -> None:
    assert_invalid(signed_in.access_token, RefreshToken)
    assert_invalid(signed_in.refresh_token, AccessToken)


def test_an_expired_token_is_worth_nothing(signed_in: SignedIn) -> None:
    token = AccessToken(signed_in.access_token)  # type: ignore[arg-type]
    token.set_exp(lifetime=-datetime.timedelta(seconds=1))
    assert_invalid(str(token))


def test_a_token_of_an_expired_session_is_worth_nothing(signed_in: SignedIn) -> None:
    Session.objects.update(expires_at=timezone.now())
    assert_invalid(signed_in.access_token)


def test_a_token_of_a_deactivated_user_is_worth_nothing(signed_in: SignedIn) -> None:
    User.objects.update(is_active=False)
    assert_invalid(signed_in.access_token)
    assert_invalid(signed_in.refresh_token, RefreshToken)


def test_a_token_signed_by_another_key_is_worth_nothing(signed_in: SignedIn) -> None:
    claims = jwt.decode(signed_in.access_token, options={"verify_signature": False})
    assert_invalid(jwt.encode(claims, "k" * 64, algorithm="HS256"))


def test_an_unsigned_token_is_worth_nothing(signed_in: SignedIn) -> None:
    claims = jwt.decode(signed_in.access_token, options={"verify_signature": False})
    assert_invalid(jwt.encode(claims, None, algorithm="none"))


@pytest.mark.parametrize("sid", [None, "", 5, "x", [], {}, str(uuid.UUID(int=1)), "\x00"])
def test_a_token_without_a_living_sessions_id_is_worth_nothing(customer: User, sid: Any) -> None:
    token = AccessToken()
    token["sid"] = sid
    assert_invalid(str(token))


@pytest.mark.parametrize("token", ["", "a.b.c", "..", "a", "é.é.é", "\x00", "e30.e30.e30"])
@pytest.mark.django_db
def test_what_is_no_token_is_worth_nothing(token: str) -> None:
    assert_invalid(token)


@pytest.mark.parametrize("email", ["asha@example.com", " ASHA@Example.COM "])
def test_signing_in_opens_a_session_of_its_own_each_time(customer: User, email: str) -> None:
    first = sign_in(email=email, password=PASSWORD)
    second = sign_in(email=email, password=PASSWORD)
    assert session_of(first.access_token, AccessToken) != session_of(
        second.access_token, AccessToken
    )
    assert Session.objects.filter(user=customer, revoked_at=None).count() == 2


def test_signing_in_notes_when(customer: User) -> None:
    before = timezone.now()
    sign_in(email="asha@example.com", password=PASSWORD)
    customer.refresh_from_db()
    assert customer.last_login is not None
    assert before <= customer.last_login <= timezone.now()


def test_signing_in_takes_three_statements(customer: User) -> None:
    with statements() as asked:
        sign_in(email="asha@example.com", password=PASSWORD)
    assert [sql.split()[0] for sql in asked] == ["SELECT", "UPDATE", "INSERT"]


def meanwhile(monkeypatch: pytest.MonkeyPatch, change: Callable[[], Any]) -> None:
    """Let something happen between the verifying of the password and the session."""

    def verify_slowly(**credentials: Any) -> Any:
        user = authenticate(**credentials)
        monkeypatch.setattr(sessions, "authenticate", authenticate)
        change()
        return user

    monkeypatch.setattr(sessions, "authenticate", verify_slowly)


def test_a_password_that_was_changed_while_it_was_verified_opens_no_session(
    monkeypatch: pytest.MonkeyPatch, customer: User
) -> None:
    meanwhile(
        monkeypatch,
        lambda: change_password(
            user=customer, session=None, current_password=PASSWORD, new_password="another-kettle"
        ),
    )
    with pytest.raises(Refusal) as refused:
        sign_in(email="asha@example.com", password=PASSWORD)
    assert refused.value.code == Code.BAD_CREDENTIALS
    assert not Session.objects.exists()


def test_an_account_that_was_closed_while_the_password_was_verified_opens_no_session(
    monkeypatch: pytest.MonkeyPatch, customer: User
) -> None:
    meanwhile(monkeypatch, lambda: set_active(user=customer, is_active=False))
    with pytest.raises(Refusal) as refused:
        sign_in(email="asha@example.com", password=PASSWORD)
    assert refused.value.code == Code.BAD_CREDENTIALS
    assert not Session.objects.exists()


def test_a_password_that_another_sign_in_hashed_anew_meanwhile_is_still_right(
    monkeypatch: pytest.MonkeyPatch, customer: User
) -> None:
    meanwhile(
        monkeypatch,
        lambda: User.objects.filter(pk=customer.pk).update(password=make_password(PASSWORD)),
    )
    assert sign_in(email="asha@example.com", password=PASSWORD).user == customer
    assert Session.objects.count() == 1


def test_a_user_name_is_no_email(owner: User) -> None:
    with pytest.raises(Refusal) as refused:
        sign_in(email="olga", password=PASSWORD)
    assert refused.value.code == Code.BAD_CREDENTIALS


def test_a_refused_sign_in_writes_nothing(customer: User) -> None:
    before = User.objects.values().get()
    with pytest.raises(Refusal) as refused:
        sign_in(email="asha@example.com", password="wrong")
    assert refused.value.code == Code.BAD_CREDENTIALS
    assert User.objects.values().get() == before
    assert not Session.objects.exists()


def test_a_refreshed_access_token_is_one_of_the_same_session(signed_in: SignedIn) -> None:
    fresh = refresh(refresh_token=signed_in.refresh_token)
    assert session_of(fresh, AccessToken) == session_of(signed_in.access_token, AccessToken)
    assert Session.objects.count() == 1


def test_signing_out_ends_this_session_only(customer: User, signed_in: SignedIn) -> None:
    other = open_session(user=customer)
    sign_out(session=session_of(signed_in.access_token, AccessToken))
    assert_invalid(signed_in.access_token)
    assert_invalid(signed_in.refresh_token, RefreshToken)
    assert session_of(other.access_token, AccessToken).user == customer


def test_a_session_is_ended_once(signed_in: SignedIn) -> None:
    session = session_of(signed_in.access_token, AccessToken)
    sign_out(session=session)
    ended_at = Session.objects.get().revoked_at
    sign_out(session=session)
    assert Session.objects.get().revoked_at == ended_at


def test_all_sessions_of_a_user_but_one_can_be_ended(customer: User, other_customer: User) -> None:
    tokens = [open_session(user=customer).access_token for _ in range(3)]
    others = open_session(user=other_customer).access_token
    kept = session_of(tokens[0], AccessToken)
    assert end_sessions(user=customer, keep=kept) == 2
    assert session_of(tokens[0], AccessToken) == kept
    assert session_of(others, AccessToken).user == other_customer
    assert_invalid(tokens[1])
    assert_invalid(tokens[2])


def test_all_sessions_of_a_user_can_be_ended(customer: User) -> None:
    token = open_session(user=customer).access_token
    assert end_sessions(user=customer) == 1
    assert end_sessions(user=customer) == 0
    assert_invalid(token)
