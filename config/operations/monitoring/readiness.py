"""Whether this server should be sent calls: migrations, the disk, and how old the backup is."""

import shutil
from functools import cache

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from config.operations.backup.files import newest_backup_at

OK, FAILED = "ok", "failed"
NONE, OLD, UNREADABLE = "none", "old", "unreadable"
MEGABYTE = 1024 * 1024


@cache
def _newest_migrations() -> frozenset[tuple[str, str]]:
    """The last migration of each app, which comes after all others of it."""
    return frozenset(MigrationLoader(None).graph.leaf_nodes())


def migrations() -> str:
    """`ok` once the database has every table and column that this code needs.

    A database that is ahead of the code is no fault: an upgrade migrates it first.
    """
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except AnyDatabaseError:
        return FAILED
    return OK if _newest_migrations() <= applied.keys() else FAILED


def disk() -> str:
    """`ok` while READY_DISK_FREE_MB are free where the shop writes."""
    free = shutil.disk_usage(settings.VAR_DIR).free
    return OK if free >= settings.READY_DISK_FREE_MB * MEGABYTE else FAILED


def backup() -> str:
    """`ok`, `old` (by BACKUP_MAX_AGE), or `none`: shops may be kept otherwise, or elsewhere.

    No calls are kept from a server for it: orders are taken all the same.
    """
    try:
        newest = newest_backup_at()
    except OSError:
        return UNREADABLE
    if newest is None:
        return NONE
    return OK if timezone.now() - newest <= settings.BACKUP_MAX_AGE else OLD


def readiness() -> dict[str, str]:
    """What is asked of a server, each in a word; one that is `failed` makes it unready."""
    return {"migrations": migrations(), "disk": disk(), "backup": backup()}
