"""The watch over the log of the whole test run finds what it is there to find."""

import logging

import pytest

from tests.cast import PASSWORD, PIN
from tests.leaks import LeakWatch, leaks_in


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a password", f"login failed with {PASSWORD}"),
        ("a PIN", f'{{"pin": "{PIN}"}}'),
        ("an email", "no account for asha@example.com"),
        ("a JWT", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x"),
        ("a device token", "3f9ac41be20d." + "a" * 43),
        ("an order's token", "/t/K7M2PQ9XWD/q3Zk0cW2bV9mYx7LrT5uHg"),
        ("a mailed link", "/account/reset/Nw/cx2k9d-5f0e4b1c2f0b"),
        ("a second factor's key", "key OUUZZIEW4DJNDYTXH2N6ABDOTJTBIQ7V for an app"),
        ("a second factor's key", "otpauth://totp/Shop"),
        ("a recovery code", "kept k7mf-2pqx-9tdr-w4hn"),
        ("a query value", "GET /api/v1/orders?q=asha"),
    ],
)
def test_each_kind_of_leak_is_found(name: str, text: str) -> None:
    assert name in leaks_in(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"route": "^t/(?P<order_number>[^/]{1,64})/?$", "status": 200, "ip": "127.0.0.1"}',
        '{"event": "Mail 3: attempt 1 failed: SMTPServerDisconnected", "level": "warning"}',
        '{"request_id": "5b0e4b1c2f0b4c4d8f2b9a7c1d3e5f60"}',
    ],
)
def test_an_ordinary_line_is_none(text: str) -> None:
    assert leaks_in(text) == []


def test_the_watch_keeps_the_line_and_says_what_it_leaks() -> None:
    watch = LeakWatch(logging.StreamHandler())
    watch.handle(logging.makeLogRecord({"msg": "for %s", "args": ("asha@example.com",)}))
    assert watch.found == ["an email: for asha@example.com"]
