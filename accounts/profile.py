"""What people change of their own account, and staff of a customer's."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from accounts.links import CONFIRM_EMAIL, mail_link
from accounts.models import User, normalise_email
from accounts.sessions import end_sessions
from config.database import retried
from config.rest.refusals import Code, Refusal


def lock_user(user: User) -> User:
    """The same user, read anew and locked until the transaction ends.

    Raises `not_found` for one who was erased meanwhile.
    """
    locked = User.objects.select_for_update().filter(pk=user.pk).first()
    if locked is None:
        raise Refusal(Code.NOT_FOUND)
    return locked


@retried
def update_profile(
    *, user: User, name: str | None = None, phone: str | None = None, email: str | None = None
) -> User:
    """Change what is given and differs; a changed email is unconfirmed again.

    The link to confirm it goes to the new address. Orders that were this user's stay
    theirs. Raises `email_taken`, and `not_found` for one who was erased meanwhile.
    """
    wanted = {"name": name, "phone": phone, "email": email and normalise_email(email)}
    try:
        with transaction.atomic():
            user = lock_user(user)
            changes: dict[str, Any] = {
                field: value
                for field, value in wanted.items()
                if value is not None and value != getattr(user, field)
            }
            if "email" in changes:
                changes["email_confirmed_at"] = None
            for field, value in changes.items():
                setattr(user, field, value)
            if changes:
                user.save(update_fields=[*changes, "updated_at"])
            if "email" in changes:
                mail_link(CONFIRM_EMAIL, user=user)
    except IntegrityError as error:
        raise Refusal(Code.EMAIL_TAKEN) from error
    return user


@retried
def change_customer(*, customer: User, changes: Mapping[str, Any]) -> User:
    """Change name, email (None for none), phone or is_active of a customer, many at a time.

    What equals the present value is no change. A changed email is unconfirmed again; the link
    to confirm it waits in the outbox for its sender, and goes to who has a password. Who is
    deactivated is signed out for good. Raises `email_taken`, and `not_found` for who was erased
    or anonymised, or is a member of staff by now.
    """
    try:
        with transaction.atomic():
            user = lock_user(customer)
            if user.is_staff or user.anonymised_at is not None:
                raise Refusal(Code.NOT_FOUND)
            real = {name: new for name, new in changes.items() if new != getattr(user, name)}
            if "email" in real:
                real["email_confirmed_at"] = None
            for name, value in real.items():
                setattr(user, name, value)
            if real:
                user.save(update_fields=[*real, "updated_at"])
            if not user.is_active:
                end_sessions(user=user)
            if "email" in real and user.has_usable_password():
                mail_link(CONFIRM_EMAIL, user=user, at_once=False)
    except IntegrityError as error:
        raise Refusal(Code.EMAIL_TAKEN) from error
    return user


@retried
def set_active(*, user: User, is_active: bool) -> User:
    """Let a customer in again, or keep them out: then all their sessions end at once.

    Raises `not_found` for one who was erased meanwhile.
    """
    with transaction.atomic():
        user = lock_user(user)
        if user.is_active != is_active:
            user.is_active = is_active
            user.save(update_fields=["is_active", "updated_at"])
        if not is_active:
            end_sessions(user=user)
    return user
