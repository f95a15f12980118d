"""Counting old calls in the cache: what is counted together, and what is lost."""

import datetime
import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from django.utils import timezone

from config.rest import legacy_counts
from config.rest.legacy_counts import OTHERS, Call, client_of, count, drain, origin_of

TODAY = datetime.date(2026, 11, 22)
CALL = Call("GET /api/orders", "GET orders", "OldApp/1.2", "null", is_refused=False)


@pytest.fixture(autouse=True)
def a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day that does not end."""
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)


def drained(day: datetime.date = TODAY) -> dict[Call, int]:
    found: dict[Call, int] = {}
    for call, number in drain(day):
        found[call] = found.get(call, 0) + number
    return found


def test_equal_calls_are_counted_together_and_others_apart() -> None:
    other = CALL._replace(client="OtherApp")
    refused = CALL._replace(is_refused=True)
    for call in (CALL, other, CALL, refused, CALL):
        count(call)
    assert drained() == {CALL: 3, other: 1, refused: 1}


def test_what_is_drained_is_gone_and_what_comes_later_is_not() -> None:
    count(CALL)
    assert drained() == {CALL: 1}
    assert drained() == {}
    count(CALL)
    count(CALL)
    assert drained() == {CALL: 2}


def test_a_call_counted_while_another_drains_is_kept() -> None:
    count(CALL)
    draining = drain(TODAY)
    assert next(draining) == (CALL, 1)
    count(CALL)
    assert list(draining) == []
    assert drained() == {CALL: 1}


def test_each_day_has_counts_of_its_own() -> None:
    count(CALL)
    assert drained(TODAY - datetime.timedelta(days=1)) == {}
    assert drained() == {CALL: 1}


def test_past_so_many_clients_a_day_the_rest_count_as_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(legacy_counts, "MAX_SLOTS", 2)
    for number in range(5):
        count(CALL._replace(client=f"Invented/{number}"))
    others = CALL._replace(client=OTHERS, origin="")
    first = {CALL._replace(client=f"Invented/{number}"): 1 for number in (0, 1)}
    assert drained() == first | {others: 3}


def test_calls_of_many_threads_are_all_counted() -> None:
    def call() -> None:
        for _ in range(50):
            count(CALL)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drained() == {CALL: 400}


def test_draining_is_due_a_minute_after_the_first_call_and_for_one_only() -> None:
    assert not legacy_counts.is_due()
    count(CALL)
    assert not legacy_counts.is_due()
    cache.delete("legacy-use:lock")  # The minute is over.
    count(CALL)
    assert legacy_counts.is_due()
    assert not legacy_counts.is_due()
    cache.delete("legacy-use:lock")
    assert not legacy_counts.is_due()


def test_a_cache_that_is_away_costs_the_counts_and_nothing_else(settings: Any) -> None:
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "config.rest.cache.ResilientRedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
        }
    }
    count(CALL)
    assert not legacy_counts.is_due()
    assert drained() == {}
    legacy_counts.put_back(TODAY, CALL, 3)


def test_a_cache_that_throws_all_out_costs_the_counts_and_nothing_else() -> None:
    count(CALL)
    cache.clear()
    assert drained() == {}
    count(CALL)
    assert drained() == {CALL: 1}


@pytest.mark.parametrize(
    ("given", "client"),
    [
        ("", ""),
        ("OldApp/1.2 (Windows)  Electron/28", "OldApp/1.2 (Windows) Electron/28"),
        ("Bot/1 (+mailto:me@example.com; x)", "Bot/1 x)"),
        ("App/2 user=9845012345", "App/2"),
        ("x" * 300, "x" * 128),
    ],
)
def test_a_client_is_its_program_and_no_person(given: str, client: str) -> None:
    assert client_of(RequestFactory().get("/", headers={"User-Agent": given})) == client


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("", ""),
        ("null", "null"),
        ("file://", "file://"),
        ("https://Old.Shop.example:8443", "https://old.shop.example:8443"),
        ("https://me@example.com/path", OTHERS),
        ("javascript:alert(1)", OTHERS),
    ],
)
def test_an_origin_is_a_site_and_no_more(given: str, origin: str) -> None:
    assert origin_of(RequestFactory().get("/", headers={"Origin": given})) == origin
