"""What the README and the pages in docs/ say is so: commands run, paths are there."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.utils import timezone

from config.env import BASE_DIR
from config.operations import demo, demo_data
from config.operations.roundtrip import decode
from orders.models import Order

README = (BASE_DIR / "README.md").read_text(encoding="utf-8")
PAGES = [BASE_DIR / "README.md", *sorted((BASE_DIR / "docs").glob("*.md"))]
NOT_OURS = {"var", "node_modules"}
# It holds the parts of the tests that need more than Python.
MAY_BE_MISSING = {"bin/test.d"}
PLACEHOLDERS = "BASE=http://127.0.0.1:8000 WORKER=1 PIN=123456\n"


def rooms():
    """The folders at the top that hold files of the project."""
    folders = [path for path in BASE_DIR.iterdir() if path.is_dir()]
    kept = [path for path in folders if path.name[0] != "." and path.name not in NOT_OURS]
    return {
        folder.name
        for folder in [*kept, BASE_DIR / ".ci"]
        if any(path.is_file() and "__pycache__" not in path.parts for path in folder.rglob("*"))
    }


ROOMS = rooms()


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def curl():
    """The one program of the conversation that a machine may lack; CI must have it."""
    if shutil.which("curl") is None and not os.environ.get("CI"):
        pytest.skip("curl is not installed")


@pytest.fixture
def shop(live_server, settings, tmp_path, monkeypatch):
    """The running demonstration, with one order; what `bin/serve` prints, as assignments."""
    settings.VAR_DIR = tmp_path
    settings.ADMIN_PASSWORD = ""
    monkeypatch.setattr(
        demo_data, "plans", lambda now, plans=demo_data.plans: plans(timezone.now())[:1]
    )
    worker = next(login for login in demo.prepare().logins if login.role == "worker")
    return f"BASE={live_server.url} WORKER={worker.id} PIN={worker.password}\n"


def converse(shop, folder):
    """Run the conversation in one shell, with what `bin/serve` printed in its place."""
    script = "".join(block for block in blocks("sh") if "curl" in block)
    assert PLACEHOLDERS in script
    return subprocess.run(  # noqa: S603  (the README's own text)
        ["bash", "-euo", "pipefail", "-c", script.replace(PLACEHOLDERS, shop)],  # noqa: S607
        cwd=folder,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_conversation_runs_as_it_stands(curl, shop, tmp_path):
    talk = converse(shop, tmp_path)

    assert (talk.stderr, talk.returncode) == ("", 0)
    order = Order.objects.latest("id")
    assert list(order.tracks.order_by("seq").values_list("to_status", "location")) == [
        ("created", ""),
        ("picked_up", "At the door"),
    ]
    assert decode((tmp_path / f"{order.order_number}.png").read_bytes()) == order.public_url
    assert talk.stdout.splitlines()[-1] == order.tracking_url
    assert json.dumps("Shirt, washed and ironed") in talk.stdout


def test_the_conversation_stops_at_a_wrong_pin(curl, shop, tmp_path):
    talk = converse(re.sub(r"PIN=\d+", "PIN=000000", shop), tmp_path)

    assert talk.returncode != 0
    assert "401" in talk.stderr
    assert Order.objects.latest("id").status == "created"


def test_every_other_command_is_run_elsewhere():
    """By `test_serve`, and `bin/test` by `.ci/run`."""
    commands = re.findall(r"^\$ (.*?)(?:\s+#.*)?$", "".join(blocks("console")), re.MULTILINE)

    assert commands == ["bin/serve", "bin/test", ".venv/bin/python manage.py roundtrip"]
    assert os.access(BASE_DIR / "bin/serve", os.X_OK)
    assert os.access(BASE_DIR / "bin/test", os.X_OK)
    assert "roundtrip" in get_commands()


def test_it_has_at_most_120_lines():
    assert len(README.splitlines()) <= 120


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_a_page_names_exists(page):
    text = page.read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.-]+/[\w./-]*)[^`]*`", text)) - MAY_BE_MISSING
    inside = [path for path in named if path.split("/")[0] in ROOMS]
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", text)

    assert [path for path in inside if not (BASE_DIR / path).exists()] == []
    assert [path for path in linked if not (page.parent / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page):
    named = set(re.findall(r"manage\.py (\w+)", page.read_text(encoding="utf-8")))

    assert named - get_commands().keys() == set()


def test_the_map_names_every_room_of_the_house():
    assert [room for room in sorted(ROOMS) if f"`{room}/" not in README] == []


def test_the_map_leads_to_every_page():
    pages = {f"docs/{page.name}" for page in PAGES[1:]}

    assert pages - set(re.findall(r"\]\(([^)#]+)", README)) == set()
