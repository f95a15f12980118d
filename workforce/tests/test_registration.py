"""Taking workers on: the verb."""

import pytest

from config.rest.refusals import Code, Refusal
from tests.cast import PIN
from workforce.devices import device_of, sign_in_device
from workforce.models import DeviceToken, Worker
from workforce.registration import register_worker

pytestmark = pytest.mark.django_db


def test_a_new_worker_has_a_token_that_works() -> None:
    worker, token = register_worker(name="Yu", email=" Yu@Example.com ", password=PIN)
    worker.refresh_from_db()
    assert (worker.name, worker.email, worker.is_active) == ("Yu", "yu@example.com", True)
    assert device_of(token).worker == worker


def test_a_new_worker_signs_further_devices_in_by_pin() -> None:
    worker, _token = register_worker(name="Yu", password=PIN)
    assert sign_in_device(worker_id=worker.pk, password=PIN)[0].worker == worker


@pytest.mark.parametrize("email", [None, "", "  "])
def test_workers_need_no_email(email: str | None) -> None:
    for name in ("Yu", "Zoe"):
        worker, _token = register_worker(name=name, email=email)
        assert worker.email is None


def test_without_a_pin_a_worker_signs_no_device_in() -> None:
    worker, _token = register_worker(name="Yu")
    for attempt in ("", "None", PIN):
        with pytest.raises(Refusal):
            sign_in_device(worker_id=worker.pk, password=attempt)


@pytest.mark.parametrize("email", ["wim@example.com", "WIM@EXAMPLE.COM "])
def test_an_email_is_taken_in_any_case(worker: Worker, email: str) -> None:
    with pytest.raises(Refusal) as refused:
        register_worker(name="Wim two", email=email)
    assert refused.value.code == Code.EMAIL_TAKEN
    assert refused.value.detail == "There is already a worker with this email."
    assert (Worker.objects.count(), DeviceToken.objects.count()) == (1, 0)
