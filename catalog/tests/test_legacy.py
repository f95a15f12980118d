"""Services by old ids, durations in words, and how often each was ordered."""

from typing import Any

import pytest
from django.core.cache import cache

from catalog.legacy import (
    USAGE_KEY,
    duration_text,
    legacy_id_of,
    minutes_of,
    services_with,
    usage_counts,
)
from catalog.models import Service
from orders.models import Order
from tests.statements import statements


@pytest.mark.parametrize(
    ("minutes", "text"), [(None, ""), (60, "1h"), (1440, "24h"), (90, "90m"), (1, "1m")]
)
def test_a_duration_is_told_in_hours_where_it_is_whole_ones(minutes: int | None, text: str):
    assert duration_text(minutes) == text
    assert minutes_of(text) == minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("24H", 1440), (" 90 m ", 90), ("1h 30m", 90), ("1h30min", 90), ("2d", 2880), ("0m", 0)],
)
def test_a_duration_is_read_as_people_write_it(text: str, minutes: int):
    assert minutes_of(text) == minutes


@pytest.mark.parametrize("text", ["soon", "24", "h", "1.5h", "-1h", "1m 1h", "9999999h"])
def test_what_is_no_duration_is_refused(text: str):
    with pytest.raises(ValueError, match="is no duration such as 24h or 90m"):
        minutes_of(text)


@pytest.fixture
def imported(db: None) -> Service:
    """A service of an old server."""
    return Service.objects.create(name="Dry cleaning", price=9, legacy_id="s1")


def test_an_imported_service_is_called_by_its_old_id(imported: Service, wash: Service):
    assert (legacy_id_of(imported), legacy_id_of(wash)) == ("s1", str(wash.pk))


def test_services_are_found_by_old_id_and_by_number(imported: Service, wash: Service):
    ids = ["s1", str(imported.pk), str(wash.pk)]
    assert services_with(ids) == dict(zip(ids, [imported, imported, wash], strict=True))


def test_an_old_id_that_looks_like_a_number_goes_before_that_number(wash: Service):
    renamed = Service.objects.create(name="Other", price=1, legacy_id=str(wash.pk))
    assert services_with([str(wash.pk)]) == {str(wash.pk): renamed}


@pytest.mark.parametrize("text", ["", "S1", "s9", "ſ1", "s1\x00", "\ud800", "s" * 33, "9" * 40])
def test_what_names_no_service_finds_none(imported: Service, text: str):
    assert services_with([text]) == {}


def test_services_are_found_in_one_statement(imported: Service, wash: Service):
    with statements() as seen:
        services_with(["s1", str(wash.pk), "s9"])
    assert len(seen) == 1


def test_usage_is_the_imported_one_and_that_of_our_lines(
    imported: Service, wash: Service, order: Order
):
    Service.objects.filter(pk=imported.pk).update(imported_usage_count=40)
    Service.objects.filter(pk=wash.pk).update(imported_usage_count=2)
    assert usage_counts() == {imported.pk: 40, wash.pk: 3}


def test_usage_is_counted_once_a_minute_for_all_calls(wash: Service):
    usage_counts()
    with statements() as seen:
        assert usage_counts() == {wash.pk: 0}
    assert seen == []
    cache.delete(USAGE_KEY)
    with statements() as seen:
        usage_counts()
    assert len(seen) == 1


def test_the_list_of_services_costs_one_statement_more_than_the_count(api: Any, wash: Service):
    usage_counts()
    with statements() as seen:
        api.get("/api/services")
    assert len(seen) == 1
