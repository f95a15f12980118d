"""Making a backup."""

import os
from datetime import UTC
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.utils import timezone

from config.operations.backup.archive import Manifest, writing
from config.operations.backup.engines import engine
from config.operations.backup.errors import BackupError
from config.operations.backup.figures import ORDERS
from config.operations.backup.files import name_of, put_in_place, remove_old, unfinished


class Made(NamedTuple):
    """A new backup, and the old ones that went for it."""

    path: Path
    manifest: Manifest
    removed: list[Path]


def make_backup() -> Made:
    """Write the shop as it is at one moment into BACKUP_DIR, then let old backups go.

    The shop goes on meanwhile. Raises BackupError; then nothing is left of it, and no old
    backup has gone.
    """
    at = timezone.now()
    name = name_of(at, is_encrypted=bool(settings.BACKUP_AGE_RECIPIENTS))
    try:
        with unfinished() as folder:
            written = folder / name
            manifest = _write(written, folder, at.astimezone(UTC).isoformat())
            path = put_in_place(written, name)
            return Made(path, manifest, remove_old())
    except (BackupError, OSError, AnyDatabaseError) as error:
        reason = error.strerror if isinstance(error, OSError) else error.args[-1]
        raise BackupError(f"No backup was made: {reason}") from error


def _write(path: Path, folder: Path, created_at: str) -> Manifest:
    # Who may read a backup may read everything.
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        database = engine()
        with writing(file) as archive:
            figures = database.write(archive, folder)
            if ORDERS not in figures.counts:
                raise BackupError("There is no shop in the database: run `manage.py migrate`.")
            manifest = archive.add_manifest(
                version=settings.SPECTACULAR_SETTINGS["VERSION"],
                engine=connection.vendor,
                collation=database.collation(),
                created_at=created_at,
                figures=figures,
            )
        file.flush()
        os.fsync(file.fileno())
    return manifest
