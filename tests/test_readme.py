"""What the README says is so: its commands run, its paths are there."""

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
PLACEHOLDERS = "BASE=http://127.0.0.1:8000 WORKER=1 PIN=123456\n"


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


def test_every_other_command_is_there_to_be_run():
    commands = re.findall(r"^\$ (.*?)(?:\s+#.*)?$", "".join(blocks("console")), re.MULTILINE)

    assert commands == ["bin/serve", "bin/test", ".venv/bin/python manage.py roundtrip"]
    assert os.access(BASE_DIR / "bin/serve", os.X_OK)
    assert os.access(BASE_DIR / "bin/test", os.X_OK)
    assert "roundtrip" in get_commands()


def test_it_has_at_most_120_lines():
    assert len(README.splitlines()) <= 120


def test_every_path_in_it_exists():
    named = re.findall(r"`([\w.-]+/[\w./-]*)`", README)
    linked = re.findall(r"\]\(([^):]+)\)", README)

    assert "orders/lifecycle.py" in named
    assert "docs/development.md" in linked
    assert [path for path in [*named, *linked] if not (BASE_DIR / path).exists()] == []


def test_the_map_names_every_room_of_the_house():
    tracked = subprocess.run(
        ["git", "ls-files"],  # noqa: S607
        cwd=BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    rooms = {path.split("/")[0] for path in tracked.stdout.splitlines() if "/" in path}

    assert [room for room in sorted(rooms) if f"`{room}/" not in README] == []
