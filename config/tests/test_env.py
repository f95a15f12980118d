import datetime
import multiprocessing
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

import config.settings
from config.env import BASE_DIR, TypedEnv
from config.variables import VARIABLES


def shop_name(**environment):
    """The shop's name as a process of its own reads it."""
    start = subprocess.run(
        [sys.executable, "-c", "from config.env import env; print(env('SHOP_NAME'))"],
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
    monkeypatch.setenv("DEBUG", text)
    assert TypedEnv()("DEBUG") is True


@pytest.mark.parametrize("text", ["0", "false", "no", "Off", ""])
def test_these_words_are_off(monkeypatch, text):
    monkeypatch.setenv("LEGACY_API", text)
    assert TypedEnv()("LEGACY_API") is False


def refusal_of(name):
    with pytest.raises(ImproperlyConfigured) as raised:
        TypedEnv()(name)
    return str(raised.value)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("DEBUG", "perhaps", "DEBUG cannot be read: 'perhaps' is neither on nor off."),
        ("WEB_THREADS", "ten", "WEB_THREADS cannot be read: 'ten' is no whole number."),
        ("WEB_THREADS", "", "WEB_THREADS cannot be read: '' is no whole number."),
        ("WEB_THREADS", "0", "WEB_THREADS cannot be read: '0' is not between 1 and 256."),
        ("PORT", "65536", "PORT cannot be read: '65536' is not between 1 and 65535."),
        ("QR_PAYLOAD", "blue", "QR_PAYLOAD cannot be read: 'blue' is none of: url, legacy."),
        ("TIME_ZONE", "Nowhere", "TIME_ZONE cannot be read: 'Nowhere' is no time zone."),
        ("TIME_ZONE", "../etc", "TIME_ZONE cannot be read: '../etc' is no time zone."),
        ("TIME_ZONE", "Asia", "TIME_ZONE cannot be read: 'Asia' is no time zone."),
        ("TIME_ZONE", "", "TIME_ZONE cannot be read: '' is no time zone."),
        *(
            ("STUCK_AFTER", text, f"STUCK_AFTER cannot be read: {text!r} is no length of time.")
            for text in ("", "48", "0h", "-1h", "1.5h", "2w", "999999d")
        ),
    ],
)
def test_a_text_of_another_type_is_named(monkeypatch, name, text, sentence):
    monkeypatch.setenv(name, text)
    told, hint = refusal_of(name).split("\n\tHINT: ")
    assert (told, hint) == (f"(config.E002) {sentence}", VARIABLES[name].hint)


def test_every_type_tells_a_secret_to_nobody(monkeypatch):
    secret = VARIABLES["PORT"]._replace(is_secret=True)
    monkeypatch.setitem(VARIABLES, "PORT", secret)
    monkeypatch.setenv("PORT", "my-secret")
    assert refusal_of("PORT").startswith(
        "(config.E002) PORT cannot be read: its value is no whole number.\n"
    )


def test_a_file_that_is_missing_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "secret"))
    assert refusal_of("SECRET_KEY").startswith(
        "(config.E002) SECRET_KEY_FILE cannot be read: [Errno 2]"
    )


def test_every_variable_may_stand_in_a_file_whose_last_line_ends(monkeypatch, tmp_path):
    path = tmp_path / "name"
    path.write_text("Suds & Co\n")
    for name in VARIABLES:
        if VARIABLES[name].cast is str:
            monkeypatch.setenv(f"{name}_FILE", str(path))
            assert TypedEnv()(name) == "Suds & Co"


def test_a_secret_may_begin_with_a_dollar(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "$HOME is no name here")
    assert TypedEnv()("SECRET_KEY") == "$HOME is no name here"


def test_words_stand_between_commas_and_blanks_do_not_count(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "shop.example, www.shop.example,")
    assert TypedEnv()("ALLOWED_HOSTS") == ["shop.example", "www.shop.example"]


def test_a_choice_is_its_default_unless_it_is_set(monkeypatch):
    assert TypedEnv()("QR_PAYLOAD") == "url"
    monkeypatch.setenv("QR_PAYLOAD", "legacy")
    assert TypedEnv()("QR_PAYLOAD") == "legacy"


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90m", datetime.timedelta(minutes=90)),
        ("48h", datetime.timedelta(hours=48)),
        (" 3d ", datetime.timedelta(days=3)),
    ],
)
def test_a_length_of_time_is_in_minutes_hours_or_days(monkeypatch, text, length):
    monkeypatch.setenv("STUCK_AFTER", text)
    assert TypedEnv()("STUCK_AFTER") == length


def test_a_length_of_time_has_a_default():
    assert TypedEnv()("STUCK_AFTER") == datetime.timedelta(hours=48)


@pytest.mark.parametrize(
    ("database", "cache", "processes"),
    [
        ("sqlite:////tmp/db", "redis://cache", 1),
        ("mysql://shop@db/shop", "locmemcache://", 1),
        ("mysql://shop@db/shop", "redis://cache", 2 * multiprocessing.cpu_count()),
    ],
)
def test_only_with_servers_there_is_more_than_one_process(monkeypatch, database, cache, processes):
    monkeypatch.setenv("DATABASE_URL", database)
    monkeypatch.setenv("CACHE_URL", cache)
    assert TypedEnv()("WEB_CONCURRENCY") == processes


PRODUCTION = {
    "ENVIRONMENT": "production",
    "SECRET_KEY": "a-secret",
    "PUBLIC_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example",
}


@pytest.mark.parametrize(
    ("environment", "sentence", "hint"),
    [
        (
            {"ENVIRONMENT": "prod"},
            "(config.E002) ENVIRONMENT cannot be read: 'prod' is none of: development, production.",
            VARIABLES["ENVIRONMENT"].hint,
        ),
        (
            {"DATABASE_URL": "postgres://shop:a-secret@db/shop"},
            "(config.E002) DATABASE_URL names no database that Roundtrip runs on.",
            "Write mysql://user:password@host:3306/name or sqlite:////path/to/file.",
        ),
        *(
            (
                PRODUCTION | {name: text},
                f"(config.E001) {name} is not set.",
                VARIABLES[name].hint,
            )
            for name in ("SECRET_KEY", "PUBLIC_URL", "ALLOWED_HOSTS")
            for text in ("", " ", " ,")
        ),
    ],
)
def test_a_wrong_setting_stops_a_command_with_one_sentence_and_a_hint(environment, sentence, hint):
    start = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (start.returncode, start.stdout) == (1, "")
    assert start.stderr.rstrip("\n") == f"{sentence}\n\tHINT: {hint}"


@pytest.mark.parametrize("url", ["nonsense", "mysql://shop@db:port/shop", "redis://db"])
def test_what_is_no_database_is_refused_by_its_name(monkeypatch, url):
    monkeypatch.setenv("DATABASE_URL", url)
    with pytest.raises(ImproperlyConfigured, match=r"DATABASE_URL names no database "):
        config.settings._database()
