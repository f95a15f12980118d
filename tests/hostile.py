"""What nobody sends by mistake: values for every kind of field, and every call with a body."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from rest_framework import serializers
from rest_framework.test import APIClient

import accounts.serializers
import catalog.serializers
import config.operations.serializers
import orders.serializers
import workforce.serializers
from config.rest import fields
from orders.serializers import PickupField
from tests.answers import assert_problem
from tests.cast import PASSWORD, PIN

NUL, SURROGATE, ZERO_WIDTH = "a\x00b", "\ud800", "\u200b"
# JSON reads it as infinity, which Python's own JSON does not write.
INFINITE = "<1e400>"
BEYOND = 10**30

_NO_TEXTS: list[Any] = [5, 1.5, True, False, ["a"], [], {"a": "b"}, {}, BEYOND, INFINITE]
_BROKEN_TEXTS: list[Any] = [NUL, SURROGATE, "\udfff\ud800"]
_NO_MOMENTS: list[Any] = [
    "soon",
    "2026-02-30",
    "2026-12-24T25:00:00Z",
    "2026-12-24T18:30:00+99:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-14:00",
    "10000-01-01T00:00:00Z",
    "-2026-12-24",
    "٢٠٢٦-12-24",
]
_NO_NUMBERS: list[Any] = [
    True,
    "ten",
    "",
    "NaN",
    "-Infinity",
    "1e3",
    "1_0",
    "٣",
    "²",
    "0x10",
    "--1",
    [],
    [1],
    {},
    -1,
    "-1",
    BEYOND,
    -BEYOND,
    "9" * 5000,
    INFINITE,
    NUL,
    SURROGATE,
]


def wrong_values(field: serializers.Field) -> list[Any]:
    """What a field must refuse, by name: other JSON types, and texts that cannot be kept."""
    values: list[Any] = [] if field.allow_null else [None]
    match field:
        case fields.Integer():
            return [*values, *_NO_NUMBERS, 1.5, "1.5", 2**63, str(2**63)]
        case fields.Money():
            return [*values, *_NO_NUMBERS, 1.005, "1.005", 10**8, "100000000"]
        case fields.Instant() | PickupField():
            return [*values, *_NO_TEXTS, *_BROKEN_TEXTS, *_NO_MOMENTS]
        case fields.Uuid():
            return [*values, *_NO_TEXTS, *_BROKEN_TEXTS, "", "x", "0" * 31, "0" * 33]
        case fields.Boolean():
            return [*values, "true", "false", "yes", 0, 1, "1", [], {}, ""]
        case serializers.ChoiceField():
            return [*values, *_NO_TEXTS, *_BROKEN_TEXTS, "", "odd", "İ"]
        case serializers.CharField():
            values += [*_NO_TEXTS, *_BROKEN_TEXTS]
            values += [] if field.allow_blank else [""]
            return values + (["x" * (field.max_length + 1)] if field.max_length else [])
        case serializers.ListSerializer():
            return [*values, *_NO_TEXTS[:4], {"a": "b"}, "a"]
        case serializers.ListField():
            return [*values, 5, 1.5, True, {"a": "b"}, {}, "a", INFINITE]
    raise NotImplementedError(f"Which values are wrong for a {type(field).__name__}?")


_CHARACTERS = ["İ", "ß", "ΐ", "ﬃ", "😂", "e\u0301", ZERO_WIDTH, "\u202e", "\ufeff", "\x7f"]
_ODD_TEXTS: list[Any] = [
    *(f"{character}@example.com" for character in _CHARACTERS),
    *(f"a@{character}.example" for character in _CHARACTERS),
    *(f"+49 {character}" for character in _CHARACTERS),
    "  x  ",
    "\n",
    "\x01",
    "%s %(x)s {0} {{ 7 }} ${x}",
    "'; DROP TABLE orders_order; --",
    "<script>alert(1)</script>",
    "../../etc/passwd",
]
_ODD_NUMBERS: list[Any] = [0, "0", " 7 ", "+7", "007", 9999, 2**31, 2**63 - 1, 0.01, 99999999.99]
_ODD_MOMENTS: list[Any] = [
    "1970-01-01",
    "1970-01-01T00:00:00+14:00",
    "2999-12-31T23:59:59.999999-14:00",
    "2026-W01-1",
    "20261224T1830",
    " 2026-12-24 ",
    "",
]


def odd_values(field: serializers.Field) -> list[Any]:
    """What a field may take or refuse, as long as it does not fail on it."""
    match field:
        case fields.Integer() | fields.Money():
            return _ODD_NUMBERS
        case fields.Instant() | PickupField():
            return _ODD_MOMENTS
        case serializers.ListSerializer():
            most = [{"service_id": 2**63 - 1, "quantity": 9999}] * 50
            return [[], [[]], [None], [{}], [{"service_id": None}], most]
        case serializers.ListField():
            return [[None], [[]], [{"action": SURROGATE}], [{"qr": "{" * 500, "action": "x"}]]
        case serializers.CharField():
            length = getattr(field, "max_length", None) or 513
            long = [character * length for character in [*_CHARACTERS, "x", "9", " "]]
            return [*_ODD_TEXTS, *long]
    return [None, "", "İ", "TRUE"]


class Call(NamedTuple):
    """A call with a body: what it reads, who makes it, and a body that is in order.

    `{..}` in the path and texts of the body stand for what `things` makes.
    """

    name: str
    reads: type[serializers.Serializer]
    who: str
    body: dict[str, Any]


_ACCOUNTS, _CATALOG, _ORDERS = accounts.serializers, catalog.serializers, orders.serializers
_WORKFORCE, _OPERATIONS = workforce.serializers, config.operations.serializers
_LINK = {"uid": "MQ", "token": "c1x-0123456789abcdef"}
CALLS = [
    Call(
        "POST auth/register",
        _ACCOUNTS.RegisterInput,
        "api",
        {"name": "Dora Dahl", "email": "dora@example.com", "password": "nine-lives-and-a-tail"},
    ),
    Call(
        "POST auth/login",
        _ACCOUNTS.LoginInput,
        "api",
        {"email": "asha@example.com", "password": PASSWORD},
    ),
    Call("POST auth/refresh", _ACCOUNTS.RefreshInput, "api", {"refresh_token": "a.b.c"}),
    Call("PATCH auth/me", _ACCOUNTS.ProfileInput, "as_customer", {}),
    Call(
        "POST auth/password/change",
        _ACCOUNTS.PasswordChangeInput,
        "as_customer",
        {"current_password": PASSWORD, "new_password": "nine-lives-and-a-tail"},
    ),
    Call(
        "POST auth/password/reset",
        _ACCOUNTS.PasswordResetInput,
        "api",
        {"email": "asha@example.com"},
    ),
    Call(
        "POST auth/password/reset/confirm",
        _ACCOUNTS.PasswordResetConfirmInput,
        "api",
        _LINK | {"new_password": "nine-lives-and-a-tail"},
    ),
    Call("POST auth/email/confirm", _ACCOUNTS.LinkInput, "as_customer", _LINK),
    Call("PATCH customers", _OPERATIONS.CustomerInput, "as_customer", {}),
    Call("PATCH customers/{customer}", _OPERATIONS.CustomerInput, "as_owner", {}),
    Call("POST services", _CATALOG.ServiceInput, "as_owner", {"name": "Dyeing", "price": 7.5}),
    Call("PATCH services/{service}", _CATALOG.ServiceInput, "as_owner", {}),
    Call(
        "POST orders",
        _ORDERS.PlaceOrderInput,
        "api",
        {"service_id": "{service}", "name": "Gita Guest", "email": "gita@example.com"},
    ),
    Call(
        "POST orders",
        _ORDERS.PlaceOrderInput,
        "as_owner",
        {"service_id": "{service}", "customer_id": "{customer}"},
    ),
    Call("PATCH orders/{order}", _ORDERS.EditOrderInput, "as_owner", {}),
    Call(
        "POST workers/login",
        _WORKFORCE.DeviceLoginInput,
        "api",
        {"worker_id": "{worker}", "password": PIN},
    ),
    Call("POST workers/register", _WORKFORCE.WorkerRegisterInput, "as_owner", {"name": "Yu Yang"}),
    Call("PATCH workers/{worker}", _WORKFORCE.WorkerInput, "as_owner", {}),
    Call(
        "POST workers/scan",
        _WORKFORCE.ScanInput,
        "as_worker",
        {"order_number": "{order}", "action": "weighed"},
    ),
    Call("POST workers/peek", _WORKFORCE.PeekInput, "as_worker", {"order_number": "{order}"}),
    Call("POST workers/scans", _WORKFORCE.ScansInput, "as_worker", {"scans": []}),
]


def text_of(body: Any) -> str:
    """A body as JSON in ASCII, so that a lone surrogate can be sent."""
    return json.dumps(body).replace(json.dumps(INFINITE), "1e400")


def caller(
    call: Call, client: APIClient, things: dict[str, Any], **headers: str
) -> Callable[..., Any]:
    """Makes the call with a body that differs in what is given, or with a text of its own."""
    method, path = call.name.split()
    url = f"/api/v1/{path.format(**things)}"
    body = {
        name: value.format(**things) if isinstance(value, str) else value
        for name, value in call.body.items()
    }

    def make(text: str | None = None, **different: Any) -> Any:
        sent = text_of(body | different) if text is None else text
        return client.generic(method, url, sent, "application/json", headers=headers)

    return make


def hold(response: Any, sent: Any) -> None:
    """Fail on every answer but a success, or a refusal in the shape of the contract."""
    assert response.status_code < 500, f"{sent!r} was answered {response.status_code}."
    if response.status_code >= 400:
        body = response.json()
        assert_problem(response, body["code"], fields=set(body.get("errors", ())))
