"""How fast `manage.py import_legacy` is, and that its memory does not grow with the file.

Makes snake servers' files of two sizes, imports each into a new database, and prints rows a
second and peak memory with their ratios:

    .venv/bin/python benchmarks/import_legacy.py --orders 20000 200000

With `--mariadb mysql://root@127.0.0.1:3306/roundtrip_import_benchmark` also on MariaDB, without
it on SQLite only. That database must not exist; it is made, and dropped in the end.
"""

import argparse
import os
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

TOP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP), str(TOP / "benchmarks")]

from measuring import cost_of, mariadb  # noqa: E402

from tests.old_servers import SNAKE  # noqa: E402

TRACKS_OF_EACH = 4
ORDERS_OF_EACH_CUSTOMER = 4
ACTIONS = ("picked_up", "processing", "completed", "delivered")


class Measured(NamedTuple):
    """One import: rows of the file, seconds, and the process's peak memory in MiB."""

    database: str
    orders: int
    rows: int
    seconds: float
    mebibytes: float

    @property
    def rows_per_second(self) -> float:
        """How many rows of the file a second brought over."""
        return self.rows / self.seconds


def make_file(path: Path, orders: int) -> int:
    """Make an old server's file with so many orders; answers the rows of all tables."""
    customers = orders // ORDERS_OF_EACH_CUSTOMER
    tracks = orders * TRACKS_OF_EACH
    moment = "2026-10-01 08:00:00"
    connection = sqlite3.connect(path)
    connection.executescript(SNAKE)
    with connection:
        insert(connection, "services", ((n, f"Service {n}", n) for n in range(1, 11)))
        insert(connection, "workers", ((n, f"Worker {n}", f"w{n}@b.example") for n in range(1, 11)))
        insert(
            connection,
            "customers",
            ((n, f"Customer {n}", f"c{n}@b.example", f"+91 {n:010}") for n in range(customers)),
        )
        connection.executemany(
            "INSERT INTO orders (id, order_number, customer_id, service_id, total_cost, status,"
            " created_at) VALUES (?, ?, ?, ?, ?, 'delivered', ?)",
            ((n, f"RT{n:08}", n % customers, n % 10 + 1, n % 500, moment) for n in range(orders)),
        )
        connection.executemany(
            "INSERT INTO tracks (order_id, worker_id, action, location, scanned_at)"
            " VALUES (?, ?, ?, 'At the door', ?)",
            (
                (n // TRACKS_OF_EACH, n % 10 + 1, ACTIONS[n % TRACKS_OF_EACH], moment)
                for n in range(tracks)
            ),
        )
    connection.close()
    return 20 + customers + orders + tracks


def insert(connection: sqlite3.Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    """Insert rows of a table's first columns."""
    columns = {"services": "id, name, price", "workers": "id, name, email"}
    names = columns.get(table, "id, name, email, phone")
    marks = ", ".join("?" * len(names.split(",")))
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608


def measure(database: str, url: str, path: Path, orders: int, rows: int) -> Measured:
    """Import a file into a new database, in a process of its own."""
    environment = os.environ | {"DATABASE_URL": url}
    cost_of("migrate", "--verbosity=0", environment=environment)
    cost = cost_of("import_legacy", str(path), environment=environment)
    return Measured(database, orders, rows, *cost)


def measurements(sizes: list[int], mariadb_url: str, folder: Path) -> Iterator[Measured]:
    """All imports, one after another."""
    for orders in sizes:
        path = folder / f"old-{orders}.db"
        rows = make_file(path, orders)
        url = f"sqlite:///{folder}/shop-{orders}.sqlite3"
        yield measure("SQLite", url, path, orders, rows)
        if mariadb_url:
            with mariadb(mariadb_url):
                yield measure("MariaDB", mariadb_url, path, orders, rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, nargs=2, default=[20_000, 200_000])
    parser.add_argument("--mariadb", default="", metavar="URL")
    options = parser.parse_args()
    print(f"{'database':<10}{'orders':>9}{'rows':>10}{'seconds':>9}{'rows/s':>8}{'peak MiB':>10}")
    done: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for one in measurements(sorted(options.orders), options.mariadb, Path(folder)):
            done.setdefault(one.database, []).append(one)
            print(
                f"{one.database:<10}{one.orders:>9}{one.rows:>10}{one.seconds:>9.1f}"
                f"{one.rows_per_second:>8.0f}{one.mebibytes:>10.1f}",
                flush=True,
            )
    for database, (small, large) in done.items():
        print(
            f"{database}: {large.rows / small.rows:.1f} times the rows take "
            f"{large.seconds / small.seconds:.1f} times as long and "
            f"{large.mebibytes / small.mebibytes:.2f} times the memory."
        )


if __name__ == "__main__":
    main()
