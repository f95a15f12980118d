"""Every way in which the API says no: a closed list of codes, and one exception.

This module imports nothing of DRF: verbs raise what stands here, views render it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils.translation import gettext_lazy as _


class Code(models.TextChoices):
    """The contract's closed list of error codes (section 7); the label is the default text."""

    VALIDATION = "validation", _("Some fields are not valid.")
    MALFORMED_BODY = "malformed_body", _("The request could not be read.")
    UNSUPPORTED_MEDIA_TYPE = (
        "unsupported_media_type",
        _("Send the body as application/json."),
    )
    PAYLOAD_TOO_LARGE = "payload_too_large", _("The body is too large.")
    METHOD_NOT_ALLOWED = "method_not_allowed", _("This method is not allowed here.")
    NOT_FOUND = "not_found", _("There is nothing here.")
    NOT_AUTHENTICATED = "not_authenticated", _("Sign in first.")
    TOKEN_INVALID = "token_invalid", _("This token is not valid or no longer valid.")
    OTP_REQUIRED = "otp_required", _("The second factor's code is required.")
    BAD_CREDENTIALS = "bad_credentials", _("These credentials are not right.")
    BAD_PASSWORD = "bad_password", _("The current password is not right.")
    LINK_INVALID = "link_invalid", _("This link is not valid or was already used.")
    CSRF_FAILED = "csrf_failed", _("The CSRF token is missing or wrong.")
    PERMISSION_DENIED = "permission_denied", _("You may not do this.")
    EMAIL_TAKEN = "email_taken", _("There is already an account with this email.")
    UNKNOWN_SERVICE = "unknown_service", _("There is no such service.")
    SERVICE_INACTIVE = "service_inactive", _("This service is not offered at present.")
    SERVICE_AMBIGUOUS = (
        "service_ambiguous",
        _("Several services have this name; send service_id."),
    )
    ORDER_NOT_FOUND = "order_not_found", _("There is no such order.")
    ORDER_DELETED = "order_deleted", _("This order was deleted.")
    TRANSITION_NOT_ALLOWED = (
        "transition_not_allowed",
        _("The order cannot take this step now."),
    )
    NOT_EDITABLE = "not_editable", _("This order can no longer be changed.")
    ALREADY_PICKED_UP = "already_picked_up", _("The order was already picked up.")
    IN_USE = "in_use", _("Orders refer to this; set it inactive instead.")
    HAS_OPEN_ORDERS = "has_open_orders", _("This customer still has open orders.")
    SCAN_ID_REUSED = "scan_id_reused", _("This scan_id was already used for another scan.")
    UNREADABLE_CODE = "unreadable_code", _("No order number could be read from this code.")
    IDEMPOTENCY_KEY_REUSED = (
        "idempotency_key_reused",
        _("This Idempotency-Key was already used for another body."),
    )
    IDEMPOTENCY_IN_PROGRESS = (
        "idempotency_in_progress",
        _("A request with this Idempotency-Key is still running; try again."),
    )
    PRECONDITION_FAILED = "precondition_failed", _("It was changed since you read it.")
    RATE_LIMITED = "rate_limited", _("Too many requests; try again later.")
    GONE = "gone", _("This endpoint is gone.")
    UNAVAILABLE = "unavailable", _("Something failed on our side; try again later.")


STATUS: dict[str, int] = {
    Code.VALIDATION: 400,
    Code.MALFORMED_BODY: 400,
    Code.UNSUPPORTED_MEDIA_TYPE: 415,
    Code.PAYLOAD_TOO_LARGE: 413,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.NOT_FOUND: 404,
    Code.NOT_AUTHENTICATED: 401,
    Code.TOKEN_INVALID: 401,
    Code.OTP_REQUIRED: 401,
    Code.BAD_CREDENTIALS: 401,
    Code.BAD_PASSWORD: 400,
    Code.LINK_INVALID: 400,
    Code.CSRF_FAILED: 403,
    Code.PERMISSION_DENIED: 403,
    Code.EMAIL_TAKEN: 400,
    Code.UNKNOWN_SERVICE: 400,
    Code.SERVICE_INACTIVE: 400,
    Code.SERVICE_AMBIGUOUS: 400,
    Code.ORDER_NOT_FOUND: 404,
    Code.ORDER_DELETED: 409,
    Code.TRANSITION_NOT_ALLOWED: 409,
    Code.NOT_EDITABLE: 409,
    Code.ALREADY_PICKED_UP: 409,
    Code.IN_USE: 409,
    Code.HAS_OPEN_ORDERS: 409,
    Code.SCAN_ID_REUSED: 409,
    Code.UNREADABLE_CODE: 400,
    Code.IDEMPOTENCY_KEY_REUSED: 422,
    Code.IDEMPOTENCY_IN_PROGRESS: 409,
    Code.PRECONDITION_FAILED: 412,
    Code.RATE_LIMITED: 429,
    Code.GONE: 410,
    Code.UNAVAILABLE: 503,
}


class Refusal(Exception):  # noqa: N818  (a no is an answer, not an error)
    """A typed no.  What it is about goes with it, so that the caller can act on it.

    `errors` maps field names to lists of texts; `extra` holds further members of the
    answer (the status of the order and what it allows, say).
    """

    def __init__(
        self,
        code: Code,
        detail: str = "",
        *,
        errors: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        self.code = code
        self.detail = detail or str(code.label)
        self.errors = errors
        self.headers = headers or {}
        self.extra = extra
        super().__init__(self.detail)

    @property
    def status(self) -> int:
        """The HTTP status of this refusal's code."""
        return STATUS[self.code]


@contextmanager
def refusals_as_pages() -> Iterator[None]:
    """Turn a refusal into Django's 403, whose page says why: for the admin's forms."""
    try:
        yield
    except Refusal as refusal:
        raise PermissionDenied(refusal.detail) from refusal


def invalid(field: str, text: str) -> Refusal:
    """A `validation` refusal that names one field."""
    return Refusal(Code.VALIDATION, f"{field}: {text}", errors={field: [text]})
