"""`manage.py ensure_admin`: make the first member of staff, if there is none."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.operations.maintenance.first_admin import NoAdminError, ensure_admin


class Command(BaseCommand):
    help = (
        "Makes a superuser of ADMIN_EMAIL, ADMIN_USERNAME and ADMIN_PASSWORD, unless one is there "
        "already: then nothing changes, whatever those say. Exit code 1 if there is none after it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="tell, and make nobody")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        try:
            made = ensure_admin(dry_run=dry_run)
        except NoAdminError as error:
            raise CommandError(str(error)) from error
        if made is None:
            self.stdout.write("There is an admin already; nothing was changed.")
        else:
            self.stdout.write(f"{made.email} {'would be' if dry_run else 'is'} the admin.")
