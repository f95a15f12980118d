"""The Postman collection runs every call of the document once."""

from typing import Any

import pytest

from config.operations.postman import STEPS, collection
from config.rest.docs import document


def test_every_call_stands_in_it_once() -> None:
    made = collection(document())
    assert len(made["item"]) == len(STEPS) == len({step.operation for step in STEPS})
    assert all(item["event"][0]["script"]["exec"] for item in made["item"])


def test_a_call_that_no_step_runs_is_an_error() -> None:
    more: dict[str, Any] = document() | {
        "paths": document()["paths"] | {"/api/v1/new": {"get": {"operationId": "new_list"}}}
    }
    with pytest.raises(ValueError, match="new_list"):
        collection(more)


def test_no_variable_of_a_path_is_left_open() -> None:
    for item in collection(document())["item"]:
        assert "{" not in item["request"]["url"].replace("{{", "").replace("}}", ""), item["name"]
