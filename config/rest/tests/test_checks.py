"""Each check of the API's configuration, with its id and its hint."""

from typing import Any

import pytest

from config.rest import checks


def test_local_memory_is_refused_with_more_than_one_process(
    settings: Any, monkeypatch: pytest.MonkeyPatch
):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    (error,) = checks.check_shared_cache(None)
    assert error.id == "rest.E001"
    assert "CACHE_URL" in (error.hint or "")


def test_local_memory_is_right_for_one_process(settings: Any, monkeypatch: pytest.MonkeyPatch):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    assert checks.check_shared_cache(None) == []


def test_redis_is_right_for_many(settings: Any, monkeypatch: pytest.MonkeyPatch):
    settings.CACHES = {"default": {"BACKEND": "config.rest.cache.ResilientRedisCache"}}
    monkeypatch.setenv("WEB_CONCURRENCY", "8")
    assert checks.check_shared_cache(None) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "//shop.example",
        "ftp://shop.example",
        "https://",
        "https://[",
        "https://shop.example?a=1",
    ],
)
def test_a_public_url_that_no_browser_opens_is_named(settings: Any, url: str):
    settings.PUBLIC_URL = url
    (error,) = checks.check_public_url(None)
    assert (error.id, error.msg) == (
        "rest.E005",
        f"PUBLIC_URL: {url!r} is no address of a shop.",
    )


@pytest.mark.parametrize("url", ["https://shop.example", "http://127.0.0.1:8000"])
def test_a_public_url_is_an_address(settings: Any, url: str):
    settings.PUBLIC_URL = url
    assert checks.check_public_url(None) == []


def test_a_rate_that_cannot_be_read_is_named(settings: Any):
    settings.RATELIMITS = {"auth": {"anyone": "often"}}
    (error,) = checks.check_rates(None)
    assert (error.id, error.msg) == (
        "rest.E002",
        "RATELIMIT_AUTH_ANYONE: 'often' is no rate such as 10/m, 50/h or 200/d.",
    )


@pytest.mark.parametrize("name", ["RATELIMIT_TRUSTED_IPS", "TRUSTED_PROXIES"])
def test_an_address_that_is_none_is_named(settings: Any, name: str):
    setattr(settings, name, ["10.0.0.5", "the counter"])
    (error,) = checks.check_addresses(None)
    assert error.id == "rest.E003"
    assert error.msg.startswith(name)


def test_the_settings_as_they_are_pass():
    assert checks.check_rates(None) == checks.check_addresses(None) == []


def test_a_sunset_that_is_no_day_is_named(settings: Any):
    settings.LEGACY_SUNSET = "next summer"
    (error,) = checks.check_legacy_sunset(None)
    assert (error.id, error.msg) == ("rest.E004", "LEGACY_SUNSET: 'next summer' is no day.")


@pytest.mark.parametrize("day", ["", "2027-06-30"])
def test_a_sunset_may_be_a_day_or_none(settings: Any, day: str):
    settings.LEGACY_SUNSET = day
    assert checks.check_legacy_sunset(None) == []
