"""What is on offer today, kept in the cache: every client asks for it first.

A change of a service forgets it after its commit. Who read just before and keeps just
after that is stale for half a minute at most; orders never read it.
"""

from typing import Any

from django.core.cache import cache
from django.db import transaction

KEEP_SECONDS = 30
_KEY = "catalog:offer"


def kept_offer() -> Any:
    """The list as it was answered last; None if nobody asked for a while."""
    return cache.get(_KEY)


def keep_offer(rows: Any) -> None:
    """Keep a list for the next who ask."""
    cache.set(_KEY, rows, KEEP_SECONDS)


def forget_offer(**kwargs: Any) -> None:
    """Forget the list once the change of a service stands (a receiver of its signals)."""
    transaction.on_commit(lambda: cache.delete(_KEY))
