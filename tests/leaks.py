"""What must never stand in a log line, and a handler that looks for it."""

import logging
import re

from tests.cast import PASSWORD, PIN

LEAKS = {
    "a password": re.compile(re.escape(PASSWORD)),
    "a PIN": re.compile(rf"\b{PIN}\b"),
    "an email": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "a JWT": re.compile(r"\beyJ[\w-]{8,}"),
    "a device token": re.compile(r"\b[0-9a-f]{12}\.[\w-]{43}"),
    "an order's token": re.compile(r"/t/[A-Za-z0-9._-]+/[\w-]{22}\b"),
    "a mailed link": re.compile(r"/account/(?:reset|confirm)/\w+/[\w-]+"),
    "a second factor's key": re.compile(r"otpauth:|\b[A-Z2-7]{32}\b"),
    "a recovery code": re.compile(r"\b[a-z2-9]{4}(-[a-z2-9]{4}){3}\b"),
    "a query value": re.compile(r"\?\w+=[^\s\"]"),
}


def leaks_in(text: str) -> list[str]:
    """What of all that stands in a text, by name."""
    return [name for name, pattern in LEAKS.items() if pattern.search(text)]


class LeakWatch(logging.Handler):
    """Reads every line as the configured handler writes it, and keeps those that leak."""

    def __init__(self, like: logging.Handler) -> None:
        super().__init__()
        self.setFormatter(like.formatter)
        for condition in like.filters:
            self.addFilter(condition)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line that leaks, with what it leaks."""
        line = self.format(record)
        if names := leaks_in(line):
            self.found.append(f"{', '.join(names)}: {line}")
