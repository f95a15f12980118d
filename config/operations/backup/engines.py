"""The two kinds of database, as far as a backup tells them apart."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from config.operations.backup.archive import Archive, ArchiveWriter
from config.operations.backup.figures import Figures
from config.operations.backup.mariadb import Mariadb
from config.operations.backup.sqlite import Sqlite

NAMES = {"mysql": "MariaDB or MySQL", "sqlite": "SQLite"}


class Engine(Protocol):
    """What a backup needs of a kind of database; everything may raise BackupError."""

    def write(self, archive: ArchiveWriter, folder: Path) -> Figures:
        """Add the data and the last tracks of one moment, by way of a folder for scratch files.

        Nobody who writes meanwhile is held up; the figures are of the same moment.
        """

    def collation(self) -> str:
        """That of tables without one of their own, which later migrations may make."""

    def tables(self) -> list[str]:
        """What the shop's database holds; nothing where it is not there."""

    def scratch(self, archive: Archive) -> AbstractContextManager[BaseDatabaseWrapper]:
        """A backup's data in a database of its own, which goes in the end."""

    def put_in_place(self, scratch: BaseDatabaseWrapper, archive: Archive) -> None:
        """Make the archive's data, as it is in `scratch`, the shop's, in place of what is there."""


def engine() -> Engine:
    """That of the shop's database."""
    return Mariadb(connection) if connection.vendor == "mysql" else Sqlite(connection)
