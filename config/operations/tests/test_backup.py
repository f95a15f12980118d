"""`manage.py backup`: a file with the shop's data as it was at one moment."""

import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from config.operations.backup import making
from config.operations.backup.files import newest_backup_at
from orders.models import Order
from tracking.models import Track

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("backup_folder"),
]


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Have the system refuse to make a file longer, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def backup() -> tuple[Path, str]:
    """The newest file, and what the command printed."""
    out = StringIO()
    call_command("backup", stdout=out)
    path, _, told = out.getvalue().partition(": ")
    return Path(path), told


def test_it_writes_one_file_that_only_the_shops_user_may_read(order: Order, backup_folder: Path):
    path, told = backup()
    assert sorted(p.name for p in backup_folder.iterdir()) == [".lock", path.name]
    assert path.stat().st_mode & 0o777 == 0o600
    assert newest_backup_at() is not None
    assert told.endswith("KB.\n")


def test_its_manifest_tells_what_is_in_it(order: Order):
    path, _ = backup()
    with ZipFile(path) as zipped:
        manifest = json.loads(zipped.read("manifest.json"))
        tracks = zipped.read("last_tracks.csv").decode()
    figures = manifest["figures"]
    assert (manifest["format"], manifest["engine"]) == (1, connection.vendor)
    assert figures["counts"]["orders_order"] == 1
    assert figures["counts"]["orders_orderline"] == 1
    assert figures["counts"]["tracking_track"] == Track.objects.count()
    assert figures["money"]["orders_order.total_cost"] == 1250
    assert "orders.0001_initial" in figures["migrations"]
    assert tracks == f"{order.pk},1,created,created\r\n"


@pytest.mark.parametrize("text", ["it's \\ 'so'), (1", 'two\nlines\r"', "שלום 🧺 \x1a"])
def test_texts_of_any_kind_are_counted_as_one_row(order: Order, text: str):
    Order.objects.filter(pk=order.pk).update(instructions=text)
    path, _ = backup()
    with ZipFile(path) as zipped:
        figures = json.loads(zipped.read("manifest.json"))["figures"]
    assert figures["counts"]["orders_order"] == 1


def test_an_empty_database_is_no_shop(monkeypatch: pytest.MonkeyPatch, backup_folder: Path):
    monkeypatch.setattr(making, "ORDERS", "no_such_table")
    with pytest.raises(CommandError, match="There is no shop in the database"):
        call_command("backup")
    assert [path.name for path in backup_folder.iterdir()] == [".lock"]


def test_a_full_disk_leaves_nothing_behind_and_removes_no_old_backup(
    order: Order, settings: Any, backup_folder: Path
):
    old = backup_folder / "roundtrip-20200101T000000Z.zip"
    backup_folder.mkdir()
    old.touch()
    settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS, settings.BACKUP_KEEP_MONTHS = 1, 0, 0
    with no_file_beyond(4096), pytest.raises(CommandError, match=r"^No backup was made: "):
        call_command("backup")
    assert sorted(path.name for path in backup_folder.iterdir()) == [".lock", old.name]
