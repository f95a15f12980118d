"""`Idempotency-Key`: a call that is repeated gets the answer of the first one.

Nothing is looked up first. The key is unique in the database: a repeat fails there,
its transaction is rolled back, and the kept answer is read; a repeat at the same moment
waits there for the first to end. (Contract, section 1; draft-ietf-httpapi-idempotency-key.)
"""

import hashlib
import json
import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from config.database import DEADLOCK, is_given_up, retried
from config.rest.errors import exception_handler, refusal_of
from config.rest.models import IdempotencyKey
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal, invalid

_KEY = re.compile(r"[\x21-\x7e]{8,255}")
# Refusals of the verb that are kept; 401, 403, 429 and 5xx may end otherwise next time.
_KEPT = frozenset({400, 404, 409, 422})
_KEPT_HEADERS = ("ETag",)
# Of those who wait for a call that is then refused, MariaDB lets one go on at a time, and
# ends the others as a deadlock.
_ATTEMPTS = 10

View = Callable[..., Response]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _scope(view: Any, request: Any, key: str, body_hash: str) -> str:
    """What must be equal for two calls to be one: the caller, the route and the key.

    For anyone the body too, so that nobody gets an answer to a body they did not send.
    """
    principal: Principal = view.principal
    who = f"{principal.kind}:{principal.id}"
    route = f"{request.method} {view.basename}-{view.action}"
    return _digest(who, route, key, body_hash if principal.id is None else "")


def _kept(response: Response) -> dict[str, Any]:
    headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    body = json.loads(JSONRenderer().render(response.data))
    return {"body": body, "headers": headers, "type": response.content_type}


def _subject_of(response: Response) -> str:
    number = response.data.get("order_number") if isinstance(response.data, dict) else None
    return f"order:{number}" if number else ""


def _replay(key_hash: str, body_hash: str) -> Response | None:
    """The kept answer; None for one that ran out; raises `idempotency_key_reused`."""
    record = IdempotencyKey.objects.filter(key_hash=key_hash).first()
    if record is None:
        return None
    if record.created_at < timezone.now() - IdempotencyKey.KEPT_FOR:
        record.delete()
        return None
    if record.body_hash != body_hash:
        raise Refusal(Code.IDEMPOTENCY_KEY_REUSED)
    return Response(
        record.answer["body"],
        status=record.status,
        headers=record.answer["headers"] | {"Idempotency-Replayed": "true"},
        content_type=record.answer["type"],
    )


class _TakenError(Exception):
    """Somebody else's answer stands under this key, or will."""


class _RefusedError(Exception):
    """The verb said no, and its transaction is to be rolled back."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def _in_progress() -> Refusal:
    return Refusal(Code.IDEMPOTENCY_IN_PROGRESS, headers={"Retry-After": "5"})


@retried
def _run(key_hash: str, body_hash: str, act: Callable[[], Response]) -> Response:
    """Claim the key and act, in one transaction.

    Claiming waits for who holds the key. Raises `_TakenError` once they kept an answer, and
    `idempotency_in_progress` if they take longer than the database's lock wait (SQLite
    waits when the transaction begins, MariaDB at the unique key).
    """
    is_claimed = False
    try:
        with transaction.atomic(durable=True):
            record = IdempotencyKey.objects.create(
                key_hash=key_hash, body_hash=body_hash, status=0, answer={}
            )
            is_claimed = True
            response = act()
            record.status = response.status_code
            record.answer = _kept(response)
            record.subject = _subject_of(response)
            record.save(update_fields=["status", "answer", "subject"])
            return response
    except (IntegrityError, OperationalError) as error:
        if is_claimed:
            raise
        if isinstance(error, IntegrityError) or error.args[:1] == (DEADLOCK,):
            raise _TakenError from error
        if is_given_up(error) or "database is locked" in str(error):
            raise _in_progress() from error
        raise


@retried
def _keep_refusal(key_hash: str, body_hash: str, view: Any, error: Exception) -> None:
    """Keep a refusal in a transaction of its own: that of the verb was rolled back."""
    refusal = refusal_of(error)
    if refusal is None or refusal.status not in _KEPT:
        return
    response = exception_handler(error, view.get_exception_handler_context())
    if response is not None:
        defaults = {
            "body_hash": body_hash,
            "status": response.status_code,
            "answer": _kept(response),
        }
        IdempotencyKey.objects.get_or_create(key_hash=key_hash, defaults=defaults)


def key_of(request: Any) -> str | None:
    """The `Idempotency-Key` of a request, if it has one; raises `validation`."""
    key: str | None = request.headers.get("Idempotency-Key")
    if key is not None and not _KEY.fullmatch(key):
        raise invalid("Idempotency-Key", _("Send 8 to 255 visible ASCII characters."))
    return key


def idempotent(method: View) -> View:
    """Let a view's method run once for each `Idempotency-Key` that comes with it."""

    @wraps(method)
    def wrapper(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        key = key_of(request)
        if key is None:
            return method(view, request, *args, **kwargs)
        body_hash = _digest(json.dumps(request.data, sort_keys=True, default=str))
        key_hash = _scope(view, request, key, body_hash)

        def act() -> Response:
            try:
                return method(view, request, *args, **kwargs)
            except OperationalError:
                raise  # No answer of the verb's: the whole transaction may run anew.
            except Exception as error:
                raise _RefusedError(error) from error

        for _attempt in range(_ATTEMPTS):
            try:
                return _run(key_hash, body_hash, act)
            except _TakenError:
                if (answer := _replay(key_hash, body_hash)) is not None:
                    return answer
            except _RefusedError as refused:
                _keep_refusal(key_hash, body_hash, view, refused.error)
                raise refused.error from None
        raise _in_progress()

    return wrapper
