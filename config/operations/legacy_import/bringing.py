"""Bringing everything over: every table, in batches of one transaction each.

What a killed run has committed is known to the next one, which goes on from there.
"""

from collections.abc import Callable, Iterator

from django.db import IntegrityError, transaction

from config.history import unrecorded
from config.operations.legacy_import.goods import bring_services
from config.operations.legacy_import.orders import bring_orders, bring_stray_tracks
from config.operations.legacy_import.people import bring_customers, bring_workers
from config.operations.legacy_import.run import Run
from config.operations.legacy_import.snapshot import Row

# The shop may be in service: the same email or number may come in at the same moment.
RETRIES = 2


def bring_all(run: Run) -> Iterator[tuple[str, int]]:
    """Bring everything over; tells the table and the rows that were read after each batch."""
    for rows in run.snapshot.batches("services"):
        yield "services", bring_batch(bring_services, run, rows)
    for rows in run.snapshot.batches("customers"):
        yield "customers", bring_batch(bring_customers, run, rows)
    for rows in run.snapshot.batches("workers"):
        yield "workers", bring_batch(bring_workers, run, rows)
    run.load()
    for rows in run.snapshot.batches("orders"):
        yield "orders", bring_batch(bring_orders, run, rows)
    for rows in run.snapshot.stray_tracks():
        yield "tracks", bring_batch(bring_stray_tracks, run, rows)


def bring_batch(bring: Callable[[Run, list[Row]], None], run: Run, rows: list[Row]) -> int:
    """Bring one batch over, all of it or nothing."""
    for _retry in range(RETRIES):
        try:
            with unrecorded(), transaction.atomic():
                bring(run, rows)
            return len(rows)
        except IntegrityError:
            continue
    with unrecorded(), transaction.atomic():
        bring(run, rows)
    return len(rows)
