"""The shop's own figures for Prometheus: what stands in the database and on the disk."""

import datetime
import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import Error as AnyDatabaseError
from django.db.models import Count, Q
from django.utils import timezone
from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config.mail.outbox import Queue, queue
from config.operations.backup.files import newest_backup_at, newest_verified_backup_at
from config.operations.dashboard import ON_THEIR_WAY
from orders.models import Order

# All processes and machines share what one of them asked for so long.
KEPT_SECONDS = 15
_KEY = "metrics:figures"


class Figures(NamedTuple):
    """What the database tells: orders on their way and stuck ones by stage, and the outbox."""

    orders: dict[str, tuple[int, int]]
    mails: Queue


def figures() -> Figures:
    """The figures of the last `KEPT_SECONDS`, by two queries whose cost the past does not grow."""
    kept: Figures | None = cache.get(_KEY)
    if kept is None:
        kept = Figures(_orders(timezone.now()), queue())
        cache.set(_KEY, kept, KEPT_SECONDS)
    return kept


def _orders(now: datetime.datetime) -> dict[str, tuple[int, int]]:
    is_stuck = Q(status_changed_at__lte=now - settings.STUCK_AFTER)
    rows = (
        Order.objects.present()
        .filter(status__in=ON_THEIR_WAY)
        .order_by()
        .values("status")
        .annotate(orders=Count("pk"), stuck=Count("pk", filter=is_stuck))
    )
    found = {row["status"]: (row["orders"], row["stuck"]) for row in rows}
    return {status.value: found.get(status, (0, 0)) for status in ON_THEIR_WAY}


class ShopCollector(Collector):
    """Reads the figures when Prometheus asks.

    Without a database it tells that, and the counters of the processes are there all the same.
    """

    def collect(self) -> Iterator[Metric]:
        """The gauges."""
        yield GaugeMetricFamily(
            "roundtrip_disk_free_bytes",
            "Free space where the shop writes (VAR_DIR).",
            value=shutil.disk_usage(settings.VAR_DIR).free,
        )
        yield from _backups()
        found: Figures | None
        try:
            found = figures()
        except AnyDatabaseError:
            found = None
        yield GaugeMetricFamily(
            "roundtrip_database_up", "Whether the database answers.", value=float(found is not None)
        )
        if found is not None:
            yield from _gauges(found)


def _backups() -> Iterator[Metric]:
    """When backups were made; nothing of a machine that has none, or may not look."""
    yield GaugeMetricFamily(
        "roundtrip_backup_max_age_seconds",
        "How old the newest backup may become (BACKUP_MAX_AGE).",
        value=settings.BACKUP_MAX_AGE.total_seconds(),
    )
    made = GaugeMetricFamily(
        "roundtrip_backup_timestamp_seconds", "When the newest backup was made."
    )
    verified = GaugeMetricFamily(
        "roundtrip_backup_verified_timestamp_seconds",
        "When the newest backup was made that was found to be whole.",
    )
    with suppress(OSError):
        for family, moment in ((made, newest_backup_at()), (verified, newest_verified_backup_at())):
            if moment is not None:
                family.add_metric([], moment.timestamp())
    yield from (made, verified)


def _gauges(found: Figures) -> Iterator[Metric]:
    orders = GaugeMetricFamily(
        "roundtrip_orders", "Orders on their way, by stage.", labels=["stage"]
    )
    stuck = GaugeMetricFamily(
        "roundtrip_orders_stuck",
        "Orders that are in their stage for longer than STUCK_AFTER.",
        labels=["stage"],
    )
    for stage, (number, of_these_stuck) in found.orders.items():
        orders.add_metric([stage], number)
        stuck.add_metric([stage], of_these_stuck)
    yield from (orders, stuck)
    mails = found.mails
    waits = (timezone.now() - mails.oldest).total_seconds() if mails.oldest else 0
    yield GaugeMetricFamily(
        "roundtrip_mails_waiting", "Mails that are still to be sent.", value=mails.waiting
    )
    yield GaugeMetricFamily(
        "roundtrip_mails_oldest_seconds",
        "How long the oldest of them waits; 0 where none does.",
        value=waits,
    )
    yield GaugeMetricFamily(
        "roundtrip_mails_given_up", "Mails that no attempt could send.", value=mails.given_up
    )
