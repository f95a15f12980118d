"""`bin/serve` as it is typed: it serves, it ends, and it says in a sentence what is missing."""

import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from config.env import BASE_DIR
from tests.processes import ENV, PATIENCE_SECONDS, free_port

SERVE = BASE_DIR / "bin/serve"


class Shop:
    """A shop while it is served, from another folder than the project's."""

    def __init__(self, folder: Path) -> None:
        self.env = ENV | {"PORT": str(free_port()), "VAR_DIR": str(folder)}
        self.url = f"http://127.0.0.1:{self.env['PORT']}"
        self._printed = folder / "printed"
        with self._printed.open("w") as printed:
            self.process: subprocess.Popen[str] = subprocess.Popen(  # noqa: S603  (our own)
                [SERVE],
                cwd=folder,
                env=self.env,
                stdout=printed,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
        self._wait()
        self.health = httpx.get(f"{self.url}/healthz", timeout=PATIENCE_SECONDS)

    def _wait(self) -> None:
        """Read its log until the server listens; from then on calls wait for its worker."""
        assert self.process.stderr is not None
        lines = []
        for line in self.process.stderr:
            lines.append(line)
            if "Listening at" in line:
                return
        pytest.fail(f"bin/serve ended: {''.join(lines)}")

    @property
    def printed(self) -> str:
        """What it has told the newcomer."""
        return self._printed.read_text()

    def interrupt(self) -> tuple[int, str]:
        """Press Ctrl-C; answer the exit code and the rest of the log."""
        os.killpg(self.process.pid, signal.SIGINT)
        _printed, logged = self.process.communicate(timeout=PATIENCE_SECONDS)
        return self.process.returncode, logged


@contextmanager
def serving(folder: Path) -> Iterator[Shop]:
    shop = Shop(folder)
    try:
        yield shop
    finally:
        if shop.process.poll() is None:
            os.killpg(shop.process.pid, signal.SIGKILL)
            shop.process.communicate()


def sign_ins(printed: str) -> list[str]:
    """The lines that say who can sign in, and by what."""
    table = printed.split("Sign in")[1].split("\n\n", maxsplit=1)[0]
    return table.splitlines()[1:]


def test_a_newcomer_is_served_does_the_main_job_ends_it_and_comes_back(tmp_path: Path) -> None:
    with serving(tmp_path) as shop:
        assert shop.health.json() == {"status": "ok", "db": "ok", "cache": "ok"}
        known = sign_ins(shop.printed)
        roles = [line.split()[0] for line in known]
        assert (roles[0], set(roles)) == ("admin", {"admin", "worker", "customer"})
        for url in re.findall(r"http://\S+", shop.printed):
            assert httpx.get(url, follow_redirects=True).status_code == 200
        trip = subprocess.run(
            [sys.executable, "manage.py", "roundtrip"],
            cwd=BASE_DIR,
            env=ENV | {"VAR_DIR": str(tmp_path)},
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        assert (trip.returncode, trip.stderr) == (0, "")
        assert trip.stdout.startswith(f"A round trip at {shop.url}\n")
        exit_code, logged = shop.interrupt()
        assert exit_code == 0
        assert "Traceback" not in logged

    worked_before = processor_seconds()
    with serving(tmp_path) as shop:
        assert shop.health.status_code == 200
        assert sign_ins(shop.printed) == known
        shop.interrupt()
    assert processor_seconds() - worked_before < 3


def processor_seconds() -> float:
    """What ended children of this test have worked.

    A start waits for nothing, so on a machine of its own it takes no longer than that.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def refused(command: Path = SERVE, *arguments: str, **env: str) -> str:
    """The one line that a start which is refused says."""
    ended = subprocess.run(  # noqa: S603  (our own command)
        [command, *arguments],
        env=ENV | env,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    return line


def test_a_taken_port_is_told_with_another_to_choose() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert refused(PORT=str(port)) == (
            f"Port {port} is taken: end what listens there, "
            f"or choose another: PORT={port % 65535 + 1} bin/serve"
        )


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1", "80.5"])
def test_what_is_no_port_is_told(port: str) -> None:
    assert refused(PORT=port) == f"PORT={port} is no port: choose a number from 1 to 65535."


def test_an_address_that_is_not_this_machines_is_told() -> None:
    assert refused(BIND="192.0.2.1:8000") == (
        "192.0.2.1:8000 cannot be listened on (Cannot assign requested address): "
        "choose another PORT."
    )


def test_it_takes_no_arguments() -> None:
    assert refused(SERVE, "--port", "8001") == (
        "bin/serve takes no arguments: set PORT, DATABASE_URL and the rest "
        "by environment or in .env."
    )


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """The project's commands on a machine where nothing is installed yet."""
    for name in ("bin", "requirements"):
        shutil.copytree(BASE_DIR / name, tmp_path / name)
    return tmp_path


def program(script: str, path: Path) -> str:
    """A program that a shell runs."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def python_after(change: str, folder: Path) -> str:
    """This Python, as it is after a change of itself."""
    code = f"import sys, importlib.util; {change}; exec(sys.argv[1])"
    return program(f"exec {sys.executable} -c '{code}' \"$2\"", folder / "python")


def without_python(folder: Path) -> str:
    """A PATH on which no Python runs."""
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        program("exit 127", folder / name)
    return f"{folder}:{ENV['PATH']}"


PRESENT = "{}.{}".format(*sys.version_info)
SENTENCES: dict[str, tuple[Callable[[Path], dict[str, str]], str]] = {
    "too old": (
        lambda fakes: {"PYTHON": python_after("sys.version_info = (3, 9, 2)", fakes)},
        "Python 3.9 is too old: install Python 3.11 or newer, "
        "or name one with PYTHON=/path/to/python3.",
    ),
    "no venv module": (
        lambda fakes: {"PYTHON": python_after("importlib.util.find_spec = lambda _: None", fakes)},
        f"Python {PRESENT} has no venv module: "
        f"run `apt install python{PRESENT}-venv` and start again.",
    ),
    "does not run": (
        lambda fakes: {"PYTHON": "/no/such/python"},
        "PYTHON=/no/such/python does not run: name a Python 3.11 or newer.",
    ),
    "none at all": (
        lambda fakes: {"PATH": without_python(fakes)},
        "No Python was found: install Python 3.11 or newer "
        "(Debian: `apt install python3 python3-venv`) and start again.",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_a_python_that_will_not_do_is_told_and_nothing_is_made(fresh: Path, case: str) -> None:
    env_with, sentence = SENTENCES[case]
    assert refused(fresh / "bin/serve", **env_with(fresh / "fakes")) == sentence
    assert not (fresh / ".venv").exists()
