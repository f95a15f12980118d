"""`manage.py import_legacy`: both old servers' data come over, once, all of it."""

import datetime
import json
import re
import sqlite3
import sys
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils.timezone import make_aware

from accounts.models import User
from catalog.models import Service
from config.operations.legacy_import import bringing, people, snapshot
from config.operations.models import ImportedRow
from orders.models import Order, OrderLine
from tests.old_servers import CAMEL, CAMEL_TABLES, SNAKE, SNAKE_TABLES, add_rows, make_server
from tests.unchanged import nothing_written, rows
from tracking.models import Track
from workforce.models import DeviceToken, Worker

pytestmark = pytest.mark.django_db


@pytest.fixture
def camel(tmp_path):
    return make_server(tmp_path / "camel.db", CAMEL, CAMEL_TABLES)


@pytest.fixture
def snake(tmp_path):
    return make_server(tmp_path / "snake.db", SNAKE, SNAKE_TABLES)


def bring(path, **options):
    """Run the command, and answer what it prints."""
    out = StringIO()
    call_command("import_legacy", path, stdout=out, **options)
    return out.getvalue()


def utc(year: int, month: int, *rest: Any) -> datetime.datetime:
    return make_aware(datetime.datetime(year, month, *rest), datetime.UTC)  # noqa: DTZ001


def imported(number: str) -> Any:
    """The order that came under this number."""
    return Order.objects.get(order_number=number)


def history(number):
    """An order's tracks: from, to, what was said, when."""
    tracks = Track.objects.filter(order__order_number=number).order_by("seq")
    return list(tracks.values_list("seq", "from_status", "to_status", "action", "scanned_at"))


# --- What comes over ----------------------------------------------------------------


def test_a_camel_servers_services(camel):
    bring(camel)

    columns = ("legacy_id", "name", "price", "duration_minutes", "status", "imported_usage_count")
    assert list(Service.objects.order_by("pk").values_list(*columns)) == [
        # One of its seven uses is a line that came along, and counts by itself.
        ("s1", "Laundry", Decimal("99.50"), 1440, "active", 6),
        ("s2", "Ironing", Decimal("50.00"), 90, "inactive", 0),
    ]


def test_a_camel_servers_customers_are_unconfirmed(camel):
    bring(camel)

    asha = User.objects.get(email="asha@example.com")
    assert (asha.name, asha.phone, asha.phone_reversed) == (
        "Asha Rao",
        "+91 98450 12345",
        "543210548919",
    )
    assert asha.created_at == utc(2026, 1, 2, 3, 4, 5, 678901)
    assert (asha.email_confirmed_at, asha.is_active, asha.is_staff) == (None, True, False)


def test_an_old_order_id_becomes_its_number(camel):
    bring(camel)

    order = imported("AB12CD34")
    assert (order.name, order.email, order.phone) == ("Asha Rao", "asha@example.com", "98450 12345")
    assert (order.pickup_at, order.pickup_has_time) == (utc(2026, 10, 5), False)
    assert (order.instructions, order.source) == ("Ring twice.", "import")
    assert order.created_at == utc(2026, 10, 1, 8)
    assert len(order.token) == 22


def test_a_comma_list_becomes_lines_of_unknown_price_and_the_total_stays(camel):
    bring(camel)

    order = imported("AB12CD34")
    lines = order.lines.values_list("position", "service__legacy_id", "service_name", "unit_price")
    assert list(lines) == [(1, "s1", "Laundry", None), (2, "s2", "Ironing", None)]
    assert (order.service_name, order.service.legacy_id) == ("Laundry, Ironing", "s1")
    assert order.total_cost == Decimal("140.25")


def test_every_order_has_its_history_from_its_placing_to_its_status(camel):
    bring(camel)

    assert history("AB12CD34") == [
        (1, "", "created", "created", utc(2026, 10, 1, 8)),
        (2, "created", "picked_up", "picked_up", utc(2026, 10, 1, 10)),
        # No scan says so, but the order's row does.
        (3, "picked_up", "processing", "processing", utc(2026, 10, 1, 10)),
    ]
    order = imported("AB12CD34")
    assert (order.status, order.last_seq) == ("processing", 3)
    assert order.status_changed_at == utc(2026, 10, 1, 10)
    assert history("EF56AB78") == [(1, "", "created", "created", utc(2026, 10, 2, 8))]
    assert imported("EF56AB78").last_seq == 1


def test_a_track_that_names_only_an_email_finds_the_one_order_of_its_time(camel):
    bring(camel)

    track: Any = Track.objects.get(order__order_number="AB12CD34", seq=2)
    assert (track.worker.name, track.location) == ("Wim Weaver", "At the door")
    assert (track.source, track.result, track.order_email) == ("import", "recorded", "")


def test_a_track_without_such_an_order_is_kept_without_one(camel):
    bring(camel)

    track = Track.objects.get(order=None)
    assert (track.seq, track.order_email) == (None, "nobody@example.com")
    assert (track.action, track.from_status, track.to_status) == ("in_transit_to_factory", "", "")


def test_an_order_joined_by_email_belongs_to_nobody_for_certain(camel):
    bring(camel)

    order = imported("AB12CD34")
    assert (order.customer.email, order.customer_confirmed) == ("asha@example.com", False)


def test_an_email_that_nobody_has_makes_a_customer_as_a_guests_order_does(camel):
    bring(camel)

    order = imported("EF56AB78")
    assert (order.customer.email, order.customer_confirmed) == ("gita@example.com", False)
    assert not order.customer.has_usable_password()


def test_an_order_with_an_old_customer_id_is_certainly_theirs(snake):
    bring(snake)

    order = imported("RT-0001")
    assert (order.customer.email, order.customer_confirmed) == ("bert@example.com", True)
    assert (order.name, order.email, order.phone) == (
        "Bert Blum",
        "bert@example.com",
        "030 555 6789",
    )


def test_a_snake_servers_orders(snake, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    bring(snake)

    order = imported("RT-0001")
    # What people typed is in the shop's time, what the old server wrote is in UTC.
    assert (order.pickup_at, order.pickup_has_time) == (utc(2026, 10, 5, 4), True)
    assert order.created_at == utc(2026, 10, 1, 8)
    assert history("RT-0001") == [
        (1, "", "created", "created", utc(2026, 10, 1, 8)),
        (2, "created", "picked_up", "picked_up", utc(2026, 10, 1, 9)),
    ]
    assert Track.objects.get(order=order, seq=2).note == "Two bags"
    assert Service.objects.get().legacy_id == "1"
    assert Worker.objects.get().email == "wim@example.com"


def test_an_order_that_names_its_service_only_by_name_gets_it(snake):
    bring(snake)

    order = imported("RT-0002")
    assert [line.service.name for line in order.lines.all()] == ["Wash"]
    assert order.service.name == "Wash"


def test_times_may_be_the_shops(camel, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    bring(camel, local_times=True)

    assert imported("AB12CD34").created_at == utc(2026, 10, 1, 2, 30)


def test_it_tells_what_came_and_that_both_sides_agree(camel):
    assert bring(camel) == (
        "Source camel, of a camel server.\n"
        "table           file      here    joined  left out    mended  this run\n"
        "services           2         2         0         0         0         2\n"
        "customers          1         1         0         0         0         1\n"
        "orders             2         2         0         0         0         2\n"
        "workers            1         1         0         0         0         1\n"
        "tracks             2         2         0         0         1         2\n"
        "Orders' totals: 190.25 in the file, 190.25 here.\n"
        "tracks 2: kept without an order: its email had no order at that time\n"
        "Both sides agree.\n"
    )


def test_the_report_is_there_as_json_too(snake, tmp_path):
    bring(snake, json=tmp_path / "report.json")

    report = json.loads((tmp_path / "report.json").read_text())
    assert report["tables"]["orders"] == {
        "file": 2,
        "here": 2,
        "joined": 0,
        "left_out": 0,
        "mended": 0,
        "this_run": 2,
    }
    assert report["money"] == {"file": "36.90", "here": "36.90"}
    assert (report["source"], report["schema"], report["agrees"]) == ("snake", "snake", True)
    assert (report["remarks"], report["not_read"], report["dry_run"]) == ([], {}, False)


def test_tables_that_are_not_read_are_named(camel):
    connection = sqlite3.connect(camel)
    connection.executescript(
        "CREATE TABLE transit_batch (id); INSERT INTO transit_batch VALUES (1)"
    )
    connection.close()

    assert "Not read: the table transit_batch, 1 rows.\n" in bring(camel)


# --- More than once -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["camel", "snake"])
def test_a_second_run_changes_nothing(kind, request):
    path = request.getfixturevalue(kind)
    bring(path)

    with nothing_written():
        bring(path)


@pytest.mark.parametrize("kind", ["camel", "snake"])
def test_a_dry_run_tells_the_same_and_writes_nothing(kind, request, tmp_path):
    path = request.getfixturevalue(kind)
    with nothing_written():
        rehearsed = bring(path, dry_run=True, json=tmp_path / "report.json")

    assert json.loads((tmp_path / "report.json").read_text())["dry_run"] is True
    assert rehearsed == "A dry run: nothing was written. " + bring(path)


def many(count):
    """A camel server's orders, each with two scans."""
    emails = [f"guest{number}@example.com" for number in range(count)]
    return {
        "order": [
            {"id": f"o{number:07}", "customer_name": "Guest", "customer_email": email}
            | {"service_id": "s1", "service_name": "Laundry", "total": number}
            | {"created_at": "2026-10-01 08:00:00"}
            for number, email in enumerate(emails)
        ],
        "track": [
            {"worker_id": 9, "order_email": email, "order_status": status}
            | {"scanned_at": f"2026-10-0{day} 10:00:00"}
            for day, status in ((1, "Picked Up"), (2, "Delivered"))
            for email in emails
        ],
    }


def told():
    """All that came, but what differs from run to run: keys, tokens and moments of today."""
    orders = Order.objects.order_by("order_number").values_list(
        *("order_number", "status", "status_changed_at", "last_seq", "total_cost"),
        *("customer__email", "customer_confirmed", "service__legacy_id", "created_at", "version"),
    )
    tracks = Track.objects.order_by("order__order_number", "seq").values_list(
        *("order__order_number", "order_email", "seq", "action", "from_status", "to_status"),
        *("worker__email", "scanned_at", "created_at"),
    )
    memory = ImportedRow.objects.order_by("table", "old_id")
    return {
        "orders": list(orders),
        "tracks": list(tracks),
        "users": list(User.objects.order_by("email").values_list("email", "name", "created_at")),
        "memory": list(memory.values_list("source", "table", "old_id", "is_new", "remarks")),
    }


def test_a_database_that_does_not_tell_the_keys_of_new_rows_gets_the_same(camel, monkeypatch):
    """MySQL, unlike MariaDB and SQLite."""
    bring(camel)
    expected = told()
    call_command("import_legacy", undo="camel", stdout=StringIO())
    monkeypatch.setattr(type(connection.features), "can_return_rows_from_bulk_insert", False)
    bring(camel)

    assert told() == expected


class KilledError(Exception):
    """What ends a run in its middle."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batches", [1, 3, 5, 7])
def test_a_run_killed_in_the_middle_and_started_again_is_as_one_run(batches, tmp_path, monkeypatch):
    path = make_server(tmp_path / "camel.db", CAMEL, CAMEL_TABLES)
    add_rows(path, many(12))
    monkeypatch.setattr(snapshot, "BATCH", 4)
    bring_batch = bringing.bring_batch
    left = [batches]

    def killed_after_some(*arguments):
        if not left[0]:
            raise KilledError
        left[0] -= 1
        return bring_batch(*arguments)

    monkeypatch.setattr(bringing, "bring_batch", killed_after_some)
    with pytest.raises(KilledError):
        bring(path)
    killed = told()
    left[0] = 1000
    bring(path)
    resumed = told()
    call_command("import_legacy", undo="camel", stdout=StringIO())
    assert Order.objects.count() == 0
    bring(path)

    assert resumed == told()
    assert killed != resumed
    assert len(resumed["orders"]) == 14


def test_a_killed_batch_leaves_nothing_of_itself(camel, monkeypatch):
    def killed(*arguments):
        raise KilledError

    monkeypatch.setattr("config.operations.legacy_import.orders.save_all", killed)
    with pytest.raises(KilledError):
        bring(camel)

    assert Order.objects.count() == 0
    assert not User.objects.filter(email="gita@example.com").exists()
    assert not ImportedRow.objects.filter(table__in=["orders", "guests", "tracks"]).exists()
    assert Worker.objects.count() == 1


def test_an_email_that_comes_in_at_the_same_moment_is_joined(camel, customer, monkeypatch):
    """Asha registers after the import has looked for her and before it saves her."""
    find = people._users_with
    looks = []

    def find_too_early(emails):
        looks.append(emails)
        return {} if len(looks) == 1 else find(emails)

    monkeypatch.setattr(people, "_users_with", find_too_early)
    bring(camel)

    assert User.objects.get(email="asha@example.com") == customer
    row = ImportedRow.objects.get(table="customers")
    assert (row.object_id, row.is_new) == (customer.pk, False)


# --- A later file of the same server ------------------------------------------------


def test_a_later_file_brings_what_is_new(snake, tmp_path):
    bring(snake)
    before = rows(ImportedRow, Order, OrderLine, Track)
    add_rows(
        snake,
        {
            "orders": [
                {"id": 3, "order_number": "RT-0003", "customer_id": 2, "total_cost": 5}
                | {"created_at": "2026-10-03 08:00:00"}
            ],
            "tracks": [
                {"id": 2, "order_id": 3, "action": "picked_up", "worker_id": 1},
                {"id": 3, "order_id": 1, "action": "processing", "worker_id": 1},
            ],
        },
    )
    later = snake.rename(tmp_path / "tomorrow.db")
    out = bring(later)

    assert rows(ImportedRow, Order, OrderLine, Track) == before
    assert "Source snake," in out
    assert list(Order.objects.order_by("pk").values_list("order_number", "status", "last_seq")) == [
        # A scan of an order that is here moves nothing: it may have moved here since.
        ("RT-0001", "picked_up", 3),
        ("RT-0002", "created", 1),
        ("RT-0003", "picked_up", 2),
    ]
    last = Track.objects.get(order__order_number="RT-0001", seq=3)
    assert (last.action, last.from_status, last.to_status) == (
        "processing",
        "picked_up",
        "picked_up",
    )


def test_another_server_is_not_taken_for_the_same_because_its_ids_are(snake, tmp_path):
    bring(snake)
    orders = [dict(row, order_number=f"XY-{row['id']}") for row in SNAKE_TABLES["orders"]]
    other = make_server(tmp_path / "other.db", SNAKE, SNAKE_TABLES | {"orders": orders})
    bring(other)

    assert set(ImportedRow.objects.values_list("source", flat=True)) == {"snake", "other"}
    assert Order.objects.count() == 4


def test_a_file_of_another_server_is_refused_under_a_sources_name(snake, tmp_path):
    bring(snake)
    orders = [dict(row, order_number=f"XY-{row['id']}") for row in SNAKE_TABLES["orders"]]
    other = make_server(tmp_path / "other.db", SNAKE, SNAKE_TABLES | {"orders": orders})

    with nothing_written(), pytest.raises(CommandError, match=r"is not of the server that snake"):
        bring(other, source="snake")


def test_a_file_of_another_server_under_the_same_file_name_asks_for_a_source(snake, tmp_path):
    bring(snake)
    orders = [dict(row, order_number=f"XY-{row['id']}") for row in SNAKE_TABLES["orders"]]
    (tmp_path / "b").mkdir()
    other = make_server(tmp_path / "b" / "snake.db", SNAKE, SNAKE_TABLES | {"orders": orders})

    with nothing_written(), pytest.raises(CommandError, match="give it a --source"):
        bring(other)
    bring(other, source="the second shop")

    assert Order.objects.count() == 4


def test_a_source_may_be_named(camel):
    bring(camel, source="counter")

    assert set(ImportedRow.objects.values_list("source", flat=True)) == {"counter"}


# --- Workers' tokens ----------------------------------------------------------------


def test_a_workers_token_is_kept_as_a_hash_only(snake):
    bring(snake)

    device = DeviceToken.objects.get()
    assert (device.prefix, len(device.secret_hash)) == ("wim-held-thi", 64)
    assert device.worker == Worker.objects.get()


def test_a_terminal_sees_how_far_it_is(camel, monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    bring(camel)

    shown = capsys.readouterr().err
    for table, count in (("services", 2), ("customers", 1), ("orders", 2), ("tracks", 1)):
        assert re.search(rf"{table} .*{count}/{count}", shown)


def test_a_log_sees_no_bar(camel, capsys):
    bring(camel)

    assert capsys.readouterr().err == ""


# --- How it is called ---------------------------------------------------------------


def test_it_needs_a_file_or_something_to_undo(camel):
    for arguments, options in (((), {}), ((camel,), {"undo": "camel"})):
        with pytest.raises(CommandError, match="Give the old server's file, or --undo"):
            call_command("import_legacy", *arguments, **options)


def test_a_report_that_cannot_be_written_stops_it_before_it_begins(camel, tmp_path):
    with nothing_written(), pytest.raises(CommandError, match="cannot be written"):
        bring(camel, json=tmp_path / "no" / "report.json")
