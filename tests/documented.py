"""The OpenAPI document, and whether something is as it says."""

import json
import re
from functools import cache
from typing import Any

import jsonschema_rs

from config.rest.docs import document

# Refusals of old calls only.
OF_OLD_CALLS = {"gone"}

PROBLEM = "application/problem+json"

Problems = list[str]


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    """Every documented call: its method, its path, and what the document says of it."""
    return [
        (method.upper(), path, operation)
        for path, methods in document()["paths"].items()
        for method, operation in methods.items()
    ]


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a `$ref` points to; anything else as it is."""
    while "$ref" in node:
        _, _, kind, name = node["$ref"].split("/")
        node = document()["components"][kind][name]
    return node


@cache
def _validator(schema: str) -> jsonschema_rs.Draft202012Validator:
    whole = json.loads(schema) | {"components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def problems_of(value: Any, schema: dict[str, Any]) -> Problems:
    """Where a value is not as a schema of the document says."""
    errors = _validator(json.dumps(schema, sort_keys=True)).iter_errors(value)
    return [f"{'.'.join(map(str, error.instance_path))}: {error.message}" for error in errors]


@cache
def _paths() -> list[tuple[re.Pattern[str], str]]:
    """Every documented path as a pattern of its parameters' own patterns."""
    patterns = []
    for path, methods in document()["paths"].items():
        parameters = {
            parameter["name"]: parameter["schema"].get("pattern", "[^/]+").strip("^$")
            for operation in methods.values()
            for parameter in operation.get("parameters", [])
            if parameter["in"] == "path"
        }
        pattern = re.escape(path)
        for name, of_parameter in parameters.items():
            pattern = pattern.replace(re.escape(f"{{{name}}}"), f"(?:{of_parameter})")
        patterns.append((re.compile(f"{pattern}/?"), path))
    return patterns


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """What the document says of a call; None for one that it does not know."""
    found = [documented for pattern, documented in _paths() if pattern.fullmatch(path)]
    # The longest has most of it in so many words: workers/devices, not workers/{id}.
    path = max(found, key=lambda documented: documented.count("/"), default="")
    operation: dict[str, Any] | None = document()["paths"].get(path, {}).get(method.lower())
    return operation


def undocumented(response: Any) -> Problems:
    """Where an answer is not as the document says; a crash (500) is nobody's promise."""
    request = response.wsgi_request
    operation = operation_of(request.method, request.path)
    if operation is None or response.status_code == 500:
        return []
    answer = operation["responses"].get(str(response.status_code))
    if answer is None:
        return [f"{response.status_code} is not documented"]
    contents = resolved(answer).get("content")
    if contents is None:
        return []
    media_type = response["Content-Type"].split(";")[0]
    if media_type not in contents:
        return [f"{media_type} is not documented"]
    if media_type.startswith("image/"):
        return []
    body = response.json()
    problems = problems_of(body, contents[media_type]["schema"])
    if media_type == PROBLEM and body["code"] not in contents[media_type]["examples"]:
        problems.append(f"{body['code']} is not documented for {response.status_code}")
    return problems
