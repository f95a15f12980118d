"""Where backups lie, how old the newest is, and which go."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from config.operations.backup.errors import BackupError
from config.operations.backup.files import (
    backup_files,
    mark_verified,
    name_of,
    newest_backup_at,
    newest_verified_backup_at,
    put_in_place,
    remove_old,
    unfinished,
)
from config.operations.backup.retention import kept

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)  # a Saturday

pytestmark = pytest.mark.usefixtures("backup_folder")


def lay(folder: Path, *moments: datetime) -> list[Path]:
    """Empty files that are called as backups of these moments."""
    folder.mkdir(exist_ok=True)
    paths = [folder / name_of(moment, is_encrypted=False) for moment in moments]
    for path in paths:
        path.touch()
    return paths


def test_without_a_folder_there_is_no_backup():
    assert (newest_backup_at(), newest_verified_backup_at()) == (None, None)


def test_the_newest_is_told_by_its_name(backup_folder: Path):
    lay(backup_folder, NOON, NOON - timedelta(days=1))
    assert newest_backup_at() == NOON


def test_the_newest_verified_is_told_by_the_mark_beside_it(backup_folder: Path):
    old, _ = lay(backup_folder, NOON - timedelta(days=1), NOON)
    mark_verified(old)
    assert newest_verified_backup_at() == NOON - timedelta(days=1)


def test_a_name_tells_the_moment_in_utc_and_whether_it_is_encrypted():
    moment = datetime.fromisoformat("2026-11-28T17:30:05+05:30")
    assert name_of(moment, is_encrypted=False) == "roundtrip-20261128T120005Z.zip"
    assert name_of(moment, is_encrypted=True) == "roundtrip-20261128T120005Z.zip.age"


def test_other_files_are_no_backups(backup_folder: Path):
    (backup,) = lay(backup_folder, NOON)
    for name in ("notes.txt", f"{backup.name}.part", f"old-{backup.name}", ".lock"):
        (backup_folder / name).touch()
    assert [file.path for file in backup_files()] == [backup]


def test_what_is_being_written_goes_when_it_fails(backup_folder: Path):
    def write_half() -> None:
        with unfinished() as place:
            (place / "half").touch()
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        write_half()
    assert [path.name for path in backup_folder.iterdir()] == [".lock"]


def test_what_a_killed_backup_left_goes_with_the_next(backup_folder: Path):
    left = backup_folder / ".unfinished-x" / "half"
    left.parent.mkdir(parents=True)
    left.touch()
    with unfinished():
        assert not left.parent.exists()


def test_two_backups_are_not_made_at_once():
    with (
        unfinished(),
        pytest.raises(BackupError, match=r"^Another backup is being made\.$"),
        unfinished(),
    ):
        pass


def test_only_the_shops_own_user_may_look_into_the_folder(backup_folder: Path):
    with unfinished():
        assert backup_folder.stat().st_mode & 0o777 == 0o700


def test_a_backup_takes_no_others_name(backup_folder: Path):
    (old,) = lay(backup_folder, NOON)
    written = backup_folder / "new"
    written.write_text("new")
    with pytest.raises(BackupError, match="is there already"):
        put_in_place(written, old.name)
    assert old.read_text() == ""


def test_the_last_hours_and_the_newest_of_each_day_week_and_month_are_kept():
    """Two a day for 70 days: of three days, three weeks and three months."""
    moments = [NOON - timedelta(days=days, hours=hours) for days in range(70) for hours in (0, 6)]
    assert sorted(kept(moments, days=3, weeks=3, months=3)) == [
        datetime(2026, 9, 30, 12, tzinfo=UTC),
        datetime(2026, 10, 31, 12, tzinfo=UTC),
        datetime(2026, 11, 15, 12, tzinfo=UTC),
        datetime(2026, 11, 22, 12, tzinfo=UTC),
        datetime(2026, 11, 26, 12, tzinfo=UTC),
        datetime(2026, 11, 27, 12, tzinfo=UTC),
        datetime(2026, 11, 28, 6, tzinfo=UTC),
        datetime(2026, 11, 28, 12, tzinfo=UTC),
    ]


def test_weeks_are_those_of_iso_8601_over_the_end_of_a_year():
    """29 December 2025 to 4 January 2026 is one week."""
    moments = [datetime(2025, 12, 28, tzinfo=UTC), datetime(2025, 12, 30, tzinfo=UTC),
               datetime(2026, 1, 4, tzinfo=UTC)]  # fmt: skip
    assert kept(moments, days=0, weeks=2, months=0) == {moments[0], moments[2]}


def test_days_without_a_backup_do_not_count():
    moments = [NOON, NOON - timedelta(days=400), NOON - timedelta(days=900)]
    assert kept(moments, days=2, weeks=0, months=0) == set(moments[:2])


def test_of_nothing_nothing_is_kept():
    assert kept([], days=7, weeks=5, months=12) == set()


def test_days_are_those_of_the_shop(settings: Any, backup_folder: Path):
    """20:00 and 17:00 UTC are two days in Kolkata, where it is half past one and half past ten."""
    settings.TIME_ZONE = "Asia/Kolkata"
    settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS, settings.BACKUP_KEEP_MONTHS = 3, 0, 0
    before = NOON - timedelta(days=2)
    lay(backup_folder, NOON, before.replace(hour=20), before.replace(hour=17))
    assert remove_old() == []


def test_an_old_backup_goes_with_its_mark_and_nothing_else_does(settings: Any, backup_folder: Path):
    settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS, settings.BACKUP_KEEP_MONTHS = 1, 0, 0
    old, new = lay(backup_folder, NOON - timedelta(days=1), NOON)
    mark_verified(old)
    mark_verified(new)
    (backup_folder / "notes.txt").touch()
    assert remove_old() == [old]
    assert {path.name for path in backup_folder.iterdir()} == {
        new.name,
        f"{new.name}.verified",
        "notes.txt",
    }
