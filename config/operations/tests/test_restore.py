"""`manage.py restore`: a backup becomes the shop's data, or nothing is changed."""

from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import User
from catalog.models import Service
from config.operations.backup.files import backup_files
from config.operations.tests.test_verify_backup import with_manifest
from config.rest.principals import Principal
from orders.models import Order
from orders.placing import Item, place_order
from tests.cast import moved
from tests.unchanged import nothing_written, rows

pytestmark = pytest.mark.usefixtures("backup_folder")


@pytest.fixture
def backup(transactional_db: None, order: Order) -> Path:
    """A backup of a shop with one order that was picked up."""
    moved(order, "picked_up")
    call_command("backup", stdout=StringIO())
    return backup_files()[-1].path


def restore(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("restore", *arguments, stdout=out)
    return out.getvalue()


def go_on(customer: User, wash: Service, order: Order) -> None:
    """Let things happen in the shop."""
    place_order(
        by=Principal("customer", user=customer),
        items=[Item(wash.pk)],
        source=Order.Source.API,
        customer=customer,
    )
    moved(order, "processing")


def test_a_shop_is_not_replaced_unasked(backup: Path):
    with nothing_written(), pytest.raises(CommandError) as refused:
        restore(str(backup))
    assert str(refused.value).startswith("There is a shop in the database already (")
    assert str(refused.value).endswith(" tables): --replace would put the backup in its place.")


def test_every_column_of_every_table_comes_back(
    backup: Path, customer: User, wash: Service, order: Order
):
    before = rows()
    go_on(customer, wash, order)
    assert rows() != before
    told = restore(str(backup), "--replace")
    assert rows() == before
    assert told.startswith(f"Restored {backup}: 1 orders, as of 20")


def test_the_shop_goes_on_from_there(backup: Path, customer: User, wash: Service, order: Order):
    go_on(customer, wash, order)
    restore(str(backup), "--replace")
    go_on(customer, wash, order)
    assert Order.objects.count() == 2
    assert Order.objects.get(pk=order.pk).last_seq == 3


def test_a_shop_in_which_somebody_still_works_is_left_as_it_is(backup: Path, settings: Any):
    settings.LOCK_WAIT_SECONDS = 1
    with closing(connection.copy()) as other, other.cursor() as cursor:
        if connection.vendor == "mysql":
            cursor.execute("BEGIN")
        else:
            connection.cursor().execute("PRAGMA busy_timeout = 0")
            cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("SELECT COUNT(*) FROM orders_order")
        with nothing_written(), pytest.raises(CommandError) as refused:
            restore(str(backup), "--replace")
    assert str(refused.value).endswith(
        f"The database {connection.settings_dict['NAME']} is as it was."
    )


def test_a_backup_that_does_not_come_back_changes_nothing(
    backup: Path, customer: User, wash: Service, order: Order
):
    with_manifest(backup, lambda manifest: manifest["figures"]["counts"].update(tracking_track=3))
    go_on(customer, wash, order)
    with nothing_written(), pytest.raises(CommandError, match="does not come back as it was"):
        restore(str(backup), "--replace")


def test_a_backup_of_the_other_engine_is_refused(backup: Path):
    other = "sqlite" if connection.vendor == "mysql" else "mysql"
    with_manifest(backup, lambda manifest: manifest.update(engine=other))
    with nothing_written(), pytest.raises(CommandError, match=r"is a backup of .* runs on "):
        restore(str(backup), "--replace")


def test_a_backup_with_migrations_of_another_version_is_refused(backup: Path):
    with_manifest(
        backup,
        lambda manifest: manifest["figures"]["migrations"].append("orders.0999_of_tomorrow"),
    )
    with nothing_written(), pytest.raises(CommandError) as refused:
        restore(str(backup), "--replace")
    assert str(refused.value) == (
        f"{backup} is of another Roundtrip (1.0.0), whose migration orders.0999_of_tomorrow is "
        "not known here: restore it with that one."
    )


def test_a_backup_in_a_newer_form_is_refused(backup: Path):
    with_manifest(backup, lambda manifest: manifest.update(format=2, version="9.0.0", more=1))
    with nothing_written(), pytest.raises(CommandError) as refused:
        restore(str(backup), "--replace")
    assert str(refused.value) == (
        f"{backup} is of a newer Roundtrip (9.0.0): restore it with that one."
    )


def test_a_backup_of_another_secret_key_is_only_taken_when_asked_for(backup: Path, settings: Any):
    before = rows()
    settings.SECRET_KEY = "a-copper-kettle-on-a-cold-morning-in-another-shop"
    with nothing_written(), pytest.raises(CommandError, match="made with another SECRET_KEY"):
        restore(str(backup), "--replace")
    restore(str(backup), "--replace", "--other-secret-key")
    assert rows() == before
