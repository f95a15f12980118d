"""A value as a cell's text, and a text that no spreadsheet takes for a formula."""

import datetime
import re
from decimal import Decimal
from typing import Any

from django.utils import timezone

# What a spreadsheet may run stands behind one of these, as OWASP lists them under "CSV
# Injection". A text that has our own mark before one already gets another: none gets lost.
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NEUTRAL = re.compile(r"'+[=+\-@\t\r]")


def neutral(text: str) -> str:
    """A text that is shown as it is: with `'` before what would begin a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def restored(text: str) -> str:
    """What `neutral` was given; any other text as it is."""
    return text[1:] if _NEUTRAL.match(text) else text


def text_of(value: Any) -> str:
    """A value as files tell it, before it is made neutral.

    Moments are in the shop's TIME_ZONE, to the second; days as `2026-11-22`; no value is an
    empty text.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S}"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
