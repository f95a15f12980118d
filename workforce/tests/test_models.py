"""Workers and their devices as the database keeps them."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.db.models import ProtectedError
from django.utils import timezone

from tests.cast import PIN
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker

NOW = datetime.datetime(2026, 12, 24, 18, 30, tzinfo=datetime.UTC)
A_SECOND = datetime.timedelta(seconds=1)


def test_a_worker_is_shown_by_name_and_speaks_as_a_worker() -> None:
    worker = Worker(name="Wim")
    assert (str(worker), worker.principal_kind, worker.is_authenticated) == ("Wim", "worker", True)


def test_a_pin_is_kept_as_a_hash_only(worker: Worker) -> None:
    assert PIN not in worker.password
    assert worker.password.startswith("argon2$argon2id$")
    assert check_password(PIN, worker.password)


def test_a_worker_without_a_pin_can_use_none() -> None:
    worker = Worker(name="Wim")
    worker.set_password(None)
    assert not check_password("", worker.password)
    assert not check_password(worker.password, worker.password)


@pytest.mark.parametrize(
    ("given", "stored"), [(" Wim@Example.COM ", "wim@example.com"), ("  ", None), (None, None)]
)
def test_cleaning_stores_emails_in_one_form(given: str | None, stored: str | None) -> None:
    worker = Worker(name="Wim", email=given)
    worker.clean()
    assert worker.email == stored


@pytest.mark.django_db
def test_several_workers_may_have_no_email() -> None:
    for _ in range(2):
        Worker.objects.create(name="Wim")
    assert Worker.objects.filter(email=None).count() == 2


@pytest.mark.parametrize(
    ("fields", "is_usable"),
    [
        ({}, True),
        ({"expires_at": NOW + A_SECOND}, True),
        ({"expires_at": NOW}, False),
        ({"expires_at": NOW - A_SECOND}, False),
        ({"revoked_at": NOW - A_SECOND}, False),
    ],
)
def test_a_device_is_usable_until_it_expires_or_is_revoked(
    fields: dict[str, Any], is_usable: bool
) -> None:
    assert DeviceToken(worker=Worker(), **fields).is_usable(NOW) is is_usable


def test_a_device_is_usable_while_its_worker_is_active() -> None:
    assert not DeviceToken(worker=Worker(is_active=False)).is_usable(NOW)


def test_a_device_expires_by_the_present_time(worker: Worker) -> None:
    assert not DeviceToken(worker=worker, expires_at=timezone.now()).is_usable()


def test_a_device_is_shown_by_its_name_or_its_prefix() -> None:
    assert str(DeviceToken(name="Van", prefix="0123456789ab")) == "Van"
    assert str(DeviceToken(prefix="0123456789ab")) == "0123456789ab"


def test_a_worker_with_devices_is_not_erased(worker: Worker) -> None:
    issue_token(worker=worker)
    with pytest.raises(ProtectedError):
        worker.delete()
