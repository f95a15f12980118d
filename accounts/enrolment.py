"""Setting a second factor up, taking it away, and giving recovery codes out."""

import datetime
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import RecoveryCode, SecondFactor, User
from accounts.second_factor import hash_code, note, plain, refusal_of, step_of, wrong_code
from accounts.sessions import end_sessions
from config.database import retried
from config.rest.refusals import Code, Refusal

RECOVERY_CODES = 10
# Without what is easily mistaken for something else: 79 bits in four groups of four.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, LETTERS = 4, 4


def new_seed() -> str:
    """What the key of an app to be set up is made of."""
    return secrets.token_hex(20)


def _check_password(user: User, password: str) -> None:
    if not user.check_password(password):
        raise Refusal(Code.BAD_PASSWORD)


def _give_recovery_codes(user: User) -> list[str]:
    """New recovery codes in the place of all before."""
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(LETTERS)) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    user.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=user, code_hash=hash_code(code)) for code in codes
    )
    return codes


def _mark(user: User, second_factor_at: datetime.datetime | None) -> None:
    """Note whether there is a second factor, and end the sessions opened without knowing it.

    Those of the admin end by it too (`User.get_session_auth_hash`).
    """
    user.second_factor_at = second_factor_at
    user.save(update_fields=["second_factor_at", "updated_at"])
    end_sessions(user=user)


@retried
def switch_on(*, user: User, seed: str, password: str, otp: str) -> list[str]:
    """Give a user a second factor, by the first code that their app shows.

    Answers the recovery codes, whose texts exist only here, and ends all sessions; give the
    admin's own session the new `get_session_auth_hash`. Raises `bad_password`,
    `otp_required` for a wrong code, and `in_use` where there is a second factor already.
    """
    _check_password(user, password)
    step = step_of(seed=seed, code=plain(otp))
    if step is None:
        raise wrong_code()
    try:
        with transaction.atomic():
            SecondFactor.objects.create(user=user, seed=seed, last_step=step)
            _mark(user, timezone.now())
            note("Set a second factor up.", user=user, by=user)
            return _give_recovery_codes(user)
    except IntegrityError as error:
        raise Refusal(Code.IN_USE, _("There is a second factor already.")) from error


@retried
def renew_recovery_codes(*, user: User, password: str, otp: str) -> list[str]:
    """Give new recovery codes out, after which the old ones are worth nothing.

    Raises `bad_password`, `otp_required` and `rate_limited` as `refusal_of` has them, and
    `not_found` where there is no second factor.
    """
    _check_password(user, password)
    with transaction.atomic():
        refusal = refusal_of(user=user, otp=otp)
        if refusal is None:
            # Locked: of two who do this at the same moment, the later one's codes count.
            if not SecondFactor.objects.select_for_update().filter(user=user):
                raise Refusal(Code.NOT_FOUND, _("There is no second factor."))
            note("Made new recovery codes.", user=user, by=user)
            return _give_recovery_codes(user)
    raise refusal


@retried
def switch_off(*, user: User, password: str, otp: str) -> None:
    """Take one's own second factor away.

    Raises `bad_password`, and `otp_required` and `rate_limited` as `refusal_of` has them.
    """
    _check_password(user, password)
    with transaction.atomic():
        refusal = refusal_of(user=user, otp=otp)
        if refusal is None:
            reset(user=user, by=user)
            return
    raise refusal


@retried
def reset(*, user: User, by: User, noted: str = "Took the second factor away.") -> bool:
    """Take a second factor away without a code, for a lost phone; end the user's sessions.

    Answers whether there was one. Who may do this to whom is the caller's to ask.
    """
    with transaction.atomic():
        # The factor first, as signing in does, so that neither waits for the other in a ring.
        removed, _models = SecondFactor.objects.filter(user=user).delete()
        if removed:
            user.recovery_codes.all().delete()
            _mark(user, None)
            note(noted, user=user, by=by)
    return bool(removed)
