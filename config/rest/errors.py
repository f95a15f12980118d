"""One shape for every error: RFC 9457 problems in v1, `{error, msg}` for old clients.

Everything that ends a request under the API's paths comes through here: refusals of
the verbs, DRF's own exceptions, and what Django answers outside DRF (unknown paths,
bad hosts, failed CSRF checks, crashes), so that no client ever reads HTML.
"""

import logging
import sys
from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import Error as AnyDatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.csrf import csrf_failure as csrf_page
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from config.rest.paths import is_api, is_v1
from config.rest.refusals import Code, Refusal
from config.rest.request_ids import current_request_id

logger = logging.getLogger(__name__)

# What a client is told to wait for a database that could not do it now, in seconds.
RETRY_AFTER = "5"


def body_of(refusal: Refusal, path: str) -> dict[str, Any]:
    """The JSON of a refusal, in the shape that this path's clients read."""
    if not is_v1(path):
        return {"error": refusal.detail, "msg": refusal.detail}
    body = {
        "type": f"about:blank#{refusal.code.value}",
        "title": str(refusal.code.label),
        "status": refusal.status,
        "detail": refusal.detail,
        "code": refusal.code.value,
        "msg": refusal.detail,
        "request_id": current_request_id.get(),
        **refusal.extra,
    }
    return body if refusal.errors is None else body | {"errors": refusal.errors}


def _headers_of(refusal: Refusal) -> dict[str, str]:
    authenticate = {"WWW-Authenticate": "Bearer"} if refusal.status == 401 else {}
    return authenticate | refusal.headers


def content_type_of(path: str) -> str:
    """The media type of an error on this path."""
    return "application/problem+json" if is_v1(path) else "application/json"


def error_response(
    refusal: Refusal, request: HttpRequest, *, status: int | None = None
) -> JsonResponse:
    """A refusal as a plain Django answer, for code that runs outside DRF.

    `status` is the HTTP status where it is not the one of the refusal's code.
    """
    body = body_of(refusal, request.path)
    if status is not None and "status" in body:
        body["status"] = status
    return JsonResponse(
        body,
        status=status or refusal.status,
        content_type=content_type_of(request.path),
        headers=_headers_of(refusal),
    )


def _sendable(text: Any) -> str:
    """The text of an error, which may repeat a lone surrogate that UTF-8 cannot carry."""
    return str(text).encode(errors="replace").decode()


def _flatten(detail: Any, name: str = "") -> dict[str, list[str]]:
    """DRF's nested validation detail as `{"items.0.quantity": [texts]}`."""
    if isinstance(detail, dict):
        pairs = [(str(key), value) for key, value in detail.items()]
    elif any(isinstance(part, dict | list) for part in detail):
        pairs = [(str(index), part) for index, part in enumerate(detail)]
    else:
        return {name or api_settings.NON_FIELD_ERRORS_KEY: [_sendable(text) for text in detail]}
    errors: dict[str, list[str]] = {}
    for key, value in pairs:
        is_of_the_whole = bool(name) and key == api_settings.NON_FIELD_ERRORS_KEY
        path = name if is_of_the_whole else f"{name}.{key}" if name else key
        errors |= _flatten(value, path) if value else {}
    return errors


_CODE_BY_EXCEPTION: dict[type[Exception], Code] = {
    Http404: Code.NOT_FOUND,
    exceptions.NotFound: Code.NOT_FOUND,
    exceptions.UnsupportedMediaType: Code.UNSUPPORTED_MEDIA_TYPE,
    exceptions.MethodNotAllowed: Code.METHOD_NOT_ALLOWED,
    RequestDataTooBig: Code.PAYLOAD_TOO_LARGE,
    exceptions.AuthenticationFailed: Code.TOKEN_INVALID,
    exceptions.NotAuthenticated: Code.NOT_AUTHENTICATED,
    exceptions.PermissionDenied: Code.PERMISSION_DENIED,
}


def refusal_of(error: Exception) -> Refusal | None:
    """Translate an exception of DRF or Django; None for what is a fault of ours."""
    match error:
        case Refusal():
            return error
        case exceptions.ValidationError():
            errors = _flatten(error.detail)
            first = next(iter(errors.items()))
            return Refusal(Code.VALIDATION, f"{first[0]}: {first[1][0]}", errors=errors)
        case exceptions.ParseError():
            return Refusal(Code.MALFORMED_BODY, str(error.detail))
        case exceptions.PermissionDenied() if str(error.detail).startswith("CSRF Failed"):
            return Refusal(Code.CSRF_FAILED)
        case AnyDatabaseError():
            logger.error("The database failed.", exc_info=error)
            return Refusal(Code.UNAVAILABLE, headers={"Retry-After": RETRY_AFTER})
    code = next((c for kind, c in _CODE_BY_EXCEPTION.items() if isinstance(error, kind)), None)
    return Refusal(code) if code else None


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's hook: render every expected exception; let a crash reach Django's log."""
    refusal = refusal_of(error)
    if refusal is None:
        return None
    set_rollback()
    request = context["request"]
    if reworded := getattr(context["view"], "reworded", None):
        refusal = reworded(refusal)  # Old clients know other texts.
    headers = _headers_of(refusal)
    if refusal.code == Code.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(context["view"].allowed_methods)
    return Response(
        body_of(refusal, request.path),
        status=refusal.status,
        headers=headers,
        content_type=content_type_of(request.path),
    )


_CODE_BY_STATUS = {
    400: Code.MALFORMED_BODY,
    403: Code.PERMISSION_DENIED,
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    413: Code.PAYLOAD_TOO_LARGE,
}


class JsonErrorMiddleware:
    """Replace what Django itself answers on the API's paths by the API's own errors.

    That is HTML, and plain text in debug mode. It stands outside all other middleware,
    so it also sees what they refuse.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_text = response.get("Content-Type", "").startswith(("text/html", "text/plain"))
        if response.status_code < 400 or not is_text or not is_api(request.path):
            return response
        code = _CODE_BY_STATUS.get(response.status_code, Code.UNAVAILABLE)
        answer = error_response(Refusal(code), request, status=response.status_code)
        # What the middlewares below wrote for browsers and proxies stands for this one too.
        for name, value in response.items():
            if name != "Content-Length":
                answer.headers.setdefault(name, value)
        return answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's hook for a failed CSRF check: JSON for clients, a page for people."""
    if is_api(request.path):
        return error_response(Refusal(Code.CSRF_FAILED, reason), request)
    return csrf_page(request, reason)


def _busy_page(request: HttpRequest) -> HttpResponse:
    answer = render(request, "503.html", status=503)
    answer["Retry-After"] = RETRY_AFTER
    return answer


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's hook for what a view did not expect.

    A database that is away or too busy is not our crash: 503, and when to try again.
    """
    if not isinstance(sys.exc_info()[1], AnyDatabaseError):
        return defaults.server_error(request)
    return _busy_page(request)
