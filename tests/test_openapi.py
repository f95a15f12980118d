"""The OpenAPI document says everything that a client needs, and its examples are true."""

import jsonschema_rs
import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.validation import validate_schema

from config.rest.docs import document
from config.rest.refusals import STATUS, Code
from tests.documented import OF_OLD_CALLS, PROBLEM, operations, problems_of, resolved

CALLS = [
    pytest.param(method, path, operation, id=f"{method} {path}")
    for method, path, operation in operations()
]


def answers(operation):
    return [(status, resolved(answer)) for status, answer in operation["responses"].items()]


def examples(content):
    return [resolved(example)["value"] for example in content.get("examples", {}).values()]


def test_the_document_is_valid_openapi_and_was_made_without_a_warning():
    validate_schema(document())

    assert document()["openapi"] == "3.1.1"
    assert not GENERATOR_STATS


def test_it_lists_every_path_of_v1_without_its_slash():
    paths = document()["paths"]

    assert len(CALLS) >= 50
    assert [path for path in paths if not path.startswith("/api/v1/") or path.endswith("/")] == []


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_a_call_says_in_a_line_what_it_does(method, path, operation):
    assert operation["summary"].endswith(".")
    assert "\n" not in operation["summary"]


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_a_body_has_an_example_that_is_valid(method, path, operation):
    for content in operation.get("requestBody", {"content": {}})["content"].values():
        assert examples(content)
        assert [problems_of(value, content["schema"]) for value in examples(content)] == [[]]


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_a_success_has_an_example_that_is_valid(method, path, operation):
    successes = [answer for status, answer in answers(operation) if status[0] == "2"]

    assert len(successes) == 1
    for media_type, content in successes[0]["content"].items():
        if media_type.startswith("image/"):
            continue
        assert examples(content)
        for value in examples(content):
            assert problems_of(value, content["schema"]) == []


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_every_error_of_a_call_has_an_example_that_is_valid(method, path, operation):
    errors = [(status, answer) for status, answer in answers(operation) if status[0] in "45"]

    assert errors
    for status, answer in errors:
        content = answer["content"][PROBLEM]
        assert examples(content)
        for value in examples(content):
            assert problems_of(value, content["schema"]) == []
            assert value["status"] == STATUS[value["code"]] == int(status)


def test_every_error_code_occurs_as_an_example():
    seen = {
        value["code"]
        for _, _, operation in operations()
        for status, answer in answers(operation)
        if status[0] in "45"
        for value in examples(answer["content"][PROBLEM])
    }

    # A wrong method is no call of the document.
    assert set(Code.values) - seen == {"method_not_allowed", *OF_OLD_CALLS}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/api/v1/services", {"status"}),
        (
            "/api/v1/orders",
            {"status", "service", "email", "q", "created_after", "created_before"},
        ),
        ("/api/v1/tracks", {"order_number", "worker", "action", "result"}),
    ],
)
def test_a_list_names_its_filters_beside_those_of_its_pages(path, names):
    parameters = document()["paths"][path]["get"]["parameters"]

    in_query = {parameter["name"] for parameter in parameters if parameter["in"] == "query"}
    assert in_query == names | {"cursor", "page_size"}


def test_only_lists_have_pages():
    paged = {
        path
        for method, path, operation in operations()
        if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", []))
    }

    assert paged == {
        "/api/v1/customers",
        "/api/v1/orders",
        "/api/v1/services",
        "/api/v1/tracks",
        "/api/v1/tracks/order/{order_id}",
        "/api/v1/workers",
        "/api/v1/workers/devices",
        "/api/v1/workers/{worker_id}/devices",
    }


def test_a_body_of_which_something_must_stand_is_required():
    peek = document()["paths"]["/api/v1/workers/peek"]["post"]

    assert peek["requestBody"]["required"] is True


BODIES = "#/components/schemas/"
PERSON = {"name": "Asha", "email": "asha@example.com", "password": "a-copper-kettle"}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ("RegisterInputRequest", PERSON, PERSON | {"email": "0@0.a"}),
        ("PeekInputRequest", {"qr": "K7M2PQ9XWD"}, {}),
        ("DeviceLoginInputRequest", {"worker_id": 3, "password": "1"}, {"password": "1"}),
        ("ScanInputRequest", {"qr": "x", "action": "weighed"}, {"qr": "x", "action": "Ü"}),
        ("ItemInputRequest", {"service_id": 1.0}, {"service_id": "1" * 19}),
        (
            "ItemInputRequest",
            {"service_id": "0", "quantity": "9999"},
            {"service_id": "0", "quantity": "0"},
        ),
        ("PatchedEditOrderInputRequest", {"items": [{"service_id": 1}]}, {"items": []}),
        ("PlaceOrderInputRequest", {"pickup_date": ""}, {"pickup_date": "8921-01-28"}),
    ],
)
def test_a_body_is_as_narrow_as_what_is_taken(schema, good, bad):
    assert problems_of(good, {"$ref": BODIES + schema}) == []
    assert problems_of(bad, {"$ref": BODIES + schema}) != []


@pytest.mark.parametrize(("method", "path", "operation"), CALLS)
def test_put_and_patch_take_any_part_of_a_body(method, path, operation):
    if method in ("PUT", "PATCH"):
        content = operation["requestBody"]["content"]["application/json"]
        assert problems_of({}, content["schema"]) == []


def test_the_judge_of_examples_sees_what_is_wrong():
    schema = {"$ref": "#/components/schemas/ServiceOutput"}

    problems = problems_of({"id": "x", "created_at": "yesterday"}, schema)

    assert any('"x" is not of type "integer"' in problem for problem in problems)
    assert any('"yesterday" is not a "date-time"' in problem for problem in problems)
    assert any('"price" is a required property' in problem for problem in problems)


def test_a_reference_that_leads_nowhere_is_found():
    with pytest.raises(jsonschema_rs.ValidationError, match="Nothing"):
        problems_of({}, {"$ref": "#/components/schemas/Nothing"})
