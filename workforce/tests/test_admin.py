"""Workers and their devices in the admin."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from tests.admin import errors_of, fill
from tests.cast import PIN, staff_holding, with_device
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker

WORKERS, DEVICES = (f"/admin/workforce/{model}/" for model in ("worker", "devicetoken"))


def names(answer) -> list[str]:
    return [str(row) for row in answer.context["cl"].result_list]


def history(worker: Worker) -> list[tuple[Any, str]]:
    """Who did what to a worker, as Django's log has it."""
    entries = LogEntry.objects.filter(content_type__model="worker", object_id=str(worker.pk))
    return [(entry.user, entry.get_change_message()) for entry in entries]


def may_sign_in(api, worker: Worker, pin: str) -> bool:
    body = {"worker_id": worker.pk, "password": pin}
    return api.post("/api/v1/workers/login", body, format="json").status_code == 200


@pytest.fixture
def path(worker) -> str:
    """Wim's page."""
    return f"{WORKERS}{worker.pk}/change/"


def test_who_is_added_signs_a_device_in_by_the_pin(office, api):
    answer = fill(
        office, f"{WORKERS}add/", name="Yara Young", email=" Yara@Example.com ", pin="135790"
    )

    assert answer.status_code == 302
    yara = Worker.objects.get()
    assert (yara.name, yara.email, yara.is_active) == ("Yara Young", "yara@example.com", True)
    assert not DeviceToken.objects.exists()
    assert may_sign_in(api, yara, "135790")


def test_workers_without_an_email_do_not_clash(office):
    for name in ("Yara", "Zack"):
        fill(office, f"{WORKERS}add/", name=name, pin="135790")

    assert list(Worker.objects.values_list("email", flat=True)) == [None, None]


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"pin": ""}, {"pin"}),
        ({"pin": "12345"}, {"pin"}),
        ({"pin": "letters"}, {"pin"}),
        ({"email": "WIM@example.com"}, {"email"}),
        ({"email": "no email"}, {"email"}),
        ({"name": " "}, {"name"}),
    ],
)
def test_a_bad_value_is_told_and_nobody_added(fields, wrong, office, worker):
    answer = fill(office, f"{WORKERS}add/", **({"name": "Yara", "pin": "135790"} | fields))

    assert errors_of(answer).keys() == wrong
    assert Worker.objects.count() == 1


def test_the_page_shows_neither_the_pin_nor_its_hash(office, path, worker):
    content = office.get(path).content.decode()

    assert worker.password not in content
    assert PIN not in content
    assert 'name="password"' not in content


def test_saving_without_a_pin_keeps_the_present_one(office, path, worker, api):
    fill(office, path, name="Wim W.")

    assert Worker.objects.get().name == "Wim W."
    assert may_sign_in(api, worker, PIN)


def test_a_new_pin_replaces_the_old_one_and_unlocks(office, path, worker, api):
    Worker.objects.update(locked_at=timezone.now(), failed_logins=20)

    fill(office, path, pin="135790")

    assert Worker.objects.get().locked_at is None
    assert not may_sign_in(api, worker, PIN)
    assert may_sign_in(api, worker, "135790")


def test_deactivating_a_worker_takes_all_devices_back(office, path, worker, other_worker):
    mine, others = with_device(worker), with_device(other_worker)

    fill(office, path, is_active=None)

    assert Worker.objects.get(pk=worker.pk).is_active is False
    assert DeviceToken.objects.get(worker=worker).revoked_at is not None
    assert mine.get("/api/v1/workers/devices").status_code == 401
    assert others.get("/api/v1/workers/devices").status_code == 200


def test_an_emptied_email_is_none(office, path):
    fill(office, path, email="")

    assert Worker.objects.get().email is None


def test_an_unchanged_form_writes_nothing(office, path):
    before = Worker.objects.values().get()

    assert fill(office, path).status_code == 302
    assert Worker.objects.values().get() == before


def test_locked_workers_are_found_and_unlocked(office, worker, other_worker, api):
    Worker.objects.filter(pk=worker.pk).update(locked_at=timezone.now(), failed_logins=20)
    assert names(office.get(WORKERS, {"locked_at__isempty": "0"})) == ["Wim Weaver"]

    office.post(WORKERS, {"action": "unlock", "_selected_action": worker.pk})

    assert may_sign_in(api, worker, PIN)


def test_the_history_of_who_was_locked_tells_who_unlocked_them(office, owner, worker, other_worker):
    Worker.objects.filter(pk=worker.pk).update(locked_at=timezone.now(), failed_logins=20)
    chosen = [worker.pk, other_worker.pk]

    office.post(WORKERS, {"action": "unlock", "_selected_action": chosen})

    assert history(worker) == [(owner, "Unlocked.")]
    assert history(other_worker) == []


def test_who_may_only_look_unlocks_nobody(worker):
    Worker.objects.update(locked_at=timezone.now())
    browser = Client()
    browser.force_login(staff_holding("Vera", "workforce.view_worker"))

    browser.post(WORKERS, {"action": "unlock", "_selected_action": worker.pk})

    assert Worker.objects.get().locked_at is not None


@pytest.mark.parametrize("text", ["wim weaver", "WIM", "wim@EXAMPLE"])
def test_workers_are_found_by_the_beginning_of_name_and_email(text, office, worker, other_worker):
    assert names(office.get(WORKERS, {"q": text})) == ["Wim Weaver"]


def test_a_device_shows_only_the_beginning_of_its_token(office, worker):
    device, token = issue_token(worker=worker, name="Scanner")

    content = office.get(f"{DEVICES}{device.pk}/change/").content.decode()

    assert token[:12] in content
    assert token not in content
    assert device.secret_hash not in content


def test_devices_taken_back_are_out_at_once(office, worker):
    lost, other = with_device(worker), with_device(worker)
    device = DeviceToken.objects.order_by("pk")[0]

    office.post(DEVICES, {"action": "revoke", "_selected_action": device.pk, "confirmed": "yes"})

    assert lost.get("/api/v1/workers/devices").status_code == 401
    assert other.get("/api/v1/workers/devices").status_code == 200


def test_the_workers_history_tells_who_took_a_device_back(office, owner, worker, other_worker):
    with_device(worker), with_device(other_worker)
    device = DeviceToken.objects.order_by("pk")[0]

    office.post(DEVICES, {"action": "revoke", "_selected_action": device.pk, "confirmed": "yes"})

    assert history(worker) == [(owner, f"Took the device {device} back.")]
    assert history(other_worker) == []


def test_taking_devices_back_asks_first_and_lists_them(office, worker):
    device, _token = issue_token(worker=worker, name="Scanner")

    answer = office.post(DEVICES, {"action": "revoke", "_selected_action": device.pk})

    content = answer.content.decode()
    assert "Wim Weaver: Scanner, last used: never" in content
    assert f'<input type="hidden" name="_selected_action" value="{device.pk}">' in content
    assert DeviceToken.objects.get().revoked_at is None


def test_more_devices_than_can_be_read_are_not_asked_for(office, worker, monkeypatch):
    monkeypatch.setattr("config.admin_confirmation.MOST_AT_ONCE", 1)
    devices = [issue_token(worker=worker)[0].pk for _n in range(2)]

    answer = office.post(DEVICES, {"action": "revoke", "_selected_action": devices}, follow=True)

    assert "Choose at most 1 at once" in answer.content.decode()
    assert DeviceToken.objects.filter(revoked_at=None).count() == 2


def test_who_may_only_look_takes_no_device_back(worker):
    device, _token = issue_token(worker=worker)
    browser = Client()
    browser.force_login(staff_holding("Vera", "workforce.view_devicetoken"))

    browser.post(DEVICES, {"action": "revoke", "_selected_action": device.pk, "confirmed": "yes"})

    assert DeviceToken.objects.get().revoked_at is None


def test_devices_are_found_by_worker_and_by_token(office, worker, other_worker):
    _device, token = issue_token(worker=worker, name="Scanner")
    issue_token(worker=other_worker, name="Telephone")

    assert names(office.get(DEVICES, {"q": "wim"})) == ["Scanner"]
    assert names(office.get(DEVICES, {"q": token[:12].upper()})) == ["Scanner"]
