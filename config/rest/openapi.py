"""The OpenAPI document: what the views declare, with every refusal and an example of each.

A view says in `access` who may call, and in `refusals` with which codes its verbs say no;
the errors that every endpoint can give are added here, so none is forgotten.
"""

from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer

from config.rest.permissions import ANYONE, CUSTOMER, STAFF, WORKER, Access
from config.rest.refusals import STATUS, Code

ACCESS_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "A customer's or staff user's access token, from `auth/login`.",
}
DEVICE_TOKEN = {
    "type": "http",
    "scheme": "bearer",
    "description": "A worker's device token, from `workers/login`.",
}
STAFF_SESSION = {
    "type": "apiKey",
    "in": "cookie",
    "name": "sessionid",
    "description": "The admin's session; unsafe calls also need `X-CSRFToken`.",
}
SCHEMES: dict[str, dict[str, str]] = {
    "accessToken": ACCESS_TOKEN,
    "deviceToken": DEVICE_TOKEN,
    "staffSession": STAFF_SESSION,
}
_SCHEMES_OF = {
    ANYONE: (None,),
    CUSTOMER: ("accessToken",),
    WORKER: ("deviceToken",),
    STAFF: ("accessToken", "staffSession"),
}

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "An error (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code", "msg", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": list(Code.values)},
        "msg": {"type": "string", "description": "The same as `detail`."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "object",
            "description": "The texts on each bad field, on `validation`.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
        "order": {
            "type": "object",
            "description": "Where the order stands, on `transition_not_allowed`.",
            "properties": {
                "order_number": {"type": "string"},
                "status": {"type": "string"},
                "allowed": {"type": "array", "items": {"type": "string"}},
            },
        },
    },
}
_EXTRAS: dict[str, dict[str, Any]] = {
    Code.VALIDATION: {"errors": {"name": ["This field is required."]}},
    Code.TRANSITION_NOT_ALLOWED: {
        "order": {"order_number": "K7M2PQ9XWD", "status": "delivered", "allowed": []}
    },
}
_TITLES = {
    400: "Bad request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Wrong method",
    409: "Conflict",
    410: "Gone",
    412: "Precondition failed",
    413: "Too large",
    415: "Wrong content type",
    422: "Key reused",
    429: "Too many requests",
    503: "Unavailable",
}
_TEXT = {"schema": {"type": "string"}}
_LIMIT_HEADERS = {"RateLimit": _TEXT, "RateLimit-Policy": _TEXT}


def shown_as(value: Any) -> Any:
    """Give a serializer the example that stands wherever it comes in or goes out."""
    return extend_schema_serializer(examples=[OpenApiExample("Example", value=value)])


def example_of(code: Code) -> dict[str, Any]:
    """What an error with this code looks like."""
    body = {
        "type": f"about:blank#{code.value}",
        "title": str(code.label),
        "status": STATUS[code],
        "detail": str(code.label),
        "code": code.value,
        "msg": str(code.label),
        "request_id": "5b0e4b1c2f0b4c4d8f2b9a7c1d3e5f60",
    }
    return body | _EXTRAS.get(code, {})


class ApiSchema(AutoSchema):
    """drf-spectacular, which knows our access table and our closed list of refusals."""

    view: Any

    def get_operation_id(self) -> str:
        """The route's name and action: stable, and readable in generated clients."""
        resource = self.view.basename.replace("-", "_")
        name = f"{resource}_{getattr(self.view, 'action', self.method.lower())}"
        return name if self.method != "PUT" else f"{name}_put"

    def get_filter_backends(self) -> list[Any]:
        """The list's filters, where the view declares them."""
        has_filters = self.view.action == "list" and hasattr(self.view, "filterset_class")
        return [DjangoFilterBackend] if has_filters else []

    def get_tags(self) -> list[str]:
        """The resource: the first part of the path."""
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def _access(self) -> Access:
        access = self.view.access
        return access[self.view.action] if isinstance(access, dict) else access

    def get_auth(self) -> list[dict[str, list[str]]]:
        """One alternative for each kind of principal that the access table lets in."""
        for name, definition in SCHEMES.items():
            self._register(name, ResolvedComponent.SECURITY_SCHEMA, definition)
        if not self.view.get_authenticators():
            return [{}]
        names = {
            name: None
            for kind in (ANYONE, CUSTOMER, WORKER, STAFF)
            if kind in self._access().kinds
            for name in _SCHEMES_OF[kind]
        }
        return [{name: []} if name else {} for name in names]

    def _register(self, name: str, kind: str, schema: dict[str, Any]) -> None:
        component = ResolvedComponent(name=name, type=kind, object=name, schema=schema)
        self.registry.register_on_missing(component)

    def _codes(self) -> list[Code]:
        """Every code that this operation can answer."""
        access = self._access()
        codes = [*getattr(self.view, "refusals", {}).get(self.view.action, ())]
        if self.method in ("POST", "PUT", "PATCH") and self.get_request_serializer() is not None:
            codes += [
                Code.VALIDATION,
                Code.MALFORMED_BODY,
                Code.PAYLOAD_TOO_LARGE,
                Code.UNSUPPORTED_MEDIA_TYPE,
            ]
        elif self._get_parameters():
            codes.append(Code.VALIDATION)
        if self.view.get_authenticators():
            codes.append(Code.TOKEN_INVALID)
            if ANYONE not in access.kinds:
                codes.append(Code.NOT_AUTHENTICATED)
            if access.permission or access.kinds != {ANYONE, CUSTOMER, STAFF, WORKER}:
                codes.append(Code.PERMISSION_DENIED)
            if STAFF in access.kinds and self.method != "GET":
                codes.append(Code.CSRF_FAILED)
        if "{" in self.path:
            codes.append(Code.NOT_FOUND)
        return [*codes, Code.RATE_LIMITED, Code.UNAVAILABLE]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """The success, and one response for each status of a refusal."""
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        for answer in responses.values():
            answer.setdefault("headers", {}).update(_LIMIT_HEADERS)
        self._register("Problem", ResolvedComponent.SCHEMA, PROBLEM)
        for code in dict.fromkeys(self._codes()):
            status = STATUS[code]
            answer = responses.setdefault(str(status), self._problem(status))
            examples = answer["content"]["application/problem+json"]["examples"]
            examples[code.value] = {"value": example_of(code)}
        return dict(sorted(responses.items()))

    def _problem(self, status: int) -> dict[str, Any]:
        headers: dict[str, Any] = {"X-Request-ID": _TEXT}
        if status in (429, 503):
            headers["Retry-After"] = {"schema": {"type": "integer"}, "description": "Seconds."}
        content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
        return {
            "description": _TITLES[status],
            "headers": headers,
            "content": {"application/problem+json": content},
        }


def _or_text(schema: dict[str, Any], pattern: str) -> dict[str, Any]:
    """A number, or the same number as a string, as published clients send it."""
    return {"oneOf": [schema, {"type": "string", "pattern": pattern}]}


class IntegerExtension(OpenApiSerializerFieldExtension):
    """How a strict integer is described."""

    target_class = "config.rest.fields.Integer"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A 64-bit integer within the field's bounds, or its text."""
        bounds = {"minimum": self.target.min_value, "maximum": self.target.max_value}
        return _or_text({"type": "integer", "format": "int64"} | bounds, "^[0-9]{1,19}$")


class MoneyExtension(OpenApiSerializerFieldExtension):
    """How an amount of money is described."""

    target_class = "config.rest.fields.Money"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """An amount with at most 2 decimals, or its text."""
        number = {"type": "number", "minimum": 0, "maximum": 99999999.99, "multipleOf": 0.01}
        return _or_text(number, r"^[0-9]{1,8}(\.[0-9]{1,2})?$")


class InstantExtension(OpenApiSerializerFieldExtension):
    """How a moment is described."""

    target_class = "config.rest.fields.Instant"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A date-time."""
        return {"type": "string", "format": "date-time"}


class PickupExtension(OpenApiSerializerFieldExtension):
    """How a pickup is described."""

    target_class = "orders.serializers.PickupField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A date or a date-time."""
        return {
            "oneOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
            ],
            "example": "2026-12-24",
        }


def without_slash_twins(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """List each path once, without its trailing slash; and none that is not of v1."""
    return [
        (path.removesuffix("/?").removesuffix("/"), regex.removesuffix("/?"), method, callback)
        for path, regex, method, callback in endpoints
        if path.startswith("/api/v1/")
    ]
