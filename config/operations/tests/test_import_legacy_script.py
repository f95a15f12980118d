"""The evening's move in `docs/legacy.md` does what the page says, command by command."""

import json
import re
import shlex
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import BaseCommand

from config.env import BASE_DIR
from config.operations.management.commands.import_legacy import Command
from orders.models import Order
from tests.old_servers import CAMEL, CAMEL_TABLES, make_server
from tests.unchanged import rows

PAGE = (BASE_DIR / "docs/legacy.md").read_text(encoding="utf-8")


def commands():
    """The arguments of each command of the page's shell blocks, in their order."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE)
    return [shlex.split(line)[1:] for line in "".join(blocks).splitlines()]


def run(arguments):
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().splitlines()


@pytest.mark.django_db
def test_the_evenings_move_goes_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_server(tmp_path / "old.db", CAMEL, CAMEL_TABLES)
    empty = rows()
    rehearsal, rehearsed, undo, evening, check = commands()

    assert run(rehearsal)[0].startswith("A dry run: nothing was written.")
    assert rows() == empty
    assert json.loads((tmp_path / "report.json").read_text())["dry_run"] is True
    assert run(rehearsed)[-1] == "Both sides agree."
    assert Order.objects.count() == 2
    run(undo)
    assert rows() == empty
    assert run(evening)[-1] == "Both sides agree."
    moved = rows()
    assert run(check)[-1] == "Both sides agree."
    assert rows() == moved
    assert Order.objects.count() == 2


def test_the_page_of_the_rules_names_every_option():
    page = (BASE_DIR / "docs/importing.md").read_text(encoding="utf-8")
    parser = Command().create_parser("manage.py", "import_legacy")
    common = {
        option
        for action in BaseCommand().create_parser("", "")._actions
        for option in action.option_strings
    }
    own = {option for action in parser._actions for option in action.option_strings} - common

    assert own == set(re.findall(r"^\| `(--[a-z-]+)", page, re.MULTILINE))
