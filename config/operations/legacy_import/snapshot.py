"""Reading an old server's file, out of a private copy."""

import datetime
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from accounts.models import normalise_email
from config.operations.legacy_import.errors import BadFileError
from config.operations.legacy_import.schemas import COLUMNS, Schema, recognise
from config.operations.legacy_import.values import read_moment, read_money, read_text

BATCH = 500
ID_LENGTH = 255
LOCK_WAIT_SECONDS = 5
# A scan that names only an email is of an order that was placed at most so long before.
ORDER_OF_THE_TIME = datetime.timedelta(days=30)

Row = sqlite3.Row


@contextmanager
def snapshot_of(path: Path, *, zone: datetime.tzinfo) -> Iterator["Snapshot"]:
    """The file as it is now, read-only; raises BadFileError.

    It is copied first, into a file that SQLite unlinks at once: what is read is of one
    moment, and the old server is held up only as long as copying takes.
    """
    with closing(_copy_of(path)) as copy:
        try:
            yield Snapshot(copy, str(path), zone)
        except sqlite3.Error as error:
            raise BadFileError(f"{path} cannot be read: {_reason(error)}.") from error


def _copy_of(path: Path) -> sqlite3.Connection:
    """A private copy on disk that goes with its connection; raises BadFileError."""
    if not path.is_file():
        raise BadFileError(f"{path}: there is no such file.")
    if path.stat().st_size == 0:
        raise BadFileError(f"{path} is empty.")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    copy = sqlite3.connect("")
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=LOCK_WAIT_SECONDS)) as source:
            source.isolation_level = None
            # The lock is taken here, where waiting for it ends: `backup` would wait for ever.
            source.execute("BEGIN")
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy)
        damage = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        copy.close()
        raise BadFileError(f"{path} cannot be read: {_reason(error)}.") from error
    if damage != "ok":
        copy.close()
        raise BadFileError(f"{path} is damaged or cut short: {damage.splitlines()[-1]}.")
    return copy


def _reason(error: sqlite3.Error) -> str:
    """SQLite's reason, and what helps."""
    hints = {
        "database is locked": "stop the old server, or copy the file while it rests",
        "unable to open database file": "copy it, with its -wal file if there is one, "
        "to a folder that can be written",
    }
    hint = hints.get(str(error))
    return f"{error} ({hint})" if hint else str(error)


class Snapshot:
    """An old server's tables in our words, and which track belongs to which order.

    `zone` is that of moments without an offset. `total` is the money of all orders whose
    total can be read, `usage` how often they name each service.
    """

    def __init__(self, copy: sqlite3.Connection, path: str, zone: datetime.tzinfo) -> None:
        copy.row_factory = Row
        copy.text_factory = lambda raw: raw.decode("utf-8", "replace")
        copy.execute("PRAGMA journal_mode = OFF")
        self._copy = copy
        self._zone = zone
        self.tables = [name for (name,) in self._tables()]
        self.schema: Schema = recognise(self.tables, path)
        copy.execute(
            "CREATE TEMP TABLE import_doubles (of TEXT, row INTEGER, PRIMARY KEY (of, row))"
        )
        for table, old in self.schema.tables.items():
            self._read_as(table, old.columns(self._columns_of(old.name), path))
        self.counts = {table: self._count(old.name) for table, old in self.schema.tables.items()}
        known = {old.name for old in self.schema.tables.values()}
        self.other_tables = {t: self._count(t) for t in self.tables if t not in known}
        self.total = Decimal()
        self.usage: Counter[str] = Counter()

    def _tables(self) -> Iterable[tuple[str]]:
        return self._copy.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%'"
            " ESCAPE '!' ORDER BY name"
        )

    def _columns_of(self, old_table: str) -> set[str]:
        return {
            row["name"] for row in self._copy.execute(f"PRAGMA table_info({_quoted(old_table)})")
        }

    def _count(self, old_table: str) -> int:
        query = f"SELECT count(*) FROM {_quoted(old_table)}"  # noqa: S608  (quoted)
        (count,) = self._copy.execute(query).fetchone()
        return int(count)

    def _read_as(self, table: str, columns: dict[str, str]) -> None:
        """Make a view of an old table in our words."""
        old = _quoted(self.schema.tables[table].name)
        found = {word: f"t.{_quoted(column)}" for word, column in columns.items()}
        join = ""
        if table == "orders" and "customer_id" in columns:
            # What an order does not say of its customer, the customer's row does.
            customer = self.schema.tables["customers"]
            known = customer.columns(self._columns_of(customer.name), "")
            join = f"LEFT JOIN {_quoted(customer.name)} c ON c.{_quoted(known['id'])} = "
            join += f"{found['customer_id']} AND NOT {_is_double('customers', 'c')}"
            for word in ("name", "email", "phone"):
                if word in known:
                    own = f"NULLIF({found.get(word, 'NULL')}, '')"
                    found[word] = f"COALESCE({own}, c.{_quoted(known[word])})"
        read = ", ".join(f"{found.get(word, 'NULL')} AS {word}" for word in COLUMNS[table])
        double = f"{_is_double(table, 't')} AS is_double"
        query = f"SELECT t.rowid AS row, {read}, {double} FROM {old} t {join}"  # noqa: S608
        self._copy.execute(f"CREATE TEMP VIEW import_{table} AS {query}")

    def survey(self) -> None:
        """Find ids that rows share, sum the orders up, and find each track's order."""
        self._copy.create_function("import_id", 1, _id_from, deterministic=True)
        for table in self.schema.tables:
            self._mark_doubles(table)
        self._copy.execute(
            "CREATE TABLE import_placed (row INTEGER PRIMARY KEY, email TEXT, at REAL)"
        )
        self._copy.executemany("INSERT INTO import_placed VALUES (?, ?, ?)", self._placed())
        self._copy.execute("CREATE INDEX import_placed_by_email ON import_placed (email, at)")
        self._copy.execute(
            "CREATE TABLE import_homes (track INTEGER PRIMARY KEY, home INTEGER, remark TEXT)"
        )
        self._copy.executemany("INSERT INTO import_homes VALUES (?, ?, ?)", self._homes())
        self._copy.execute("CREATE INDEX import_homes_by_home ON import_homes (home, track)")

    def _mark_doubles(self, table: str) -> None:
        """Remember which rows have an id that a row before them has: old tables may lack keys."""
        old = self.schema.tables[table]
        column = _quoted(old.required["id"])
        # As bytes: a text that is no UTF-8 cannot be handed over.
        places = (
            "SELECT rowid AS row, row_number() OVER"  # noqa: S608  (quoted)
            f" (PARTITION BY import_id(CAST({column} AS BLOB)) ORDER BY rowid) AS place"
            f" FROM {_quoted(old.name)} WHERE {column} IS NOT NULL"
        )
        self._copy.execute(
            f"INSERT INTO import_doubles SELECT ?, row FROM ({places}) WHERE place > 1",  # noqa: S608
            (table,),
        )

    def _placed(self) -> Iterator[tuple[int, str, float | None]]:
        unread: list[str] = []
        for row in self._copy.execute("SELECT * FROM import_orders"):
            self.total += read_money(row["total"], "", unread) or 0
            self.usage.update(ids_in(row["service_ids"]))
            at = read_moment(row["created_at"], "", unread, self._zone)
            email = normalise_email(read_text(row["email"]))
            unread.clear()
            yield row["row"], email, at.timestamp() if at else None

    def _homes(self) -> Iterator[tuple[int, int | None, str]]:
        for row in self._copy.execute("SELECT * FROM import_tracks"):
            remarks: list[str] = []
            home = self._home_by_id(row, remarks) or self._home_by_email(row, remarks)
            yield row["row"], home, "; ".join(remarks)

    def _home_by_id(self, track: Row, remarks: list[str]) -> int | None:
        if track["order_id"] is None:
            return None
        found = self._copy.execute(
            "SELECT row FROM import_orders WHERE id = ? AND NOT is_double", (track["order_id"],)
        ).fetchone()
        if found is None:
            remarks.append(f"order {read_text(track['order_id'])[:40]!r}: not in the file")
        return found and int(found["row"])

    def _home_by_email(self, track: Row, remarks: list[str]) -> int | None:
        """The one order of a track's email that was placed in the time before it."""
        email = normalise_email(read_text(track["order_email"]))
        if not email:
            return None
        at = read_moment(track["scanned_at"], "", [], self._zone)
        if at is None:
            remarks.append("kept without an order: when it was is unknown")
            return None
        since = (at - ORDER_OF_THE_TIME).timestamp()
        found = self._copy.execute(
            "SELECT row FROM import_placed WHERE email = ? AND at BETWEEN ? AND ? LIMIT 2",
            (email, since, at.timestamp()),
        ).fetchall()
        if len(found) == 1:
            return int(found[0]["row"])
        what = "several orders" if found else "no order"
        remarks.append(f"kept without an order: its email had {what} at that time")
        return None

    def work(self) -> dict[str, int]:
        """How many rows each stage of the import reads: tracks that have an order come with it."""
        (strays,) = self._copy.execute(
            "SELECT count(*) FROM import_homes WHERE home IS NULL"
        ).fetchone()
        return self.counts | {"tracks": strays}

    def batches(self, table: str) -> Iterator[list[Row]]:
        """All rows of a table in our words, some at a time."""
        after = -(2**63)
        # The table is a word of ours.
        query = f"SELECT * FROM import_{table} WHERE row > ? ORDER BY row LIMIT ?"  # noqa: S608
        while rows := self._copy.execute(query, (after, BATCH)).fetchall():
            yield rows
            after = rows[-1]["row"]

    def tracks_of(self, orders: list[Row]) -> Iterator[Row]:
        """The tracks of orders that follow one another, with their `home` and its remark."""
        return self._copy.execute(
            "SELECT t.*, h.home, h.remark FROM import_homes h JOIN import_tracks t"
            " ON t.row = h.track WHERE h.home BETWEEN ? AND ? ORDER BY h.home, h.track",
            (orders[0]["row"], orders[-1]["row"]),
        )

    def stray_tracks(self) -> Iterator[list[Row]]:
        """The tracks that belong to no order, some at a time."""
        after = -(2**63)
        query = (
            "SELECT t.*, h.home, h.remark FROM import_homes h JOIN import_tracks t"
            " ON t.row = h.track WHERE h.home IS NULL AND h.track > ? ORDER BY h.track LIMIT ?"
        )
        while rows := self._copy.execute(query, (after, BATCH)).fetchall():
            yield rows
            after = rows[-1]["row"]


def _quoted(name: str) -> str:
    """A table's or column's name in SQL: `order` is a word of the language."""
    return '"' + name.replace('"', '""') + '"'


def ids_in(value: Any) -> list[str]:
    """The ids of a comma list, in which an id may stand alone."""
    return [part.strip() for part in read_text(value).split(",") if part.strip()]


def _is_double(table: str, alias: str) -> str:
    """In SQL, whether a row of a table has an id that one before it has."""
    # The table is a word of ours.
    return f"EXISTS (SELECT 1 FROM import_doubles WHERE of = '{table}' AND row = {alias}.rowid)"  # noqa: S608


def _id_from(value: Any) -> str:
    return read_text(value, ID_LENGTH)


def old_id_of(row: Row) -> str:
    """What a row is remembered by: its id, or its place where it has none of its own."""
    own = "" if row["is_double"] else _id_from(row["id"])
    return own or f"row {row['row']}"


def first_remarks(row: Row) -> list[str]:
    """The list of what is said of a row, with what is to be said before it is read."""
    if not row["is_double"]:
        return []
    return [f"id {_id_from(row['id'])[:40]!r}: that of a row before it, so told by its place"]
