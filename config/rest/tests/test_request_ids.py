"""The request id: taken if sane, made otherwise, echoed, and in every log line."""

import re

import pytest
from rest_framework.test import APIClient

from config.rest.logs import add_request_id
from config.rest.request_ids import current_request_id


@pytest.mark.parametrize("given", ["abcdefgh", "A.b:c_d-9", "x" * 64])
def test_a_sane_id_is_taken_and_echoed(api: APIClient, given: str) -> None:
    response = api.get("/api/v1/nothing", HTTP_X_REQUEST_ID=given)
    assert response["X-Request-ID"] == given
    assert response.json()["request_id"] == given


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "with blanks", "ümlauts-ümlauts", "<script>alert", "a\tb-c-d-e"],
)
def test_any_other_is_replaced(api: APIClient, given: str) -> None:
    response = api.get("/api/v1/nothing", HTTP_X_REQUEST_ID=given)
    assert re.fullmatch("[0-9a-f]{32}", response["X-Request-ID"])
    assert response.json()["request_id"] == response["X-Request-ID"]


def test_each_request_gets_an_id_of_its_own(api: APIClient) -> None:
    assert api.get("/ping")["X-Request-ID"] != api.get("/ping")["X-Request-ID"]


@pytest.mark.parametrize("path", ["/ping", "/nothing", "/api/nothing"])
def test_every_answer_carries_it(api: APIClient, path: str) -> None:
    assert api.get(path, HTTP_X_REQUEST_ID="abcdefgh")["X-Request-ID"] == "abcdefgh"


def test_a_bad_host_gets_one_too(api: APIClient) -> None:
    response = api.get("/ping", HTTP_HOST="evil.example", HTTP_X_REQUEST_ID="abcdefgh")
    assert (response.status_code, response["X-Request-ID"]) == (400, "abcdefgh")


def test_log_lines_carry_the_id_of_their_request() -> None:
    token = current_request_id.set("abcdefgh")
    try:
        assert add_request_id(None, "info", {})["request_id"] == "abcdefgh"
    finally:
        current_request_id.reset(token)


def test_log_lines_outside_a_request_have_a_dash() -> None:
    assert add_request_id(None, "info", {})["request_id"] == "-"


def test_the_id_ends_with_its_request(api: APIClient) -> None:
    api.get("/ping", HTTP_X_REQUEST_ID="abcdefgh")
    assert current_request_id.get() == "-"
