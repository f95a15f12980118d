"""What the API does with bodies that are not what it asked for."""

import json
import zlib
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

from accounts.models import User
from tests.answers import assert_problem

REGISTER = "/api/v1/auth/register"
BODY = {"name": "Dora Dahl", "email": "dora@example.com", "password": "nine-lives-and-a-tail"}


def post(api: APIClient, body: bytes | str, content_type: str = "application/json") -> Any:
    data: Any = body  # The types of the library know of no bytes.
    return api.generic("POST", REGISTER, data, content_type)


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"nonsense",
        b'{"name": "x",}',
        b"{'name': 'x'}",
        b'{"name": "x"} {"name": "y"}',
        b'\xff\xfe{"name": "x"}',
        b'\xef\xbb\xbf{"name": "x"}',
        b'{"name": "\xc3\x28"}',
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": -Infinity}',
        b'{"unknown": [NaN]}',
        b'{"name": "line\nbreak"}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b"\x00",
        b" ",
    ],
)
def test_a_body_that_is_not_json_is_malformed(api: APIClient, body: bytes, db: None) -> None:
    assert_problem(post(api, body), "malformed_body")


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
def test_a_body_nested_beyond_all_reason_is_malformed(
    api: APIClient, opening: bytes, db: None
) -> None:
    assert_problem(post(api, opening * 100_000), "malformed_body")


@pytest.mark.parametrize("body", ["[]", "null", "true", "5", '"text"', "[{}]"])
def test_json_that_is_no_object_is_not_valid(api: APIClient, body: str, db: None) -> None:
    assert_problem(post(api, body), "validation", fields={"non_field_errors"})


@pytest.mark.parametrize("body", [b"", b"{}"])
def test_an_empty_body_misses_every_required_field(api: APIClient, body: bytes, db: None) -> None:
    assert_problem(post(api, body), "validation", fields={"name", "email", "password"})


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "text/html",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/problem+json",
        "application/jsonp",
        "json",
        "",
    ],
)
def test_another_content_type_is_not_supported(api: APIClient, content_type: str, db: None) -> None:
    assert_problem(post(api, json.dumps(BODY), content_type), "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=utf-8", "Application/JSON", "application/json;"]
)
def test_json_may_be_written_in_any_way(api: APIClient, content_type: str, db: None) -> None:
    response = post(api, json.dumps(BODY), content_type)
    assert response.status_code == 201


@pytest.mark.parametrize("charset", ["latin-1", "utf-16", "zlib", "unknown"])
def test_json_is_utf_8_whatever_the_content_type_says(
    api: APIClient, charset: str, db: None
) -> None:
    body = json.dumps(BODY | {"name": "Zoë"}, ensure_ascii=False).encode()
    response = post(api, body, f"application/json; charset={charset}")
    assert (response.status_code, response.json()["customer"]["name"]) == (201, "Zoë")


def test_a_compressed_body_is_malformed(api: APIClient, db: None) -> None:
    body = zlib.compress(json.dumps(BODY).encode())
    assert_problem(post(api, body, "application/json; charset=zlib"), "malformed_body")


def test_a_body_of_the_greatest_size_is_read(api: APIClient, db: None) -> None:
    body = json.dumps(BODY)
    blanks = " " * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE - len(body))
    response = post(api, body + blanks)
    assert response.status_code == 201


@pytest.mark.parametrize("size", [settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1, 2 * 1024 * 1024])
def test_a_greater_one_is_too_large(api: APIClient, size: int, db: None) -> None:
    assert_problem(post(api, json.dumps(BODY).ljust(size)), "payload_too_large")
    assert not User.objects.exists()


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "image/png", "nonsense"])
def test_the_answer_is_json_whatever_is_asked_for(api: APIClient, accept: str, db: None) -> None:
    response = api.get("/api/v1/services", HTTP_ACCEPT=accept)
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_a_format_parameter_is_ignored(api: APIClient, db: None) -> None:
    assert api.get("/api/v1/services?format=xml").status_code == 200


def test_unknown_fields_and_parameters_are_ignored(api: APIClient, db: None) -> None:
    body = BODY | {"is_staff": True, "is_superuser": True, "id": 7, "email_confirmed": True}
    response = api.post(f"{REGISTER}?is_staff=1", body, format="json")
    assert response.status_code == 201
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser, user.email_confirmed) == (False, False, False)
    assert response.json()["customer"]["id"] == user.pk
