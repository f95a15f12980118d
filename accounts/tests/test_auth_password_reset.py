"""`POST /api/v1/auth/password/reset`."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.links import SET_PASSWORD, follow_link
from accounts.models import User
from tests.answers import assert_problem
from tests.cast import bearing
from tests.mails import last_link, mails

PATH = "/api/v1/auth/password/reset"
SUBJECT = "Roundtrip: set your password"
ANSWER = {"msg": "If there is an account with this email, a link is on its way."}


def ask(api: APIClient, email: str, path: str = PATH) -> None:
    """The answer is always the same: nobody learns here who has an account."""
    response = api.post(path, {"email": email}, format="json")
    assert (response.status_code, response.json()) == (202, ANSWER)


@pytest.mark.parametrize("slash", ["", "/"])
def test_an_account_gets_a_link(api: APIClient, customer: User, slash: str) -> None:
    ask(api, "asha@example.com", PATH + slash)
    assert mails() == [("asha@example.com", SUBJECT)]
    link = last_link()
    assert follow_link(SET_PASSWORD, uid=link.uid, token=link.token) == customer


@pytest.mark.parametrize("email", ["ASHA@Example.com", "  asha@example.com "])
def test_the_case_of_an_email_and_blanks_around_it_change_nothing(
    api: APIClient, customer: User, email: str
) -> None:
    ask(api, email)
    assert mails() == [("asha@example.com", SUBJECT)]


def test_an_account_without_a_password_gets_a_link_too(api: APIClient, guest: User) -> None:
    ask(api, "gita@example.com")
    assert mails() == [("gita@example.com", SUBJECT)]


def test_staff_get_a_link_too(api: APIClient, owner: User) -> None:
    ask(api, "olga@example.com")
    assert mails() == [("olga@example.com", SUBJECT)]


@pytest.mark.parametrize("email", ["nobody@example.com", "asha@example.co", "asha+x@example.com"])
def test_an_unknown_email_gets_nothing(api: APIClient, customer: User, email: str) -> None:
    ask(api, email)
    assert mails() == []


def test_a_deactivated_account_gets_nothing(api: APIClient, customer: User) -> None:
    User.objects.filter(pk=customer.pk).update(is_active=False)
    ask(api, "asha@example.com")
    assert mails() == []


def test_past_the_limit_of_mails_the_answer_is_the_same(
    api: APIClient, customer: User, settings: Any
) -> None:
    settings.RATELIMIT_ENABLE, settings.RATELIMIT_MAIL = True, "1/h"
    ask(api, "asha@example.com")
    ask(api, "asha@example.com")
    assert mails() == [("asha@example.com", SUBJECT)]


def test_asking_changes_nothing_of_the_account(
    api: APIClient, customer: User, as_customer: APIClient
) -> None:
    before = User.objects.values().get()
    ask(api, "asha@example.com")
    assert User.objects.values().get() == before
    assert as_customer.get("/api/v1/auth/me").status_code == 200


def test_a_worthless_token_sent_along_does_no_harm(customer: User) -> None:
    ask(bearing("a.b.c"), "asha@example.com")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value", [None, "", 0, 5, True, [], {}, "asha", "a\x00@example.com", "\ud800@example.com"]
)
def test_what_is_no_email_is_not_valid(api: APIClient, value: Any) -> None:
    response = api.generic("POST", PATH, json.dumps({"email": value}), "application/json")
    assert_problem(response, "validation", fields={"email"})


@pytest.mark.django_db
def test_an_email_is_asked_for(api: APIClient) -> None:
    assert_problem(api.post(PATH, {}, format="json"), "validation", fields={"email"})


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_changes_no_answer(
    api: APIClient, customer: User, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    ask(api, "asha@example.com")
    assert mails() == [("asha@example.com", SUBJECT)]


@pytest.mark.django_db(transaction=True)
def test_the_mail_goes_out_at_once(api: APIClient, customer: User, mailoutbox: list[Any]) -> None:
    ask(api, "asha@example.com")
    [message] = mailoutbox
    assert (message.to, message.subject) == (["asha@example.com"], SUBJECT)
    assert last_link().path in message.body
