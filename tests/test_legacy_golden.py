"""Every old endpoint answers exactly as its golden file says, in both dialects."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import URLPattern

from config.env import BASE_DIR
from config.legacy_urls import urlpatterns
from tests.golden_answers import differences, filled
from tests.legacy_cast import GIVEN, Shop

FOLDER = BASE_DIR / "tests" / "golden" / "legacy"
FILES = {path.stem: json.loads(path.read_text("utf-8")) for path in FOLDER.glob("*.json")}
# What a mere pointer to somewhere else is not.
NOT_DEPRECATED = ("GET", "/admin/login")


def cases() -> Iterator[Any]:
    for name, golden in sorted(FILES.items()):
        for method, of_method in golden["methods"].items():
            for case in of_method:
                title = f"{name} {method}: {case['name']}"
                yield pytest.param(golden["endpoint"], method, case, id=title)


def called(shop: Shop, method: str, case: dict[str, Any]) -> Any:
    """The answer to a case's request, of a browser that would rather read Hindi."""
    request = filled(case["request"], shop.things())
    text = json.dumps(request["body"]) if "body" in request else request.get("text", "")
    return shop.client_of(case["as"]).generic(
        method,
        request["path"],
        text,
        request.get("content_type", "application/json"),
        headers={"Accept-Language": "hi"} | request.get("headers", {}),
    )


@pytest.mark.django_db
@pytest.mark.parametrize(("endpoint", "method", "case"), cases())
def test_the_answer_is_the_golden_one(
    endpoint: str, method: str, case: dict[str, Any], settings: Any
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    shop = Shop()
    for given in case.get("given", []):
        GIVEN[given](shop, settings)

    answer = called(shop, method, case)

    golden = filled(case["answer"], shop.things())
    assert answer.status_code == golden["status"], answer.content
    if "body" in golden:
        assert answer["Content-Type"] == "application/json"
        assert differences(golden["body"], answer.json()) == []
    else:
        assert answer["Location"] == golden["location"]
    for name, value in golden.get("headers", {}).items():
        assert answer[name] == value
    assert answer.has_header("Deprecation") == ((method, endpoint) != NOT_DEPRECATED)


def routed() -> dict[tuple[str, str], URLPattern]:
    """Every old endpoint and method that has a route."""
    return {
        (pattern.callback.initkwargs["endpoint"], method.upper()): pattern  # type: ignore[attr-defined]
        for pattern in urlpatterns
        for method in pattern.callback.actions  # type: ignore[attr-defined]
        if method != "head"
    }


def test_every_route_and_method_has_golden_answers() -> None:
    golden = {(file["endpoint"], method) for file in FILES.values() for method in file["methods"]}
    assert golden == set(routed())


def of_endpoints(*methods: str) -> list[Any]:
    return [
        pytest.param(file["methods"][method], id=f"{file['endpoint']} {method}")
        for file in FILES.values()
        for method in methods
        if method in file["methods"]
    ]


@pytest.mark.parametrize("of_method", of_endpoints("GET", "POST", "PUT", "PATCH", "DELETE"))
def test_every_call_has_a_golden_refusal_and_one_for_when_it_is_switched_off(
    of_method: list[dict[str, Any]],
) -> None:
    statuses = {case["answer"]["status"] for case in of_method}
    assert statuses & {302, 400, 401, 404, 409, 410, 415}
    if statuses & {200, 201}:
        assert 410 in statuses


@pytest.mark.parametrize("of_method", of_endpoints("POST", "PUT"))
def test_a_call_that_speaks_a_dialect_speaks_both(of_method: list[dict[str, Any]]) -> None:
    spoken = {case["dialect"] for case in of_method if "dialect" in case}
    assert spoken in (set(), {"camel", "snake"})
    accepted = {
        case["dialect"]
        for case in of_method
        if "dialect" in case and case["answer"]["status"] in (200, 201)
    }
    assert accepted == spoken


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_golden_file_gives_no_name_twice(name: str) -> None:
    for of_method in FILES[name]["methods"].values():
        names = [case["name"] for case in of_method]
        assert len(names) == len(set(names))
