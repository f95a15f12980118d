"""`manage.py ensure_admin`."""

import io
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db

PASSWORD = "four words of the shop"


@pytest.fixture(autouse=True)
def named(settings: Any) -> Any:
    """An environment that names an admin."""
    settings.ADMIN_EMAIL = "Olga@Example.com"
    settings.ADMIN_USERNAME = "olga"
    settings.ADMIN_PASSWORD = PASSWORD
    return settings


def run(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("ensure_admin", *arguments, stdout=stdout)
    return stdout.getvalue()


def refused() -> str:
    with nothing_written(), pytest.raises(CommandError) as error:
        run()
    assert PASSWORD not in str(error.value)
    return str(error.value)


def test_it_makes_who_is_named_and_tells_no_password() -> None:
    assert run() == "olga@example.com is the admin.\n"
    admin = User.objects.get()
    assert (admin.email, admin.username) == ("olga@example.com", "olga")
    assert admin.is_superuser
    assert admin.is_staff
    assert admin.email_confirmed_at
    assert admin.check_password(PASSWORD)


def test_a_second_run_changes_nothing_whatever_is_named(named: Any) -> None:
    run()
    named.ADMIN_EMAIL, named.ADMIN_PASSWORD = "other@example.com", "another password of words"
    with nothing_written():
        assert run() == "There is an admin already; nothing was changed.\n"


def test_an_admin_of_another_name_will_do(owner: User, named: Any) -> None:
    named.ADMIN_EMAIL = named.ADMIN_PASSWORD = ""
    with nothing_written():
        assert run() == "There is an admin already; nothing was changed.\n"


def test_a_dry_run_makes_nobody() -> None:
    with nothing_written():
        assert run("--dry-run") == "olga@example.com would be the admin.\n"


@pytest.mark.parametrize("missing", ["ADMIN_EMAIL", "ADMIN_PASSWORD"])
def test_without_a_name_or_a_password_nobody_is_made(named: Any, missing: str) -> None:
    setattr(named, missing, "")
    assert refused() == "There is no admin: set ADMIN_EMAIL and ADMIN_PASSWORD(_FILE)."


@pytest.mark.parametrize(
    ("password", "text"),
    [
        ("password123", "This password is too common."),
        ("12345678901", "This password is too common. This password is entirely numeric."),
        ("olga@example.com", "The password is too similar to the email."),
    ],
)
def test_a_weak_password_is_refused_without_being_told(
    named: Any, password: str, text: str
) -> None:
    named.ADMIN_PASSWORD = password
    told = refused()
    assert told == f"ADMIN_PASSWORD will not do: {text}"


@pytest.mark.parametrize("taken", [{"email": "olga@example.com"}, {"username": "olga"}])
def test_the_name_of_a_customer_or_of_former_staff_is_refused(taken: dict[str, str]) -> None:
    User.objects.create(name="Somebody", **taken)
    assert refused() == "ADMIN_EMAIL or ADMIN_USERNAME is that of somebody who is no active admin."


def test_two_starts_at_the_same_moment_make_one_admin(owner: User, named: Any) -> None:
    """The slower one looked before the faster one was done."""
    named.ADMIN_EMAIL = owner.email
    existing = "config.operations.maintenance.first_admin.existing_admin"
    with nothing_written(), patch(existing, side_effect=[None, owner]):
        assert run() == "There is an admin already; nothing was changed.\n"
