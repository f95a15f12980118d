"""What the tests of accounts share: mailed links, and time that passes."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib.auth.tokens import PasswordResetTokenGenerator

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, mail_link
from accounts.models import User
from tests.mails import Link, last_link


@pytest.fixture
def guest(db: None) -> User:
    """Gita, who is known from an order only: unconfirmed, and without a password."""
    return User.objects.create_user("gita@example.com", None, name="Gita Gupta")


@pytest.fixture
def reset_link(customer: User) -> Link:
    """The link by which Asha sets her password."""
    mail_link(SET_PASSWORD, user=customer)
    return last_link()


@pytest.fixture
def confirm_link(unconfirmed_customer: User) -> Link:
    """The link by which Chloe confirms her email."""
    mail_link(CONFIRM_EMAIL, user=unconfirmed_customer)
    return last_link()


@pytest.fixture
def after(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let links age: `after(hours=72)` is three days from now."""

    def pass_time(**units: float) -> None:
        now = datetime.datetime.now() + datetime.timedelta(**units)  # noqa: DTZ005
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda self: now)

    return pass_time
