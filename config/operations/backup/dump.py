"""Reading what mariadb-dump writes, as it passes: the figures of the dump's own snapshot.

Counted by another connection they would be of another moment, and nothing but a lock on
all tables could make the two one.
"""

import re
import sqlite3
from collections.abc import Iterator
from decimal import Decimal

from config.operations.backup.errors import BackupError
from config.operations.backup.figures import MIGRATIONS, TRACKS, Figures, LastTrack

_TABLE = re.compile(rb"CREATE TABLE `(\w+)`")
_MONEY = re.compile(rb"  `(\w+)` decimal\(")
_INSERT = re.compile(rb"INSERT INTO `(\w+)` \(([^)]*)\) VALUES\s")
_TEXT = rb"'(?:[^'\\]++|\\.)*+'"
_ROW = re.compile(rb"\(((?:[^'()]++|" + _TEXT + rb")*+)\)", re.DOTALL)
_VALUE = re.compile(_TEXT + rb"|[^',]++", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
# What mysql_real_escape_string() writes for bytes that do not stand for themselves.
_ESCAPES = {b"0": b"\0", b"n": b"\n", b"r": b"\r", b"Z": b"\x1a"}
_END = b"-- Dump completed"


class DumpReader:
    """Counts the rows of a dump, line by line; a line's end in a text is escaped there."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._money: dict[str, int] = {}
        self._migrations: list[str] = []
        self._table = ""
        self._columns: list[str] = []
        self._is_in_rows = False
        self._is_complete = False
        # On disk beyond some size: a shop may have more orders than fit into memory.
        self._last = sqlite3.connect("")
        self._last.execute(
            "CREATE TABLE last (id INTEGER PRIMARY KEY, seq INTEGER, action TEXT, to_status TEXT)"
        )

    def close(self) -> None:
        """Let the last tracks go."""
        self._last.close()

    def read(self, line: bytes) -> None:
        """Take the next line."""
        rows = line if self._is_in_rows else None
        if rows is None and (insert := _INSERT.match(line)):
            self._table = insert[1].decode()
            self._columns = [name.strip(" `") for name in insert[2].decode().split(",")]
            rows = line[insert.end() :]
        if rows is not None:
            self._read_rows(rows)
            self._is_in_rows = not line.rstrip().endswith(b";")
        elif table := _TABLE.match(line):
            self._table = table[1].decode()
            self._counts[self._table] = 0
        elif column := _MONEY.match(line):
            self._money[f"{self._table}.{column[1].decode()}"] = 0
        elif line.startswith(_END):
            self._is_complete = True

    def _read_rows(self, rows: bytes) -> None:
        money = [
            (place, name)
            for place, column in enumerate(self._columns)
            if (name := f"{self._table}.{column}") in self._money
        ]
        is_read = bool(money) or self._table in (TRACKS, MIGRATIONS)
        for row in _ROW.finditer(rows):
            self._counts[self._table] += 1
            if not is_read:
                continue
            values = [_plain(value) for value in _VALUE.findall(row[1])]
            for place, name in money:
                if (amount := values[place]) is not None:
                    self._money[name] += int(Decimal(amount) * 100)
            self._read_row(dict(zip(self._columns, values, strict=True)))

    def _read_row(self, row: dict[str, str | None]) -> None:
        if self._table == MIGRATIONS:
            self._migrations.append(f"{row['app']}.{row['name']}")
        elif self._table == TRACKS and row["order_id"] is not None:
            self._last.execute(
                "INSERT INTO last VALUES (:order_id, :seq, :action, :to_status)"
                " ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, action = excluded.action,"
                " to_status = excluded.to_status WHERE excluded.seq > seq",
                row,
            )

    def figures(self) -> Figures:
        """What was counted; raises BackupError where the dump did not come to its end."""
        if not self._is_complete:
            raise BackupError("The dump ends before its end.")
        return Figures(self._counts, self._money, sorted(self._migrations))

    def last_tracks(self) -> Iterator[LastTrack]:
        """Each order's newest track, in the order of the orders' ids."""
        return (LastTrack(*row) for row in self._last.execute("SELECT * FROM last ORDER BY id"))


def _plain(value: bytes) -> str | None:
    if value.startswith(b"'"):
        text = _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), value[1:-1])
        return text.decode("utf-8", "replace")
    return None if value == b"NULL" else value.decode()
