"""A member of staff's phone: an app that shows the second factor's codes, of its own reckoning."""

import base64
from typing import NamedTuple

from django_otp.oath import totp

from accounts.enrolment import new_seed, switch_on
from accounts.models import SecondFactor, User
from accounts.second_factor import key_text
from tests.cast import PASSWORD


def code_of(key: str, *, off: int = 0) -> str:
    """What an app with this key (base32) shows, its clock so many steps off."""
    return f"{totp(base64.b32decode(key), drift=off):06}"


class Phone(NamedTuple):
    """An app that is set up, and the recovery codes on the paper beside it."""

    key: str
    recovery_codes: list[str]

    def code(self, *, off: int = 0) -> str:
        """What the app shows, its clock so many steps off."""
        return code_of(self.key, off=off)


def give_phone(user: User) -> Phone:
    """Set a second factor up for a user; none of the app's codes counts as used."""
    seed = new_seed()
    key = key_text(seed)
    codes = switch_on(user=user, seed=seed, password=PASSWORD, otp=code_of(key))
    SecondFactor.objects.filter(user=user).update(last_step=-1)
    return Phone(key, codes)
