"""`/healthz` and `/ping`: is it alive?"""

from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from rest_framework.test import APIClient

from tests.cast import bearing
from tests.statements import statements

ALL_WELL = {"status": "ok", "db": "ok", "cache": "ok"}


@pytest.fixture
def without_cache(settings: Any) -> None:
    """A cache whose server is away: nothing listens on that port."""
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }


@pytest.mark.parametrize("path", ["/healthz", "/healthz/"])
@pytest.mark.django_db
def test_all_is_well(api: APIClient, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.json()) == (200, ALL_WELL)
    assert response["Content-Type"] == "application/json"


@pytest.mark.django_db
def test_it_really_asks_the_database_and_the_cache(api: APIClient) -> None:
    with statements() as asked:
        api.get("/healthz")
    assert asked == ["SELECT 1"]
    assert cache.get("healthz") == "ok"


@pytest.mark.django_db
def test_without_a_cache_it_is_degraded_and_goes_on(api: APIClient, without_cache: None) -> None:
    response = api.get("/healthz")
    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "db": "ok", "cache": "failed"}


@pytest.mark.django_db
def test_a_cache_that_forgets_is_no_cache(api: APIClient, settings: Any) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert api.get("/healthz").json()["status"] == "degraded"


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_a_database_it_is_unavailable(
    api: APIClient, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    with patch("config.operations.health.connection") as connection:
        connection.cursor.side_effect = error("gone away")
        response = api.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "db": "failed", "cache": "ok"}
    assert b"gone away" not in response.content
    assert "gone away" in caplog.text


def test_without_both_it_is_unavailable(api: APIClient, without_cache: None) -> None:
    with patch("config.operations.health.connection") as connection:
        connection.cursor.side_effect = OperationalError
        response = api.get("/healthz")
    assert response.status_code == 503
    assert response.json() == {"status": "unavailable", "db": "failed", "cache": "failed"}


@pytest.mark.parametrize("path", ["/ping", "/ping/"])
def test_ping_touches_nothing(api: APIClient, path: str) -> None:
    """No database mark here: a query would fail this test."""
    response = api.get(path)
    assert (response.status_code, response.json()) == (200, {"message": "pong"})


@pytest.mark.parametrize("path", ["/ping", "/healthz"])
@pytest.mark.django_db
def test_neither_is_ever_cached(api: APIClient, path: str) -> None:
    assert "no-store" in api.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/ping", "/healthz"])
@pytest.mark.django_db
def test_neither_asks_who_calls(path: str) -> None:
    assert bearing("a.b.c").get(path).status_code == 200


@pytest.mark.parametrize("path", ["/ping", "/healthz"])
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_neither_can_be_written_to(api: APIClient, method: str, path: str) -> None:
    response = getattr(api, method)(path)
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
