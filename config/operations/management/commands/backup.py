"""`manage.py backup`: write the shop's data into a file, while it goes on."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from config.operations.backup.errors import BackupError
from config.operations.backup.making import make_backup


class Command(BaseCommand):
    help = (
        "Writes a backup of all data into BACKUP_DIR, encrypted if BACKUP_AGE_RECIPIENTS is set, "
        "and removes old ones as BACKUP_KEEP_... say. docs/operations.md tells how to restore it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make_backup()
        except BackupError as error:
            raise CommandError(str(error)) from error
        size = filesizeformat(made.path.stat().st_size).replace("\xa0", " ")
        counts = made.manifest.figures.counts
        self.stdout.write(f"{made.path}: {sum(counts.values())} rows in {size}.")
        for path in made.removed:
            self.stdout.write(f"Removed {path.name}.")
