"""`manage.py verify_backup`: a backup is restored beside the shop and held to its figures."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.env import BASE_DIR
from config.operations.backup import archive, restoring
from config.operations.backup.age import HEADER
from config.operations.backup.figures import Figures, LastTrack, differences, different_track
from config.operations.backup.files import backup_files, newest_verified_backup_at
from orders.models import Order
from tests.unchanged import nothing_written

pytestmark = pytest.mark.usefixtures("backup_folder")


@pytest.fixture
def backup(transactional_db: None, order: Order) -> Path:
    """A backup of a shop with one order."""
    call_command("backup", stdout=StringIO())
    return backup_files()[-1].path


def verify(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("verify_backup", *arguments, stdout=out)
    return out.getvalue()


def with_manifest(path: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Write a backup anew, with a manifest that says something else, and is signed."""
    with ZipFile(path) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    manifest = json.loads(members[archive.MANIFEST])
    change(manifest)
    text = json.dumps(manifest).encode()
    members |= {archive.MANIFEST: text, archive.SIGNATURE: archive._signature(text)}
    with ZipFile(path, "w") as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)


def test_a_whole_backup_gets_its_mark(backup: Path):
    assert newest_verified_backup_at() is None
    with nothing_written():
        told = verify()
    assert told.startswith(f"{backup} is whole: ")
    assert ", 1 orders, as of 20" in told
    assert newest_verified_backup_at() == backup_files()[-1].at


def test_one_that_lies_elsewhere_gets_no_mark(backup: Path, tmp_path: Path):
    moved = backup.rename(tmp_path / "moved.zip")
    assert f"{moved} is whole: " in verify(str(moved))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backups", "moved.zip"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda figures: figures["counts"].update(orders_order=2),
            "orders_order has 1 rows, and had 2 rows.",
        ),
        (
            lambda figures: figures["counts"].update(gone=3),
            "gone has no table, and had 3 rows.",
        ),
        (
            lambda figures: figures["money"].update({"orders_order.total_cost": 1251}),
            "orders_order.total_cost sums up to 12.50, and did to 12.51.",
        ),
        (
            lambda figures: figures["migrations"].pop(),
            "The migrations are others.",
        ),
    ],
)
def test_a_figure_that_differs_is_named(
    backup: Path, change: Callable[[dict[str, Any]], None], told: str
):
    with_manifest(backup, lambda manifest: change(manifest["figures"]))
    with pytest.raises(CommandError) as refused:
        verify()
    assert str(refused.value) == f"{backup} does not come back as it was. {told}"
    assert newest_verified_backup_at() is None


def test_an_order_whose_last_track_differs_is_named(
    backup: Path, order: Order, monkeypatch: pytest.MonkeyPatch
):
    other = [LastTrack(order.pk, 2, "picked_up", "picked_up")]
    monkeypatch.setattr(restoring, "last_tracks_of", lambda scratch: iter(other))
    with pytest.raises(CommandError) as refused:
        verify()
    assert str(refused.value) == (
        f"{backup} does not come back as it was. The last track of the order with the id "
        f"{order.pk} is number 2, 'picked_up' to 'picked_up', and was number 1, 'created' to "
        "'created'."
    )


def test_where_the_private_key_is_elsewhere_it_says_what_to_do_there(backup: Path):
    encrypted = backup.rename(backup.with_name(f"{backup.name}.age"))
    encrypted.write_bytes(HEADER + encrypted.read_bytes())
    with pytest.raises(CommandError) as refused:
        verify()
    assert str(refused.value) == (
        f"{encrypted} is encrypted: name the file of the private key with "
        "BACKUP_AGE_IDENTITY_FILE. If it is elsewhere, verify the backup there, and copy "
        f"{encrypted.name}.verified, which that writes, back to its side."
    )
    assert newest_verified_backup_at() is None
    # The nightly unit does not call that a failure of the backup.
    unit = (BASE_DIR / "deploy/systemd/roundtrip-backup.service").read_text()
    assert f"\nSuccessExitStatus={refused.value.returncode}\n" in unit


def test_without_a_backup_there_is_nothing_to_verify():
    with pytest.raises(CommandError, match=r"^There is no backup in BACKUP_DIR\.$"):
        verify()


def test_no_scratch_database_is_left(backup: Path):
    verify()
    with_manifest(backup, lambda manifest: manifest["figures"]["counts"].clear())
    with pytest.raises(CommandError):
        verify()
    if connection.vendor == "mysql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW DATABASES LIKE %s", (f"{connection.settings_dict['NAME']}_s%",))
            assert cursor.fetchall() == ()


FIGURES = Figures({"orders_order": 2}, {"orders_order.total_cost": 1250}, ["orders.0001_initial"])
CREATED = LastTrack(1, 1, "created", "created")


def test_equal_figures_differ_in_nothing():
    assert differences(FIGURES, FIGURES) == []


def test_a_table_too_many_is_named():
    more = Figures(FIGURES.counts | {"more": 0}, FIGURES.money, FIGURES.migrations)
    assert differences(FIGURES, more) == ["more has 0 rows, and had no table."]


@pytest.mark.parametrize(
    ("then", "now", "told"),
    [
        ([], [], []),
        ([CREATED], [CREATED], []),
        ([CREATED], [], ["not there, and was number 1, 'created' to 'created'."]),
        ([], [CREATED], ["number 1, 'created' to 'created', and was not there."]),
        (
            [CREATED, CREATED._replace(order=2)],
            [CREATED._replace(order=2)],
            ["not there, and was number 1, 'created' to 'created'."],
        ),
    ],
)
def test_the_first_order_with_another_last_track_is_named(
    then: list[LastTrack], now: list[LastTrack], told: list[str]
):
    beginning = "The last track of the order with the id 1 is "
    assert different_track(then, now) == [f"{beginning}{sentence}" for sentence in told]
