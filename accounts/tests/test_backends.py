"""Sign-in by email or user name, in constant effort."""

from unittest.mock import patch

import pytest
from django.contrib.auth import authenticate

from accounts.hashers import Argon2PasswordHasher
from accounts.models import User
from tests.cast import PASSWORD


@pytest.mark.parametrize("identity", ["olga@example.com", " OLGA@Example.com ", "olga", " olga "])
def test_staff_are_found_by_email_in_any_case_and_by_user_name(owner: User, identity: str) -> None:
    assert authenticate(username=identity, password=PASSWORD) == owner


def test_the_email_may_come_by_its_own_name(owner: User) -> None:
    assert authenticate(email="olga@example.com", password=PASSWORD) == owner


@pytest.mark.parametrize("identity", ["OLGA", "ólga", "olgä", "olga@example.co", "", None])
def test_nobody_else_is_found(owner: User, identity: str | None) -> None:
    assert authenticate(username=identity, password=PASSWORD) is None


@pytest.mark.parametrize("password", ["", PASSWORD.upper(), f"{PASSWORD} ", f" {PASSWORD}", None])
def test_a_password_is_right_to_the_letter(owner: User, password: str | None) -> None:
    assert authenticate(username="olga", password=password) is None


def test_the_inactive_are_refused(owner: User) -> None:
    User.objects.update(is_active=False)
    assert authenticate(username="olga", password=PASSWORD) is None


@pytest.mark.django_db
def test_a_user_without_a_password_is_refused_every_one() -> None:
    User.objects.create_user("guest@example.com", None, name="Guest")
    for password in ("", "!", PASSWORD):
        assert authenticate(username="guest@example.com", password=password) is None


@pytest.mark.parametrize(
    "who", ["nobody", "wrong password", "inactive", "unusable password", "right password"]
)
def test_the_hasher_works_exactly_once_whoever_asks(owner: User, who: str) -> None:
    """An answer that comes sooner would tell that there is no such account."""
    email = "nobody@example.com" if who == "nobody" else "olga@example.com"
    password = "wrong" if who == "wrong password" else PASSWORD
    if who == "inactive":
        User.objects.update(is_active=False)
    if who == "unusable password":
        owner.set_unusable_password()
        owner.save()
    with (
        patch.object(
            Argon2PasswordHasher, "encode", autospec=True, side_effect=Argon2PasswordHasher.encode
        ) as encode,
        patch.object(
            Argon2PasswordHasher, "verify", autospec=True, side_effect=Argon2PasswordHasher.verify
        ) as verify,
    ):
        user = authenticate(username=email, password=password)
    assert user == (owner if who == "right password" else None)
    assert encode.call_count + verify.call_count == 1
