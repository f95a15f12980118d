"""`manage.py write_settings_page`: `docs/settings.md` is the table of variables."""

import re

import pytest
from django.core.management import CommandError, call_command

from config.env import BASE_DIR
from config.operations import environment
from config.variables import VARIABLES


def test_the_page_is_as_the_table():
    call_command("write_settings_page", "--check")


def test_the_page_names_every_variable_once():
    page = (BASE_DIR / "docs" / "settings.md").read_text()
    assert re.findall(r"^\| `([A-Z0-9_]+)` \|", page, flags=re.MULTILINE) == list(VARIABLES)


def test_a_page_that_differs_is_told(monkeypatch, tmp_path):
    page = tmp_path / "settings.md"
    page.write_text("# Settings\n")
    monkeypatch.setattr("config.operations.management.commands.write_settings_page.PAGE", page)
    with pytest.raises(CommandError, match="run write_settings_page"):
        call_command("write_settings_page", "--check")


def test_it_writes_the_page(monkeypatch, tmp_path):
    page = tmp_path / "settings.md"
    monkeypatch.setattr("config.operations.management.commands.write_settings_page.PAGE", page)
    call_command("write_settings_page", "--verbosity", "0")
    assert page.read_text() == environment.settings_page()


def test_nothing_else_reads_the_environment():
    """But what comes before the settings: where they are, and which file holds them.

    gunicorn's configuration sets one, for the library that counts over all processes.
    """
    readers = {
        path.relative_to(BASE_DIR).as_posix()
        for folder in ("accounts", "catalog", "config", "orders", "tracking", "workforce")
        for path in (BASE_DIR / folder).rglob("*.py")
        if "tests" not in path.parts and re.search(r"os\.(environ|getenv)", path.read_text())
    }
    assert readers == {"config/env.py", "config/gunicorn.py", "config/wsgi.py"}
