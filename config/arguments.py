"""What management commands read alike."""

import datetime
from argparse import ArgumentTypeError


def days(text: str) -> datetime.timedelta:
    """A whole number of days, up to a hundred years; raises ArgumentTypeError."""
    if not (text.isascii() and text.isdecimal()) or int(text[:6]) > 36500:
        raise ArgumentTypeError(f"{text} is no number of days from 0 to 36500.")
    return datetime.timedelta(days=int(text))
