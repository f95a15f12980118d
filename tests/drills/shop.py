"""A shop on MariaDB that may be broken: its own database, its own folder, real processes."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import MySQLdb

from config.env import BASE_DIR

Row = tuple[bytes | None, ...]


class Shop:
    """What is asked of it goes through `manage.py` and, beside it, to MariaDB's own client.

    `environment` is what all its processes are started with.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.url = urlsplit(environment["DATABASE_URL"])
        self.name = self.url.path.removeprefix("/")
        self.scratch = f"{self.name}_scratch"
        self.backups = Path(environment["VAR_DIR"], "backups")

    def connected(self, database: str = "") -> Any:
        """A connection that gives every value in the bytes that the server sends."""
        socket = parse_qs(self.url.query).get("unix_socket")
        place: dict[str, Any] = (
            {"unix_socket": socket[0]}
            if socket
            else {"host": self.url.hostname, "port": self.url.port}
        )
        return MySQLdb.connect(
            user=self.url.username,
            password=unquote(self.url.password or ""),
            database=database,
            charset="utf8mb4",
            use_unicode=False,
            conv={},
            **place,
        )

    def sql(self, statement: str, *values: Any, database: str = "") -> list[Row]:
        """The rows of a statement."""
        with closing(self.connected(database)) as connection:
            cursor = connection.cursor()
            cursor.execute(statement, values)
            connection.commit()
            return list(cursor.fetchall())

    def rows(self, statement: str, *values: Any) -> list[Row]:
        """The rows of a statement in the shop's database."""
        return self.sql(statement, *values, database=self.name)

    def databases(self) -> list[str]:
        """Those that begin with the shop's name."""
        rows = self.sql("SHOW DATABASES LIKE %s", self.name.replace("_", r"\_") + "%")
        return sorted(name.decode() for (name,) in rows if name)

    def drop(self) -> None:
        """Lose everything."""
        for name in self.databases():
            self.sql(f"DROP DATABASE `{name}`")

    def call(self, *arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """What a command of `manage.py` did."""
        return self.run(sys.executable, "manage.py", *arguments, **changed)

    def run(self, *command: str, **changed: str) -> subprocess.CompletedProcess[str]:
        """What a program did in the shop's environment, but for some variables."""
        return subprocess.run(  # noqa: S603  (our own commands)
            command,
            cwd=BASE_DIR,
            env=self.environment | changed,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )

    def manage(self, *arguments: str, **changed: str) -> str:
        """What a command prints that does its work."""
        done = self.call(*arguments, **changed)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refusal(self, *arguments: str, **changed: str) -> str:
        """What a command says that does not."""
        done = self.call(*arguments, **changed)
        assert (done.returncode, done.stdout) == (1, "")
        return done.stderr.removeprefix("CommandError: ").rstrip("\n")

    def backup(self, **changed: str) -> Path:
        """A new backup."""
        return Path(self.manage("backup", **changed).partition(": ")[0])

    def left(self) -> list[str]:
        """What lies in BACKUP_DIR."""
        return sorted(path.name for path in self.backups.iterdir())
