"""Where workers are signed in: `workers/logout`, `workers/devices`, `workers/{id}/devices`."""

import datetime
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.cast import bearing
from tests.statements import statements
from tests.unchanged import nothing_written
from workforce.devices import device_of, issue_token, revoke_device
from workforce.models import DeviceToken, Worker
from workforce.tests.conftest import PATH

OWN = f"{PATH}/devices"


@pytest.fixture
def tablet(worker: Worker) -> DeviceToken:
    """Wim's tablet, which was never used."""
    return issue_token(worker=worker, name="Tablet")[0]


@pytest.fixture
def other_device(other_worker: Worker) -> DeviceToken:
    """Xenia's phone."""
    return issue_token(worker=other_worker, name="Phone")[0]


@pytest.fixture
def scanner(as_worker: APIClient, worker: Worker) -> DeviceToken:
    """The device that `as_worker` calls from."""
    return worker.devices.get(name="Scanner")


def ids(response: Any) -> list[int]:
    assert response.status_code == 200
    return [device["id"] for device in response.json()]


# --- Logout -------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_logout_ends_this_device_at_once_and_no_other(worker: Worker, slash: str) -> None:
    _device, token = issue_token(worker=worker)
    _other, other_token = issue_token(worker=worker)

    response = bearing(token).post(f"{PATH}/logout{slash}")

    assert (response.status_code, response.json()) == (200, {"msg": "Logged out"})
    assert_problem(bearing(token).get(OWN), "token_invalid")
    assert device_of(other_token).worker == worker


def test_a_repeated_logout_needs_a_token_that_is_valid(as_worker: APIClient) -> None:
    assert as_worker.post(f"{PATH}/logout").status_code == 200
    assert_problem(as_worker.post(f"{PATH}/logout"), "token_invalid")


# --- A worker's own devices ---------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_worker_sees_their_devices_and_which_one_asks(
    as_worker: APIClient,
    scanner: DeviceToken,
    tablet: DeviceToken,
    other_device: DeviceToken,
    slash: str,
) -> None:
    assert scanner.last_used_at is not None
    response = as_worker.get(OWN + slash)
    assert response.status_code == 200
    assert response.json() == [
        {
            "id": tablet.pk,
            "name": "Tablet",
            "created_at": utc_text(tablet.created_at),
            "last_used_at": None,
            "is_current": False,
        },
        {
            "id": scanner.pk,
            "name": "Scanner",
            "created_at": utc_text(scanner.created_at),
            "last_used_at": utc_text(scanner.last_used_at),
            "is_current": True,
        },
    ]


def test_devices_that_were_signed_out_or_ran_out_are_not_listed(
    as_worker: APIClient, scanner: DeviceToken, worker: Worker, tablet: DeviceToken
) -> None:
    revoke_device(device=tablet)
    expired, _token = issue_token(worker=worker)
    future, _token = issue_token(worker=worker)
    now = timezone.now()
    DeviceToken.objects.filter(pk=expired.pk).update(expires_at=now)
    DeviceToken.objects.filter(pk=future.pk).update(expires_at=now + datetime.timedelta(hours=1))

    assert ids(as_worker.get(OWN)) == [future.pk, scanner.pk]


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_worker_signs_another_of_their_devices_out(
    as_worker: APIClient, scanner: DeviceToken, worker: Worker, slash: str
) -> None:
    lost, token = issue_token(worker=worker, name="Lost")

    response = as_worker.delete(f"{OWN}/{lost.pk}{slash}")

    assert (response.status_code, response.json()) == (200, {"msg": "Deleted"})
    assert_problem(bearing(token).get(OWN), "token_invalid")
    assert ids(as_worker.get(OWN)) == [scanner.pk]


def test_a_worker_may_sign_this_very_device_out(as_worker: APIClient, scanner: DeviceToken) -> None:
    assert as_worker.delete(f"{OWN}/{scanner.pk}").status_code == 200
    assert_problem(as_worker.get(OWN), "token_invalid")


def test_a_device_is_kept_for_the_tracks_that_name_it(
    as_worker: APIClient, tablet: DeviceToken
) -> None:
    as_worker.delete(f"{OWN}/{tablet.pk}")
    assert DeviceToken.objects.filter(pk=tablet.pk).exclude(revoked_at=None).exists()


def test_another_workers_device_is_not_found(
    as_worker: APIClient, other_device: DeviceToken
) -> None:
    with nothing_written():
        assert_problem(as_worker.delete(f"{OWN}/{other_device.pk}"), "not_found")


def test_a_device_that_is_signed_out_is_not_found_again(
    as_worker: APIClient, tablet: DeviceToken
) -> None:
    assert as_worker.delete(f"{OWN}/{tablet.pk}").status_code == 200
    assert_problem(as_worker.delete(f"{OWN}/{tablet.pk}"), "not_found")


@pytest.mark.parametrize("key", ["0", "9" * 18, "9" * 30, "x", "-1", "٣"])
def test_an_unknown_device_is_not_found(as_worker: APIClient, key: str) -> None:
    assert_problem(as_worker.delete(f"{OWN}/{key}"), "not_found")


def test_a_list_takes_as_many_statements_however_many_there_are(
    as_worker: APIClient, worker: Worker
) -> None:
    with statements() as for_one:
        as_worker.get(OWN)
    for _ in range(10):
        issue_token(worker=worker)
    with statements() as for_many:
        assert len(ids(as_worker.get(OWN))) == 11
    assert len(for_many) == len(for_one) == 2


# --- Staff --------------------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_staff_see_a_workers_devices(
    as_foreman: APIClient,
    worker: Worker,
    tablet: DeviceToken,
    other_device: DeviceToken,
    slash: str,
) -> None:
    response = as_foreman.get(f"{PATH}/{worker.pk}/devices{slash}")
    assert response.status_code == 200
    assert response.json() == [
        {
            "id": tablet.pk,
            "name": "Tablet",
            "created_at": utc_text(tablet.created_at),
            "last_used_at": None,
        }
    ]


def test_a_worker_without_devices_has_an_empty_list(as_foreman: APIClient, worker: Worker) -> None:
    assert ids(as_foreman.get(f"{PATH}/{worker.pk}/devices")) == []


@pytest.mark.parametrize("slash", ["", "/"])
def test_staff_sign_a_workers_device_out(as_foreman: APIClient, worker: Worker, slash: str) -> None:
    device, token = issue_token(worker=worker)

    response = as_foreman.delete(f"{PATH}/{worker.pk}/devices/{device.pk}{slash}")

    assert (response.status_code, response.json()) == (200, {"msg": "Deleted"})
    assert_problem(bearing(token).get(OWN), "token_invalid")


def test_a_device_is_not_found_under_another_worker(
    as_foreman: APIClient, worker: Worker, other_device: DeviceToken
) -> None:
    with nothing_written():
        response = as_foreman.delete(f"{PATH}/{worker.pk}/devices/{other_device.pk}")
    assert_problem(response, "not_found")


@pytest.mark.parametrize("key", ["0", "9" * 18, "9" * 30, "x"])
def test_devices_of_an_unknown_worker_are_not_found(as_foreman: APIClient, key: str) -> None:
    assert_problem(as_foreman.get(f"{PATH}/{key}/devices"), "not_found")
    assert_problem(as_foreman.delete(f"{PATH}/{key}/devices/1"), "not_found")
