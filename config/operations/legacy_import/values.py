"""Single values as old servers stored them.

Each reader takes `remarks`, a list to which it adds what it had to mend; the rules are in
`docs/importing.md`. No remark repeats what may be personal.
"""

import datetime
import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from accounts.models import normalise_email
from catalog.legacy import minutes_of
from orders.placing import MAX_TOTAL, NO_PICKUP, Pickup

CENT = Decimal("0.01")
MAX_DURATION = 2_147_483_647
# Beyond these a year was mistyped; they also keep clear of what a database can store.
FIRST_YEAR, LAST_YEAR = 1970, 2199


def read_text(value: Any, limit: int = 10_000, what: str = "", remarks: Any = None) -> str:
    """Text without blanks around it, "" for none; what is longer than `limit` is cut."""
    if value is None:
        return ""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    text = text.replace("\x00", "").strip()
    if len(text) > limit:
        if remarks is not None:
            remarks.append(f"{what}: cut to {limit} characters")
        return text[:limit]
    return text


def read_money(value: Any, what: str, remarks: list[str]) -> Decimal | None:
    """An amount of at least 0, to the cent; None for what is none."""
    text = read_text(value)
    try:
        amount = Decimal(text)
        if 0 <= amount <= MAX_TOTAL:
            return amount.quantize(CENT, ROUND_HALF_UP)
    except InvalidOperation:
        # Also of comparing with NaN.
        pass
    remarks.append(f"{what} {text[:40]!r}: no amount")
    return None


def read_count(value: Any, what: str, remarks: list[str]) -> int:
    """A whole number of at least 0; 0 for what is none."""
    text = read_text(value)
    if re.fullmatch("[0-9]{1,9}", text):
        return int(text)
    if text:
        remarks.append(f"{what} {text[:40]!r}: no number")
    return 0


def read_moment(
    value: Any, what: str, remarks: list[str], zone: datetime.tzinfo
) -> datetime.datetime | None:
    """A moment; None for none and for an unreadable one. Without an offset it is in `zone`."""
    text = read_text(value)
    if not text:
        return None
    moment = _moment(text, zone)
    if moment is None:
        remarks.append(f"{what} {text[:40]!r}: unreadable")
    return moment


def _moment(text: str, zone: datetime.tzinfo) -> datetime.datetime | None:
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(datetime.UTC)


def read_pickup(value: Any, remarks: list[str]) -> tuple[Pickup, str]:
    """When to fetch the goods, and the text where it cannot be read as a date.

    People typed it, so without an offset it is in the shop's time.
    """
    text = read_text(value)
    if not text:
        return NO_PICKUP, ""
    moment = _moment(text, timezone.get_default_timezone())
    if moment is None:
        remarks.append("pickup date: unreadable, kept in the instructions")
        return NO_PICKUP, text
    return Pickup(moment, has_time=len(text) > len("2026-12-24")), ""


def read_duration(value: Any, remarks: list[str]) -> int | None:
    """Minutes, out of a number of them or a text such as `24h`; None for none."""
    text = read_text(value)
    try:
        minutes = int(text) if re.fullmatch("[0-9]{1,9}", text) else minutes_of(text)
    except ValueError:
        minutes = 0
    if minutes is None:
        return None
    if not 0 < minutes <= MAX_DURATION:
        remarks.append(f"duration {text[:40]!r}: no duration")
        return None
    return minutes


def read_email(value: Any, remarks: list[str]) -> str:
    """An email in the stored form; "" for none and for what is none."""
    email = normalise_email(read_text(value))
    if email and (not re.fullmatch(r"[^@\s]+@[^@\s]+", email) or len(email) > 255):
        remarks.append("email: no address, left out")
        return ""
    return email


def read_flag(value: Any) -> bool:
    """Whether a flag is set; one that the old server did not have counts as set."""
    return value is None or read_text(value).lower() not in ("0", "", "false", "f", "no")


def slug(text: str) -> str:
    """An old status as an action: `Picked Up` is `picked_up`; "" where nothing is left."""
    return re.sub("[^a-z0-9]+", "_", text.lower()).strip("_")[:64]
