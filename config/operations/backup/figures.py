"""What a copy of the shop is held to: counts, money, and each order's last track."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from orders.models import Order
from tracking.models import Track

ORDERS = Order._meta.db_table
TRACKS = Track._meta.db_table
MIGRATIONS = MigrationRecorder.Migration._meta.db_table
# A table in a scratch database: what else lies there is ours, and may go.
MARK = "roundtrip_scratch"
_PAGE = 5000


class LastTrack(NamedTuple):
    """The newest track of one order, by the order's id."""

    order: int
    seq: int
    action: str
    to_status: str


@dataclass(frozen=True)
class Figures:
    """What is counted of a whole database.

    The rows of every table, the sum of every column of money in hundredths (by
    `table.column`), and the migrations that were applied (`app.name`).
    """

    counts: dict[str, int]
    money: dict[str, int]
    migrations: list[str]


def figures_of(connection: BaseDatabaseWrapper, money: Iterable[str]) -> Figures:
    """The figures of a database, with the sums of these columns, as it counts itself."""
    quote = connection.ops.quote_name
    # Names come from the database itself, and are quoted.
    with connection.cursor() as cursor:

        def ask(expression: str, table: str) -> int:
            cursor.execute(f"SELECT {expression} FROM {quote(table)}")  # noqa: S608
            return int(cursor.fetchone()[0])

        tables = sorted({*connection.introspection.table_names(cursor)} - {MARK})
        counts = {table: ask("COUNT(*)", table) for table in tables}
        sums = {}
        for name in money:
            table, column = name.split(".")
            if table in counts:
                sums[name] = ask(f"COALESCE(SUM(ROUND({quote(column)} * 100)), 0)", table)
        migrations = []
        if MIGRATIONS in counts:
            cursor.execute(f"SELECT app, name FROM {quote(MIGRATIONS)}")  # noqa: S608
            migrations = sorted(f"{app}.{name}" for app, name in cursor.fetchall())
    return Figures(counts, sums, migrations)


def last_tracks_of(connection: BaseDatabaseWrapper) -> Iterator[LastTrack]:
    """Each order's newest track, in the order of the orders' ids, some at a time."""
    query = f"""
        SELECT track.order_id, track.seq, track.action, track.to_status
        FROM {TRACKS} track JOIN (
            SELECT order_id, MAX(seq) AS seq FROM {TRACKS} WHERE order_id > %s
            GROUP BY order_id ORDER BY order_id LIMIT {_PAGE}
        ) last ON last.order_id = track.order_id AND last.seq = track.seq
        ORDER BY track.order_id
    """  # noqa: S608  (constants)
    after = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(query, (after,))
            page = [LastTrack(*row) for row in cursor.fetchall()]
        yield from page
        if len(page) < _PAGE:
            return
        after = page[-1].order


def differences(then: Figures, now: Figures) -> list[str]:
    """A sentence for each figure of a backup that its copy does not show."""
    told = [
        f"{table} has {_rows(now.counts.get(table))}, and had {_rows(then.counts.get(table))}."
        for table in sorted(then.counts.keys() | now.counts.keys())
        if then.counts.get(table) != now.counts.get(table)
    ]
    told += [
        f"{name} sums up to {_amount(now.money.get(name))}, and did to {_amount(sum_)}."
        for name, sum_ in sorted(then.money.items())
        if sum_ != now.money.get(name)
    ]
    if then.migrations != now.migrations:
        told.append("The migrations are others.")
    return told


def different_track(then: Iterable[LastTrack], now: Iterable[LastTrack]) -> list[str]:
    """A sentence on the first order whose last track is another; none if all are as they were."""
    for before, after in zip_longest(then, now):
        if before != after:
            order = min(track.order for track in (before, after) if track)
            found, was = (_told(track, order) for track in (after, before))
            return [f"The last track of the order with the id {order} is {found}, and was {was}."]
    return []


def _told(track: LastTrack | None, order: int) -> str:
    if track is None or track.order != order:
        return "not there"
    return f"number {track.seq}, {track.action!r} to {track.to_status!r}"


def _rows(count: int | None) -> str:
    return "no table" if count is None else f"{count} rows"


def _amount(hundredths: int | None) -> str:
    return "nothing" if hundredths is None else f"{hundredths / 100:.2f}"
