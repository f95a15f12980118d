"""`/api/v1/schema`: the OpenAPI document for who integrates with us."""

import json

import pytest
import yaml

from config.rest import docs
from config.rest.docs import document
from tests.answers import assert_problem
from tests.threads import at_the_same_moment

SCHEMA = "/api/v1/schema"


@pytest.mark.parametrize("slash", ["", "/"])
def test_anyone_reads_the_document_as_yaml(api, db, slash):
    response = api.get(SCHEMA + slash)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/vnd.oai.openapi"
    assert response["Content-Disposition"] == 'inline; filename="openapi.yaml"'
    assert yaml.safe_load(response.content) == json.loads(json.dumps(document()))


@pytest.mark.parametrize(
    "asked",
    [
        {"QUERY_STRING": "format=json"},
        {"HTTP_ACCEPT": "application/json"},
        {"HTTP_ACCEPT": "application/vnd.oai.openapi;q=0.5, application/json"},
        {"HTTP_ACCEPT": "application/vnd.oai.openapi", "QUERY_STRING": "format=json"},
    ],
)
def test_anyone_reads_the_document_as_json(api, db, asked):
    response = api.get(SCHEMA, **asked)

    assert response["Content-Type"] == "application/json"
    assert response.json() == json.loads(json.dumps(document()))


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense"])
def test_who_asks_for_a_form_that_there_is_not_gets_yaml(api, db, accept):
    response = api.get(SCHEMA, HTTP_ACCEPT=accept)

    assert (response.status_code, response["Content-Type"]) == (200, "application/vnd.oai.openapi")


def test_who_has_it_is_told_that_it_has_not_changed(api, db):
    first = api.get(SCHEMA)

    second = api.get(SCHEMA, HTTP_IF_NONE_MATCH=first["ETag"])

    assert (second.status_code, second.content) == (304, b"")


def test_it_is_made_once_in_a_process(api, db, monkeypatch):
    api.get(SCHEMA)
    monkeypatch.setattr("config.rest.docs.SchemaGenerator", None)

    assert api.get(SCHEMA).status_code == 200


def test_the_first_who_ask_at_the_same_moment_get_the_same():
    as_it_is = document()
    docs._document.cache_clear()

    assert at_the_same_moment(*[document] * 4) == [as_it_is] * 4


def test_asking_for_it_by_an_old_token_is_no_refusal(api, db):
    assert api.get(SCHEMA, HTTP_AUTHORIZATION="Bearer nonsense").status_code == 200


def test_a_form_that_is_none_is_refused(api, db):
    assert_problem(api.get(SCHEMA, {"format": "xml"}), "validation", fields={"format"})


def test_another_method_answers_405(api, db):
    assert_problem(api.post(SCHEMA), "method_not_allowed")
