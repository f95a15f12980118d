"""A shop is backed up while it works, lost, and brought back."""

from contextlib import closing
from pathlib import Path

from tests.drills.load import Load
from tests.drills.shop import Row, Shop
from tests.processes import wait_until
from tests.serving.machine import Instance

BEFORE = 12
OF_AN_ORDER = {
    "orders_order": "id",
    "orders_orderline": "order_id",
    "tracking_track": "order_id",
}


def rows_of(shop: Shop, numbers: list[str]) -> dict[str, list[Row]]:
    """Every column of these orders, their lines and their tracks, as bytes."""
    found = shop.rows("SELECT id FROM orders_order WHERE order_number IN %s", numbers)
    ids = [int(value or 0) for (value,) in found]
    return {
        table: shop.rows(f"SELECT * FROM {table} WHERE {column} IN %s ORDER BY id", ids)  # noqa: S608
        for table, column in OF_AN_ORDER.items()
    }


def everything(shop: Shop) -> dict[str, list[Row]]:
    """How each table was made, and all that is in it."""
    tables = [name.decode() for (name,) in shop.rows("SHOW TABLES") if name]
    return {
        table: shop.rows(f"SHOW CREATE TABLE {table}")
        + sorted(shop.rows(f"SELECT * FROM {table}"), key=repr)  # noqa: S608
        for table in tables
    }


def incomplete(shop: Shop) -> list[Row]:
    """Orders without a line, or whose newest track is not the one that they name."""
    return shop.rows(
        "SELECT id FROM orders_order o WHERE last_seq <> (SELECT COALESCE(MAX(seq), 0)"
        " FROM tracking_track t WHERE t.order_id = o.id)"
        " OR NOT EXISTS (SELECT 1 FROM orders_orderline l WHERE l.order_id = o.id)"
    )


def test_what_was_answered_for_before_a_backup_comes_back_to_the_byte(shop: Shop, tmp_path: Path):
    load = Load(shop)
    instance = Instance(shop.environment, tmp_path)
    try:
        instance.start()
        with load.running():
            wait_until(lambda: len(load.done) >= BEFORE or load.failed, "orders are taken")
            before = list(load.done)
            backup = shop.backup()
            meanwhile = len(load.done) - len(before)
            wait_until(lambda: len(load.done) > len(before) + meanwhile, "the shop goes on")
    finally:
        instance.stop()
    assert load.failed == []
    assert meanwhile > 0
    then = rows_of(shop, before)
    assert [len(rows) for rows in then.values()] == [len(before), len(before), 2 * len(before)]

    assert " is whole: " in shop.manage("verify_backup", str(backup))
    shop.drop()
    shop.manage("restore", str(backup))
    assert rows_of(shop, before) == then
    assert incomplete(shop) == []
    assert shop.databases() == [shop.name]

    try:
        instance.start()
        with load.client() as client:
            assert load.one(client, load.sign_in(client), "the-next-guest")
    finally:
        instance.stop()


def test_every_table_of_a_lost_database_comes_back_as_it_was_made_and_filled(shop: Shop):
    then = everything(shop)
    backup = shop.backup()
    shop.drop()
    assert "Unknown database" in shop.refusal("backup")
    shop.manage("restore", str(backup))
    assert everything(shop) == then


def test_a_move_that_fails_half_way_says_so_and_can_be_done_again(shop: Shop):
    then = everything(shop)
    backup = str(shop.backup())
    # What is no table is not dropped, and stands in the way of one.
    shop.rows("DROP TABLE mail_outgoingmail")
    shop.rows("CREATE VIEW mail_outgoingmail AS SELECT 1 AS id")
    assert shop.refusal("restore", backup, "--replace") == (
        "The backup could not take the shop's place (Table 'mail_outgoingmail' already exists). "
        f"The database {shop.name} holds no whole shop now: run the command again with --replace."
    )
    assert shop.rows("SHOW TABLES") == [(b"mail_outgoingmail",)]
    shop.rows("DROP VIEW mail_outgoingmail")
    shop.manage("restore", backup)
    assert everything(shop) == then


def test_a_shop_that_is_there_is_replaced_only_when_asked_for(shop: Shop, backup: Path):
    then = everything(shop)
    assert "There is a shop in the database already" in shop.refusal("restore", str(backup))
    assert everything(shop) == then


def test_two_backups_are_not_verified_at_once(shop: Shop, backup: Path):
    with closing(shop.connected()) as connection:
        connection.cursor().execute("SELECT GET_LOCK(%s, 0)", (shop.scratch,))
        told = shop.refusal("verify_backup", str(backup))
    assert told == "Another backup is being verified or restored."
    assert shop.databases() == [shop.name]


def test_a_scratch_database_that_may_not_be_made_is_told(shop: Shop, backup: Path):
    told = shop.refusal("verify_backup", str(backup), BACKUP_SCRATCH_DATABASE="another_shops")
    assert told.startswith(
        "The database another_shops, into which backups are restored first, cannot be made "
        "(Access denied for user "
    )
    assert told.endswith(
        "give the shop's user all rights on it, or name another with BACKUP_SCRATCH_DATABASE."
    )


def test_a_scratch_database_that_is_not_empty_is_left_alone(shop: Shop, backup: Path):
    other = f"{shop.name}_other"
    shop.sql(f"CREATE DATABASE `{other}`")
    shop.sql(f"CREATE TABLE `{other}`.precious (id INT)")
    told = shop.refusal("verify_backup", str(backup), BACKUP_SCRATCH_DATABASE=other)
    assert told.startswith(f"The database {other} is in use: empty it")
    assert shop.sql(f"SHOW TABLES FROM `{other}`") == [(b"precious",)]
    shop.sql(f"DROP DATABASE `{other}`")


def test_a_scratch_database_that_was_there_stays_without_what_a_killed_run_left_in_it(
    shop: Shop, backup: Path
):
    shop.sql(f"CREATE DATABASE `{shop.scratch}`")
    for table in ("roundtrip_scratch", "orders_order"):
        shop.sql(f"CREATE TABLE `{shop.scratch}`.{table} (id INT)")
    shop.manage("verify_backup", str(backup))
    assert shop.sql(f"SHOW TABLES FROM `{shop.scratch}`") == []
    shop.sql(f"DROP DATABASE `{shop.scratch}`")
