"""Device tokens: given out once, recognised by their hash, taken back."""

import datetime
import hashlib
import re
import secrets

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, verify_password
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import normalise_email
from config.database import retried
from config.rest.refusals import Code, Refusal
from workforce.models import DeviceToken, Worker

PREFIX_LENGTH = 12
# Old servers' tokens are taken over as they were; none shorter than this.
MINIMUM_LENGTH = 32
_TOKEN = re.compile(rf"[\x21-\x7e]{{{MINIMUM_LENGTH},512}}")

# A last use is written at most this often: a scan costs no extra statement.
LAST_USE_EVERY = datetime.timedelta(minutes=1)
MAX_FAILED_LOGINS = 20
# A device that nobody used for so long is silent.
SILENT_AFTER = datetime.timedelta(days=3)


def hash_token(token: str) -> str:
    """The SHA-256 of the whole token, in hex. Tokens are random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_prefix() -> str:
    """The beginning of a token that is still to be made."""
    return secrets.token_hex(PREFIX_LENGTH // 2)


def _made(worker: Worker, name: str, prefix: str) -> tuple[DeviceToken, str] | None:
    """A device with a token of this prefix; None if there is one already."""
    token = f"{prefix}.{secrets.token_urlsafe(32)}"
    try:
        with transaction.atomic():
            device = DeviceToken.objects.create(
                worker=worker, name=name, prefix=prefix, secret_hash=hash_token(token)
            )
    except IntegrityError:
        return None
    return device, token


def issue_token(*, worker: Worker, name: str = "") -> tuple[DeviceToken, str]:
    """Make a device token; the second value is its text, which exists only here."""
    for _attempt in range(5):
        if made := _made(worker, name, new_prefix()):
            return made
    raise Refusal(Code.UNAVAILABLE, _("No free token prefix was found."))


@retried
def hand_out_token(*, worker: Worker, name: str, prefix: str) -> tuple[DeviceToken, str]:
    """Make a device token that staff hand to a worker, as `issue_token` does.

    Of a `new_prefix` there is one token however often it is asked for: a form that is sent
    again makes no second one. Raises `in_use` then, `not_found` for a worker who was erased
    and `permission_denied` for one who is not active.
    """
    with transaction.atomic():
        # Locked: who is deactivated at this moment keeps no device.
        row = Worker.objects.select_for_update().filter(pk=worker.pk).first()
        if row is None:
            raise Refusal(Code.NOT_FOUND)
        if not row.is_active:
            raise Refusal(Code.PERMISSION_DENIED, _("Only an active worker takes a device."))
        made = _made(row, name, prefix)
    if made is None:
        raise Refusal(Code.IN_USE, _("This token was made before, and is shown only once."))
    return made


def adopted_device(*, worker: Worker, token: str, name: str = "") -> DeviceToken | None:
    """An old server's token as a device, not yet saved; None for one that is none of ours.

    Who knows a short token may have guessed it: none below `MINIMUM_LENGTH` is taken over.
    """
    if not _TOKEN.fullmatch(token):
        return None
    prefix = token[:PREFIX_LENGTH]
    return DeviceToken(worker=worker, name=name, prefix=prefix, secret_hash=hash_token(token))


def device_of(token: str) -> DeviceToken:
    """The device of a token, with its worker, in one query.

    Raises `token_invalid`. Notes the use at most once a minute.
    """
    if not _TOKEN.fullmatch(token):
        raise Refusal(Code.TOKEN_INVALID)
    devices = DeviceToken.objects.select_related("worker")
    device = devices.filter(prefix=token[:PREFIX_LENGTH]).first()
    if device is None or not secrets.compare_digest(device.secret_hash, hash_token(token)):
        raise Refusal(Code.TOKEN_INVALID)
    now = timezone.now()
    if not device.is_usable(now):
        raise Refusal(Code.TOKEN_INVALID)
    if device.last_used_at is None or now - device.last_used_at >= LAST_USE_EVERY:
        DeviceToken.objects.filter(pk=device.pk).update(last_used_at=now)
    return device


@retried
def sign_in_device(
    *,
    password: str,
    worker_id: int | None = None,
    email: str = "",
    device_name: str = "",
) -> tuple[DeviceToken, str]:
    """Give a worker's device a token of its own; no other device is signed out.

    Raises `bad_credentials` alike for an unknown worker, a wrong PIN, a deactivated or a
    locked one. After 20 wrong PINs in a day the worker takes no new device until staff
    unlock them; devices in use go on.
    """
    find: dict[str, int | str] = (
        {"pk": worker_id} if worker_id is not None else {"email": normalise_email(email)}
    )
    worker = Worker.objects.filter(**find).first()
    # Before the row is locked: hashing takes longer than all the rest, and on SQLite nobody
    # else could write meanwhile. For an unknown worker it takes as long.
    verified = worker.password if worker else UNUSABLE_PASSWORD_PREFIX
    is_right, is_outdated = verify_password(password, verified)
    with transaction.atomic(durable=True):
        if worker is not None:
            worker = Worker.objects.select_for_update().filter(pk=worker.pk).first()
        if worker is not None and worker.may_sign_in:
            if is_right and worker.password == verified:
                if is_outdated:
                    worker.set_password(password)
                    worker.save(update_fields=["password", "updated_at"])
                return issue_token(worker=worker, name=device_name)
            _count_failure(worker)
    raise Refusal(Code.BAD_CREDENTIALS)


def _count_failure(worker: Worker) -> None:
    """Count a wrong PIN of today (of the shop's day), and lock at the limit."""
    today = timezone.localdate()
    if worker.failed_logins_on != today:
        worker.failed_logins_on, worker.failed_logins = today, 0
    worker.failed_logins += 1
    if worker.failed_logins >= MAX_FAILED_LOGINS:
        worker.locked_at = timezone.now()
    worker.save(update_fields=["failed_logins", "failed_logins_on", "locked_at", "updated_at"])


def devices_of(worker: Worker) -> QuerySet[DeviceToken]:
    """The devices on which a worker is signed in, the newest first."""
    now = timezone.now()
    unexpired = Q(expires_at=None) | Q(expires_at__gt=now)
    return DeviceToken.objects.filter(unexpired, worker=worker, revoked_at=None).order_by("-id")


def silent_devices(*, now: datetime.datetime) -> QuerySet[DeviceToken]:
    """Devices that are let in, and that nobody used for `SILENT_AFTER`, or ever."""
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    return (
        DeviceToken.objects.filter(lasting, revoked_at=None, worker__is_active=True)
        .annotate(last_sign=Coalesce("last_used_at", "created_at"))
        .filter(last_sign__lt=now - SILENT_AFTER)
    )


def revoke_device(*, device: DeviceToken) -> None:
    """Take a token back at once."""
    DeviceToken.objects.filter(pk=device.pk, revoked_at=None).update(revoked_at=timezone.now())


def revoke_devices(*, worker: Worker) -> None:
    """Take all tokens of a worker back at once."""
    worker.devices.filter(revoked_at=None).update(revoked_at=timezone.now())
