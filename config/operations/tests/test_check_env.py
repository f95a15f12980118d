"""`manage.py check_env`: the settings in force, where they come from, and what is wrong."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.operations.environment import MASK, masked
from config.variables import VARIABLES


def lines(**options: Any) -> list[list[str]]:
    """What the command prints, a list of words for each line."""
    out = StringIO()
    call_command("check_env", stdout=out, **options)
    return [line.split() for line in out.getvalue().splitlines()]


def test_every_variable_has_its_line():
    printed = {words[0] for words in lines() if words}
    assert set(VARIABLES) <= printed


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("SHOP_NAME", "Suds", ["SHOP_NAME", "Suds", "environment"]),
        ("LEGACY_API", "no", ["LEGACY_API", "off", "environment"]),
        ("STUCK_AFTER", "90m", ["STUCK_AFTER", "90m", "environment"]),
        ("TRUSTED_PROXIES", "10.0.0.1, ::1", ["TRUSTED_PROXIES", "10.0.0.1,::1", "environment"]),
    ],
)
def test_it_tells_what_is_in_force_and_from_where(monkeypatch, name, text, words):
    monkeypatch.setenv(name, text)
    assert words in lines()


def test_it_tells_a_default():
    assert ["UNDO_MINUTES", "15", "default"] in lines()


def test_it_tells_a_file_of_a_secret_but_not_the_secret(monkeypatch, tmp_path):
    path = tmp_path / "key"
    path.write_text("a-copper-kettle-on-a-cold-morning")
    monkeypatch.setenv("ADMIN_PASSWORD_FILE", str(path))
    assert ["ADMIN_PASSWORD", MASK, "ADMIN_PASSWORD_FILE"] in lines()


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", ""),
        ("a-secret", MASK),
        ("mysql://shop:a-secret@db:3306/shop", f"mysql://shop:{MASK}@db:3306/shop"),
        ("mysql://shop:a@secret@db/shop", f"mysql://shop:{MASK}@db/shop"),
        ("redis://:a-secret@cache:6379/0", f"redis://:{MASK}@cache:6379/0"),
        ("redis://cache:6379/0", "redis://cache:6379/0"),
    ],
)
def test_of_a_secret_only_its_place_is_shown(value: str, shown: str):
    assert masked(VARIABLES["DATABASE_URL"], value) == shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SENTRY_DSN", "https://a-secret@sentry.example/1"),
        ("ADMIN_PASSWORD", "a://secret"),
    ],
)
def test_of_one_that_is_no_place_nothing_is_shown(name: str, value: str):
    assert masked(VARIABLES[name], value) == MASK


def test_it_runs_the_checks_and_fails_where_the_shop_would_not_start(settings, monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    monkeypatch.setenv("DATABASE_URL", "sqlite:////var/shop.sqlite3")
    settings.CACHES = {
        "default": {
            "BACKEND": "config.rest.cache.ResilientRedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }
    out = StringIO()
    with pytest.raises(CommandError, match=r"^1 setting stops the shop from starting\.$"):
        call_command("check_env", stdout=out)
    assert (
        "(operations.E005) 2 processes cannot share an SQLite database.\n"
        "\tHINT: Set DATABASE_URL=mysql://... or WEB_CONCURRENCY=1.\n"
    ) in out.getvalue()


def test_it_says_when_the_shop_can_start():
    assert ["The", "shop", "can", "start", "with", "these", "settings."] in lines()
