"""Order numbers and tokens: unguessable, readable, and read back from any code."""

import ast
import json
import re
import secrets

from django.utils.translation import gettext as _

from config.rest.refusals import Code, Refusal

# Without 0 O 1 I L, which people take for one another.
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ"
CHARACTERS = LETTERS + "23456789"
NUMBER_LENGTH = 10
MAX_PAYLOAD = 512

# Imported orders keep the numbers of their old server, which may look otherwise.
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,63}")
# Some scanners send everything in upper case.
_TRACKING_URL = re.compile(
    r"https?://[^?#]*/t/([^/?#]+)(?:/[^/?#]*)?/?(?:[?#].*)?", re.IGNORECASE | re.DOTALL
)
_LEGACY_LINE = re.compile(r"^ORDER:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)


def new_order_number() -> str:
    """A random order number: a letter, then nine letters and digits (about 49 bits)."""
    rest = (secrets.choice(CHARACTERS) for _ in range(NUMBER_LENGTH - 1))
    return secrets.choice(LETTERS) + "".join(rest)


def new_token() -> str:
    """The secret part of a tracking URL: 128 random bits as 22 URL-safe characters."""
    return secrets.token_urlsafe(16)


def normalise_number(text: str) -> str:
    """An order number as it is stored: stripped, in upper case; "" if it cannot be one."""
    # Upper case makes SS of an ß and I of an ı: such a text would find another's order.
    number = text.strip().upper() if text.isascii() else ""
    return number if NUMBER.fullmatch(number) else ""


def _from_mapping(text: str) -> str:
    """The number in JSON or in the text of a Python dict, as old servers printed it."""
    for read in (json.loads, ast.literal_eval):
        try:
            data = read(text)
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(data, dict):
            return str(data.get("order_number") or data.get("orderId") or "")
    return ""


def read_payload(raw: str) -> str:
    """The order number in the raw text that a scanner read.

    Reads the bare number, tracking URLs, the three lines of old codes, and JSON or
    Python-dict text with `order_number` or `orderId` (contract, section 5). Raises
    `unreadable_code`.
    """
    text = raw[: MAX_PAYLOAD + 1]
    if len(text) > MAX_PAYLOAD:
        raise Refusal(
            Code.UNREADABLE_CODE,
            _("A code has at most %(most)d characters.") % {"most": MAX_PAYLOAD},
        )
    text = text.replace("\\r", "\n").replace("\\n", "\n").strip().removeprefix("]Q3").strip()
    if text.startswith("{"):
        candidate = _from_mapping(text)
    elif line := _LEGACY_LINE.search(text):
        candidate = line[1]
    elif url := _TRACKING_URL.fullmatch(text):
        candidate = url[1]
    else:
        candidate = text
    number = normalise_number(candidate)
    if not number:
        raise Refusal(Code.UNREADABLE_CODE)
    return number
