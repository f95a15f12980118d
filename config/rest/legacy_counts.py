"""Counting the calls of old clients in the cache, so that a call costs no statement.

Each day has numbered slots, one for each call of each client, with a counter. What drains
them writes the counts down (`config.operations.legacy_use`); what the cache loses before
that is lost.
"""

import datetime
import hashlib
import json
import re
from collections.abc import Iterator
from threading import Event
from typing import NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

DRAIN_EVERY_SECONDS = 60
KEPT_DAYS = 3
_KEPT_SECONDS = KEPT_DAYS * 86400
# Anybody can invent clients; past so many a day they count as one.
MAX_SLOTS = 500
OTHERS = "(others)"
_LOCK = "legacy-use:lock"
_ORIGIN = re.compile(r"null|file://|https?://[a-z0-9.:\[\]-]{1,100}")
# Set while this process has counted something since it last drained.
counted_here = Event()


class Call(NamedTuple):
    """One kind of call: what is counted together."""

    endpoint: str
    replaced_by: str
    client: str
    origin: str
    is_refused: bool


def client_of(request: HttpRequest) -> str:
    """The calling program: its `User-Agent` without what looks like an address or a number."""
    words = request.headers.get("User-Agent", "").split()
    kept = [w for w in words if w.isprintable() and "@" not in w and not re.search(r"\d{6}", w)]
    return " ".join(kept)[:128].strip()


def origin_of(request: HttpRequest) -> str:
    """Where the calling page comes from; "" for a program without one."""
    origin = request.headers.get("Origin", "").strip().lower()
    return origin if not origin or _ORIGIN.fullmatch(origin) else OTHERS


def count(call: Call) -> None:
    """Count one call of today, of the shop's day."""
    if not counted_here.is_set():
        # The minute until the next draining begins with the first call.
        cache.add(_LOCK, 1, DRAIN_EVERY_SECONDS)
        counted_here.set()
    prefix = _prefix(timezone.localdate())
    slot = _slot_of(prefix, call)
    if slot is not None:
        _increase(f"{prefix}:count:{slot}")


def is_due() -> bool:
    """Whether calls counted here wait, and nobody drained within the last minute.

    Answers True to one process and thread only.
    """
    if not counted_here.is_set() or not cache.add(_LOCK, 1, DRAIN_EVERY_SECONDS):
        return False
    counted_here.clear()
    return True


def drain(day: datetime.date) -> Iterator[tuple[Call, int]]:
    """Take the counts of a day out of the cache."""
    prefix = _prefix(day)
    slots = range(1, (cache.get(f"{prefix}:slots") or 0) + 1)
    counts = cache.get_many([f"{prefix}:count:{slot}" for slot in slots])
    for slot in slots:
        number = counts.get(f"{prefix}:count:{slot}") or 0
        kept = cache.get(f"{prefix}:call:{slot}") if number else None
        if kept and _increase(f"{prefix}:count:{slot}", -number) is not None:
            yield Call(*kept), number


def put_back(day: datetime.date, call: Call, number: int) -> None:
    """Count again what was taken out and could not be written down."""
    prefix = _prefix(day)
    slot = _slot_of(prefix, call)
    if slot is not None:
        _increase(f"{prefix}:count:{slot}", number)


def _prefix(day: datetime.date) -> str:
    return f"legacy-use:{day:%Y-%m-%d}"


def _slot_of(prefix: str, call: Call) -> int | None:
    """The number under which a call is counted; None while the cache is away.

    Two who make one at the same moment make two, which add up.
    """
    digest = hashlib.sha256(json.dumps(call).encode()).hexdigest()
    slot: int | None = cache.get(f"{prefix}:of:{digest}")
    if slot is not None:
        return slot
    if call.client != OTHERS and (cache.get(f"{prefix}:slots") or 0) >= MAX_SLOTS:
        return _slot_of(prefix, call._replace(client=OTHERS, origin=""))
    slot = _increase(f"{prefix}:slots")
    if slot is not None:
        cache.set(f"{prefix}:call:{slot}", tuple(call), _KEPT_SECONDS)
        cache.set(f"{prefix}:of:{digest}", slot, _KEPT_SECONDS)
    return slot


def _increase(key: str, by: int = 1) -> int | None:
    """Add to a counter, made where it is missing; None while the cache is away."""
    cache.add(key, 0, _KEPT_SECONDS)
    try:
        increased: int | None = cache.incr(key, by)
    except ValueError:  # Thrown out between the two calls.
        return None
    return increased
