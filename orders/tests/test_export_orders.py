"""`manage.py export_orders`: any number of orders in a file, or no file at all."""

import datetime
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.utils import timezone

from config.rest.principals import ANYONE
from orders import exporting
from orders.models import Order, Status
from orders.placing import Contact, Item, place_order
from orders.resources import OrderResource
from tests.cast import moved
from tests.sheets import exported, rows_of
from tests.statements import statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def orders(wash) -> list[Order]:
    """Three orders of guests, the oldest first."""
    return [
        place_order(
            by=ANYONE,
            items=[Item(wash.pk)],
            source=Order.Source.API,
            contact=Contact(name=f"=Guest {n}", email=f"g{n}@example.com"),
        )
        for n in range(3)
    ]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "orders.csv"


def numbers(path: Path) -> list[str]:
    return [row[0] for row in rows_of(path.read_bytes())[1:]]


def numbers_of(*orders: Order) -> list[str]:
    return [order.order_number for order in orders]


# --- What it writes -----------------------------------------------------------------------


def test_it_writes_what_the_page_exports_the_oldest_first(orders, path, office, capsys):
    call_command("export_orders", str(path))

    header, *rows = rows_of(path.read_bytes())
    assert [header, *reversed(rows)] == rows_of(exported(office, "/admin/orders/order/export/"))
    assert rows[0][2] == "'=Guest 0"
    assert capsys.readouterr().out == f"3 orders written to {path}.\n"


def test_it_writes_a_workbook_by_the_name_of_the_file(orders, tmp_path):
    call_command("export_orders", str(tmp_path / "orders.XLSX"))

    header, first, *_others = rows_of((tmp_path / "orders.XLSX").read_bytes())
    assert header == OrderResource().get_export_headers()
    assert (first[0], first[6]) == (orders[0].order_number, 12.5)


def test_a_pipe_gets_csv_and_nothing_else(orders, capsysbinary):
    call_command("export_orders", "-")

    out = capsysbinary.readouterr().out
    assert out.startswith(b"order_number,")
    assert [row[0] for row in rows_of(out)[1:]] == numbers_of(*orders)


def test_days_are_the_shops_and_both_are_in(orders, path, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    for order, hour in zip(orders, (18, 19, 43), strict=True):
        # Midnight there is 18:30 of the day before.
        moment = datetime.datetime(2026, 11, 21, tzinfo=datetime.UTC)
        Order.objects.filter(pk=order.pk).update(created_at=moment + datetime.timedelta(hours=hour))

    call_command("export_orders", str(path), "--since", "2026-11-22", "--until", "2026-11-22")
    assert numbers(path) == numbers_of(orders[1])
    call_command("export_orders", str(path), "--until", "2026-11-21")
    assert numbers(path) == numbers_of(orders[0])
    call_command("export_orders", str(path), "--since", "2026-11-23")
    assert numbers(path) == numbers_of(orders[2])


def test_stages_narrow_it_down(orders, path):
    moved(orders[1], Status.PICKED_UP)
    moved(orders[2], Status.CANCELLED)

    call_command("export_orders", str(path), "--status", "picked_up", "--status", "cancelled")

    assert numbers(path) == numbers_of(orders[1], orders[2])


def test_deleted_orders_are_left_out_unless_they_are_asked_for(orders, path):
    Order.objects.filter(pk=orders[0].pk).update(deleted_at=timezone.now())

    call_command("export_orders", str(path))
    assert numbers(path) == numbers_of(orders[1], orders[2])
    call_command("export_orders", str(path), "--with-deleted")
    assert numbers(path) == numbers_of(*orders)


def test_no_order_makes_a_file_with_a_header(path):
    Order.objects.all().delete()
    call_command("export_orders", str(path))
    assert rows_of(path.read_bytes()) == [OrderResource().get_export_headers()]


# --- How it writes it ---------------------------------------------------------------------


def test_it_reads_a_part_at_a_time(orders, path, monkeypatch):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)

    with statements() as seen:
        call_command("export_orders", str(path))

    assert numbers(path) == numbers_of(*orders)
    reading = [sql for sql in seen if "LIMIT 2" in sql]
    assert len(reading) == len(seen) - 1 == 3


def test_only_its_owner_reads_the_file(orders, path):
    call_command("export_orders", str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_half_done_stays_and_what_stood_there_does(orders, path, monkeypatch):
    path.write_text("yesterday's")
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    real = OrderResource.records

    def until_the_cable_is_pulled(self, rows):
        for number, cells in enumerate(real(self, rows)):
            if number == 2:
                raise OperationalError(2013, "Lost connection")
            yield cells

    monkeypatch.setattr(OrderResource, "records", until_the_cable_is_pulled)

    with pytest.raises(CommandError, match="Lost connection"):
        call_command("export_orders", str(path))

    assert path.read_text() == "yesterday's"
    assert [file.name for file in path.parent.iterdir()] == ["orders.csv"]


def test_who_stops_it_leaves_nothing_either(orders, path, monkeypatch):
    def stopped(self, rows):
        raise KeyboardInterrupt

    monkeypatch.setattr(OrderResource, "records", stopped)

    with pytest.raises(KeyboardInterrupt):
        call_command("export_orders", str(path))

    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orders.txt", "orders.txt ends in neither .csv nor .xlsx."),
        ("orders", "orders ends in neither .csv nor .xlsx."),
        ("missing/orders.csv", "cannot be written: No such file or directory."),
    ],
)
def test_where_it_cannot_write_it_says_so(orders, tmp_path, name, text):
    with pytest.raises(CommandError) as caught:
        call_command("export_orders", str(tmp_path / name))

    assert text in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_more_orders_than_a_sheet_holds_are_for_csv(orders, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "XLSX_ROWS", 3)

    with pytest.raises(CommandError) as caught:
        call_command("export_orders", str(tmp_path / "orders.xlsx"))

    assert str(caught.value) == "A sheet holds 2 orders, and these are 3: write CSV instead."
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--since", "today"],
        ["--until", "2026-02-30"],
        ["--status", "lost"],
        ["--since", "0001-01-01"],
        ["--until", "9999-12-31"],
    ],
)
def test_what_is_no_day_or_stage_is_refused(path, arguments, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    with pytest.raises(CommandError):
        call_command("export_orders", str(path), *arguments)
    assert not path.exists()


def test_a_reader_that_goes_away_ends_it_with_a_sentence(tmp_path):
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
        "VAR_DIR": str(tmp_path),
    }
    manage = [sys.executable, str(django_settings.BASE_DIR / "manage.py")]
    subprocess.run([*manage, "migrate", "--verbosity=0"], env=environment, check=True)  # noqa: S603
    reading, writing = os.pipe()
    os.close(reading)

    ended = subprocess.run(  # noqa: S603
        [*manage, "export_orders", "-"],
        env=environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )

    os.close(writing)
    assert ended.returncode == 1
    assert ended.stderr == "CommandError: Who was to read the orders has gone.\n"


@pytest.mark.exhaustive
def test_its_memory_does_not_grow_with_the_orders():
    """The benchmark in its small form; in its large one it goes from 100,000 to a million."""
    benchmark = django_settings.BASE_DIR / "benchmarks/export_orders.py"

    ended = subprocess.run(  # noqa: S603
        [sys.executable, benchmark, "--orders", "1000", "5000", "--most", "1.1"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "SQLite: 5.0 times the orders take" in ended.stdout
