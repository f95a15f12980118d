"""The second factor of staff: codes of an app (TOTP, RFC 6238), or one of the recovery codes."""

import base64
import hashlib
import math
import re
from time import time
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django_otp.oath import TOTP

from accounts.models import SecondFactor, User
from config.database import retried
from config.rest.refusals import Code, Refusal

# What every authenticator app takes, and some take nothing else.
DIGITS, STEP_SECONDS, KEY_BYTES = 6, 30, 20
# A phone's clock may be one step off; RFC 6238, section 5.2, advises no more.
TOLERANCE = 1
# From then on another wrong code brings no longer wait: some forty can be tried in a day.
MOST_FAILURES = 12
# With so many recovery codes left, or fewer, it is time for new ones.
FEW_CODES = 3


def _key(seed: str) -> bytes:
    return salted_hmac("accounts.second_factor.key", seed, algorithm="sha256").digest()[:KEY_BYTES]


def key_text(seed: str) -> str:
    """The key that is made of a seed, in base32: as people type it into an app."""
    return base64.b32encode(_key(seed)).decode()


def key_address(*, user: User, seed: str) -> str:
    """The address by which an app takes the key over, as a QR code holds it.

    Written as the Key URI Format of google-authenticator has it.
    """
    issuer = settings.SHOP_NAME.replace(":", " ")
    label = quote(f"{issuer}:{user.get_username()}")
    return f"otpauth://totp/{label}?" + urlencode(
        {"secret": key_text(seed), "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS},
        quote_via=quote,
    )


def step_of(*, seed: str, code: str, after: int = -1) -> int | None:
    """The time step of an app's code, now or one step off; None for a wrong one.

    Codes of the step `after` and before it are wrong: they were, or could have been, used.
    """
    if not is_of_app(code):
        return None
    totp = TOTP(_key(seed), step=STEP_SECONDS, digits=DIGITS)
    totp.time = time()
    is_right = totp.verify(int(code), tolerance=TOLERANCE, min_t=after + 1)
    return int(totp.t()) if is_right else None


def plain(code: str) -> str:
    """A code without what people put between its parts, in lower case."""
    return re.sub(r"[\s-]", "", code).lower()


def is_of_app(code: str) -> bool:
    """Whether a plain code looks like one of an app: recovery codes are longer."""
    return re.fullmatch(rf"[0-9]{{{DIGITS}}}", code) is not None


def hash_code(code: str) -> str:
    """The SHA-256 of a recovery code, in hex, however it is written."""
    return hashlib.sha256(plain(code).encode()).hexdigest()


def recovery_codes_left(user: User) -> int:
    """How many recovery codes this user can still use."""
    return user.recovery_codes.filter(used_at=None).count()


def note(text: str, *, user: User, by: User) -> None:
    """Write down in a user's history what happened to their second factor."""
    LogEntry.objects.log_actions(by.pk, [user], CHANGE, text, single_object=True)


def wrong_code() -> Refusal:
    """The refusal of a code that is not right: which of the reasons it is, is not told."""
    return Refusal(Code.OTP_REQUIRED, _("This code is not right, or was used before."))


def refusal_of(*, user: User, otp: str) -> Refusal | None:
    """Why this code does not let a user in; None if it does, or they have no second factor.

    `otp_required` without a code or with a wrong one, `rate_limited` after too many. The
    caller's transaction is to be committed either way: a right code is used up in it, and a
    wrong one counted. Ask only once the password was right.
    """
    if user.second_factor_at is None:
        return None
    code = plain(otp)
    if not code:
        return Refusal(Code.OTP_REQUIRED)
    return _try_code_of_app(user, code) if is_of_app(code) else _try_recovery_code(user, code)


@retried
def prove(*, user: User, otp: str) -> None:
    """Take a code as `refusal_of` does, in a transaction of its own; raises its refusal."""
    with transaction.atomic():
        refusal = refusal_of(user=user, otp=otp)
    if refusal is not None:
        raise refusal


def _try_code_of_app(user: User, code: str) -> Refusal | None:
    # Locked: the same code, sent twice at the same moment, is right once.
    factor = SecondFactor.objects.select_for_update().filter(user=user).first()
    if factor is None:  # It was switched off at this moment.
        return wrong_code()
    is_allowed, reason = factor.verify_is_allowed()
    if not is_allowed:
        return _too_many((reason["locked_until"] - timezone.now()).total_seconds())
    step = step_of(seed=factor.seed, code=code, after=factor.last_step)
    if step is None:
        factor.throttle_increment(commit=False)
        factor.throttling_failure_count = min(factor.throttling_failure_count, MOST_FAILURES)
    else:
        factor.throttle_reset(commit=False)
        factor.last_step = step
    factor.save(
        update_fields=["last_step", "throttling_failure_count", "throttling_failure_timestamp"]
    )
    return wrong_code() if step is None else None


def _too_many(wait: float) -> Refusal:
    seconds = max(math.ceil(wait), 1)
    text = _("Too many wrong codes: wait %(seconds)d s, or use a recovery code.")
    return Refusal(
        Code.RATE_LIMITED, text % {"seconds": seconds}, headers={"Retry-After": str(seconds)}
    )


def _try_recovery_code(user: User, code: str) -> Refusal | None:
    unused = user.recovery_codes.filter(code_hash=hash_code(code), used_at=None)
    # Compared and set in one statement: sent twice at the same moment, it is right once.
    if not unused.update(used_at=timezone.now()):
        return wrong_code()
    note(f"Used a recovery code; {recovery_codes_left(user)} are left.", user=user, by=user)
    return None
