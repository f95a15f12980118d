"""Backups of an embedded shop: SQLite's online backup."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from config.operations.backup.archive import Archive, ArchiveWriter
from config.operations.backup.errors import BackupError
from config.operations.backup.figures import Figures, figures_of, last_tracks_of

MEMBER = "database.sqlite3"
_MONEY = """
    SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c
    WHERE t.type = 'table' AND c.type = 'decimal' ORDER BY 1
"""


class Sqlite:
    """One file, copied page by page while the shop goes on."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._shop = connection

    def write(self, archive: ArchiveWriter, folder: Path) -> Figures:
        """As `Engine.write`."""
        path = folder / MEMBER
        with closing(sqlite3.connect(path)) as copy:
            self._shop.ensure_connection()
            _copy(self._shop.connection, copy)
            # One file without its companions.
            copy.execute("PRAGMA journal_mode=DELETE")
            money = [name for (name,) in copy.execute(_MONEY)]
        with path.open("rb") as file, archive.member(MEMBER) as member:
            while chunk := file.read(1024 * 1024):
                member.write(chunk)
        with closing(_connected(self._shop, path)) as snapshot:
            archive.add_last_tracks(last_tracks_of(snapshot))
            return figures_of(snapshot, money)

    def collation(self) -> str:
        """None: SQLite has one."""
        return ""

    def tables(self) -> list[str]:
        """As `Engine.tables`."""
        return self._shop.introspection.table_names()

    @contextmanager
    def scratch(self, archive: Archive) -> Iterator[BaseDatabaseWrapper]:
        """As `Engine.scratch`."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, MEMBER)
            with path.open("wb") as file:
                archive.extract(MEMBER, file)
            with closing(_connected(self._shop, path)) as scratch:
                with scratch.cursor() as cursor:
                    cursor.execute("PRAGMA integrity_check(1)")
                    (found,) = cursor.fetchone()
                if found != "ok":
                    raise BackupError(f"The database in the backup is damaged: {found}.")
                yield scratch

    def put_in_place(self, scratch: BaseDatabaseWrapper, archive: Archive) -> None:
        """As `Engine.put_in_place`: one transaction, so that there is the old shop or the new."""
        self._shop.ensure_connection()
        try:
            _copy(scratch.connection, self._shop.connection)
        except BackupError as error:
            name = self._shop.settings_dict["NAME"]
            raise BackupError(f"{error} The database {name} is as it was.") from error


def _connected(shop: BaseDatabaseWrapper, path: Path) -> BaseDatabaseWrapper:
    other = shop.copy()
    other.settings_dict["NAME"] = path
    return other


def _copy(source: sqlite3.Connection, target: sqlite3.Connection) -> None:
    """Copy a database in one step, which waits for others as long as everybody does."""
    deadline = time.monotonic() + settings.LOCK_WAIT_SECONDS

    def watch(status: int, remaining: int, total: int) -> None:
        # Without this it would be tried for ever.
        is_locked = status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if is_locked and time.monotonic() > deadline:
            raise BackupError("Somebody else holds the database locked.")

    try:
        source.backup(target, progress=watch)
    except sqlite3.Error as error:
        raise BackupError(f"The database could not be copied: {error}.") from error
