"""`PUT` and `PATCH /api/v1/workers/{id}`, and the verb behind them."""

import json
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.rest.refusals import Code, Refusal
from tests.answers import assert_problem
from tests.cast import PIN
from tests.threads import at_the_same_moment
from tests.unchanged import nothing_written
from workforce.devices import device_of, issue_token, sign_in_device
from workforce.models import DeviceToken, Worker
from workforce.staffing import change_worker
from workforce.tests.conftest import PATH

NEW_PIN = "555666"


@pytest.fixture(params=["put", "patch"])
def method(request: Any) -> str:
    """Both methods change parts: published clients send them so."""
    return str(request.param)


def signs_in(worker: Worker, password: str) -> bool:
    """Whether this PIN gives the worker a device."""
    try:
        sign_in_device(worker_id=worker.pk, password=password)
    except Refusal:
        return False
    return True


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_changes_the_fields_that_were_sent(
    as_foreman: APIClient, worker: Worker, method: str, slash: str
) -> None:
    response = getattr(as_foreman, method)(
        f"{PATH}/{worker.pk}{slash}",
        {"name": " Wim Walker ", "email": " WW@Example.com"},
        format="json",
    )

    changed = Worker.objects.get()
    assert response.status_code == 200
    assert (response.json()["name"], response.json()["email"]) == ("Wim Walker", "ww@example.com")
    assert (changed.name, changed.email) == ("Wim Walker", "ww@example.com")
    assert changed.password == worker.password
    assert changed.updated_at > worker.updated_at


def test_the_whole_object_can_be_sent_back(
    as_foreman: APIClient, worker: Worker, method: str
) -> None:
    body = as_foreman.get(f"{PATH}/{worker.pk}").json()
    with nothing_written():
        response = getattr(as_foreman, method)(f"{PATH}/{worker.pk}", body, format="json")
    assert (response.status_code, response.json()) == (200, body)


def test_an_imported_email_that_is_none_may_come_back_with_a_change(
    as_foreman: APIClient, worker: Worker
) -> None:
    Worker.objects.update(email="wim")
    body = as_foreman.get(f"{PATH}/{worker.pk}").json() | {"name": "Wim Walker"}
    response = as_foreman.put(f"{PATH}/{worker.pk}", body, format="json")
    assert (response.status_code, response.json()["name"]) == (200, "Wim Walker")
    assert response.json()["email"] == "wim"


def test_an_email_can_be_taken_away(as_foreman: APIClient, worker: Worker) -> None:
    response = as_foreman.patch(f"{PATH}/{worker.pk}", {"email": None}, format="json")
    assert response.json()["email"] is None
    assert Worker.objects.get().email is None


def test_an_email_of_another_worker_is_taken(
    as_foreman: APIClient, worker: Worker, other_worker: Worker
) -> None:
    body = {"name": "Wim Two", "email": "XENIA@example.com"}
    with nothing_written():
        assert_problem(as_foreman.patch(f"{PATH}/{worker.pk}", body, format="json"), "email_taken")


def test_a_new_pin_takes_the_place_of_the_old_one(as_foreman: APIClient, worker: Worker) -> None:
    as_foreman.patch(f"{PATH}/{worker.pk}", {"password": NEW_PIN}, format="json")
    assert (signs_in(worker, PIN), signs_in(worker, NEW_PIN)) == (False, True)


def test_a_new_pin_is_answered_nowhere(as_foreman: APIClient, worker: Worker) -> None:
    response = as_foreman.patch(f"{PATH}/{worker.pk}", {"password": NEW_PIN}, format="json")
    assert "password" not in response.json()
    assert NEW_PIN not in response.content.decode()


def test_a_new_pin_signs_no_device_out(as_foreman: APIClient, worker: Worker) -> None:
    _device, token = issue_token(worker=worker)
    as_foreman.patch(f"{PATH}/{worker.pk}", {"password": NEW_PIN}, format="json")
    assert device_of(token).worker == worker


def test_without_a_pin_no_device_is_signed_in(as_foreman: APIClient, worker: Worker) -> None:
    as_foreman.patch(f"{PATH}/{worker.pk}", {"password": None}, format="json")
    assert not any(signs_in(worker, attempt) for attempt in (PIN, "", "None"))


def locked_out(worker: Worker) -> None:
    Worker.objects.filter(pk=worker.pk).update(
        locked_at=timezone.now(), failed_logins=20, failed_logins_on=timezone.localdate()
    )


@pytest.mark.parametrize(
    ("body", "password"), [({"locked": False}, PIN), ({"password": NEW_PIN}, NEW_PIN)]
)
def test_staff_unlock_a_worker_who_then_has_all_attempts_again(
    as_foreman: APIClient, worker: Worker, body: dict[str, Any], password: str
) -> None:
    locked_out(worker)

    response = as_foreman.patch(f"{PATH}/{worker.pk}", body, format="json")

    assert response.json()["locked"] is False
    assert Worker.objects.get().failed_logins == 0
    assert signs_in(worker, password)


@pytest.mark.parametrize("body", [{"name": "Wim"}, {"locked": True}, {"is_active": True}, {}])
def test_nothing_else_unlocks(as_foreman: APIClient, worker: Worker, body: dict[str, Any]) -> None:
    locked_out(worker)
    response = as_foreman.patch(f"{PATH}/{worker.pk}", body, format="json")
    assert response.json()["locked"] is True
    assert Worker.objects.get().failed_logins == 20


def test_a_new_pin_for_a_worker_who_shall_stay_locked(
    as_foreman: APIClient, worker: Worker
) -> None:
    locked_out(worker)
    body = {"password": NEW_PIN, "locked": True}
    response = as_foreman.patch(f"{PATH}/{worker.pk}", body, format="json")
    assert response.json()["locked"] is True
    assert not signs_in(worker, NEW_PIN)


def test_staff_may_lock_new_devices_out_while_those_in_use_go_on(
    as_foreman: APIClient, worker: Worker
) -> None:
    _device, token = issue_token(worker=worker)
    as_foreman.patch(f"{PATH}/{worker.pk}", {"locked": True}, format="json")
    assert not signs_in(worker, PIN)
    assert device_of(token).worker == worker


def test_an_unlocked_worker_keeps_the_count_of_today(as_foreman: APIClient, worker: Worker) -> None:
    """Who sends the whole object back to change a name forgives no guesses."""
    Worker.objects.update(failed_logins=7)
    as_foreman.patch(f"{PATH}/{worker.pk}", {"name": "Wim", "locked": False}, format="json")
    assert Worker.objects.get().failed_logins == 7


def test_a_deactivated_worker_is_out_at_once_and_signs_nothing_in(
    as_foreman: APIClient, as_worker: APIClient, worker: Worker
) -> None:
    response = as_foreman.patch(f"{PATH}/{worker.pk}", {"is_active": False}, format="json")

    assert response.json()["is_active"] is False
    assert_problem(as_worker.get(f"{PATH}/devices"), "token_invalid")
    assert not signs_in(worker, PIN)


def test_an_activated_worker_signs_in_anew(
    as_foreman: APIClient, as_worker: APIClient, worker: Worker
) -> None:
    for is_active in (False, True):
        as_foreman.patch(f"{PATH}/{worker.pk}", {"is_active": is_active}, format="json")
    assert_problem(as_worker.get(f"{PATH}/devices"), "token_invalid")
    assert signs_in(worker, PIN)


def test_another_workers_devices_go_on(
    as_foreman: APIClient, as_other_worker: APIClient, worker: Worker
) -> None:
    as_foreman.patch(f"{PATH}/{worker.pk}", {"is_active": False}, format="json")
    assert as_other_worker.get(f"{PATH}/devices").status_code == 200


_BAD: dict[str, tuple[Any, ...]] = {
    "name": ("", " ", 5, True, None, [], "x" * 129, "a\x00b"),
    "email": ("", "yu", 0, True, [], {}),
    "password": ("", "12345", "sesame7", 482913, True, [], "x" * 257),
    "is_active": ("true", 1, 0, "", None, []),
    "locked": ("false", 1, 0, "", None, {}),
}


@pytest.mark.parametrize(("field", "bad"), [(f, bad) for f in _BAD for bad in _BAD[f]])
def test_a_bad_value_names_its_field_and_nothing_changes(
    as_foreman: APIClient, worker: Worker, field: str, bad: Any
) -> None:
    body = json.dumps({"name": "New", "is_active": False} | {field: bad})
    with nothing_written():
        response = as_foreman.generic(
            "PATCH", f"{PATH}/{worker.pk}", body, content_type="application/json"
        )
    assert_problem(response, "validation", fields={field})


def test_what_is_not_the_callers_to_set_is_ignored(as_foreman: APIClient, worker: Worker) -> None:
    body = {"id": 777, "failed_logins": 9, "created_at": "1999-01-01T00:00:00Z", "colour": "red"}
    with nothing_written():
        assert as_foreman.patch(f"{PATH}/{worker.pk}", body, format="json").status_code == 200


def test_an_unknown_worker_is_not_found(as_foreman: APIClient, method: str) -> None:
    response = getattr(as_foreman, method)(f"{PATH}/999999", {"name": "X"}, format="json")
    assert_problem(response, "not_found")


def test_a_worker_who_went_meanwhile_is_not_found(worker: Worker) -> None:
    read = Worker.objects.get()
    worker.delete()
    with pytest.raises(Refusal) as refused:
        change_worker(worker=read, changes={"name": "Wim"})
    assert refused.value.code == Code.NOT_FOUND


@pytest.mark.django_db(transaction=True)
def test_a_device_signed_in_while_its_worker_is_deactivated_is_worthless(worker: Worker) -> None:
    signed_in, _changed = at_the_same_moment(
        lambda: sign_in_device(worker_id=worker.pk, password=PIN),
        lambda: change_worker(worker=worker, changes={"is_active": False}),
    )

    if isinstance(signed_in, Refusal):
        assert signed_in.code == Code.BAD_CREDENTIALS
    else:
        _device, token = signed_in
        with pytest.raises(Refusal):
            device_of(token)
    assert not DeviceToken.objects.filter(revoked_at=None).exists()
