"""Is it alive?  What load balancers, monitors and old clients ask."""

import logging

from django.core.cache import cache
from django.db import Error as AnyDatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)


def database_answers() -> bool:
    """Whether the database answers a query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except AnyDatabaseError:
        logger.exception("The database does not answer.")
        return False


def cache_answers() -> bool:
    """Whether the cache keeps a value."""
    try:
        cache.set("healthz", "ok", 10)
        return cache.get("healthz") == "ok"
    except Exception:
        logger.warning("The cache does not answer.", exc_info=True)
        return False


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while orders can be taken; `degraded` without the cache, 503 without the database."""
    database, cached = database_answers(), cache_answers()
    status = "ok" if database and cached else "degraded" if database else "unavailable"
    body = {
        "status": status,
        "db": "ok" if database else "failed",
        "cache": "ok" if cached else "failed",
    }
    return JsonResponse(body, status=200 if database else 503)


@never_cache
@require_safe
def ping(request: HttpRequest) -> JsonResponse:
    """Answer without touching anything."""
    return JsonResponse({"message": "pong"})
