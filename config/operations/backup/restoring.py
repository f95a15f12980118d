"""Bringing a backup back, for good or to see that it can be done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

from catalog.offer import forget_offer
from config.operations.backup.archive import Archive, Manifest, reading
from config.operations.backup.engines import NAMES, Engine, engine
from config.operations.backup.errors import BackupError
from config.operations.backup.figures import (
    differences,
    different_track,
    figures_of,
    last_tracks_of,
)
from config.operations.backup.files import mark_verified


def verify_backup(path: Path) -> Manifest:
    """Restore a backup into a scratch database and hold that to what the backup says.

    The counts of all tables, the sums of money, the migrations and the last track of each
    order. Raises BackupError with what differs; in BACKUP_DIR a backup that is whole gets
    its mark.
    """
    with _restored(path, engine(), is_signed=True) as (archive, _):
        if path.resolve().parent == settings.BACKUP_DIR.resolve():
            mark_verified(path)
        return archive.manifest


def restore_backup(path: Path, *, is_replacing: bool, is_signed: bool = True) -> Manifest:
    """Make a backup the shop's data.

    What is there already goes only when `is_replacing`, and only once the backup was
    restored beside it and found to be whole. Raises BackupError; unless its text says
    otherwise, nothing was changed.
    """
    database = engine()
    tables = _asked(database)
    if tables and not is_replacing:
        raise BackupError(
            f"There is a shop in the database already ({len(tables)} tables): --replace would "
            "put the backup in its place."
        )
    with _restored(path, database, is_signed=is_signed) as (archive, scratch):
        database.put_in_place(scratch, archive)
        forget_offer()
        return archive.manifest


def _asked(database: Engine) -> list[str]:
    try:
        return database.tables()
    except AnyDatabaseError as error:
        raise BackupError(f"The database does not answer: {error.args[-1]}.") from error


@contextmanager
def _restored(
    path: Path, database: Engine, *, is_signed: bool
) -> Iterator[tuple[Archive, BaseDatabaseWrapper]]:
    """A backup in a scratch database that shows all its figures."""
    try:
        with reading(path, is_signed=is_signed) as archive:
            _refuse_what_is_not_for_us(path, archive.manifest)
            with database.scratch(archive) as scratch:
                _compare(path, archive, scratch)
                yield archive, scratch
    except AnyDatabaseError as error:
        raise BackupError(f"The database refused: {error.args[-1]}.") from error
    except OSError as error:
        raise BackupError(f"{path} was not restored: {error.strerror}.") from error


def _refuse_what_is_not_for_us(path: Path, manifest: Manifest) -> None:
    if manifest.engine != connection.vendor:
        raise BackupError(
            f"{path} is a backup of {NAMES.get(manifest.engine, manifest.engine)}, and this shop "
            f"runs on {NAMES[connection.vendor]}."
        )
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = {f"{app}.{name}" for app, name in loader.disk_migrations}
    known |= {f"{app}.{name}" for m in loader.disk_migrations.values() for app, name in m.replaces}
    if unknown := sorted({*manifest.figures.migrations} - known):
        raise BackupError(
            f"{path} is of another Roundtrip ({manifest.version}), whose migration {unknown[0]} "
            "is not known here: restore it with that one."
        )


def _compare(path: Path, archive: Archive, scratch: BaseDatabaseWrapper) -> None:
    then = archive.manifest.figures
    told = differences(then, figures_of(scratch, then.money))
    told += different_track(archive.last_tracks(), last_tracks_of(scratch))
    if told:
        raise BackupError(f"{path} does not come back as it was. {' '.join(told)}")
