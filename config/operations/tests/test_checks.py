"""Each check of what would make a shop in service unsafe, with its id and its hint."""

import os
import subprocess
import sys
from typing import Any

import pytest

from config.env import BASE_DIR
from config.operations import checks
from config.variables import VARIABLES

GOOD_KEY = "never-in-service-but-long-enough-0123456789-abcdefghij"


@pytest.fixture
def production(settings: Any) -> Any:
    """A shop in service with nothing wrong."""
    settings.PRODUCTION = True
    settings.DEBUG = False
    settings.SECRET_KEY = GOOD_KEY
    settings.ADMIN_PASSWORD = ""
    settings.METRICS_TOKEN = ""
    return settings


def found() -> list[tuple[str | None, str]]:
    every = (
        checks.check_secret_key,
        checks.check_secrets_differ,
        checks.check_metrics_token,
        checks.check_debug,
        checks.check_processes_share_a_database,
        checks.check_admin_password,
    )
    return [(message.id, message.msg) for check in every for message in check(None)]


def test_a_shop_in_order_passes(production: Any):
    assert found() == []


@pytest.mark.parametrize("key", [VARIABLES["SECRET_KEY"].default, f"django-insecure-{GOOD_KEY}"])
def test_a_key_that_everybody_knows_is_refused(production: Any, key: str):
    production.SECRET_KEY = key
    assert found() == [("operations.E001", "SECRET_KEY is a default that everybody knows.")]


@pytest.mark.parametrize("key", [GOOD_KEY[:49], "abcd" * 20])
def test_a_key_that_is_easy_to_find_is_refused(production: Any, key: str):
    production.SECRET_KEY = key
    (error,) = checks.check_secret_key(None)
    assert (error.id, error.msg, error.hint) == (
        "operations.E002",
        "SECRET_KEY is too easy to find: it has fewer than 50 characters, "
        "or fewer than 5 different ones.",
        VARIABLES["SECRET_KEY"].hint,
    )


def test_a_key_of_fifty_characters_passes(production: Any):
    production.SECRET_KEY = GOOD_KEY[:50]
    assert found() == []


def test_a_short_token_of_the_metrics_is_refused_without_telling_it(production: Any):
    production.METRICS_TOKEN = "x" * 31
    (error,) = checks.check_metrics_token(None)
    assert (error.id, error.msg, error.hint) == (
        "operations.E008",
        "METRICS_TOKEN has fewer than 32 characters.",
        VARIABLES["METRICS_TOKEN"].hint,
    )
    production.METRICS_TOKEN = "x" * 32
    assert found() == []


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({"SECRET_KEY": GOOD_KEY, "ADMIN_PASSWORD": GOOD_KEY}, "ADMIN_PASSWORD and SECRET_KEY"),
        (
            {"SECRET_KEY": "a@b", "DATABASE_URL": "mysql://shop:a%40b@db/shop"},
            "DATABASE_URL and SECRET_KEY",
        ),
        (
            {"CACHE_URL": "redis://:same@cache", "EMAIL_URL": "smtp://shop:same@mail"},
            "CACHE_URL and EMAIL_URL",
        ),
    ],
)
def test_two_uses_of_one_secret_are_refused_without_telling_it(
    production: Any, monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], names: str
):
    for name in ("DATABASE_URL", "CACHE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    (error,) = checks.check_secrets_differ(None)
    assert (error.id, error.msg) == ("operations.E003", f"{names} hold the same secret.")
    assert error.hint == "Give each a secret of its own."


def test_debug_in_production_is_refused(production: Any):
    production.DEBUG = True
    assert found() == [("operations.E004", "DEBUG is on in production.")]


def test_sqlite_is_refused_with_more_than_one_process(
    production: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DATABASE_URL", "sqlite:////var/shop.sqlite3")
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    (error,) = checks.check_processes_share_a_database(None)
    assert (error.id, error.msg, error.hint) == (
        "operations.E005",
        "2 processes cannot share an SQLite database.",
        "Set DATABASE_URL=mysql://... or WEB_CONCURRENCY=1.",
    )


def test_mariadb_is_right_for_many_processes(production: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://shop@db/shop")
    monkeypatch.setenv("WEB_CONCURRENCY", "8")
    assert checks.check_processes_share_a_database(None) == []


@pytest.mark.parametrize("password", ["password", "QWERTY", "letmein1"])
def test_a_password_that_everybody_tries_is_refused(production: Any, password: str):
    production.ADMIN_PASSWORD = password
    assert found() == [
        ("operations.E006", "ADMIN_PASSWORD is among the passwords that everybody tries.")
    ]


def test_a_demonstration_may_have_all_of_them(settings: Any):
    settings.PRODUCTION = False
    settings.DEBUG = True
    settings.SECRET_KEY = VARIABLES["SECRET_KEY"].default
    settings.ADMIN_PASSWORD = "password"
    assert found() == []


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """gunicorn as a supervisor starts it, with these settings; ends by itself or is refused."""
    known = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "ENVIRONMENT": "production",
        "SECRET_KEY": GOOD_KEY,
        "PUBLIC_URL": "https://shop.example",
        "ALLOWED_HOSTS": "shop.example",
        "DATABASE_URL": "sqlite://:memory:",
        "BIND": "127.0.0.1:0",
    }
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"],
        cwd=BASE_DIR,
        env=known | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": "short"}, "(operations.E002) SECRET_KEY is too easy to find"),
        ({"DEBUG": "on"}, "(operations.E004) DEBUG is on in production."),
        ({"WEB_CONCURRENCY": "2"}, "(operations.E005) 2 processes cannot share an SQLite"),
        ({"WEB_CONCURRENCY": "2"}, "(rest.E001) 2 processes cannot count limits in local memory."),
        ({"ADMIN_PASSWORD": "password"}, "(operations.E006) ADMIN_PASSWORD is among"),
        ({"SECRET_KEY": ""}, "(config.E001) SECRET_KEY is not set."),
        ({"PUBLIC_URL": ""}, "(config.E001) PUBLIC_URL is not set."),
        ({"ALLOWED_HOSTS": ""}, "(config.E001) ALLOWED_HOSTS is not set."),
    ],
)
def test_gunicorn_serves_nobody_with_such_settings(environment: dict[str, str], sentence: str):
    refused = start(**environment)
    assert refused.returncode == 1
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "Listening at" not in refused.stderr


@pytest.mark.parametrize(
    "roles", [[], ["*"], ["Owner"], ["Owner", "Manager", "Counter", "Auditor"]]
)
def test_roles_that_are_there_may_need_a_second_factor(settings: Any, roles: list[str]):
    settings.OTP_REQUIRED_ROLES = roles
    assert checks.check_required_roles(None) == []


@pytest.mark.parametrize("name", ["owner", "Owners", "", "all"])
def test_a_role_that_is_not_there_needs_none(settings: Any, name: str):
    settings.OTP_REQUIRED_ROLES = ["Manager", name]
    [error] = checks.check_required_roles(None)
    assert (error.id, error.msg, error.hint) == (
        "operations.E007",
        f"OTP_REQUIRED_ROLES: there is no role {name!r}.",
        "Write Owner, Manager, Counter, Auditor, with commas, or * for all staff.",
    )
