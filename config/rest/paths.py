"""Which paths speak to clients, which to people, and in whose language."""

import re

_V1 = re.compile(r"/api/v1(/|$)")
_API = re.compile(
    r"/(api|auth|worker|employee|qr|static/qr|admin/api|metrics|readyz)(/|$)|/admin/(login|logout)$"
)
_SAME_FOR_ALL = re.compile(r"/(static|healthz|readyz|ping|metrics|api/v1/(schema|docs))(/|$)")


def is_v1(path: str) -> bool:
    """Whether errors of this path are RFC 9457 problems."""
    return bool(_V1.match(path))


def is_api(path: str) -> bool:
    """Whether clients, not people, read this path: v1 and every legacy path."""
    return bool(_API.match(path))


def is_english(path: str) -> bool:
    """Whether this path answers everybody in English.

    Old clients compare texts; images, files and the API's document have no language, and
    would be cached once for each.
    """
    return bool(_SAME_FOR_ALL.match(path)) or (is_api(path) and not is_v1(path))
