"""Device tokens and PINs: the verbs."""

import datetime
import re
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import make_password, verify_password
from django.db import connection
from django.utils import timezone

from accounts.hashers import Argon2PasswordHasher
from config.rest.refusals import Code, Refusal
from tests.cast import PIN
from tests.statements import statements
from tests.threads import at_the_same_moment
from workforce.devices import (
    MAX_FAILED_LOGINS,
    device_of,
    hash_token,
    issue_token,
    revoke_device,
    sign_in_device,
)
from workforce.models import DeviceToken, Worker

A_MINUTE = datetime.timedelta(minutes=1)


def assert_refused(code: Code, call: Any, **kwargs: Any) -> None:
    with pytest.raises(Refusal) as refused:
        call(**kwargs)
    assert refused.value.code == code


def assert_worthless(token: str) -> None:
    assert_refused(Code.TOKEN_INVALID, device_of, token=token)


# --- Tokens -------------------------------------------------------------------------


def test_a_token_is_a_prefix_and_a_secret_of_which_only_a_hash_is_kept(worker: Worker) -> None:
    device, token = issue_token(worker=worker, name="Van")
    assert re.fullmatch(r"[0-9a-f]{12}\.[A-Za-z0-9_-]{43}", token)
    device.refresh_from_db()
    assert (device.worker, device.name, device.prefix) == (worker, "Van", token[:12])
    assert device.secret_hash == hash_token(token)
    assert len(device.secret_hash) == 64
    assert not [value for value in vars(device).values() if token in str(value)]


def test_a_hash_is_the_sha_256_of_the_whole_text() -> None:
    assert hash_token("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_a_taken_prefix_is_drawn_again(worker: Worker) -> None:
    taken, _token = issue_token(worker=worker)
    with patch("workforce.devices.secrets.token_hex", side_effect=[taken.prefix, "0123456789ab"]):
        device, _token = issue_token(worker=worker)
    assert device.prefix == "0123456789ab"


def test_a_source_of_prefixes_that_repeats_itself_is_given_up(worker: Worker) -> None:
    taken, _token = issue_token(worker=worker)
    with patch("workforce.devices.secrets.token_hex", return_value=taken.prefix):
        assert_refused(Code.UNAVAILABLE, issue_token, worker=worker)
    assert DeviceToken.objects.count() == 1


def test_a_token_finds_its_device_and_worker_in_one_query(worker: Worker) -> None:
    device, token = issue_token(worker=worker)
    DeviceToken.objects.update(last_used_at=timezone.now())
    with statements() as asked:
        found = device_of(token)
        assert (found, found.worker) == (device, worker)
    assert len(asked) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.upper(),
        lambda token: token.swapcase(),
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
        lambda token: "0" * 12 + token[12:],
        lambda token: token[:12],
        lambda token: f"{token} ",
        lambda token: f" {token}",
        lambda token: f"{token}\n",
        lambda token: "",
        lambda token: "é" * 60,
        lambda token: "x" * 513,
        lambda token: "%" * 60,
    ],
)
def test_a_token_is_right_to_the_letter(worker: Worker, change: Any) -> None:
    _device, token = issue_token(worker=worker)
    assert_worthless(change(token))


def test_an_old_servers_token_is_found_by_its_first_characters(worker: Worker) -> None:
    old = "old-server-token-without-any-dot-in-it"
    DeviceToken.objects.create(worker=worker, prefix=old[:12], secret_hash=hash_token(old))
    assert device_of(old).worker == worker


def test_a_text_shorter_than_any_token_asks_the_database_nothing(worker: Worker) -> None:
    with statements() as asked:
        assert_worthless("x" * 31)
    assert asked == []


def test_a_revoked_token_is_worthless_at_once(worker: Worker) -> None:
    device, token = issue_token(worker=worker)
    _other, other_token = issue_token(worker=worker)
    revoke_device(device=device)
    assert_worthless(token)
    assert device_of(other_token).worker == worker


def test_a_token_is_revoked_once(worker: Worker) -> None:
    device, _token = issue_token(worker=worker)
    revoke_device(device=device)
    revoked_at = DeviceToken.objects.get().revoked_at
    revoke_device(device=device)
    assert DeviceToken.objects.get().revoked_at == revoked_at


def test_an_expired_token_is_worthless(worker: Worker) -> None:
    _device, token = issue_token(worker=worker)
    DeviceToken.objects.update(expires_at=timezone.now())
    assert_worthless(token)


def test_a_token_of_a_deactivated_worker_is_worthless(worker: Worker) -> None:
    _device, token = issue_token(worker=worker)
    Worker.objects.update(is_active=False)
    assert_worthless(token)


def test_the_first_use_is_noted(worker: Worker) -> None:
    _device, token = issue_token(worker=worker)
    before = timezone.now()
    device_of(token)
    last_used_at = DeviceToken.objects.get().last_used_at
    assert last_used_at is not None
    assert before <= last_used_at <= timezone.now()


@pytest.mark.parametrize(("ago", "is_noted"), [(A_MINUTE, True), (A_MINUTE * 0.9, False)])
def test_a_use_is_noted_at_most_once_a_minute(
    worker: Worker, ago: datetime.timedelta, is_noted: bool
) -> None:
    _device, token = issue_token(worker=worker)
    before = timezone.now() - ago
    DeviceToken.objects.update(last_used_at=before)
    device_of(token)
    assert (DeviceToken.objects.get().last_used_at != before) is is_noted


def test_a_worthless_token_leaves_no_trace_of_use(worker: Worker) -> None:
    _device, token = issue_token(worker=worker)
    assert_worthless(f"{token}x")
    assert DeviceToken.objects.get().last_used_at is None


# --- PINs ---------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["wim@example.com", " WIM@Example.com "])
def test_a_worker_signs_a_device_in_by_email(worker: Worker, email: str) -> None:
    device, token = sign_in_device(email=email, password=PIN, device_name="Van")
    assert (device.worker, device.name) == (worker, "Van")
    assert device_of(token) == device


def test_a_worker_signs_a_device_in_by_number(worker: Worker, other_worker: Worker) -> None:
    device, _token = sign_in_device(worker_id=worker.pk, password=PIN)
    assert device.worker == worker


def test_the_number_counts_before_the_email(worker: Worker, other_worker: Worker) -> None:
    device, _token = sign_in_device(
        worker_id=other_worker.pk, email="wim@example.com", password=PIN
    )
    assert device.worker == other_worker


def test_another_device_is_not_signed_out(worker: Worker) -> None:
    tokens = [sign_in_device(worker_id=worker.pk, password=PIN)[1] for _ in range(3)]
    assert len({device_of(token).pk for token in tokens}) == 3


@pytest.mark.parametrize("password", ["", f"{PIN} ", f"0{PIN}", PIN[:-1], "wrong"])
def test_a_pin_is_right_to_the_letter(worker: Worker, password: str) -> None:
    assert_refused(Code.BAD_CREDENTIALS, sign_in_device, worker_id=worker.pk, password=password)
    assert not DeviceToken.objects.exists()


@pytest.mark.parametrize("find", [{"worker_id": 0}, {"worker_id": 10**18}, {"email": "x@y.z"}, {}])
def test_an_unknown_worker_is_refused_alike(worker: Worker, find: dict[str, Any]) -> None:
    assert_refused(Code.BAD_CREDENTIALS, sign_in_device, password=PIN, **find)


def test_a_deactivated_worker_is_refused_alike(worker: Worker) -> None:
    Worker.objects.update(is_active=False)
    assert_refused(Code.BAD_CREDENTIALS, sign_in_device, worker_id=worker.pk, password=PIN)


@pytest.mark.parametrize("password", ["", None])
def test_a_worker_without_a_pin_is_refused_every_one(worker: Worker, password: str | None) -> None:
    Worker.objects.update(password="" if password == "" else make_password(None))
    for attempt in ("", "!", PIN):
        assert_refused(Code.BAD_CREDENTIALS, sign_in_device, worker_id=worker.pk, password=attempt)


@pytest.mark.parametrize(
    "who", ["unknown", "wrong PIN", "inactive", "locked", "no PIN", "right PIN"]
)
def test_the_hasher_works_exactly_once_whoever_asks(worker: Worker, who: str) -> None:
    """An answer that comes sooner would tell that there is no such worker."""
    changes: dict[str, dict[str, Any]] = {
        "inactive": {"is_active": False},
        "locked": {"locked_at": timezone.now()},
        "no PIN": {"password": make_password(None)},
    }
    if who in changes:
        Worker.objects.update(**changes[who])
    with (
        patch.object(
            Argon2PasswordHasher, "encode", autospec=True, side_effect=Argon2PasswordHasher.encode
        ) as encode,
        patch.object(
            Argon2PasswordHasher, "verify", autospec=True, side_effect=Argon2PasswordHasher.verify
        ) as verify,
    ):
        call = {
            "worker_id": 0 if who == "unknown" else worker.pk,
            "password": "wrong" if who == "wrong PIN" else PIN,
        }
        if who == "right PIN":
            sign_in_device(**call)  # type: ignore[arg-type]
        else:
            assert_refused(Code.BAD_CREDENTIALS, sign_in_device, **call)
    assert encode.call_count + verify.call_count == 1


def fail(worker: Worker, times: int = 1) -> Worker:
    for _ in range(times):
        assert_refused(Code.BAD_CREDENTIALS, sign_in_device, worker_id=worker.pk, password="wrong")
    worker.refresh_from_db()
    return worker


def test_wrong_pins_are_counted_by_the_day(worker: Worker) -> None:
    assert fail(worker, 3).failed_logins == 3
    assert worker.failed_logins_on == timezone.localdate()
    assert worker.locked_at is None


def test_a_right_pin_does_not_start_the_count_again(worker: Worker) -> None:
    """Else every sign-in of the worker would give who guesses nineteen more attempts."""
    fail(worker, 3)
    sign_in_device(worker_id=worker.pk, password=PIN)
    assert fail(worker).failed_logins == 4


def test_a_new_day_starts_the_count_again(worker: Worker) -> None:
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Worker.objects.update(failed_logins=19, failed_logins_on=yesterday)
    assert fail(worker).failed_logins == 1
    assert worker.locked_at is None


def test_the_day_is_the_shops(worker: Worker, settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Kiritimati"  # UTC+14: often the next day already
    assert fail(worker).failed_logins_on == timezone.localdate()


def test_the_twentieth_wrong_pin_locks(worker: Worker) -> None:
    Worker.objects.update(
        failed_logins=MAX_FAILED_LOGINS - 2, failed_logins_on=timezone.localdate()
    )
    assert fail(worker).locked_at is None
    before = timezone.now()
    locked_at = fail(worker).locked_at
    assert MAX_FAILED_LOGINS == worker.failed_logins == 20
    assert locked_at is not None
    assert before <= locked_at <= timezone.now()


def test_a_locked_worker_takes_no_new_device_even_with_the_right_pin(worker: Worker) -> None:
    Worker.objects.update(locked_at=timezone.now())
    assert_refused(Code.BAD_CREDENTIALS, sign_in_device, worker_id=worker.pk, password=PIN)
    assert not DeviceToken.objects.exists()


def test_a_lock_outlasts_the_day(worker: Worker) -> None:
    last_week = timezone.now() - datetime.timedelta(days=7)
    Worker.objects.update(locked_at=last_week, failed_logins=20, failed_logins_on=last_week.date())
    assert fail(worker).locked_at == last_week
    assert_refused(Code.BAD_CREDENTIALS, sign_in_device, worker_id=worker.pk, password=PIN)


def test_attempts_on_a_locked_worker_write_nothing(worker: Worker) -> None:
    Worker.objects.update(locked_at=timezone.now(), failed_logins=20)
    before = Worker.objects.values().get()
    fail(worker)
    assert Worker.objects.values().get() == before


def test_a_locked_workers_devices_go_on(worker: Worker) -> None:
    _device, token = issue_token(worker=worker)
    Worker.objects.update(locked_at=timezone.now())
    assert device_of(token).worker == worker


def test_a_pin_that_was_changed_while_it_was_checked_is_wrong(worker: Worker) -> None:
    def changes_meanwhile(password: str, encoded: str) -> tuple[bool, bool]:
        Worker.objects.update(password=make_password("another"))
        return verify_password(password, encoded)

    with patch("workforce.devices.verify_password", changes_meanwhile):
        assert_refused(Code.BAD_CREDENTIALS, sign_in_device, worker_id=worker.pk, password=PIN)
    assert not DeviceToken.objects.exists()


def test_a_worker_who_went_while_the_pin_was_checked_is_unknown(worker: Worker) -> None:
    def goes_meanwhile(password: str, encoded: str) -> tuple[bool, bool]:
        worker.delete()
        return verify_password(password, encoded)

    with patch("workforce.devices.verify_password", goes_meanwhile):
        assert_refused(Code.BAD_CREDENTIALS, sign_in_device, email=worker.email, password=PIN)


def test_a_pin_is_hashed_outside_any_transaction_of_the_verb(worker: Worker) -> None:
    """On SQLite a transaction keeps every other writer waiting."""
    depths = []

    def noting(password: str, encoded: str) -> tuple[bool, bool]:
        depths.append(len(connection.savepoint_ids))
        return verify_password(password, encoded)

    outside = len(connection.savepoint_ids)
    with patch("workforce.devices.verify_password", noting):
        sign_in_device(worker_id=worker.pk, password=PIN)
    assert depths == [outside]


def test_another_worker_is_not_locked(worker: Worker, other_worker: Worker) -> None:
    fail(worker, 2)
    other_worker.refresh_from_db()
    assert other_worker.failed_logins == 0


@pytest.mark.django_db(transaction=True)
def test_wrong_pins_at_the_same_moment_are_each_counted(worker: Worker) -> None:
    def attempt() -> Any:
        return sign_in_device(worker_id=worker.pk, password="wrong")

    answers = at_the_same_moment(*[attempt] * 4)
    assert [type(answer) for answer in answers] == [Refusal] * 4
    worker.refresh_from_db()
    assert worker.failed_logins == 4


@pytest.mark.django_db(transaction=True)
def test_two_devices_sign_in_at_the_same_moment(worker: Worker) -> None:
    def attempt() -> str:
        return sign_in_device(worker_id=worker.pk, password=PIN)[1]

    tokens = at_the_same_moment(attempt, attempt)
    assert len({device_of(token).pk for token in tokens}) == 2
