"""`manage.py import_legacy` with files that are none: one sentence, and nothing written."""

import re
import sqlite3
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from config.operations.legacy_import import snapshot
from orders.models import Order
from tests.old_servers import CAMEL, CAMEL_TABLES, SNAKE, SNAKE_TABLES, make_server
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db


@pytest.fixture
def camel(tmp_path):
    return make_server(tmp_path / "camel.db", CAMEL, CAMEL_TABLES)


def assert_refused(path, reason):
    """It is refused for this reason, in one sentence that names the file."""
    with nothing_written(), pytest.raises(CommandError) as refused:
        call_command("import_legacy", path, stdout=StringIO())
    text = str(refused.value)
    assert re.search(reason, text)
    assert str(path) in text
    assert text.endswith(".")
    assert "\n" not in text


def test_a_file_that_is_not_there(tmp_path):
    assert_refused(tmp_path / "gone.db", "there is no such file")
    assert not (tmp_path / "gone.db").exists()


def test_a_folder(tmp_path):
    assert_refused(tmp_path, "there is no such file")


def test_an_empty_file(tmp_path):
    path = tmp_path / "empty.db"
    path.touch()

    assert_refused(path, "is empty")


def test_something_else_than_sqlite(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("id,customer\n" * 1000)

    assert_refused(path, "file is not a database")


def test_a_database_without_tables(tmp_path):
    path = tmp_path / "new.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 1")
    connection.close()

    assert_refused(path, "has none of an old server's tables")


def test_a_database_of_something_else(tmp_path):
    path = make_server(tmp_path / "other.db", "CREATE TABLE catalog_service (id)", {})

    assert_refused(path, "has none of an old server's tables")


@pytest.mark.parametrize("table", ["service", "customer", "order", "worker", "track"])
def test_a_table_is_missing(table, camel):
    connection = sqlite3.connect(camel)
    connection.execute(f'DROP TABLE "{table}"')
    connection.close()

    assert_refused(camel, rf"looks like a camel server's, but lacks {table}\.")


def test_a_column_is_missing(tmp_path):
    schema = SNAKE.replace("order_number VARCHAR(64) UNIQUE,", "")
    path = make_server(tmp_path / "snake.db", schema, {})

    assert_refused(path, "the table orders has no column order_number")


def test_columns_that_some_servers_lack_may_be_missing(tmp_path):
    schema = CAMEL.replace("status VARCHAR(50), created_at", "created_at")
    order = {key: value for key, value in CAMEL_TABLES["order"][0].items() if key != "status"}
    path = make_server(tmp_path / "camel.db", schema, CAMEL_TABLES | {"order": [order]})
    call_command("import_legacy", path, stdout=StringIO())

    assert Order.objects.get().status == "picked_up"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_file_that_was_cut_short(share, tmp_path):
    orders = [{"id": f"o{number}", "customer_name": "x" * 500} for number in range(300)]
    path = make_server(tmp_path / "camel.db", CAMEL, CAMEL_TABLES | {"order": orders})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])

    assert_refused(path, "malformed|damaged or cut short")


def test_a_file_with_a_damaged_page(tmp_path):
    orders = [{"id": f"o{number}", "customer_name": "x" * 500} for number in range(300)]
    path = make_server(tmp_path / "camel.db", CAMEL, CAMEL_TABLES | {"order": orders})
    content = bytearray(path.read_bytes())
    content[20 * 4096 : 21 * 4096] = b"\xff" * 4096
    path.write_bytes(content)

    assert_refused(path, "malformed|damaged or cut short")


def test_a_file_that_the_old_server_has_locked(camel, monkeypatch):
    monkeypatch.setattr(snapshot, "LOCK_WAIT_SECONDS", 0)
    connection = sqlite3.connect(camel, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        assert_refused(camel, r"database is locked \(stop the old server")
    finally:
        connection.close()


def test_a_write_ahead_log_whose_place_cannot_be_used(camel):
    connection = sqlite3.connect(camel)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    camel.with_name("camel.db-wal").mkdir()

    assert_refused(camel, r"unable to open database file \(copy it, with its -wal file")


def test_a_read_only_file_comes_over_and_stays_as_it_is(camel):
    camel.chmod(0o444)
    before = camel.read_bytes()
    call_command("import_legacy", camel, stdout=StringIO())

    assert Order.objects.count() == 2
    assert camel.read_bytes() == before
    assert [path.name for path in camel.parent.iterdir()] == ["camel.db"]


def test_what_still_stands_in_the_write_ahead_log_comes_over(tmp_path):
    path = make_server(tmp_path / "snake.db", SNAKE, {})
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("INSERT INTO orders (id, order_number) VALUES (1, 'RT-1')")
    try:
        call_command("import_legacy", path, stdout=StringIO())
    finally:
        connection.close()

    assert Order.objects.get().order_number == "RT-1"


def test_the_old_server_can_write_while_its_data_is_brought_over(tmp_path, monkeypatch):
    path = make_server(tmp_path / "snake.db", SNAKE, SNAKE_TABLES)
    writes = []

    def survey(self, survey=snapshot.Snapshot.survey):
        connection = sqlite3.connect(path, timeout=0)
        with connection:
            connection.execute("INSERT INTO orders (id, order_number) VALUES (9, 'LATE')")
        connection.close()
        writes.append(path)
        survey(self)

    monkeypatch.setattr(snapshot.Snapshot, "survey", survey)
    call_command("import_legacy", path, stdout=StringIO())

    assert writes == [path]
    assert not Order.objects.filter(order_number="LATE").exists()
