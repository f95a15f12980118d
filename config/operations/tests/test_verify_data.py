"""`manage.py verify_data`: every planted fault is found, and only the safe one mended."""

import gc
import io
import tracemalloc
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from catalog.models import Service
from config.operations import demo_loading
from config.operations.maintenance import verifying
from config.rest.principals import Principal
from orders.lifecycle import advance, undo
from orders.models import Order, OrderLine
from orders.placing import Item, place_order
from tests.old_servers import CAMEL, CAMEL_TABLES, SNAKE, SNAKE_TABLES, make_server
from tests.unchanged import nothing_written
from tracking.models import Track
from workforce.models import Worker

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[list[str], str]:
    """What it tells of rows, and how it ends: by a line, or by an error."""
    stdout = io.StringIO()
    try:
        call_command("verify_data", *arguments, stdout=stdout)
    except CommandError as error:
        return stdout.getvalue().splitlines(), f"error: {error}"
    *found, end = stdout.getvalue().splitlines()
    return found, end


def damage(sql: str, *values: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def moved(order: Order, worker: Worker) -> Order:
    """Asha's order, picked up, with a refused scan after that."""
    by = Principal("worker", worker=worker)
    advance(order_number=order.order_number, action="picked_up", by=by, source="scan")
    order.refresh_from_db()
    return order


# --- What is in order -----------------------------------------------------------------


def test_a_shop_in_full_swing_is_in_order(owner: User) -> None:
    demo_loading.load(owner=owner)
    found, end = run()
    assert found == []
    assert end.endswith(" rows: 0 faults, 0 of them mended.")


@pytest.mark.parametrize(("schema", "tables"), [(CAMEL, CAMEL_TABLES), (SNAKE, SNAKE_TABLES)])
def test_what_came_of_an_old_server_is_in_order(
    schema: str, tables: dict[str, list[dict[str, object]]], tmp_path: Path
) -> None:
    server = make_server(tmp_path / "old.db", schema, tables)
    call_command("import_legacy", server, stdout=io.StringIO())
    assert Order.objects.exists()
    assert run()[0] == []


def test_an_undone_step_is_in_order(moved: Order, owner: User) -> None:
    undo(order=moved, by=Principal("staff", user=owner), source="admin")
    assert run()[0] == []


@pytest.mark.django_db(transaction=True)
def test_a_scan_between_two_looks_is_no_fault(order: Order, worker: Worker) -> None:
    by, looks = Principal("worker", worker=worker), iter([True])
    look = verifying._tracks_of

    def scan_and_look(orders: list[Order]) -> object:
        if next(looks, False):
            advance(order_number=order.order_number, action="picked_up", by=by, source="scan")
        return look(orders)

    with patch.object(verifying, "_tracks_of", scan_and_look):
        assert run()[0] == []


def test_the_total_of_an_imported_order_is_not_that_of_its_lines(moved: Order) -> None:
    Order.objects.update(source="import", total_cost=99)
    assert run()[0] == []


# --- Faults ---------------------------------------------------------------------------

FAULTS = {
    "a total": (
        "UPDATE orders_order SET total_cost = 11",
        "its total is 11.00, its lines make 12.50",
    ),
    "no lines": ("DELETE FROM orders_orderline", "it has no lines"),
    "a status": (
        "UPDATE orders_order SET status = 'completed'",
        "it is completed, its newest track says picked_up",
    ),
    "a gap in the tracks": (
        "UPDATE tracking_track SET seq = 3 WHERE seq = 2",
        "its tracks are not numbered from 1 to 2",
    ),
    "a broken chain": (
        "UPDATE tracking_track SET from_status = 'processing' WHERE seq = 2",
        "track 2 begins at processing, not at created",
    ),
    "a last_seq": (
        "UPDATE orders_order SET last_seq = 1",
        "its last_seq is 1, its newest track is 2",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(moved: Order, name: str) -> None:
    sql, fault = FAULTS[name]
    damage(sql)
    with nothing_written():
        found, end = run()
    assert f"Order {moved.order_number}: {fault}." in found
    assert end.startswith("error: ")
    assert end.endswith(f" rows: {len(found)} faults, 0 of them mended.")


def test_an_order_without_tracks_is_found(order: Order) -> None:
    damage("DELETE FROM tracking_track")
    assert f"Order {order.order_number}: it has no tracks." in run()[0]


@pytest.mark.django_db(transaction=True)
def test_rows_that_refer_to_nothing_are_found(moved: Order, worker: Worker, wash: Service) -> None:
    line, track = OrderLine.objects.get(), Track.objects.get(seq=2)
    with connection.constraint_checks_disabled():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE orders_orderline SET service_id = 999")
            cursor.execute("UPDATE tracking_track SET worker_id = 998 WHERE seq = 2")
        found, _end = run()
        with connection.cursor() as cursor:
            cursor.execute("UPDATE orders_orderline SET service_id = %s", [wash.pk])
            cursor.execute("UPDATE tracking_track SET worker_id = %s WHERE seq = 2", [worker.pk])
    assert sorted(found) == [
        f"orders.OrderLine {line.pk}: there is no service 999.",
        f"tracking.Track {track.pk}: there is no worker 998.",
    ]


# --- Mending --------------------------------------------------------------------------


def test_last_seq_is_mended_and_a_scan_goes_on(moved: Order, worker: Worker) -> None:
    damage("UPDATE orders_order SET last_seq = 1")
    found, end = run("--fix")
    assert found == [
        f"Order {moved.order_number}: its last_seq is 1, its newest track is 2 (mended)."
    ]
    assert end.endswith("1 faults, 1 of them mended.")
    assert run()[0] == []
    by = Principal("worker", worker=worker)
    advance(order_number=moved.order_number, action="processing", by=by, source="scan")


@pytest.mark.parametrize("name", [name for name in FAULTS if name != "a last_seq"])
def test_nothing_else_is_mended(moved: Order, name: str) -> None:
    damage(FAULTS[name][0])
    tracks = list(Track.objects.order_by("pk").values_list())
    _found, end = run("--fix")
    assert end.startswith("error: ")
    assert list(Track.objects.order_by("pk").values_list()) == tracks
    after = Order.objects.get()
    assert after.total_cost == (11 if name == "a total" else moved.total_cost)
    assert after.status == ("completed" if name == "a status" else "picked_up")


def test_a_dry_run_mends_nothing(moved: Order) -> None:
    damage("UPDATE orders_order SET last_seq = 1")
    with nothing_written():
        assert run("--dry-run")[1].endswith("1 faults, 0 of them mended.")


# --- A large shop ---------------------------------------------------------------------


def test_batches_find_what_one_look_finds(moved: Order, wash: Service, owner: User) -> None:
    by = Principal("staff", user=owner)
    others = [place_order(by=by, items=[Item(wash.pk)], source="admin") for _number in range(4)]
    damage("UPDATE orders_order SET last_seq = 7 WHERE id = %s", others[-1].pk)
    whole = run()
    for size in (1, 2, 3):
        with patch.object(verifying, "MANY", size):
            assert run() == whole
    assert len(whole[0]) == 1


def test_memory_does_not_grow_with_the_shop(wash: Service, owner: User) -> None:
    by = Principal("staff", user=owner)
    peaks = []
    with patch.object(verifying, "MANY", 5):
        for more in (20, 100):
            for _number in range(more):
                place_order(by=by, items=[Item(wash.pk)], source="admin")
            list(verifying.verify())
            gc.collect()
            gc.freeze()  # What was there before need not be looked through each time.
            tracemalloc.start()
            for _batch in verifying.verify():
                gc.collect()  # What is dropped counts for nothing.
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            gc.unfreeze()
    # A shop six times as large; in one batch it would take four times the memory.
    assert peaks[1] < peaks[0] * 1.5
