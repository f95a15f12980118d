"""`POST /api/v1/auth/email/confirm`."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.confirmation import confirm_email
from accounts.links import CONFIRM_EMAIL, mail_link, uid_of
from accounts.models import User
from accounts.signals import email_confirmed
from config.rest.refusals import Code, Refusal
from tests.answers import assert_problem
from tests.mails import Link, last_link
from tests.threads import at_the_same_moment

PATH = "/api/v1/auth/email/confirm"


def follow(api: APIClient, link: Link, path: str = PATH) -> Any:
    return api.post(path, link.body, format="json")


def is_confirmed(user: User) -> bool:
    user.refresh_from_db()
    return user.email_confirmed


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_confirms_the_email(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, confirm_link: Link, slash: str
) -> None:
    before = timezone.now()
    response = follow(as_unconfirmed_customer, confirm_link, PATH + slash)
    assert (response.status_code, response.json()) == (200, {"msg": "The email was confirmed."})
    assert is_confirmed(unconfirmed_customer)
    assert unconfirmed_customer.email_confirmed_at is not None
    assert before <= unconfirmed_customer.email_confirmed_at <= timezone.now()
    assert as_unconfirmed_customer.get("/api/v1/auth/me").json()["email_confirmed"] is True


def test_the_link_of_a_registration_confirms_it(api: APIClient, db: None) -> None:
    body = {"name": "Dora", "email": "dora@example.com", "password": "nine-lives-and-a-tail"}
    tokens = api.post("/api/v1/auth/register", body, format="json").json()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens['access_token']}")
    assert follow(api, last_link()).status_code == 200
    assert is_confirmed(User.objects.get())


def test_a_link_works_once(as_unconfirmed_customer: APIClient, confirm_link: Link) -> None:
    assert follow(as_unconfirmed_customer, confirm_link).status_code == 200
    assert_problem(follow(as_unconfirmed_customer, confirm_link), "link_invalid")


def test_a_link_of_another_account_is_no_link(
    as_other_customer: APIClient, unconfirmed_customer: User, confirm_link: Link
) -> None:
    assert_problem(follow(as_other_customer, confirm_link), "link_invalid")
    assert not is_confirmed(unconfirmed_customer)


def test_the_token_of_another_account_is_no_link(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, other_customer: User
) -> None:
    User.objects.filter(pk=other_customer.pk).update(email_confirmed_at=None)
    other_customer.refresh_from_db()
    mail_link(CONFIRM_EMAIL, user=other_customer)
    link = last_link()._replace(uid=uid_of(unconfirmed_customer))
    assert_problem(follow(as_unconfirmed_customer, link), "link_invalid")
    assert not is_confirmed(unconfirmed_customer)
    assert not is_confirmed(other_customer)


def test_an_expired_link_is_no_link(
    as_unconfirmed_customer: APIClient,
    unconfirmed_customer: User,
    confirm_link: Link,
    after: Callable[..., None],
) -> None:
    after(hours=73)
    assert_problem(follow(as_unconfirmed_customer, confirm_link), "link_invalid")
    assert not is_confirmed(unconfirmed_customer)


def test_a_link_to_an_earlier_email_confirms_no_later_one(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, confirm_link: Link
) -> None:
    change = {"email": "chloe@new.example"}
    as_unconfirmed_customer.patch("/api/v1/auth/me", change, format="json")
    assert_problem(follow(as_unconfirmed_customer, confirm_link), "link_invalid")
    assert not is_confirmed(unconfirmed_customer)
    assert follow(as_unconfirmed_customer, last_link()).status_code == 200
    assert is_confirmed(unconfirmed_customer)


def test_a_link_to_set_a_password_confirms_nothing_here(
    as_customer: APIClient, reset_link: Link
) -> None:
    assert_problem(follow(as_customer, reset_link), "link_invalid")


@pytest.mark.parametrize("field", ["uid", "token"])
@pytest.mark.parametrize("value", [None, "", 5, True, [], {}, "x" * 300, "a\x00b", "\ud800"])
def test_a_bad_value_names_its_field(
    as_unconfirmed_customer: APIClient, confirm_link: Link, field: str, value: Any
) -> None:
    body = json.dumps(confirm_link.body | {field: value})
    response = as_unconfirmed_customer.generic("POST", PATH, body, "application/json")
    assert_problem(response, "validation", fields={field})


def test_nobody_is_asked_to_sign_in(
    api: APIClient, unconfirmed_customer: User, confirm_link: Link
) -> None:
    assert_problem(follow(api, confirm_link), "not_authenticated")
    assert not is_confirmed(unconfirmed_customer)


def test_a_worker_has_no_email_to_confirm(as_worker: APIClient, confirm_link: Link) -> None:
    assert_problem(follow(as_worker, confirm_link), "permission_denied")


# --- The verb ---------------------------------------------------------------------------


def test_other_apps_hear_of_it_once(unconfirmed_customer: User, confirm_link: Link) -> None:
    heard = []

    def listen(*, user: User, **kwargs: Any) -> None:
        heard.append((user.pk, user.email, user.email_confirmed))

    email_confirmed.connect(listen)
    try:
        confirm_email(user=unconfirmed_customer, **confirm_link.body)
        with pytest.raises(Refusal):
            confirm_email(user=unconfirmed_customer, **confirm_link.body)
    finally:
        email_confirmed.disconnect(listen)
    assert heard == [(unconfirmed_customer.pk, "chloe@example.com", True)]


@pytest.mark.django_db(transaction=True)
def test_what_fails_in_another_app_leaves_the_email_unconfirmed(
    unconfirmed_customer: User, confirm_link: Link
) -> None:
    def fail(**kwargs: Any) -> None:
        raise LookupError

    email_confirmed.connect(fail)
    try:
        with pytest.raises(LookupError):
            confirm_email(user=unconfirmed_customer, **confirm_link.body)
    finally:
        email_confirmed.disconnect(fail)
    assert not is_confirmed(unconfirmed_customer)
    confirm_email(user=unconfirmed_customer, **confirm_link.body)
    assert is_confirmed(unconfirmed_customer)


@pytest.mark.django_db(transaction=True)
def test_a_link_followed_twice_at_the_same_moment_works_once(
    unconfirmed_customer: User, confirm_link: Link
) -> None:
    def follow_it() -> User:
        return confirm_email(user=unconfirmed_customer, **confirm_link.body)

    answers = at_the_same_moment(follow_it, follow_it)
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.LINK_INVALID]
    assert is_confirmed(unconfirmed_customer)
