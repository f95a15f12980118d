"""Which pages may call the API from a browser: by the preflights that browsers send."""

import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from rest_framework.test import APIClient

ELECTRON = ["null", "file://"]
HEADERS = [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
]
EXPOSED = (
    "Link, ETag, Retry-After, RateLimit, RateLimit-Policy, X-Request-ID, Deprecation, Sunset, "
    "Idempotency-Replayed"
)


def preflight(api: APIClient, origin: str, method: str = "POST") -> Any:
    return api.options(
        "/api/v1/orders",
        HTTP_ORIGIN=origin,
        HTTP_ACCESS_CONTROL_REQUEST_METHOD=method,
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization,content-type,idempotency-key",
    )


@pytest.mark.parametrize("origin", [*ELECTRON, "http://localhost:3000"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_known_pages_preflight_is_granted(api: APIClient, origin: str, method: str):
    response = preflight(api, origin, method)
    assert response.status_code == 200
    assert response["Access-Control-Allow-Origin"] == origin
    assert method in response["Access-Control-Allow-Methods"].split(", ")
    assert response["Access-Control-Allow-Headers"].split(", ") == HEADERS
    assert "origin" in response["Vary"]


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://localhost:3001",
        "https://localhost:3000",
    ],
)
def test_a_strangers_preflight_is_not(api: APIClient, origin: str):
    assert "Access-Control-Allow-Origin" not in preflight(api, origin)


@pytest.mark.django_db
@pytest.mark.parametrize("origin", ELECTRON)
def test_the_answer_may_be_read_with_the_headers_that_matter(api: APIClient, origin: str):
    response = api.get("/api/v1/services", HTTP_ORIGIN=origin)
    assert response["Access-Control-Allow-Origin"] == origin
    assert response["Access-Control-Expose-Headers"] == EXPOSED


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/auth/me"])
def test_a_refusal_may_be_read_too(api: APIClient, path: str):
    response = api.get(path, HTTP_ORIGIN="null")
    assert response.status_code in (401, 404)
    assert response["Access-Control-Allow-Origin"] == "null"


@pytest.mark.parametrize("origin", [*ELECTRON, "http://localhost:3000"])
def test_credentials_are_never_allowed(api: APIClient, origin: str):
    assert "Access-Control-Allow-Credentials" not in preflight(api, origin)


def test_without_an_origin_nothing_is_said(api: APIClient):
    assert "Access-Control-Allow-Origin" not in api.get("/ping")


def origins_with(**env: str) -> str:
    """The origins that a process with these variables allows."""
    code = "from config import settings; print(','.join(settings.CORS_ALLOWED_ORIGINS))"
    known = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
    done = subprocess.run(  # noqa: S603  (our own text)
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env=known | env,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "x" * 50,
    "PUBLIC_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example",
}


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ({}, "file://,null,http://localhost:3000"),
        ({"LEGACY_API": "off"}, "http://localhost:3000"),
        (PRODUCTION, "file://,null"),
        (PRODUCTION | {"LEGACY_API": "off"}, ""),
        ({"CORS_ALLOWED_ORIGINS": "https://app.shop.example"}, "https://app.shop.example"),
    ],
)
def test_who_is_known_by_default(env: dict[str, str], expected: str):
    assert origins_with(**env) == expected
