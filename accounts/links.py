"""The links that we mail: each proves a mailbox, works once, and for a limited time."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accounts.models import User
from config.mail.outbox import queue_mail
from config.rest.languages import language_of_reader
from config.rest.limits import may_mail
from config.rest.refusals import Code, Refusal


class EmailConfirmationTokenGenerator(PasswordResetTokenGenerator):
    """Tokens that die when the email is confirmed or changed, and not by a sign-in."""

    key_salt = "accounts.links.EmailConfirmationTokenGenerator"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        return f"{user.pk}|{timestamp}|{user.email}|{user.email_confirmed_at}"


@dataclass(frozen=True)
class LinkKind:
    """What a mailed link is for: its page below `/account/`, its mail and its tokens."""

    page: str
    template: str
    tokens: PasswordResetTokenGenerator


# Django's own tokens die with the password, the email and a sign-in.
SET_PASSWORD = LinkKind("reset", "set_password", PasswordResetTokenGenerator())
CONFIRM_EMAIL = LinkKind("confirm", "confirm_email", EmailConfirmationTokenGenerator())


def uid_of(user: User) -> str:
    """The user's number as a link carries it."""
    return urlsafe_base64_encode(force_bytes(user.pk))


def path_of(kind: LinkKind, user: User, token: str = "") -> str:
    """Where a user's link of this kind leads; without its token how all of them begin."""
    return f"/account/{kind.page}/{uid_of(user)}/{token}"


def mail_link(kind: LinkKind, *, user: User, at_once: bool = True) -> None:
    """Mail a user a fresh link of this kind, in the caller's transaction.

    Not `at_once`, it waits for the outbox's sender (`queue_mail`).

    Past the limit of mails to one address (RATELIMIT_MAIL) it mails none, and nobody is
    told: the last one still works. The mail names nobody: whoever registers with another's
    email chooses the name, and must not write to them through us.
    """
    if user.email is None or not may_mail(user.email):
        return
    path = path_of(kind, user, kind.tokens.make_token(user))
    queue_mail(
        recipient=user.email,
        template=kind.template,
        language=language_of_reader(),
        context={
            "link": f"{settings.PUBLIC_URL}{path}",
            "hours": settings.MAILED_LINK_HOURS,
            "has_password": user.has_usable_password(),
        },
        at_once=at_once,
    )


def follow_link(kind: LinkKind, *, uid: str, token: str, lock: bool = False) -> User:
    """The active user to whom this link was mailed; raises `link_invalid`.

    With `lock`, in a transaction: the link is held against the row as it is now, and
    nobody else uses it up before the commit.
    """
    users = User.objects.select_for_update() if lock else User.objects.all()
    try:
        user = users.filter(pk=int(urlsafe_base64_decode(uid)), is_active=True).first()
    except ValueError as error:
        raise Refusal(Code.LINK_INVALID) from error
    if user is None or not kind.tokens.check_token(user, token):
        raise Refusal(Code.LINK_INVALID)
    return user
