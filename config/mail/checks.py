"""Mails that would reach nobody, found at start."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core import checks

from config.mail.outbox import FIRST_WAIT

# Backends of Django that keep mails on the machine: for development.
_STAY_HERE = ("console", "dummy", "filebased", "locmem")


@checks.register("settings")
def check_numbers(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A mail server's time-out and a link's life are of a size that can work."""
    ranges = {
        # An attempt must be over before another sender may take the next one.
        "EMAIL_TIMEOUT": (1, FIRST_WAIT.seconds // 8),
        "MAILED_LINK_HOURS": (1, 7 * 24),
    }
    return [
        checks.Error(
            f"{name} is {getattr(settings, name)}.",
            hint=f"Set it to a number from {least} to {most}.",
            id="mail.E001",
        )
        for name, (least, most) in ranges.items()
        if not least <= getattr(settings, name) <= most
    ]


@checks.register("settings", deploy=True)
def check_mails_leave(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """In production mails go to a mail server, from an address that can be answered."""
    warnings: list[checks.CheckMessage] = []
    if settings.EMAIL_BACKEND.split(".")[-2] in _STAY_HERE:
        warnings.append(
            checks.Warning(
                "Mails do not leave this machine: nobody can confirm an email or reset a password.",
                hint="Set EMAIL_URL=smtp+tls://user:password@host:587.",
                id="mail.W001",
            )
        )
    if parseaddr(settings.DEFAULT_FROM_EMAIL)[1].endswith("@localhost"):
        warnings.append(
            checks.Warning(
                f"Mails come from {settings.DEFAULT_FROM_EMAIL}, which most mail servers refuse.",
                hint="Set DEFAULT_FROM_EMAIL to an address of the shop.",
                id="mail.W002",
            )
        )
    return warnings
