"""Who calls old paths: from the call to the table, and what would end with them."""

import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from catalog.legacy import usage_counts
from catalog.models import Service
from config.operations import legacy_use
from config.operations.legacy_use import flush, would_have_failed
from config.operations.models import LegacyUse
from config.rest import legacy_counts
from tests.statements import statements

pytestmark = pytest.mark.django_db
APP = {"User-Agent": "OldApp/1.2", "Origin": "null"}
DAY = datetime.timedelta(days=1)


def table() -> list[tuple[Any, ...]]:
    columns = ("endpoint", "replaced_by", "client", "origin", "calls", "refused")
    return list(LegacyUse.objects.order_by("endpoint", "client").values_list(*columns))


def test_a_call_is_counted_by_endpoint_client_and_page(api: APIClient, wash: Service) -> None:
    for _ in range(2):
        api.get("/api/services", headers=APP)
    api.get("/api/services")
    api.get("/api/orders", headers=APP)
    assert flush() == 4
    assert table() == [
        ("GET /api/orders", "GET orders", "OldApp/1.2", "null", 1, 1),
        ("GET /api/services", "GET services", "", "", 1, 0),
        ("GET /api/services", "GET services", "OldApp/1.2", "null", 2, 0),
    ]
    assert LegacyUse.objects.values_list("day", flat=True).distinct().get() == timezone.localdate()


def test_counts_of_the_same_call_add_up_over_the_day(api: APIClient) -> None:
    for calls in (1, 2):
        for _ in range(calls):
            api.get("/api/orders", headers=APP)
        assert flush() == calls
    assert table() == [("GET /api/orders", "GET orders", "OldApp/1.2", "null", 3, 3)]


@pytest.mark.parametrize(
    ("method", "path", "endpoint", "replaced_by"),
    [
        ("put", "/api/orders/ABC", "PUT /api/orders/<number>", "PUT orders/{order_number}"),
        ("head", "/api/services", "GET /api/services", "GET services"),
        ("post", "/auth/login", "POST /auth/login", "POST auth/login"),
        ("get", "/admin/api/orders", "GET /admin/api/orders", "GET orders"),
        ("get", "/employee/secret/page", "GET /employee/...", "POST workers/scan"),
        ("get", "/admin/api/nothing", "GET /admin/api/...", ""),
    ],
)
def test_a_count_names_the_route_and_its_v1_call_but_no_path(
    api: APIClient, method: str, path: str, endpoint: str, replaced_by: str
) -> None:
    getattr(api, method)(path, headers=APP)
    flush()
    assert [row[:2] for row in table()] == [(endpoint, replaced_by)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/api/v1/services"),
        ("get", "/admin/login"),
        ("options", "/api/orders"),
        ("patch", "/api/orders"),
        ("get", "/qr/ABC.png"),
    ],
)
def test_what_stays_or_never_was_is_not_counted(api: APIClient, method: str, path: str) -> None:
    getattr(api, method)(path)
    assert flush() == 0


def test_a_call_that_is_switched_off_is_counted_as_refused(api: APIClient, settings: Any) -> None:
    settings.LEGACY_API = False
    api.get("/api/services", headers=APP)
    flush()
    assert [row[-2:] for row in table()] == [(1, 1)]


def test_counting_costs_no_statement(api: APIClient, wash: Service) -> None:
    usage_counts()
    with statements() as seen:
        assert api.get("/api/services", headers=APP).status_code == 200
    assert [sql for sql in seen if "legacyuse" in sql] == []
    assert len(seen) == 1


def test_a_minute_later_the_next_call_of_anything_writes_the_counts_down(api: APIClient) -> None:
    api.get("/api/orders", headers=APP)
    api.get("/ping")
    assert table() == []
    cache.delete("legacy-use:lock")  # The minute is over.
    api.get("/ping")
    assert len(table()) == 1


def test_without_old_calls_nothing_is_asked_of_cache_or_database(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(legacy_counts, "cache", None)
    with statements() as seen:
        assert api.get("/ping").status_code == 200
    assert seen == []


def test_a_database_that_fails_costs_no_count_and_no_answer(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*arguments: Any) -> None:
        raise DatabaseError

    for _ in range(3):
        api.get("/api/orders", headers=APP)
    with monkeypatch.context() as broken:
        broken.setattr(legacy_use, "_write", fails)
        cache.delete("legacy-use:lock")
        assert api.get("/ping").status_code == 200
        with pytest.raises(DatabaseError):
            flush()
    assert table() == []
    assert flush() == 3
    assert [row[-2:] for row in table()] == [(3, 3)]


def test_yesterdays_last_calls_are_yesterdays(
    api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.get("/api/orders", headers=APP)
    today = timezone.localdate()
    monkeypatch.setattr(timezone, "localdate", lambda: today + DAY)
    assert flush() == 1
    assert LegacyUse.objects.get().day == today


def used(days_ago: int, endpoint: str = "GET /api/orders", **columns: Any) -> LegacyUse:
    day = timezone.localdate() - days_ago * DAY
    columns = {"client": "OldApp/1.2", "origin": "null", "calls": 5} | columns
    return LegacyUse.objects.create(day=day, endpoint=endpoint, **columns)


def test_what_would_have_failed_is_what_was_answered() -> None:
    used(1, replaced_by="GET orders", refused=2)
    used(2, replaced_by="GET orders")
    used(1, "POST /api/orders", replaced_by="POST orders", calls=9)
    used(1, "POST /auth/login", refused=5)
    used(0, "GET /api/services")
    used(9, "GET /api/services")
    yesterday = timezone.localdate() - DAY
    found = would_have_failed(since=yesterday - DAY, until=yesterday)
    assert [(row["endpoint"], row["client"], row["answered"]) for row in found] == [
        ("POST /api/orders", "OldApp/1.2", 9),
        ("GET /api/orders", "OldApp/1.2", 8),
    ]


@pytest.fixture
def office(owner: User) -> Client:
    """The owner's browser in the admin."""
    browser = Client()
    browser.force_login(owner)
    return browser


LIST = "/admin/operations/legacyuse/"
DRY_RUN = f"{LIST}switch-off/"


def test_staff_see_each_call_with_the_one_that_replaces_it(office: Client) -> None:
    used(0, replaced_by="GET orders")
    content = office.get(LIST).content.decode()
    assert "OldApp/1.2" in content
    assert "GET /api/v1/orders" in content
    assert f'href="{DRY_RUN}"' in content


def test_the_list_is_searched_by_the_beginning_of_a_clients_name(office: Client) -> None:
    used(0)
    used(0, client="NewApp")
    found = office.get(f"{LIST}?q=Old").context["cl"].result_list
    assert [use.client for use in found] == ["OldApp/1.2"]


def test_the_dry_run_shows_what_would_have_failed_yesterday(office: Client) -> None:
    used(1, "PUT /api/orders/<number>", replaced_by="PUT orders/{order_number}", refused=2)
    used(0, "GET /api/services")
    content = office.get(DRY_RUN).content.decode()
    assert "PUT /api/orders/&lt;number&gt;" in content
    assert "PUT /api/v1/orders/{order_number}" in content
    assert "<td>3</td>" in content
    assert "/api/services" not in content


def test_the_dry_run_says_so_where_nobody_would_notice(office: Client) -> None:
    used(8)
    assert "Nobody would have noticed." in office.get(DRY_RUN).content.decode()
    assert "OldApp/1.2" in office.get(f"{DRY_RUN}?days=30").content.decode()


@pytest.mark.parametrize("days", ["0", "91", "-1", "many", "", "9" * 5000])
def test_a_dry_run_over_no_number_of_days_is_one_of_yesterday(office: Client, days: str) -> None:
    used(1)
    used(2, client="NewApp")
    answer = office.get(DRY_RUN, {"days": days})
    assert [row["client"] for row in answer.context["rows"]] == ["OldApp/1.2"]


def test_the_dry_run_is_for_staff_with_the_permission(
    staff_without_permissions: User,
) -> None:
    browser = Client()
    assert browser.get(DRY_RUN).status_code == 302
    browser.force_login(staff_without_permissions)
    assert browser.get(DRY_RUN).status_code == 403
