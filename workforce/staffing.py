"""Changing workers, and letting them go."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from config.database import retried
from config.history import UNTOLD, note
from config.rest.refusals import Code, Refusal
from workforce.devices import revoke_devices
from workforce.models import Worker
from workforce.registration import email_taken, hash_new_pin, stored_email


def _locked(worker: Worker) -> Worker:
    """The worker's row as it is now, locked; raises `not_found` if it went since."""
    row = Worker.objects.select_for_update().filter(pk=worker.pk).first()
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    return row


def _apply(worker: Worker, wanted: dict[str, Any], must_lock: bool) -> None:
    """Write what differs from a locked row; who becomes inactive loses all devices."""
    real = {name: new for name, new in wanted.items() if new != getattr(worker, name)}
    if must_lock != worker.is_locked:
        real |= {"locked_at": timezone.now() if must_lock else None, "failed_logins": 0}
    for name, value in real.items():
        setattr(worker, name, value)
    if "password" in real:
        note(worker, password=UNTOLD)
    if real:
        worker.save(update_fields=[*real, "updated_at"])
    if real.get("is_active") is False:
        revoke_devices(worker=worker)


@retried
def change_worker(*, worker: Worker, changes: Mapping[str, Any]) -> Worker:
    """Change `name`, `email`, `password`, `is_active` and `locked` of a worker.

    `locked` false lets new devices in again, true keeps them out; a new password (None:
    none at all) unlocks too, unless `locked` is among the changes. It ends no device;
    making a worker inactive ends all of them. Raises `email_taken`, `not_found` if the
    worker was erased since it was read, and `validation` for a PIN that is too short.
    """
    wanted = {name: new for name, new in changes.items() if name != "locked"}
    if "email" in wanted:
        wanted["email"] = stored_email(wanted["email"])
    if "password" in wanted:
        wanted["password"] = hash_new_pin(wanted["password"])
    try:
        with transaction.atomic():
            worker = _locked(worker)
            stays_locked = worker.is_locked and "password" not in wanted
            _apply(worker, wanted, changes.get("locked", stays_locked))
    except IntegrityError as error:
        raise email_taken() from error
    return worker


@retried
def remove_worker(*, worker: Worker) -> Worker | None:
    """Erase a worker and their devices; one whom tracks name is deactivated instead.

    Answers the deactivated worker, or None for one who was erased. Raises `not_found`.
    """
    with transaction.atomic():
        worker = _locked(worker)
        try:
            with transaction.atomic():
                worker.devices.all().delete()
                worker.delete()
            return None
        except ProtectedError:
            _apply(worker, {"is_active": False}, worker.is_locked)
    return worker
