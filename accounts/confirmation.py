"""Showing that an email is one's own."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.links import CONFIRM_EMAIL, follow_link
from accounts.models import User
from accounts.signals import email_confirmed
from config.database import retried
from config.rest.refusals import Code, Refusal


def mark_confirmed(user: User) -> None:
    """Note that this user, whose row is locked, has just shown that the email is theirs.

    Orders placed with it before become theirs in the same transaction (`email_confirmed`).
    """
    if not user.email_confirmed:
        user.email_confirmed_at = timezone.now()
        user.save(update_fields=["email_confirmed_at", "updated_at"])
    email_confirmed.send(sender=User, user=user)


@retried
def confirm_email(*, user: User, uid: str, token: str) -> User:
    """Confirm the email of who is signed in, by the link that was mailed to it.

    Raises `link_invalid`, also for a link of another account: the link proves the mailbox,
    the sign-in who made the account.
    """
    with transaction.atomic():
        owner = follow_link(CONFIRM_EMAIL, uid=uid, token=token, lock=True)
        if owner.pk != user.pk:
            raise Refusal(Code.LINK_INVALID)
        mark_confirmed(owner)
    return owner


def confirm_email_by_password(*, uid: str, token: str, password: str) -> User:
    """Confirm the email of a mailed link by the account's password, without a sign-in.

    Raises `link_invalid` and `bad_password`.
    """
    user = follow_link(CONFIRM_EMAIL, uid=uid, token=token)
    if not user.check_password(password):
        raise Refusal(Code.BAD_PASSWORD, _("This is not the password of the account."))
    return confirm_email(user=user, uid=uid, token=token)
