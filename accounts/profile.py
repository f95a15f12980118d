"""What people change of their own account."""

from typing import Any

from django.db import IntegrityError, transaction

from accounts.links import CONFIRM_EMAIL, mail_link
from accounts.models import User, normalise_email
from accounts.sessions import lock_user
from config.rest.refusals import Code, Refusal


def update_profile(
    *, user: User, name: str | None = None, phone: str | None = None, email: str | None = None
) -> User:
    """Change what is given and differs; a changed email is unconfirmed again.

    The link to confirm it goes to the new address. Orders that were this user's stay
    theirs. Raises `email_taken`.
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
