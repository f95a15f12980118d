"""One cache that no request fails by or waits for."""

import logging
import sys
import time
from typing import Any

from django_redis.cache import RedisCache
from django_redis.exceptions import ConnectionInterrupted

logger = logging.getLogger(__name__)

# How long a Redis that failed is left alone: one request pays its time-out, not all.
LEAVE_ALONE_SECONDS = 2.0
LOG_EVERY_SECONDS = 60.0


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
        self._away_until = 0.0
        self._logged_at = -LOG_EVERY_SECONDS

    @property
    def client(self) -> Any:
        """The client, unless Redis failed a moment ago."""
        if time.monotonic() < self._away_until:
            raise ConnectionInterrupted(connection=None)
        return super().client

    def exception(self, message: str) -> None:
        """Note that Redis is away (django-redis calls this on every ignored failure)."""
        now = time.monotonic()
        if now < self._away_until:
            return
        self._away_until = now + LEAVE_ALONE_SECONDS
        if now - self._logged_at >= LOG_EVERY_SECONDS:
            self._logged_at = now
            logger.warning("Redis does not answer; going on without it: %r", sys.exception())
