"""Who still calls the old paths: counts by day, call and client, and what would end with them."""

import datetime
import logging
from typing import Any

from django.core.signals import request_finished
from django.db import Error as AnyDatabaseError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from config.operations.models import LegacyUse
from config.rest import legacy_counts
from config.rest.legacy_counts import Call

logger = logging.getLogger(__name__)


def flush() -> int:
    """Write down what was counted since the last time; answer how many calls those were.

    Raises the database's error; what is not yet written then waits for the next time.
    """
    today = timezone.localdate()
    written = 0
    for age in range(legacy_counts.KEPT_DAYS):
        day = today - datetime.timedelta(days=age)
        for call, number in legacy_counts.drain(day):
            try:
                _write(day, call, number)
            except AnyDatabaseError:
                legacy_counts.put_back(day, call, number)
                raise
            written += number
    return written


def _write(day: datetime.date, call: Call, number: int) -> None:
    """Add to the row of this call; two who make it at the same moment meet at its key."""
    key = {
        "day": day,
        "endpoint": call.endpoint,
        "client": call.client,
        "origin": call.origin,
    }
    refused = number if call.is_refused else 0
    more: dict[str, Any] = {"calls": F("calls") + number, "refused": F("refused") + refused}
    if LegacyUse.objects.filter(**key).update(**more, replaced_by=call.replaced_by):
        return
    new = {"replaced_by": call.replaced_by, "calls": number, "refused": refused}
    try:
        with transaction.atomic():
            LegacyUse.objects.create(**key, **new)
    except IntegrityError:
        LegacyUse.objects.filter(**key).update(**more)


def flush_when_due(**kwargs: Any) -> None:
    """After an answer has gone out: write the counts down, once a minute, whoever comes first."""
    if not legacy_counts.is_due():
        return
    try:
        flush()
    except AnyDatabaseError:
        logger.exception("The use of old paths could not be written down; it waits.")


def would_have_failed(*, since: datetime.date, until: datetime.date) -> QuerySet[Any]:
    """The calls of these days that were answered, by call and client, the most frequent first.

    They are what switching LEGACY_API off before those days would have broken.
    """
    days = LegacyUse.objects.filter(day__gte=since, day__lte=until, calls__gt=F("refused"))
    by_client = days.values("endpoint", "replaced_by", "client", "origin")
    return by_client.annotate(answered=Sum(F("calls") - F("refused"))).order_by(
        "-answered", "endpoint", "client", "origin"
    )


def counted_before(moment: datetime.datetime) -> QuerySet[LegacyUse]:
    """The counts of the shop's days before that of a moment."""
    return LegacyUse.objects.filter(day__lt=timezone.localdate(moment))


def connect() -> None:
    """Have the counts written down after answers."""
    request_finished.connect(flush_when_due, dispatch_uid="legacy-use")
