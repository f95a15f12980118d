"""The first who may do everything: made once, from the environment."""

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User, normalise_email
from accounts.passwords import check_new_password
from config.rest.refusals import Refusal


class NoAdminError(Exception):
    """Nobody may do everything, and nobody can be made so; the text says why."""


def existing_admin() -> User | None:
    """Who may do everything and sign in, if there is anybody."""
    return User.objects.filter(is_superuser=True, is_staff=True, is_active=True).first()


def ensure_admin(*, dry_run: bool = False) -> User | None:
    """Make whom ADMIN_EMAIL, ADMIN_USERNAME and ADMIN_PASSWORD name; None where one is there.

    Raises NoAdminError for a missing or weak password, and a name that is somebody else's.
    """
    if existing_admin() is not None:
        return None
    admin = _described()
    if dry_run:
        return admin
    admin.set_password(settings.ADMIN_PASSWORD)
    try:
        with transaction.atomic():
            admin.save()
    except IntegrityError:
        if existing_admin() is not None:  # Another start was faster.
            return None
        raise NoAdminError(
            "ADMIN_EMAIL or ADMIN_USERNAME is that of somebody who is no active admin."
        ) from None
    return admin


def _described() -> User:
    """The admin that the settings describe, not yet saved; raises NoAdminError."""
    email = normalise_email(settings.ADMIN_EMAIL)
    if not email or not settings.ADMIN_PASSWORD:
        raise NoAdminError("There is no admin: set ADMIN_EMAIL and ADMIN_PASSWORD(_FILE).")
    admin = User(
        email=email,
        username=settings.ADMIN_USERNAME or None,
        name=settings.ADMIN_USERNAME or email,
        is_staff=True,
        is_superuser=True,
        email_confirmed_at=timezone.now(),
    )
    try:
        check_new_password(settings.ADMIN_PASSWORD, admin)
    except Refusal as refusal:
        raise NoAdminError(f"ADMIN_PASSWORD will not do: {refusal.detail}") from refusal
    return admin
