"""Passwords: held against the rules, changed, and set by a mailed link."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.confirmation import mark_confirmed
from accounts.links import SET_PASSWORD, follow_link, mail_link
from accounts.models import Session, User, normalise_email
from accounts.profile import lock_user
from accounts.sessions import end_sessions
from config.database import retried
from config.history import UNTOLD, note
from config.rest.refusals import Code, Refusal


def check_new_password(password: str, user: User, field: str = "password") -> None:
    """Hold a new password against the settings' validators; raises `validation`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        text = " ".join(error.messages)
        raise Refusal(Code.VALIDATION, text, errors={field: list(error.messages)}) from error


def _store(user: User, encoded: str, *, keep: Session | None = None) -> None:
    user.password = encoded
    note(user, password=UNTOLD)
    user.save(update_fields=["password", "updated_at"])
    end_sessions(user=user, keep=keep)


@retried
def change_password(
    *, user: User, session: Session | None, current_password: str, new_password: str
) -> User:
    """Set a new password by the current one, and end all sessions but this one.

    Raises `bad_password`, and `validation` for a new password that is too weak.
    """
    if not user.check_password(current_password):
        raise Refusal(Code.BAD_PASSWORD)
    check_new_password(new_password, user, field="new_password")
    # Hashing is slow, so it stands before the lock; what was checked may change meanwhile.
    encoded = make_password(new_password)
    with transaction.atomic():
        locked = lock_user(user)
        if locked.password != user.password:
            raise Refusal(Code.BAD_PASSWORD)
        _store(locked, encoded, keep=session)
    return locked


@retried
def request_reset(*, email: str) -> None:
    """Mail a link to set a password, if there is an active account with this email.

    Also to an account that has no password yet: so a guest claims theirs. Says nothing of
    whether there is one.
    """
    with transaction.atomic():
        user = User.objects.filter(email=normalise_email(email), is_active=True).first()
        if user is not None:
            mail_link(SET_PASSWORD, user=user)


@retried
def reset_password(*, uid: str, token: str, new_password: str) -> User:
    """Set a password by a mailed link, which also confirms the email; end all sessions.

    Raises `link_invalid`, and `validation` for a password that is too weak; the link then
    still works.
    """
    user = follow_link(SET_PASSWORD, uid=uid, token=token)
    check_new_password(new_password, user, field="new_password")
    encoded = make_password(new_password)
    with transaction.atomic():
        user = follow_link(SET_PASSWORD, uid=uid, token=token, lock=True)
        _store(user, encoded)
        mark_confirmed(user)
    return user
