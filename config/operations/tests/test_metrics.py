"""`/metrics`: who may read it, and what it tells of the shop."""

import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.core.cache import cache
from django.db import OperationalError
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from rest_framework.test import APIClient

from config.mail.models import OutgoingMail
from config.mail.outbox import MAX_ATTEMPTS
from config.operations.backup.files import mark_verified, name_of
from orders.models import Order
from tests.statements import statements

pytestmark = pytest.mark.django_db

TOKEN = "a-token-of-the-tests-0123456789-abcdef"
STRANGER: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}


def scraped(api: APIClient, **extra: Any) -> dict[tuple[str, tuple[str, ...]], float]:
    """Each sample by its name and the values of its labels, which stand in alphabetical order."""
    response = api.get("/metrics", **extra)
    assert response.status_code == 200, response.content
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


# --- Who may read it ------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/metrics", "/metrics/"])
@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_reads_it(api: APIClient, path: str, address: str) -> None:
    response = api.get(path, REMOTE_ADDR=address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    "header",
    [
        "HTTP_FORWARDED",
        "HTTP_X_FORWARDED_FOR",
        "HTTP_X_FORWARDED_HOST",
        "HTTP_X_FORWARDED_PROTO",
        "HTTP_X_REAL_IP",
    ],
)
def test_what_a_proxy_on_this_machine_passes_on_needs_the_token(
    api: APIClient, settings: Any, header: str
) -> None:
    settings.METRICS_TOKEN = TOKEN
    passed_on: dict[str, Any] = {header: "127.0.0.1"}
    response = api.get("/metrics", **passed_on)
    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response["Content-Type"] == "application/json"
    assert set(response.json()) == {"error", "msg"}
    assert scraped(api, **passed_on, HTTP_AUTHORIZATION=f"Bearer {TOKEN}")


def test_another_machine_needs_the_token(api: APIClient, settings: Any) -> None:
    settings.METRICS_TOKEN = TOKEN
    assert api.get("/metrics", **STRANGER).status_code == 401
    assert scraped(api, **STRANGER, HTTP_AUTHORIZATION=f"bearer {TOKEN}")


@pytest.mark.parametrize(
    "given", [f"Bearer {TOKEN}x", f"Basic {TOKEN}", TOKEN, "Bearer ", "Bearer \xe9"]
)
@pytest.mark.parametrize("address", ["127.0.0.1", "203.0.113.9"])
def test_a_wrong_token_is_refused_from_everywhere(
    api: APIClient, settings: Any, given: str, address: str
) -> None:
    settings.METRICS_TOKEN = TOKEN
    response = api.get("/metrics", REMOTE_ADDR=address, HTTP_AUTHORIZATION=given)
    assert (response.status_code, set(response.json())) == (401, {"error", "msg"})


@pytest.mark.parametrize("given", ["Bearer ", "Bearer", "Bearer x"])
def test_without_a_token_in_the_settings_none_is_right(api: APIClient, given: str) -> None:
    response = api.get("/metrics", **STRANGER, HTTP_AUTHORIZATION=given)
    assert response.status_code == 401


def test_an_address_that_is_no_allowed_host_is_refused(api: APIClient, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["shop.example"]
    response = api.get("/metrics", HTTP_HOST="127.0.0.1:8001")
    assert (response.status_code, response["Content-Type"]) == (400, "application/json")
    settings.ALLOWED_HOSTS = ["shop.example", "127.0.0.1"]
    assert api.get("/metrics", HTTP_HOST="127.0.0.1:8001").status_code == 200


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_cannot_be_written_to(api: APIClient, method: str) -> None:
    response = getattr(api, method)("/metrics")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response["Content-Type"] == "application/json"


# --- The shop's figures ---------------------------------------------------------------


def test_orders_on_their_way_are_told_by_stage(api: APIClient, order: Order) -> None:
    found = scraped(api)
    stages = {
        labels[0]: value for (name, labels), value in found.items() if name == "roundtrip_orders"
    }
    assert stages == {"created": 1, "picked_up": 0, "processing": 0, "completed": 0}


def test_ended_and_deleted_orders_are_on_no_way(api: APIClient, order: Order) -> None:
    Order.objects.filter(pk=order.pk).update(deleted_at=timezone.now())
    assert scraped(api)["roundtrip_orders", ("created",)] == 0


def test_stuck_orders_are_told_by_stage(api: APIClient, order: Order) -> None:
    assert scraped(api)["roundtrip_orders_stuck", ("created",)] == 0
    cache.clear()
    long_ago = timezone.now() - datetime.timedelta(days=3)
    Order.objects.filter(pk=order.pk).update(status_changed_at=long_ago)
    assert scraped(api)["roundtrip_orders_stuck", ("created",)] == 1


def test_the_outbox_is_told(api: APIClient) -> None:
    found = scraped(api)
    assert found["roundtrip_mails_waiting", ()] == found["roundtrip_mails_oldest_seconds", ()] == 0
    cache.clear()
    for attempts in (0, 3, MAX_ATTEMPTS):
        OutgoingMail.objects.create(recipient="a@example.com", attempts=attempts)
    OutgoingMail.objects.create(recipient="a@example.com", sent_at=timezone.now())
    hour_ago = timezone.now() - datetime.timedelta(hours=1)
    OutgoingMail.objects.filter(attempts=3).update(created_at=hour_ago)
    found = scraped(api)
    assert found["roundtrip_mails_waiting", ()] == 2
    assert found["roundtrip_mails_given_up", ()] == 1
    assert 3600 <= found["roundtrip_mails_oldest_seconds", ()] < 3700


def test_backups_are_told_by_the_moment_they_were_made(
    api: APIClient, settings: Any, tmp_path: Path
) -> None:
    settings.BACKUP_DIR = tmp_path
    settings.BACKUP_MAX_AGE = datetime.timedelta(hours=26)
    made, verified = (
        "roundtrip_backup_timestamp_seconds",
        "roundtrip_backup_verified_timestamp_seconds",
    )
    found = scraped(api)
    assert (made, ()) not in found
    assert found["roundtrip_backup_max_age_seconds", ()] == 26 * 60 * 60

    monday, tuesday = (datetime.datetime(2026, 3, day, tzinfo=datetime.UTC) for day in (2, 3))
    for moment in (monday, tuesday):
        (tmp_path / name_of(moment, is_encrypted=False)).touch()
    assert (verified, ()) not in scraped(api)
    mark_verified(tmp_path / name_of(monday, is_encrypted=False))
    found = scraped(api)
    assert found[made, ()] == tuesday.timestamp()
    assert found[verified, ()] == monday.timestamp()


def test_a_folder_of_backups_that_may_not_be_read_hides_nothing_else(api: APIClient) -> None:
    files = "config.operations.monitoring.figures.newest_backup_at"
    with patch(files, side_effect=PermissionError):
        assert scraped(api)["roundtrip_database_up", ()] == 1


def test_it_asks_the_database_twice_and_for_a_while_not_again(api: APIClient, order: Order) -> None:
    with statements() as asked:
        scraped(api)
    assert len(asked) == 2
    with statements() as asked:
        scraped(api)
    assert asked == []


def test_without_a_database_the_counters_are_told_all_the_same(api: APIClient) -> None:
    away = OperationalError("gone away")
    with patch("config.operations.monitoring.figures.queue", side_effect=away):
        found = scraped(api)
    assert found["roundtrip_database_up", ()] == 0
    assert ("roundtrip_orders", ("created",)) not in found
    assert ("roundtrip_rate_limited_total", ("auth",)) in found


def test_with_a_database_it_is_up(api: APIClient) -> None:
    found = scraped(api)
    assert found["roundtrip_database_up", ()] == 1
    assert found["roundtrip_disk_free_bytes", ()] > 0


# --- The requests ---------------------------------------------------------------------


def requests(api: APIClient) -> set[tuple[str, ...]]:
    name = "django_http_requests_latency_seconds_by_view_method_count"
    return {labels for (found, labels) in scraped(api) if found == name}


def test_requests_are_counted_by_view_and_method(api: APIClient) -> None:
    name = "django_http_responses_total_by_status_view_method_total"
    before = scraped(api).get((name, ("GET", "200", "ping")), 0)
    api.get("/ping")
    assert scraped(api)[name, ("GET", "200", "ping")] == before + 1


def test_a_made_up_method_or_path_makes_no_series_of_its_own(api: APIClient) -> None:
    for word in ("ZAP", "ZIP"):
        api.generic(word, f"/{word}")
        api.generic(word, "/ping")
    words = {word for labels in requests(api) for word in labels}
    assert not words & {"ZAP", "ZIP", "/ZAP", "/ZIP"}
    assert ("<invalid method>", "-") in requests(api)


def test_no_label_tells_of_an_order(api: APIClient, order: Order) -> None:
    api.get(f"/t/{order.order_number}/{order.token}")
    text = api.get("/metrics").content.decode()
    for secret in (order.order_number, order.token, order.email):
        assert secret not in text
