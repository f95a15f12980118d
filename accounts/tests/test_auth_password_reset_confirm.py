"""`POST /api/v1/auth/password/reset/confirm`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.links import SET_PASSWORD, mail_link, uid_of
from accounts.models import User
from accounts.passwords import reset_password
from accounts.sessions import open_session
from config.rest.refusals import Code, Refusal
from tests.answers import assert_problem
from tests.cast import PASSWORD, bearing, client
from tests.mails import Link, last_link
from tests.threads import at_the_same_moment

PATH = "/api/v1/auth/password/reset/confirm"
ME = "/api/v1/auth/me"
NEW = "a-kettle-of-tin-hums"


def follow(api: APIClient, link: Link, *, path: str = PATH, **fields: Any) -> Any:
    return api.post(path, link.body | {"new_password": NEW} | fields, format="json")


def signs_in(password: str, email: str = "asha@example.com") -> bool:
    body = {"email": email, "password": password}
    return client().post("/api/v1/auth/login", body, format="json").status_code == 200


@pytest.mark.parametrize("slash", ["", "/"])
def test_only_the_new_password_signs_in_afterwards(
    api: APIClient, reset_link: Link, slash: str
) -> None:
    response = follow(api, reset_link, path=PATH + slash)
    assert (response.status_code, response.json()) == (200, {"msg": "The password was set."})
    assert not signs_in(PASSWORD)
    assert signs_in(NEW)


def test_all_sessions_end(api: APIClient, customer: User, owner: User) -> None:
    tokens, of_another = open_session(user=customer), open_session(user=owner)
    mail_link(SET_PASSWORD, user=customer)
    assert follow(api, last_link()).status_code == 200
    assert_problem(bearing(tokens.access_token).get(ME), "token_invalid")
    assert_problem(bearing(tokens.refresh_token).post("/api/v1/auth/refresh"), "token_invalid")
    assert bearing(of_another.access_token).get(ME).status_code == 200


def test_a_session_of_the_admin_ends_too(api: APIClient, owner: User) -> None:
    browser = client()
    browser.force_login(owner)
    owner.refresh_from_db()
    mail_link(SET_PASSWORD, user=owner)
    assert follow(api, last_link()).status_code == 200
    assert_problem(browser.get(ME), "not_authenticated")


def test_it_confirms_the_email(api: APIClient, unconfirmed_customer: User) -> None:
    before = timezone.now()
    mail_link(SET_PASSWORD, user=unconfirmed_customer)
    assert follow(api, last_link()).status_code == 200
    unconfirmed_customer.refresh_from_db()
    assert unconfirmed_customer.email_confirmed_at is not None
    assert before <= unconfirmed_customer.email_confirmed_at <= timezone.now()


def test_an_email_confirmed_before_keeps_its_date(
    api: APIClient, customer: User, reset_link: Link
) -> None:
    confirmed_at = customer.email_confirmed_at
    follow(api, reset_link)
    customer.refresh_from_db()
    assert customer.email_confirmed_at == confirmed_at


def test_a_guest_claims_the_account(api: APIClient, guest: User) -> None:
    mail_link(SET_PASSWORD, user=guest)
    assert follow(api, last_link()).status_code == 200
    body = {"email": "gita@example.com", "password": NEW}
    customer = api.post("/api/v1/auth/login", body, format="json").json()["customer"]
    assert (customer["id"], customer["name"], customer["email_confirmed"]) == (
        guest.pk,
        "Gita Gupta",
        True,
    )


def test_a_link_works_once(api: APIClient, reset_link: Link) -> None:
    assert follow(api, reset_link).status_code == 200
    again = follow(api, reset_link, new_password="another-one-whistles")
    assert_problem(again, "link_invalid")
    assert signs_in(NEW)


def test_of_two_links_the_other_dies_with_the_first(
    api: APIClient, customer: User, reset_link: Link
) -> None:
    mail_link(SET_PASSWORD, user=customer)
    assert follow(api, last_link()).status_code == 200
    assert_problem(follow(api, reset_link), "link_invalid")


def test_a_link_of_another_account_is_no_link(
    api: APIClient, other_customer: User, reset_link: Link
) -> None:
    assert_problem(follow(api, reset_link, uid=uid_of(other_customer)), "link_invalid")
    assert signs_in(PASSWORD, "bert@example.com")
    assert signs_in(PASSWORD)


def test_an_expired_link_is_no_link(
    api: APIClient, reset_link: Link, after: Callable[..., None]
) -> None:
    after(hours=73)
    assert_problem(follow(api, reset_link), "link_invalid")
    assert signs_in(PASSWORD)


def test_a_link_dies_when_the_email_is_changed(
    api: APIClient, customer: User, reset_link: Link
) -> None:
    User.objects.filter(pk=customer.pk).update(email="asha@new.example")
    assert_problem(follow(api, reset_link), "link_invalid")


def test_a_link_to_confirm_an_email_sets_no_password(api: APIClient, confirm_link: Link) -> None:
    assert_problem(follow(api, confirm_link), "link_invalid")
    assert signs_in(PASSWORD, "chloe@example.com")


def test_a_deactivated_account_is_not_opened(
    api: APIClient, customer: User, reset_link: Link
) -> None:
    User.objects.filter(pk=customer.pk).update(is_active=False)
    assert_problem(follow(api, reset_link), "link_invalid")
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)


@pytest.mark.parametrize("weak", ["short", "12345678901", "password123", "asha@example.com"])
def test_a_weak_password_is_refused_and_the_link_works_on(
    api: APIClient, customer: User, reset_link: Link, weak: str
) -> None:
    tokens = open_session(user=customer)
    response = follow(api, reset_link, new_password=weak)
    assert_problem(response, "validation", fields={"new_password"})
    assert bearing(tokens.access_token).get(ME).status_code == 200
    assert follow(api, reset_link).status_code == 200


def test_a_weak_password_tells_nothing_without_a_link(api: APIClient, reset_link: Link) -> None:
    assert_problem(follow(api, reset_link, token="x-y", new_password="1"), "link_invalid")


def test_a_superuser_stays_one(api: APIClient, owner: User) -> None:
    mail_link(SET_PASSWORD, user=owner)
    assert follow(api, last_link()).status_code == 200
    owner.refresh_from_db()
    assert (owner.is_superuser, owner.is_staff, owner.is_active) == (True, True, True)


def test_a_worthless_token_sent_along_does_no_harm(reset_link: Link) -> None:
    assert follow(bearing("a.b.c"), reset_link).status_code == 200


@pytest.mark.parametrize("field", ["uid", "token", "new_password"])
@pytest.mark.parametrize("value", [None, "", 5, True, [], {}, "x" * 300, "a\x00b", "\ud800"])
def test_a_bad_value_names_its_field(
    api: APIClient, reset_link: Link, field: str, value: Any
) -> None:
    body = json.dumps(reset_link.body | {"new_password": NEW, field: value})
    response = api.generic("POST", PATH, body, "application/json")
    assert_problem(response, "validation", fields={field})
    assert signs_in(PASSWORD)


@pytest.mark.django_db
def test_all_three_fields_are_asked_for(api: APIClient) -> None:
    response = api.post(PATH, {}, format="json")
    assert_problem(response, "validation", fields={"uid", "token", "new_password"})


@pytest.mark.django_db(transaction=True)
def test_a_link_followed_twice_at_the_same_moment_works_once(
    customer: User, reset_link: Link
) -> None:
    def set_to(password: str) -> User:
        return reset_password(**reset_link.body, new_password=password)

    answers = at_the_same_moment(lambda: set_to(NEW), lambda: set_to("one-of-two-kettles"))
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.LINK_INVALID]
    winner = [NEW, "one-of-two-kettles"][isinstance(answers[0], Refusal)]
    customer.refresh_from_db()
    assert customer.check_password(winner)
