"""`manage.py verify_backup`: see that a backup can be brought back, and is complete."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.operations.backup.errors import BackupError, NoPrivateKeyError
from config.operations.backup.figures import ORDERS
from config.operations.backup.files import backup_files
from config.operations.backup.restoring import verify_backup

# The exit code where the private key is elsewhere, as it should be: no fault was found.
NO_PRIVATE_KEY = 3


class Command(BaseCommand):
    help = (
        "Restores a backup into a scratch database, compares the counts of all tables, the sums "
        "of money and the last track of each order, and removes it again; exit code 1 with what "
        "differs, 3 where it is encrypted and the private key is not here."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="a backup; else the newest")

    def handle(self, *args: Any, path: Path | None, **options: Any) -> None:
        files = backup_files()
        if path is None and not files:
            raise CommandError("There is no backup in BACKUP_DIR.")
        path = path or files[-1].path
        try:
            manifest = verify_backup(path)
        except NoPrivateKeyError as error:
            text = (
                f"{error} If it is elsewhere, verify the backup there, and copy "
                f"{path.name}.verified, which that writes, back to its side."
            )
            raise CommandError(text, returncode=NO_PRIVATE_KEY) from error
        except BackupError as error:
            raise CommandError(str(error)) from error
        counts = manifest.figures.counts
        self.stdout.write(
            f"{path} is whole: {sum(counts.values())} rows in {len(counts)} tables, "
            f"{counts[ORDERS]} orders, as of {manifest.created_at}."
        )
