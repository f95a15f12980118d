import datetime
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

import config.settings
from config.env import BASE_DIR, TypedEnv


def shop_name(**environment):
    """The shop's name as a process of its own reads it."""
    start = subprocess.run(
        [sys.executable, "-c", "from config.env import env; print(env.str('SHOP_NAME', '-'))"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return start.stdout.strip()


@pytest.fixture
def env_file(tmp_path):
    path = tmp_path / "operator.env"
    path.write_text("SHOP_NAME=Suds\n")
    return str(path)


def test_env_file_names_what_is_read_in_place_of_the_projects_own_file(env_file):
    assert shop_name(ENV_FILE=env_file) == "Suds"


def test_what_the_process_was_started_with_wins(env_file):
    assert shop_name(ENV_FILE=env_file, SHOP_NAME="Bubbles") == "Bubbles"


@pytest.mark.parametrize("text", ["1", "true", "True", "yes", "on", " ON "])
def test_these_words_are_on(monkeypatch, text):
    monkeypatch.setenv("SWITCH", text)
    assert TypedEnv().bool("SWITCH", default=False) is True


@pytest.mark.parametrize("text", ["0", "false", "no", "Off", ""])
def test_these_words_are_off(monkeypatch, text):
    monkeypatch.setenv("SWITCH", text)
    assert TypedEnv().bool("SWITCH", default=True) is False


def test_a_switch_that_is_neither_on_nor_off_is_named(monkeypatch):
    monkeypatch.setenv("SWITCH", "perhaps")
    with pytest.raises(ImproperlyConfigured) as raised:
        TypedEnv().bool("SWITCH", default=False)
    assert str(raised.value) == "SWITCH cannot be read: 'perhaps' is neither on nor off."


def test_a_number_that_is_none_is_named(monkeypatch):
    monkeypatch.setenv("NUMBER", "ten")
    with pytest.raises(ImproperlyConfigured, match=r"^NUMBER cannot be read: .*'ten'\.$"):
        TypedEnv().int("NUMBER", default=5)


def test_a_file_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_FILE", str(tmp_path / "secret"))
    with pytest.raises(ImproperlyConfigured, match=r"^SECRET_FILE cannot be read: "):
        TypedEnv().str("SECRET")


def test_a_choice_is_the_first_one_unless_it_is_set(monkeypatch):
    assert TypedEnv().choice("COLOUR", "red", "green") == "red"
    monkeypatch.setenv("COLOUR", "green")
    assert TypedEnv().choice("COLOUR", "red", "green") == "green"


def test_a_choice_of_something_else_is_named(monkeypatch):
    monkeypatch.setenv("COLOUR", "blue")
    with pytest.raises(ImproperlyConfigured) as raised:
        TypedEnv().choice("COLOUR", "red", "green")
    assert str(raised.value) == "COLOUR=blue is none of: red, green."


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90m", datetime.timedelta(minutes=90)),
        ("48h", datetime.timedelta(hours=48)),
        (" 3d ", datetime.timedelta(days=3)),
    ],
)
def test_a_length_of_time_is_in_minutes_hours_or_days(monkeypatch, text, length):
    monkeypatch.setenv("WAIT", text)
    assert TypedEnv().duration("WAIT", default="1h") == length


def test_a_length_of_time_has_a_default(monkeypatch):
    assert TypedEnv().duration("WAIT", default="1h") == datetime.timedelta(hours=1)


@pytest.mark.parametrize("text", ["", "48", "0h", "-1h", "1.5h", "2w", "999999d"])
def test_what_is_no_length_of_time_is_named(monkeypatch, text):
    monkeypatch.setenv("WAIT", text)
    with pytest.raises(ImproperlyConfigured) as raised:
        TypedEnv().duration("WAIT", default="1h")
    assert str(raised.value) == f"WAIT={text} is no length of time: write 90m, 48h or 3d."


@pytest.mark.parametrize("name", ["Nowhere", "../etc/passwd", "Asia", ""])
def test_a_time_zone_that_is_none_is_named(monkeypatch, name):
    monkeypatch.setenv("ZONE", name)
    with pytest.raises(ImproperlyConfigured) as raised:
        TypedEnv().time_zone("ZONE", default="UTC")
    assert str(raised.value) == f"ZONE={name} is no time zone: write one as Asia/Kolkata."


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        (
            {"ENVIRONMENT": "prod"},
            "ENVIRONMENT=prod is none of: development, production.",
        ),
        (
            {"DATABASE_URL": "postgres://shop:a-secret@db/shop"},
            "DATABASE_URL names no database that Roundtrip runs on: "
            "write mysql://user:password@host:3306/name or sqlite:////path/to/file.",
        ),
        (
            {"ENVIRONMENT": "production", "PUBLIC_URL": "https://shop.example"},
            "Set the SECRET_KEY environment variable",
        ),
        (
            {"ENVIRONMENT": "production", "SECRET_KEY": "a-secret"},
            "Set the PUBLIC_URL environment variable",
        ),
    ],
)
def test_a_wrong_setting_stops_a_command_with_one_sentence(environment, sentence):
    start = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (start.returncode, start.stderr.strip(), start.stdout) == (1, sentence, "")


@pytest.mark.parametrize("url", ["nonsense", "mysql://shop@db:port/shop", "redis://db"])
def test_what_is_no_database_is_refused_by_its_name(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL names no database "):
        config.settings._database()
