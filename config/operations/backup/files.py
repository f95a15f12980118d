"""Where backups lie: their names, the one being written, and which of them go."""

import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.utils import timezone

from config.operations.backup.errors import BackupError
from config.operations.backup.retention import kept

_NAME = re.compile(r"roundtrip-(\d{8}T\d{6}Z)\.zip(\.age)?", re.ASCII)
_MOMENT = "%Y%m%dT%H%M%SZ"
_UNFINISHED = ".unfinished-"


class BackupFile(NamedTuple):
    """A whole backup; `at` is when it was begun, to the second."""

    at: datetime
    path: Path

    @property
    def mark(self) -> Path:
        """The file beside it that says that it was verified."""
        return self.path.with_name(f"{self.path.name}.verified")


def backup_files() -> list[BackupFile]:
    """The backups in BACKUP_DIR, oldest first; none where there is no such folder."""
    if not settings.BACKUP_DIR.is_dir():
        return []
    return sorted(
        BackupFile(datetime.strptime(match[1], _MOMENT).replace(tzinfo=UTC), path)
        for path in settings.BACKUP_DIR.iterdir()
        if (match := _NAME.fullmatch(path.name))
    )


def newest_backup_at() -> datetime | None:
    """When the newest backup was made; None if there is none."""
    return max((file.at for file in backup_files()), default=None)


def newest_verified_backup_at() -> datetime | None:
    """When the newest of those backups was made that `verify_backup` found to be whole."""
    return max((file.at for file in backup_files() if file.mark.is_file()), default=None)


def name_of(at: datetime, *, is_encrypted: bool) -> str:
    """What a backup of this moment is called."""
    return f"roundtrip-{at.astimezone(UTC):{_MOMENT}}.zip{'.age' if is_encrypted else ''}"


def mark_verified(path: Path) -> None:
    """Write beside a backup that it was found to be whole."""
    BackupFile(timezone.now(), path).mark.write_text(f"{timezone.now().isoformat()}\n")


@contextmanager
def unfinished() -> Iterator[Path]:
    """A folder in BACKUP_DIR for what is being written; it goes with all that is in it.

    One backup is made at a time: what lies about here is of one that was killed, and goes
    too. Raises BackupError where another is under way.
    """
    settings.BACKUP_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (settings.BACKUP_DIR / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError("Another backup is being made.") from None
        for left in settings.BACKUP_DIR.glob(f"{_UNFINISHED}*"):
            shutil.rmtree(left)
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=settings.BACKUP_DIR) as folder:
            yield Path(folder)


def put_in_place(written: Path, name: str) -> Path:
    """Give a file that is whole and on the disk its name; raises BackupError if that is taken."""
    place: Path = settings.BACKUP_DIR / name
    if place.exists():
        raise BackupError(f"{place} is there already: one backup a second is enough.")
    written.rename(place)
    folder = os.open(settings.BACKUP_DIR, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return place


def remove_old() -> list[Path]:
    """Remove the backups that no rule of BACKUP_KEEP_... keeps, and return them."""
    local = {timezone.localtime(file.at): file for file in backup_files()}
    keep = kept(
        local,
        days=settings.BACKUP_KEEP_DAYS,
        weeks=settings.BACKUP_KEEP_WEEKS,
        months=settings.BACKUP_KEEP_MONTHS,
    )
    old = [file for moment, file in local.items() if moment not in keep]
    for file in old:
        file.path.unlink()
        file.mark.unlink(missing_ok=True)
    return [file.path for file in old]
