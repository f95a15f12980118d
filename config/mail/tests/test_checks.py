"""Each check of the mail settings, with its id and its hint."""

from typing import Any

import pytest

from config.mail import checks


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("EMAIL_TIMEOUT", 0, "Set it to a number from 1 to 15."),
        ("EMAIL_TIMEOUT", 16, "Set it to a number from 1 to 15."),
        ("MAILED_LINK_HOURS", 0, "Set it to a number from 1 to 168."),
        ("MAILED_LINK_HOURS", 169, "Set it to a number from 1 to 168."),
    ],
)
def test_a_number_that_cannot_work_is_named(
    settings: Any, name: str, value: int, hint: str
) -> None:
    setattr(settings, name, value)
    (error,) = checks.check_numbers(None)
    assert (error.id, error.msg, error.hint) == ("mail.E001", f"{name} is {value}.", hint)


@pytest.mark.parametrize(("timeout", "hours"), [(1, 1), (5, 72), (15, 168)])
def test_numbers_in_their_bounds_pass(settings: Any, timeout: int, hours: int) -> None:
    settings.EMAIL_TIMEOUT, settings.MAILED_LINK_HOURS = timeout, hours
    assert checks.check_numbers(None) == []


@pytest.mark.parametrize("backend", ["console", "dummy", "filebased", "locmem"])
def test_mails_that_stay_on_the_machine_are_a_warning(settings: Any, backend: str) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "hello@shop.example"
    (warning,) = checks.check_mails_leave(None)
    assert warning.id == "mail.W001"
    assert "EMAIL_URL" in (warning.hint or "")


@pytest.mark.parametrize("sender", ["shop@localhost", "Wash & Go <shop@localhost>"])
def test_a_sender_that_nobody_can_answer_is_a_warning(settings: Any, sender: str) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = sender
    (warning,) = checks.check_mails_leave(None)
    assert warning.id == "mail.W002"
    assert "DEFAULT_FROM_EMAIL" in (warning.hint or "")


def test_a_mail_server_and_an_address_of_the_shop_pass(settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Wash & Go <hello@shop.example>"
    assert checks.check_mails_leave(None) == []
