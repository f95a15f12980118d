"""`manage.py reset_second_factor`: let somebody in again who lost phone and recovery codes."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from accounts.enrolment import reset
from accounts.models import User, normalise_email


class Command(BaseCommand):
    help = (
        "Takes a member of staff's second factor away and ends their sessions: they sign in by "
        "the password alone, and set up another. In the admin, Owners do this for others."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the email or the user name")

    def handle(self, *args: Any, user: str, **options: Any) -> None:
        named = Q(email=normalise_email(user)) | Q(username=user)
        found = User.objects.filter(named).first()
        if found is None:
            raise CommandError(f"Nobody has the email or the user name {user}.")
        if not reset(user=found, by=found, noted="The second factor was taken away on the server."):
            raise CommandError(f"{found} has no second factor.")
        self.stdout.write(f"{found} signs in by the password alone until they set up another.")
