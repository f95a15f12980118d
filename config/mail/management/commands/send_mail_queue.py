"""`manage.py send_mail_queue`: send the mails that could not go out at once."""

from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.mail import outbox


def positive(text: str) -> int:
    """A whole number above zero."""
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text} is no whole number above zero.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Sends the queued mails whose time has come; run it every minute. "
        "Exit code 1 if an attempt failed; the mail is tried again later."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--limit", type=positive, default=100, help="mails at most in this run (100)"
        )

    def handle(self, *, limit: int, **options: Any) -> None:
        report = outbox.send_due(limit=limit)
        text = (
            f"{report.sent} sent, {report.failed} failed, "
            f"{outbox.waiting().count()} waiting, {outbox.given_up().count()} given up."
        )
        if report.failed:
            raise CommandError(text)
        self.stdout.write(text)
