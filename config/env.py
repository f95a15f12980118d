"""Typed environment variables, read once, at start.

`NAME_FILE=/run/secrets/name` may stand for every `NAME` (a secret then stays out of
the process's environment).  `.env` at the top of the project is read if present, or
the file that ENV_FILE names; what the process was started with wins.
"""

import datetime
import os
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv

BASE_DIR = Path(__file__).resolve().parent.parent


class TypedEnv(FileAwareEnv):
    """django-environ that names the variable it cannot read, and guesses nothing.

    Every method raises ImproperlyConfigured, with one sentence for the operator that does
    not repeat the value where it may be a secret.
    """

    BOOLEANS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(
        ("0", "false", "no", "off", ""), False
    )

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """The variable's value, cast."""
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            raise ImproperlyConfigured(f"{var} cannot be read: {error}.") from error
        except OSError as error:
            raise ImproperlyConfigured(f"{var}_FILE cannot be read: {error}.") from error

    @classmethod
    def parse_value(cls, value: Any, cast: Any) -> Any:
        """A text as `cast`; the library would take every text but a few for false."""
        if cast is not bool:
            return super().parse_value(value, cast)
        try:
            return cls.BOOLEANS[value.strip().lower()]
        except KeyError as error:
            raise ValueError(f"{value!r} is neither on nor off") from error

    def choice(self, var: str, *choices: str) -> str:
        """One of these texts, by default the first."""
        value: str = self.str(var, default=choices[0])
        if value not in choices:
            raise ImproperlyConfigured(f"{var}={value} is none of: {', '.join(choices)}.")
        return value

    def time_zone(self, var: str, default: str) -> str:
        """The name of a time zone of the IANA database."""
        name: str = self.str(var, default=default)
        try:
            return ZoneInfo(name).key
        except (ValueError, OSError, ZoneInfoNotFoundError) as error:
            raise ImproperlyConfigured(
                f"{var}={name} is no time zone: write one as Asia/Kolkata."
            ) from error

    def duration(self, var: str, default: str) -> datetime.timedelta:
        """A length of time in minutes, hours or days, written as `90m`, `48h` or `3d`."""
        text: str = self.str(var, default=default)
        match = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text.strip())
        if match is None:
            raise ImproperlyConfigured(f"{var}={text} is no length of time: write 90m, 48h or 3d.")
        unit = {"m": "minutes", "h": "hours", "d": "days"}[match[2]]
        return datetime.timedelta(**{unit: int(match[1])})


env = TypedEnv()
env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
