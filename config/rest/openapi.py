"""The OpenAPI document: what the views declare, with every refusal and an example of each.

A view says in `access` who may call, and in `refusals` with which codes its verbs say no;
the errors that every endpoint can give are added here, so none is forgotten.
"""

import copy
from http import HTTPStatus
from typing import Any

from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.contrib.django_filters import DjangoFilterExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent, force_instance
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema_serializer
from rest_framework import serializers

from config.rest import openapi_fields  # noqa: F401  (registers how fields are described)
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
_TEXT = {"schema": {"type": "string"}}
HEADERS: dict[str, dict[str, Any]] = {
    "ETag": _TEXT | {"description": "The version of what was read, for `If-None-Match`."},
    "Idempotency-Replayed": _TEXT
    | {"description": "`true` on the kept answer to an earlier call with this key."},
    "Link": _TEXT | {"description": 'The next page, as `<...>; rel="next"` (RFC 8288).'},
    "RateLimit": _TEXT
    | {
        "description": "What is left of the tightest limit, as `r`, and when"
        " it starts anew, as `t` in seconds."
    },
    "RateLimit-Policy": _TEXT | {"description": "The limits that this call counts under."},
    "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds."},
    "X-Request-ID": _TEXT | {"description": "Stands in every log line of this call."},
}

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{8,255}$"},
    OpenApiParameter.HEADER,
    description="The same call with the same key is made once, and answered as the first time.",
)
IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what is to be changed."
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", str, OpenApiParameter.HEADER, description="The `ETag` of what was read before."
)
_NOT_MODIFIED = {"description": "It still is what `If-None-Match` names."}


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

    def get_summary(self) -> str:
        """The first paragraph of the action's docstring."""
        return " ".join(super().get_description().split("\n\n")[0].split())

    def get_description(self) -> str:  # type: ignore[override]
        """What more the docstring says."""
        return "\n\n".join(super().get_description().split("\n\n")[1:])

    def get_override_parameters(self) -> list[Any]:
        """Whatever is read can be asked for only if it has changed."""
        return [IF_NONE_MATCH] if self.method == "GET" else []

    def _resolve_path_parameters(self, variables: Any) -> list[dict[str, Any]]:
        """The parts of the path, the last with what the view says of it."""
        parameters: list[dict[str, Any]] = super()._resolve_path_parameters(variables)
        for parameter in parameters:
            if parameter["name"] == "id" and self.view.lookup_help:
                parameter["description"] = self.view.lookup_help
        return parameters

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        """The list's filters, where the view declares them."""
        filters = getattr(self.view, "filterset_class", None)
        if filters is None or self.view.action != "list":
            return []
        extension = DjangoFilterExtension(DjangoFilterBackend())
        parameters = []
        for name, field in filters.base_filters.items():
            model = filters._meta.model
            (parameter,) = extension.resolve_filter_field(self, model, filters, name, field)
            if "max_length" in field.extra:
                parameter["schema"]["maxLength"] = field.extra["max_length"]
            parameters.append(parameter)
        return parameters

    def get_paginated_name(self, serializer_name: str) -> str:
        """A page is an array, and no more."""
        return f"{serializer_name}List"

    def _get_paginator(self) -> Any:
        """Only what is read comes in pages."""
        return super()._get_paginator() if self.method == "GET" else None

    def _get_request_for_media_type(self, serializer: Any, direction: Any = "request") -> Any:
        """Any part of the body will do for PUT too, as for PATCH (contract, section 1)."""
        if self.method == "PUT":
            serializer = copy.copy(force_instance(serializer))
            serializer.partial = True
        schema, is_required = super()._get_request_for_media_type(serializer, direction)
        return schema, is_required or bool(getattr(serializer, "needs_one_of", ()))

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """An answer has all its members, but for those that not every reader sees."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if direction == "response" and isinstance(serializer, serializers.ModelSerializer):
            may_lack: frozenset[str] = getattr(serializer, "may_lack", frozenset())
            schema["required"] = sorted(schema["properties"].keys() - may_lack)
        if names := getattr(serializer, "needs_one_of", ()):
            schema["anyOf"] = [{"required": [name]} for name in names]
        return schema

    def _map_serializer_field(self, field: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """How many rows a list may have, which drf-spectacular leaves out for serializers."""
        schema: dict[str, Any] = super()._map_serializer_field(field, *args, **kwargs)
        # Not narrowed in the condition: the stubs lack these two attributes.
        is_list = isinstance(field, serializers.ListSerializer)
        if is_list and schema.get("type") == "array":
            if not field.allow_empty:
                schema["minItems"] = 1
            if field.max_length is not None:
                schema["maxItems"] = field.max_length
        return schema

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

    def _register(self, name: str, kind: str, schema: dict[str, Any]) -> dict[str, str]:
        """Put something among the components, and answer the reference to it."""
        # A copy: the library names enums by writing into what stands there.
        component = ResolvedComponent(
            name=name, type=kind, object=name, schema=copy.deepcopy(schema)
        )
        self.registry.register_on_missing(component)
        reference: dict[str, str] = component.ref
        return reference

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
        elif any(parameter["in"] == "query" for parameter in self._get_parameters()):
            codes.append(Code.VALIDATION)
        if self.view.get_authenticators():
            codes.append(Code.TOKEN_INVALID)
            if ANYONE not in access.kinds:
                codes.append(Code.NOT_AUTHENTICATED)
            if access.permission or access.kinds != {ANYONE, CUSTOMER, STAFF, WORKER}:
                codes.append(Code.PERMISSION_DENIED)
            if STAFF in access.kinds:
                codes.append(Code.OTP_REQUIRED)
            if STAFF in access.kinds and self.method != "GET":
                codes.append(Code.CSRF_FAILED)
        if "{" in self.path:
            codes.append(Code.NOT_FOUND)
        return [*codes, Code.RATE_LIMITED, Code.UNAVAILABLE]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        """The success, with its headers, and every refusal."""
        responses: dict[str, Any] = super()._get_response_bodies(direction)
        for status, answer in responses.items():
            answer["description"] = answer["description"] or HTTPStatus(int(status)).phrase
            answer.setdefault("headers", {}).update(self._headers_of_success())
            if getattr(self.view, "list_may_be_one", False) and self._is_list_view():
                content = answer["content"]["application/json"]
                one = self.resolve_serializer(self.view.serializer_class, "response").ref
                content["schema"] = {"oneOf": [content["schema"], one]}
        self._register("Problem", ResolvedComponent.SCHEMA, PROBLEM)
        if self.method == "GET":
            responses["304"] = self._shared("not_modified", _NOT_MODIFIED)
        return dict(sorted((responses | self._problems()).items()))

    def _problems(self) -> dict[str, Any]:
        """One answer for each status of a refusal."""
        codes: dict[int, list[Code]] = {}
        for code in dict.fromkeys(self._codes()):
            codes.setdefault(STATUS[code], []).append(code)
        return {str(status): self._problem(status, codes[status]) for status in codes}

    def _headers_of_success(self) -> dict[str, Any]:
        names = ["RateLimit", "RateLimit-Policy", "X-Request-ID"]
        if self.method == "GET":
            names += ["ETag", "Link"] if self._is_list_view() else ["ETag"]
        if Code.IDEMPOTENCY_KEY_REUSED in self._codes():
            names.append("Idempotency-Replayed")
        return {name: self._header(name) for name in sorted(names)}

    def _header(self, name: str) -> dict[str, str]:
        return self._register(name, ResolvedComponent.HEADER, HEADERS[name])

    def _problem(self, status: int, codes: list[Code]) -> dict[str, Any]:
        """The answer with these codes; one that many calls give stands in the components."""
        names = ["X-Request-ID"]
        if {Code.IDEMPOTENCY_IN_PROGRESS, Code.RATE_LIMITED, Code.UNAVAILABLE} & {*codes}:
            names.append("Retry-After")
        if Code.RATE_LIMITED in codes:
            names += ["RateLimit", "RateLimit-Policy"]
        answer = {
            "description": HTTPStatus(status).phrase,
            "headers": {name: self._header(name) for name in sorted(names)},
            "content": {
                "application/problem+json": {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "examples": {code.value: self._example(code) for code in codes},
                }
            },
        }
        return self._shared(codes[0].value, answer) if len(codes) == 1 else answer

    def _example(self, code: Code) -> dict[str, str]:
        value = {"value": example_of(code)}
        return self._register(code.value, ResolvedComponent.EXAMPLE, value)

    def _shared(self, name: str, answer: dict[str, Any]) -> dict[str, str]:
        return self._register(name, ResolvedComponent.RESPONSE, answer)


def without_slash_twins(endpoints: list[Any], **kwargs: Any) -> list[Any]:
    """List each path once, without its trailing slash; and none that is not of v1."""
    return [
        (path.removesuffix("/?").removesuffix("/"), regex.removesuffix("/?"), method, callback)
        for path, regex, method, callback in endpoints
        if path.startswith("/api/v1/")
    ]
