"""How fast `manage.py export_orders` is, and that its memory does not grow with the orders.

Fills a new database up to the first number of orders and exports them, then up to the next, and
prints orders a second and peak memory with their ratios:

    .venv/bin/python benchmarks/export_orders.py --orders 100000 1000000

With `--mariadb mysql://root@127.0.0.1:3306/roundtrip_export_benchmark` also on MariaDB, without
it on SQLite only. That database must not exist; it is made, and dropped in the end. `--most 1.1`
fails where the most orders take more than so many times the memory of the fewest.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP), str(TOP / "benchmarks")]

from measuring import cost_of, mariadb  # noqa: E402

AT_ONCE = 5_000


class Measured(NamedTuple):
    """One export: orders, seconds, and the process's peak memory in MiB."""

    database: str
    orders: int
    seconds: float
    mebibytes: float


def fill(orders: int) -> None:
    """Fill this process's database up to so many orders."""
    import django

    django.setup()
    from django.utils import timezone

    from orders.models import Order

    now = timezone.now()
    for start in range(Order.objects.count(), orders, AT_ONCE):
        Order.objects.bulk_create(
            Order(
                order_number=f"RT{number:010}",
                token=f"{number:022}",
                name=f"Customer {number}",
                email=f"c{number}@b.example",
                phone=f"+91 {number:010}",
                service_name="Wash and fold, Ironing",
                total_cost=number % 500,
                pickup_at=now,
                instructions="Ring twice, and leave it with the neighbours.",
                status_changed_at=now,
            )
            for number in range(start, min(start + AT_ONCE, orders))
        )


def measure(database: str, url: str, kind: str, orders: int, folder: Path) -> Measured:
    """Fill a database up to so many orders, and export them in a process of its own."""
    environment = os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
    }
    cost_of("migrate", "--verbosity=0", environment=environment)
    filling = [sys.executable, __file__, "--fill", str(orders)]
    subprocess.run(filling, env=environment, check=True)  # noqa: S603
    cost = cost_of("export_orders", str(folder / f"orders.{kind}"), environment=environment)
    return Measured(database, orders, *cost)


def measurements(options: argparse.Namespace, folder: Path) -> Iterator[Measured]:
    """Each database in turn, from the fewest orders to the most."""
    counts = sorted(options.orders)
    for count in counts:
        url = f"sqlite:///{folder}/db.sqlite3"
        yield measure("SQLite", url, options.format, count, folder)
    if options.mariadb:
        with mariadb(options.mariadb):
            for count in counts:
                yield measure("MariaDB", options.mariadb, options.format, count, folder)


def main() -> None:
    """Measure, print, and answer by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, nargs=2, default=[100_000, 1_000_000])
    parser.add_argument("--format", choices=["csv", "xlsx"], default="csv")
    parser.add_argument("--mariadb", metavar="URL")
    parser.add_argument("--most", type=float, metavar="RATIO")
    parser.add_argument("--fill", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.fill:
        fill(options.fill)
        return
    print(f"{'database':<10}{'orders':>9}{'seconds':>9}{'a second':>10}{'peak MiB':>10}")
    done: dict[str, list[Measured]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for one in measurements(options, Path(folder)):
            done.setdefault(one.database, []).append(one)
            print(
                f"{one.database:<10}{one.orders:>9}{one.seconds:>9.1f}"
                f"{one.orders / one.seconds:>10.0f}{one.mebibytes:>10.1f}",
                flush=True,
            )
    grown = False
    for database, (small, large) in done.items():
        memory = large.mebibytes / small.mebibytes
        grown |= options.most is not None and memory > options.most
        print(
            f"{database}: {large.orders / small.orders:.1f} times the orders take "
            f"{large.seconds / small.seconds:.1f} times as long and {memory:.2f} times the memory."
        )
    if grown:
        sys.exit(1)


if __name__ == "__main__":
    main()
