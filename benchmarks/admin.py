"""How long the admin's pages take in the server, in a shop with 200,000 orders on MariaDB.

Makes such a shop in a database of its own, asks for each page some times by Django's test
client, and prints the median of each beside the line of 150 ms, and beside a page that does
nothing, measured in the same run:

    .venv/bin/python benchmarks/admin.py --mariadb mysql://root@127.0.0.1:3306/roundtrip_admin

The database is made, and dropped in the end; with `--keep` it stays, and a next run with it uses
what is there. `--strict` exits with 1 when a page is above the line.
"""

import argparse
import datetime
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

TOP = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TOP), str(TOP / "benchmarks")]

from measuring import mariadb  # noqa: E402

LINE = 150.0
TRIVIAL = "/ping"


class Measured(NamedTuple):
    """One page: its median and its slowest answer in ms, and how often it asks the database."""

    name: str
    median: float
    slowest: float
    queries: int


def pages() -> dict[str, str]:
    """What is asked for: a name and an address each."""
    from django.utils import timezone

    from catalog.models import Service
    from orders.models import Order, Status

    order = Order.objects.filter(status=Status.DELIVERED).order_by("-id")[100]
    rare, usual = Service.objects.order_by("id")[:2]
    year_ago = timezone.localdate() - datetime.timedelta(days=365)
    until = year_ago + datetime.timedelta(days=6)
    orders, tracks = "/admin/orders/order/", "/admin/tracking/track/"
    return {
        "trivial page": TRIVIAL,
        "dashboard": "/admin/",
        "order list": orders,
        "order list, page 50": f"{orders}?p=50",
        "status: delivered": f"{orders}?status__exact=delivered",
        "status: processing": f"{orders}?status__exact=processing",
        "service": f"{orders}?service={usual.pk}",
        "service: a rare one": f"{orders}?service={rare.pk}",
        "stuck": f"{orders}?stuck=yes",
        "a week, a year ago": f"{orders}?created_at__since={year_ago}&created_at__until={until}",
        "source: counter, none": f"{orders}?source__exact=counter",
        "deleted": f"{orders}?deleted=yes",
        "search by number": f"{orders}?q={order.order_number}",
        "search by name": f"{orders}?q={order.name}",
        "search by email": f"{orders}?q={order.email}",
        "search by phone": f"{orders}?q={order.phone[-6:]}",
        "search in vain": f"{orders}?q=nobody",
        "order page": f"{orders}{order.pk}/change/",
        "tracks": tracks,
        "tracks: refused": f"{tracks}?result__exact=refused",
        "tracks: a week": f"{tracks}?created_at__since={year_ago}&created_at__until={until}",
        "day's close": "/admin/day/",
        "day's close, a year ago": f"/admin/day/?day={year_ago}",
        "customers": "/admin/accounts/customer/",
        "customer page": f"/admin/accounts/customer/{order.customer_id}/change/",
    }


def measure(browser: Any, name: str, path: str, requests: int) -> Measured:
    """Ask for a page once to warm up, then so many times more."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(path)
    asked = len(queries)
    if answer.status_code != 200:
        sys.exit(
            f"{name}: {path} answered {answer.status_code} {answer.headers.get('Location', '')}"
        )
    times = []
    for _time in range(requests):
        start = time.perf_counter()
        browser.get(path)
        times.append((time.perf_counter() - start) * 1000)
    return Measured(name, statistics.median(times), max(times), asked)


def prepare(orders: int) -> None:
    """The tables, and the shop if there is none yet."""
    from admin_data import fill
    from django.core.management import call_command

    from orders.models import Order

    call_command("migrate", verbosity=0)
    present = Order.objects.count()
    if not present:
        start = time.perf_counter()
        fill(orders)
        print(f"{orders} orders made in {time.perf_counter() - start:.0f} s")
    elif present != orders:
        sys.exit(f"The kept database holds {present} orders, not {orders}.")


def run(orders: int, requests: int) -> list[Measured]:
    """Measure all pages, and print each as it comes."""
    import django

    django.setup()
    from django.test import Client

    from accounts.models import User

    prepare(orders)
    browser = Client()
    browser.force_login(User.objects.get(email="owner@shop.example"))
    print(
        f"{'page':<24}{'median ms':>10}{'slowest':>9}{'queries':>9}{'of 150':>8}{'of trivial':>12}"
    )
    done: list[Measured] = []
    for name, path in pages().items():
        one = measure(Client() if path == TRIVIAL else browser, name, path, requests)
        done.append(one)
        print(
            f"{one.name:<24}{one.median:>10.1f}{one.slowest:>9.1f}{one.queries:>9}"
            f"{one.median / LINE:>8.2f}{one.median / done[0].median:>12.1f}",
            flush=True,
        )
    return done


def main() -> None:
    """Measure, print, and answer by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mariadb", required=True, metavar="URL")
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--requests", type=int, default=30)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATABASE_URL": options.mariadb,
        "LOG_LEVEL": "ERROR",
        "RATELIMIT_TRUSTED_IPS": "127.0.0.1",
    }
    with mariadb(options.mariadb, keep=options.keep):
        done = run(options.orders, options.requests)
    above = [one.name for one in done if one.median > LINE]
    print(f"Above {LINE:.0f} ms: {', '.join(above)}." if above else f"All below {LINE:.0f} ms.")
    if above and options.strict:
        sys.exit(1)


if __name__ == "__main__":
    main()
