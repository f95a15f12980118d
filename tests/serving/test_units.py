"""The units of systemd: in order by its own judgement, hardened, and true of this code."""

import os
import re
import socket
import subprocess
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import get_commands

from config.env import BASE_DIR
from config.variables import VARIABLES
from tests.processes import PATIENCE_SECONDS, run
from tests.serving.machine import DEPLOY, Instance

UNITS = sorted(path for path in (DEPLOY / "systemd").iterdir() if path.suffix != ".env")
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
# What `systemd-analyze security` calls the exposure, in tenths: 100 is a service that may all.
MOST_EXPOSED = 30


def names(paths: list[Path]) -> list[str]:
    return [path.name for path in paths]


def text_of(unit: Path) -> str:
    """A unit without its comments."""
    return re.sub(r"^#.*\n", "", unit.read_text(), flags=re.MULTILINE)


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units in a folder of their own, the code where it lies here."""
    for unit in UNITS:
        text = unit.read_text().replace("/opt/roundtrip", str(BASE_DIR))
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def test_systemd_reads_every_unit_without_a_complaint(installed: Path):
    instances = [unit.name.replace("@", "@8001") for unit in UNITS]
    search = {"SYSTEMD_UNIT_PATH": f"{installed}:", "PATH": os.environ["PATH"]}
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *instances],
        env=search, cwd=installed, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES, ids=names(SERVICES))
def test_every_service_is_hardened(service: Path):
    run(
        *("/usr/bin/systemd-analyze", "security", "--offline=true"),
        *(f"--threshold={MOST_EXPOSED}", str(service)),
    )


@pytest.mark.parametrize("service", SERVICES, ids=names(SERVICES))
def test_every_command_of_a_service_is_there(service: Path):
    commands = re.findall(r"^Exec\w+=(?!/bin/)(.*)$", text_of(service), flags=re.MULTILINE)
    assert commands
    for command in commands:
        program, *arguments = command.split()
        assert program == "/opt/roundtrip/.venv/bin/python"
        if arguments[0] == "manage.py":
            assert arguments[1] in get_commands()
        else:
            config = BASE_DIR / "config" / "gunicorn.py"
            told = f"-m gunicorn --config {config.relative_to(BASE_DIR)} config.wsgi"
            assert " ".join(arguments) == told
            assert config.exists()


@pytest.mark.parametrize("unit", UNITS, ids=names(UNITS))
def test_every_unit_that_one_names_is_there(unit: Path):
    named = set(re.findall(r"roundtrip[\w@%-]*\.(?:socket|service|timer|target)", text_of(unit)))
    assert {name.replace("%i", "") for name in named} <= set(names(UNITS))


def test_every_setting_of_the_example_is_one():
    example = (DEPLOY / "systemd" / "roundtrip.env").read_text()
    assert set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE)) <= set(VARIABLES)


def test_systemd_is_told_when_the_service_is_ready(
    instances: list[Instance], tmp_path: Path, transactional_db: Any
):
    # An abstract address, as systemd uses too: the path of a socket may not be as long as
    # that of a test's folder.
    address = f"@roundtrip-{uuid.uuid4().hex}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(address.replace("@", "\0"))
        listener.settimeout(PATIENCE_SECONDS)
        instances[0].stop()
        notified = Instance(instances[0].environment | {"NOTIFY_SOCKET": address}, tmp_path)
        notified.start()
        try:
            assert b"READY=1" in listener.recv(4096)
        finally:
            notified.stop()
