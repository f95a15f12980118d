"""What old servers and their clients call services: ids as text, durations in words."""

import re
from collections.abc import Iterable
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q

from catalog.models import Service

USAGE_KEY = "catalog:usage"
# Counting every line of every order on each call would slow all of them down.
USAGE_KEPT_SECONDS = 60
_DURATION = re.compile(r"(?:(\d{1,6})\s*d)?\s*(?:(\d{1,6})\s*h)?\s*(?:(\d{1,6})\s*m(?:in)?)?", re.I)


def legacy_id_of(service: Service) -> str:
    """The imported id (`s1`), else the number as text."""
    return service.legacy_id or str(service.pk)


def services_with(ids: Iterable[str]) -> dict[str, Service]:
    """Services by what old clients call them: an imported id, else a number."""
    # No id is longer or holds what cannot be printed, and not every database can be asked.
    wanted = {text for text in ids if 0 < len(text) <= 32 and text.isprintable()}
    numbers = {int(text) for text in wanted if re.fullmatch("[0-9]{1,18}", text)}
    found = Service.objects.filter(Q(legacy_id__in=wanted) | Q(pk__in=numbers))
    by_number = {str(service.pk): service for service in found}
    by_legacy_id = {service.legacy_id: service for service in found if service.legacy_id}
    services = {text: by_legacy_id.get(text) or by_number.get(text) for text in wanted}
    return {text: service for text, service in services.items() if service}


def duration_text(minutes: int | None) -> str:
    """`24h` or `90m`; "" where it is unknown."""
    if minutes is None:
        return ""
    return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"


def minutes_of(text: str) -> int | None:
    """The minutes of `24h`, `90m`, `1h 30m` or `2d`; None for ""; raises ValueError."""
    text = text.strip()
    if not text:
        return None
    match = _DURATION.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no duration such as 24h or 90m")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return (days * 24 + hours) * 60 + minutes


def usage_counts() -> dict[int, int]:
    """How many lines of orders name each service, imported counts included.

    At most a minute old.
    """
    counts: dict[int, int] | None = cache.get(USAGE_KEY)
    if counts is None:
        rows = Service.objects.annotate(lines_count=Count("lines"))
        named: Any = rows.values_list("pk", "imported_usage_count", "lines_count")
        counts = {pk: imported + lines for pk, imported, lines in named}
        cache.set(USAGE_KEY, counts, USAGE_KEPT_SECONDS)
    return counts
