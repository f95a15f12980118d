"""Backups of a shop on MariaDB or MySQL, by the programs that come with them."""

import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper

from config.operations.backup.archive import Archive, ArchiveWriter
from config.operations.backup.dump import DumpReader
from config.operations.backup.errors import BackupError
from config.operations.backup.figures import MARK, Figures
from config.operations.backup.programs import running

MEMBER = "dump.sql"
_DUMP = (
    "--single-transaction",
    "--quick",
    "--hex-blob",
    "--complete-insert",
    "--no-tablespaces",
    "--no-autocommit",
    "--skip-add-locks",
    "--skip-disable-keys",
    "--skip-dump-date",
    "--skip-triggers",
)


class Mariadb:
    """One database on a server; its user needs all rights on that and on the scratch database."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._shop = connection
        self._name = str(connection.settings_dict["NAME"])
        self._scratch = settings.BACKUP_SCRATCH_DATABASE or f"{self._name}_scratch"

    def write(self, archive: ArchiveWriter, folder: Path) -> Figures:
        """As `Engine.write`: one dump in one transaction, counted as it passes."""
        with closing(DumpReader()) as reader:
            with (
                self._program("dump", *_DUMP, self._name) as lines,
                archive.member(MEMBER) as member,
            ):
                for line in lines:
                    reader.read(line)
                    member.write(line)
            archive.add_last_tracks(reader.last_tracks())
            return reader.figures()

    def collation(self) -> str:
        """As `Engine.collation`."""
        with self._shop.cursor() as cursor:
            cursor.execute("SELECT @@collation_database")
            return str(cursor.fetchone()[0])

    def tables(self) -> list[str]:
        """As `Engine.tables`."""
        with self._server() as cursor:
            return _tables(cursor, self._name)

    @contextmanager
    def scratch(self, archive: Archive) -> Iterator[BaseDatabaseWrapper]:
        """As `Engine.scratch`."""
        with self._server() as cursor:
            is_new = self._make_scratch(cursor, archive.manifest.collation)
            try:
                with self._program("", self._scratch) as stream:
                    archive.extract(MEMBER, stream)
                with closing(self._connected(self._scratch)) as scratch:
                    yield scratch
            finally:
                if is_new:
                    cursor.execute(f"DROP DATABASE `{self._scratch}`")
                else:
                    _drop_tables(cursor, self._scratch)

    def put_in_place(self, scratch: BaseDatabaseWrapper, archive: Archive) -> None:
        """As `Engine.put_in_place`: what is there goes when the new is complete beside it."""
        with self._server() as cursor:
            tables = [table for table in _tables(cursor, self._scratch) if table != MARK]
            if not _exists(cursor, self._name):
                _make_database(cursor, self._name, archive.manifest.collation)
            # Else it would wait for a day for who holds a table.
            cursor.execute(f"SET lock_wait_timeout = {settings.LOCK_WAIT_SECONDS}")
            # That it can be done is tried with a table that nobody would miss.
            _move(cursor, [MARK], self._scratch, self._name)
            _move(cursor, [MARK], self._name, self._scratch)
            old = _tables(cursor, self._name)
            try:
                _drop_tables(cursor, self._name)
                _move(cursor, tables, self._scratch, self._name)
            except AnyDatabaseError as error:
                is_old = _tables(cursor, self._name) == old
                state = (
                    "is as it was."
                    if is_old
                    else "holds no whole shop now: run the command again with --replace."
                )
                raise BackupError(
                    f"The backup could not take the shop's place ({error.args[-1]}). The database "
                    f"{self._name} {state}"
                ) from error

    def _make_scratch(self, cursor: Any, collation: str) -> bool:
        """Have an empty database with our mark; tell whether it was made for that."""
        if self._scratch == self._name:
            raise BackupError("BACKUP_SCRATCH_DATABASE names the shop's own database.")
        # Goes with the connection: two of us would empty each other's tables.
        cursor.execute("SELECT GET_LOCK(%s, 0)", (self._scratch,))
        if cursor.fetchone() != (1,):
            raise BackupError("Another backup is being verified or restored.")
        is_new = not _exists(cursor, self._scratch)
        tables = _tables(cursor, self._scratch)
        if tables and MARK not in tables:
            raise BackupError(
                f"The database {self._scratch} is in use: empty it, or name another with "
                "BACKUP_SCRATCH_DATABASE."
            )
        try:
            if is_new:
                _make_database(cursor, self._scratch, collation)
            _drop_tables(cursor, self._scratch)
            cursor.execute(f"CREATE TABLE `{self._scratch}`.`{MARK}` (id INT)")
        except AnyDatabaseError as error:
            raise BackupError(
                f"The database {self._scratch}, into which backups are restored first, cannot be "
                f"made ({error.args[-1]}): give the shop's user all rights on it, or name another "
                "with BACKUP_SCRATCH_DATABASE."
            ) from error
        return is_new

    def _connected(self, name: str) -> BaseDatabaseWrapper:
        """A connection to a database of the shop's server, or with "" to none of them."""
        other = self._shop.copy()
        other.settings_dict["NAME"] = name
        return other

    @contextmanager
    def _server(self) -> Iterator[Any]:
        with closing(self._connected("")) as server, server.cursor() as cursor:
            yield cursor

    def _program(self, kind: str, *arguments: str) -> AbstractContextManager[IO[bytes]]:
        """What MariaDB's client reads, or what its program to `dump` writes."""
        facts = self._shop.settings_dict | {"NAME": ""}
        # Django knows how its settings are told to these programs: the password comes by
        # the environment, which only the same user can see.
        command, environment = self._shop.client.settings_to_cmd_args_env(facts, [])
        options = [*command[1:]]
        if socket := facts["OPTIONS"].get("unix_socket"):
            options.append(f"--socket={socket}")
        if "read_default_file" not in facts["OPTIONS"]:
            # Of the shop's settings, and not of a file of who runs this.
            options.insert(0, "--no-defaults")
        names = (f"mariadb{kind and '-'}{kind}", f"mysql{kind}")
        program = next((name for name in names if shutil.which(name)), names[0])
        return running(
            [program, *options, *arguments],
            package="mariadb-client",
            is_read=kind == "dump",
            environment=environment,
        )


def _exists(cursor: Any, name: str) -> bool:
    cursor.execute("SELECT 1 FROM information_schema.schemata WHERE schema_name = %s", (name,))
    return cursor.fetchone() is not None


def _tables(cursor: Any, name: str) -> list[str]:
    cursor.execute(
        "SELECT table_name FROM information_schema.tables"
        " WHERE table_schema = %s AND table_type = 'BASE TABLE' ORDER BY 1",
        (name,),
    )
    return [table for (table,) in cursor.fetchall()]


def _make_database(cursor: Any, name: str, collation: str) -> None:
    charset, _, _ = collation.partition("_")
    cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET {charset} COLLATE {collation}")


def _drop_tables(cursor: Any, name: str) -> None:
    if tables := _tables(cursor, name):
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        cursor.execute("DROP TABLE " + ", ".join(f"`{name}`.`{table}`" for table in tables))


def _move(cursor: Any, tables: list[str], source: str, target: str) -> None:
    """Move tables to another database; all of them or none."""
    cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
    moves = [f"`{source}`.`{table}` TO `{target}`.`{table}`" for table in tables]
    cursor.execute("RENAME TABLE " + ", ".join(moves))
