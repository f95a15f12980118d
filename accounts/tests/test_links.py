"""A mailed link opens one thing, once, for a while, for one account."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from django.utils.http import urlsafe_base64_encode

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, LinkKind, follow_link, mail_link, uid_of
from accounts.models import User
from accounts.sessions import sign_in
from config.mail.models import OutgoingMail
from config.rest.refusals import Code, Refusal
from tests.cast import PASSWORD
from tests.mails import Link, last_link, link_in, mails

KINDS = [SET_PASSWORD, CONFIRM_EMAIL]
BOTH = pytest.mark.parametrize("kind", KINDS, ids=["reset", "confirm"])


def mailed(kind: LinkKind, user: User) -> Link:
    mail_link(kind, user=user)
    return last_link()


def is_dead(kind: LinkKind, link: Link) -> bool:
    try:
        follow_link(kind, uid=link.uid, token=link.token)
    except Refusal as refusal:
        return refusal.code == Code.LINK_INVALID
    return False


# --- The mail ---------------------------------------------------------------------------


@BOTH
def test_a_link_is_absolute_and_stands_in_text_and_html(
    kind: LinkKind, customer: User, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    mail_link(kind, user=customer)
    mail = OutgoingMail.objects.get()
    link = link_in(mail)
    assert link.path.startswith(f"/account/{kind.page}/{uid_of(customer)}/")
    assert f'<a href="https://shop.example{link.path}"' in mail.html
    assert mail.recipient == "asha@example.com"


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (SET_PASSWORD, "Wash & Go: set your password"),
        (CONFIRM_EMAIL, "Wash & Go: confirm your email"),
    ],
)
def test_the_subject_says_who_writes_and_what_for(
    kind: LinkKind, subject: str, customer: User, settings: Any
) -> None:
    settings.SHOP_NAME = "Wash & Go"
    mail_link(kind, user=customer)
    mail = OutgoingMail.objects.get()
    assert mail.subject == subject
    assert mail.text.endswith("\n-- \nWash & Go\n" + settings.PUBLIC_URL + "\n")
    assert "Wash &amp; Go" in mail.html


@BOTH
def test_the_mail_says_how_long_the_link_works(
    kind: LinkKind, customer: User, settings: Any
) -> None:
    settings.MAILED_LINK_HOURS = 24
    mail_link(kind, user=customer)
    mail = OutgoingMail.objects.get()
    assert "works once, for 24 hours" in mail.text
    assert "works once, for 24 hours" in mail.html


@BOTH
def test_nobody_writes_to_a_stranger_through_the_name_of_an_account(
    kind: LinkKind, customer: User
) -> None:
    customer.name = "Win a prize at https://evil.example"
    mail_link(kind, user=customer)
    mail = OutgoingMail.objects.get()
    assert "evil" not in mail.subject + mail.text + mail.html


def test_only_who_has_no_password_yet_is_told_why_there_is_an_account(
    customer: User, guest: User
) -> None:
    mail_link(SET_PASSWORD, user=customer)
    mail_link(SET_PASSWORD, user=guest)
    [to_customer, to_guest] = OutgoingMail.objects.order_by("id")
    assert "The account has none yet" not in to_customer.text + to_customer.html
    assert "The account has none yet" in to_guest.text
    assert "The account has none yet" in to_guest.html


def test_nothing_is_mailed_where_there_is_no_address(db: None) -> None:
    mail_link(SET_PASSWORD, user=User.objects.create_user(None, None, name="Walk-in"))
    assert mails() == []


def test_past_the_limit_an_address_gets_no_further_mail(
    customer: User, other_customer: User, settings: Any
) -> None:
    settings.RATELIMIT_ENABLE, settings.RATELIMIT_MAIL = True, "2/h"
    for _ in range(3):
        mail_link(SET_PASSWORD, user=customer)
    mail_link(SET_PASSWORD, user=other_customer)
    recipients = [recipient for recipient, _subject in mails()]
    assert recipients == ["asha@example.com", "asha@example.com", "bert@example.com"]


# --- Following it -----------------------------------------------------------------------


@BOTH
def test_a_fresh_link_finds_its_account(kind: LinkKind, customer: User) -> None:
    link = mailed(kind, customer)
    assert follow_link(kind, uid=link.uid, token=link.token) == customer


@BOTH
def test_a_link_is_good_until_its_last_second(
    kind: LinkKind, customer: User, after: Callable[..., None], settings: Any
) -> None:
    link = mailed(kind, customer)
    after(seconds=settings.PASSWORD_RESET_TIMEOUT - 1)
    assert not is_dead(kind, link)
    after(seconds=settings.PASSWORD_RESET_TIMEOUT + 2)
    assert is_dead(kind, link)


def test_links_work_for_three_days(settings: Any) -> None:
    assert settings.MAILED_LINK_HOURS == 72
    assert settings.PASSWORD_RESET_TIMEOUT == 72 * 60 * 60


@BOTH
def test_a_link_is_worth_nothing_for_another_account(
    kind: LinkKind, customer: User, other_customer: User
) -> None:
    link = mailed(kind, customer)
    assert is_dead(kind, link._replace(uid=uid_of(other_customer)))


def test_a_link_is_worth_nothing_for_another_purpose(customer: User) -> None:
    assert is_dead(CONFIRM_EMAIL, mailed(SET_PASSWORD, customer))
    assert is_dead(SET_PASSWORD, mailed(CONFIRM_EMAIL, customer))


@BOTH
def test_a_changed_email_kills_a_link(kind: LinkKind, customer: User) -> None:
    link = mailed(kind, customer)
    User.objects.filter(pk=customer.pk).update(email="asha@new.example")
    assert is_dead(kind, link)


@BOTH
def test_a_deactivated_account_has_no_links(kind: LinkKind, customer: User) -> None:
    link = mailed(kind, customer)
    User.objects.filter(pk=customer.pk).update(is_active=False)
    assert is_dead(kind, link)


@BOTH
def test_another_secret_key_kills_a_link(kind: LinkKind, customer: User, settings: Any) -> None:
    link = mailed(kind, customer)
    settings.SECRET_KEY = "another key, another shop, another day"
    assert is_dead(kind, link)


def test_a_sign_in_kills_the_password_link_only(customer: User) -> None:
    reset, confirm = mailed(SET_PASSWORD, customer), mailed(CONFIRM_EMAIL, customer)
    sign_in(email="asha@example.com", password=PASSWORD)
    assert is_dead(SET_PASSWORD, reset)
    assert not is_dead(CONFIRM_EMAIL, confirm)


def test_a_new_password_kills_the_password_link_only(customer: User) -> None:
    reset, confirm = mailed(SET_PASSWORD, customer), mailed(CONFIRM_EMAIL, customer)
    customer.set_password("a-kettle-of-tin-hums")
    customer.save()
    assert is_dead(SET_PASSWORD, reset)
    assert not is_dead(CONFIRM_EMAIL, confirm)


def test_a_confirmation_kills_the_confirmation_link_only(unconfirmed_customer: User) -> None:
    reset = mailed(SET_PASSWORD, unconfirmed_customer)
    confirm = mailed(CONFIRM_EMAIL, unconfirmed_customer)
    User.objects.filter(pk=unconfirmed_customer.pk).update(email_confirmed_at=timezone.now())
    assert not is_dead(SET_PASSWORD, reset)
    assert is_dead(CONFIRM_EMAIL, confirm)


@BOTH
@pytest.mark.parametrize(
    "uid",
    [
        "",
        "x",
        "é",
        "####",
        urlsafe_base64_encode(b"0"),
        urlsafe_base64_encode(b"-1"),
        urlsafe_base64_encode(b"1.0"),
        urlsafe_base64_encode(b"99999999999999999999999999"),
        urlsafe_base64_encode(b"9" * 5000),
        urlsafe_base64_encode(b"\xff\xfe"),
        urlsafe_base64_encode("٣".encode()),
    ],
)
def test_a_mangled_uid_is_no_link(kind: LinkKind, customer: User, uid: str) -> None:
    assert is_dead(kind, mailed(kind, customer)._replace(uid=uid))


@BOTH
@pytest.mark.parametrize(
    "mangle",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token[:-1],
        lambda token: token + "0",
        lambda token: token.upper(),
        lambda token: "-" + token.split("-")[1],
        lambda token: "zzzzzzzzzzzzzz-" + token.split("-")[1],
        lambda token: token + "é",
        lambda token: token + "-",
    ],
)
def test_a_mangled_token_is_no_link(
    kind: LinkKind, customer: User, mangle: Callable[[str], str]
) -> None:
    link = mailed(kind, customer)
    assert is_dead(kind, link._replace(token=mangle(link.token)))
