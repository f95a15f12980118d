"""Strict fields: JSON types are taken at their word, on every endpoint.

A string field takes only strings, a boolean only true and false; integers and money
also the same number as a string, which published clients send.  A serializer with
`context={"legacy": True}` reads numbers as text, as the old servers did.
"""

import datetime
import re
import uuid
from decimal import Decimal
from typing import Any

from django.core.validators import RegexValidator
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.database import FIRST_YEAR, LAST_YEAR
from config.rest.refusals import invalid

MAX_INTEGER = 2**63 - 1
# int() and Decimal() read more than numbers as people write them: 1_000, ٣, 1e3.
_WHOLE = re.compile(r"[+-]?[0-9]+")
_AMOUNT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
YEARS = "^(19[7-9][0-9]|2[0-9]{3})-"


class Text(serializers.CharField):
    """A JSON string; blanks around it are cut off."""

    default_error_messages = {"invalid": _("A string is required.")}

    def to_internal_value(self, data: Any) -> str:
        """Return the stripped text; refuse everything but a string."""
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        if is_number and self.context.get("legacy"):
            data = str(data)
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Identity(Text):
    """The email or user name that somebody signs in by: a string, also of old clients."""

    def to_internal_value(self, data: Any) -> str:
        """Return the stripped text; refuse everything but a string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Email(Text):
    """An email address, stripped and in lower case: the form in which all are stored."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=255, **kwargs)
        self.validators.append(serializers.EmailField().validators[-1])

    def to_internal_value(self, data: Any) -> str:
        """Return the address as it is stored and compared."""
        return super().to_internal_value(data).lower()


class Phone(Text):
    """A telephone number as people write it: digits, blanks and `+ ( ) - . /`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=32, **kwargs)
        self.validators.append(
            RegexValidator(r"^[0-9+()./ \-]*$", _("Digits, blanks and + ( ) - . / only."))
        )


class RawText(serializers.CharField):
    """A JSON string, with the blanks around it: what a scanner read."""

    default_error_messages = {"invalid": _("A string is required.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """Return the text unchanged; refuse everything but a string."""
        if type(data) is int and self.context.get("legacy"):
            data = str(data)
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Secret(RawText):
    """A password or PIN: at most 256 characters, every one of which counts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=256, **kwargs)


class Uuid(serializers.UUIDField):
    """A UUID as text (RFC 9562)."""

    def to_internal_value(self, data: Any) -> uuid.UUID:
        """Return the UUID; refuse numbers, which the library would take."""
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        return super().to_internal_value(data)


class Integer(serializers.IntegerField):
    """A whole number, or the same number as a string; at most 64 bits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_value", MAX_INTEGER)
        kwargs.setdefault("min_value", -MAX_INTEGER)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> int:
        """Return the number; refuse true, false and fractions.

        1.0 is a whole number (JSON Schema, section 4.2.3), and some clients write it so.
        """
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if not isinstance(data, int | str) or isinstance(data, bool):
            self.fail("invalid")
        if isinstance(data, str) and not _WHOLE.fullmatch(data.strip()):
            self.fail("invalid")
        return super().to_internal_value(data)


class Money(serializers.DecimalField):
    """An amount with at most 2 decimals, or the same as a string; never negative."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=10, decimal_places=2, min_value=0, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        """Return the amount; refuse true, false and anything not finite."""
        if not isinstance(data, int | float | str) or isinstance(data, bool):
            self.fail("invalid")
        if isinstance(data, str) and not _AMOUNT.fullmatch(data.strip()):
            self.fail("invalid")
        return super().to_internal_value(data)


class Boolean(serializers.BooleanField):
    """true or false, and nothing that merely looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean; refuse everything else."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Choice(serializers.ChoiceField):
    """One text of a closed list; the answer to another tells the list, not what was sent."""

    default_error_messages = {"invalid_choice": _("Send one of: {choices}.")}

    def to_internal_value(self, data: Any) -> str:
        """Return the text; refuse everything that is not in the list."""
        if not isinstance(data, str) or data not in self.choices:
            self.fail("invalid_choice", choices=", ".join(self.choices))
        return data


class Instant(serializers.DateTimeField):
    """A moment: read with its offset, or in the shop's time without; answered in UTC."""

    default_error_messages = {
        "range": format_lazy(
            _("The year must be from {first} to {last}."), first=FIRST_YEAR, last=LAST_YEAR
        )
    }

    def to_internal_value(self, value: Any) -> datetime.datetime:
        """Return an aware datetime; refuse everything but an ISO 8601 string."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm[:ss][+HH:MM|-HH:MM|Z]")
        try:
            moment = super().to_internal_value(value.strip())
        except OverflowError:
            self.fail("overflow")
        if not FIRST_YEAR <= moment.astimezone(datetime.UTC).year <= LAST_YEAR:
            self.fail("range")
        return moment

    def to_representation(self, value: Any) -> Any:
        """The moment in UTC, as `2026-12-24T18:30:00Z`."""
        return utc_text(value) if value else None


def utc_text(moment: datetime.datetime) -> str:
    """ISO 8601 in UTC with `Z`: the contract's form of a moment."""
    return moment.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")


def query_flag(request: Any, name: str) -> bool:
    """A query parameter that is `true` or `false`, by default false; raises `validation`."""
    given = request.query_params.get(name, "false").lower()
    if given not in ("true", "false"):
        raise invalid(name, gettext("Send true or false."))
    return given == "true"
