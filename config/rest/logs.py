"""Log lines as JSON: one for each request, and nothing secret in any of them.

A line holds the route, never the path: a tracking page's path holds the order's token, a
mailed link's the account's.
"""

import logging
import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from structlog.types import EventDict, WrappedLogger

from config.rest.addresses import client_address
from config.rest.principals import ANYONE, Principal, principal_of
from config.rest.request_ids import current_request_id

logger = structlog.stdlib.get_logger("roundtrip.requests")
_EMAIL = re.compile(r"[\w.+-]+@[\w.-]+")


def add_request_id(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put the current request's id on the line."""
    event["request_id"] = current_request_id.get()
    return event


def route_of(request: HttpRequest) -> str:
    """The pattern that a request's path matched; "-" where none did."""
    match = request.resolver_match
    return str(match.route) if match else "-"


class RouteForPath(logging.Filter):
    """Name the route where Django's own lines on failed requests end with the path."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the line; let it pass."""
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest) and isinstance(record.args, tuple) and record.args:
            record.args = (*record.args[:-1], route_of(request))
        return True


def without_emails(text: str) -> str:
    """A text with its emails blanked."""
    return _EMAIL.sub("<email>", text)


def hide_emails(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Blank emails in what a crash says: databases repeat the value that they refuse."""
    if "exception" in event:
        event["exception"] = without_emails(event["exception"])
    return event


# One chain for structlog's lines and for those of the standard library.
SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    add_request_id,
    structlog.processors.format_exc_info,
    hide_emails,
]


def configure(*, renderer: str) -> dict[str, Any]:
    """Configure structlog; answer Django's LOGGING. `renderer` is `json` or `text`."""
    structlog.configure(
        processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    render: Any = (
        structlog.processors.JSONRenderer()
        if renderer == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"route": {"()": RouteForPath}},
        "formatters": {
            "line": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    render,
                ],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "filters": ["route"],
                "formatter": "line",
            }
        },
    }


class RequestLogMiddleware:
    """Write one line for each request once its answer stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = self.get_response(request)
        principal = _principal_so_far(request)
        logger.info(
            "request",
            method=request.method,
            route=route_of(request),
            status=response.status_code,
            ms=round((time.perf_counter() - started) * 1000, 1),
            principal=principal.kind,
            principal_id=principal.id,
            ip=client_address(request),
        )
        return response


def _principal_so_far(request: HttpRequest) -> Principal:
    """Who the API's view or the admin's session found; never asks the database itself."""
    found: Principal | None = getattr(request, "principal", None)
    if found is not None:
        return found
    return principal_of(request) if hasattr(request, "_cached_user") else ANYONE
