"""One cache that no request fails by or waits for."""

import logging
import sys
import time
from collections import defaultdict
from threading import Lock
from typing import Any

from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted

logger = logging.getLogger(__name__)

# How long a Redis that failed is left alone: one request pays its time-out, not all.
LEAVE_ALONE_SECONDS = 2.0
LOG_EVERY_SECONDS = 60.0


class Outage:
    """What all threads of this process know of a Redis that fails."""

    def __init__(self) -> None:
        self.leave_alone_until = 0.0
        self._logged_at = -LOG_EVERY_SECONDS
        self._lock = Lock()

    def note(self, error: BaseException | None) -> None:
        """Leave Redis alone for a while; write a line once a minute."""
        now = time.monotonic()
        self.leave_alone_until = now + LEAVE_ALONE_SECONDS
        with self._lock:
            is_quiet = now - self._logged_at < LOG_EVERY_SECONDS
            self._logged_at = self._logged_at if is_quiet else now
        if not is_quiet:
            logger.warning("Redis does not answer; going on without it: %s", error)


# By address: Django gives every thread a cache object of its own.
OUTAGES: defaultdict[str, Outage] = defaultdict(Outage)


class ResilientRedisCache(RedisCache):
    """django-redis that answers like an empty cache while Redis is away.

    After a failure Redis is left alone for two seconds, so that a request waits at most
    one time-out (0.2 s); the outage is logged once a minute.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {
            "SOCKET_CONNECT_TIMEOUT": 0.2,
            "SOCKET_TIMEOUT": 0.2,
            "IGNORE_EXCEPTIONS": True,
        } | params.get("OPTIONS", {})
        super().__init__(server, params | {"OPTIONS": options})
        # django-redis reports every ignored failure to its logger; that is our notice.
        self._log_ignored_exceptions = True
        self.logger = self
        self._outage = OUTAGES[str(server)]

    @property
    def client(self) -> Any:
        """The client, unless Redis failed a moment ago."""
        if time.monotonic() < self._outage.leave_alone_until:
            raise ConnectionInterrupted(connection=None)
        return super().client

    def exception(self, message: str) -> None:
        """Note that Redis is away (django-redis calls this on every ignored failure)."""
        error = sys.exception()
        # Without a cause it is our own: Redis was not asked.
        if error is not None and error.__cause__ is not None:
            self._outage.note(error)
