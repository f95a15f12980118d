"""`/readyz`: should this server be sent calls?"""

import datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from rest_framework.test import APIClient

from config.operations.backup.files import name_of
from tests.statements import statements

pytestmark = pytest.mark.django_db

STRANGER: dict[str, Any] = {"REMOTE_ADDR": "203.0.113.9"}
ALL_WELL = {"migrations": "ok", "disk": "ok", "backup": "none"}


@pytest.mark.parametrize("path", ["/readyz", "/readyz/"])
def test_all_is_well(api: APIClient, path: str) -> None:
    response = api.get(path)
    assert (response.status_code, response.json()) == (200, {"status": "ready", **ALL_WELL})
    assert "no-store" in response["Cache-Control"]


def test_it_asks_the_database_once_for_its_migrations(api: APIClient) -> None:
    api.get("/readyz")
    with statements() as asked:
        api.get("/readyz")
    assert len([sql for sql in asked if "SELECT" in sql and "django_migrations" in sql]) == 1


def test_a_missing_migration_is_not_ready(api: APIClient) -> None:
    MigrationRecorder.Migration.objects.filter(app="orders").latest("id").delete()
    response = api.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", **ALL_WELL, "migrations": "failed"}


def test_a_database_that_is_ahead_of_the_code_is_ready(api: APIClient) -> None:
    MigrationRecorder.Migration.objects.create(app="orders", name="0999_of_the_next_release")
    assert api.get("/readyz").status_code == 200


def test_without_a_database_it_is_not_ready(api: APIClient) -> None:
    recorder = "config.operations.monitoring.readiness.MigrationRecorder.applied_migrations"
    with patch(recorder, side_effect=OperationalError("gone away")):
        response = api.get("/readyz")
    assert (response.status_code, response.json()["migrations"]) == (503, "failed")
    assert b"gone away" not in response.content


def test_a_full_disk_is_not_ready(api: APIClient, settings: Any) -> None:
    settings.READY_DISK_FREE_MB = 10_000_000
    response = api.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", **ALL_WELL, "disk": "failed"}


@pytest.fixture
def backups(settings: Any, tmp_path: Path) -> Path:
    """An empty BACKUP_DIR."""
    settings.BACKUP_DIR = tmp_path
    return tmp_path


def back_up(folder: Path, *, age: datetime.timedelta) -> None:
    moment = (timezone.now() - age).astimezone(datetime.UTC)
    (folder / name_of(moment, is_encrypted=False)).touch()


@pytest.mark.parametrize(("minutes", "word"), [(59, "ok"), (61, "old")])
def test_an_old_backup_is_told_and_keeps_no_calls_away(
    api: APIClient, settings: Any, backups: Path, minutes: int, word: str
) -> None:
    settings.BACKUP_MAX_AGE = datetime.timedelta(hours=1)
    back_up(backups, age=datetime.timedelta(minutes=minutes))
    response = api.get("/readyz")
    assert (response.status_code, response.json()["backup"]) == (200, word)


def test_a_folder_of_backups_that_may_not_be_read_is_told(api: APIClient) -> None:
    files = "config.operations.monitoring.readiness.newest_backup_at"
    with patch(files, side_effect=PermissionError):
        response = api.get("/readyz")
    assert (response.status_code, response.json()["backup"]) == (200, "unreadable")


def test_a_stranger_is_not_told_why(api: APIClient, settings: Any) -> None:
    assert api.get("/readyz", **STRANGER).json() == {"status": "ready"}
    settings.READY_DISK_FREE_MB = 10_000_000
    response = api.get("/readyz", **STRANGER)
    assert (response.status_code, response.json()) == (503, {"status": "not ready"})


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_cannot_be_written_to(api: APIClient, method: str) -> None:
    response = getattr(api, method)("/readyz")
    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response["Content-Type"] == "application/json"
