"""`manage.py restore`: make a backup the shop's data."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.operations.backup.errors import BackupError
from config.operations.backup.figures import ORDERS
from config.operations.backup.restoring import restore_backup

NEXT_STEPS = """\
Before the shop is served again:
- manage.py migrate, if the backup is of an older version.
- Sign-ins that ended and devices that were taken away since then work again: end them anew.
- Mails that waited then are sent again by manage.py send_mail_queue.
- QR images need nothing: they are made when somebody asks for them."""


class Command(BaseCommand):
    help = (
        "Makes a backup the shop's data, after it was restored beside it and found to be whole. "
        "Stop the shop first. A database that is not empty is refused without --replace."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", type=Path, help="a file that manage.py backup has made")
        parser.add_argument(
            "--replace", action="store_true", help="put it in the place of what is there"
        )
        parser.add_argument(
            "--other-secret-key",
            action="store_true",
            help="take one that was made with another SECRET_KEY: nothing shows then that nobody "
            "has changed it",
        )

    def handle(
        self, *args: Any, path: Path, replace: bool, other_secret_key: bool, **options: Any
    ) -> None:
        try:
            manifest = restore_backup(path, is_replacing=replace, is_signed=not other_secret_key)
        except BackupError as error:
            raise CommandError(str(error)) from error
        orders = manifest.figures.counts[ORDERS]
        self.stdout.write(f"Restored {path}: {orders} orders, as of {manifest.created_at}.")
        self.stdout.write(NEXT_STEPS)
