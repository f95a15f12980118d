"""Telling Sentry of crashes, and nothing that a log line would not tell either."""

import logging
from typing import Any

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.logging import LoggingIntegration, ignore_logger

from config.rest.logs import without_emails
from config.rest.request_ids import current_request_id


def connect(dsn: str, *, environment: str) -> None:
    """Send unhandled errors and lines of level ERROR to Sentry."""
    # Its line of a crash says less than the crash itself, and names the path.
    ignore_logger("django.request")
    sentry_sdk.init(
        dsn,
        # No bodies, no cookies and addresses, no values of variables, no traces of calls.
        max_request_body_size="never",
        include_local_variables=False,
        max_breadcrumbs=0,
        auto_session_tracking=False,
        default_integrations=False,
        auto_enabling_integrations=False,
        integrations=[
            # What is on its way when a process ends is sent first, without a word.
            AtexitIntegration(callback=lambda _pending, _seconds: None),
            DedupeIntegration(),
            DjangoIntegration(middleware_spans=False),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        before_send=_cleaned,
        environment=environment,
    )


def _cleaned(event: Any, hint: dict[str, Any]) -> Any:
    """Take out the request, whose path and headers hold tokens; the route stands elsewhere.

    Databases repeat a value that they refuse, so emails go from the errors' texts too.
    """
    event.pop("request", None)
    event.pop("user", None)
    event.setdefault("tags", {})["request_id"] = current_request_id.get()
    for error in event.get("exception", {}).get("values", []):
        error["value"] = without_emails(error.get("value") or "")
    entry = event.get("logentry", {})
    # The parts of a line may be anything that was at hand.
    for name in ("params", "formatted"):
        entry.pop(name, None)
    if "message" in entry:
        entry["message"] = without_emails(entry["message"])
    # A path that leads nowhere has no route, and is named itself.
    if event.get("transaction_info", {}).get("source") == "url":
        event["transaction"] = "-"
    return event
