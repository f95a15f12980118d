"""`bin/bootstrap` as it is typed: it asks once for what is missing, and says what to do next."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import BASE_DIR

# Answers as dpkg-query does of a package that is installed; of one in $MISSING it fails.
DPKG = 'for last; do true; done; case " $MISSING " in *" $last "*) exit 1;; esac; printf installed'
READY = (
    "Ready: bin/serve is a running shop, bin/test the tests, bin/check the checks.\n"
    "docs/development.md has the rest.\n"
)


@pytest.fixture
def fresh(tmp_path: Path) -> Path:
    """A checkout whose `.venv` is complete, on a machine whose programs tell what they did."""
    for name in ("bin", "requirements"):
        shutil.copytree(BASE_DIR / name, tmp_path / name)
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    real = Path(sys.executable).resolve()
    (venv / ".made").write_text(f"{tmp_path}\n{real}\n\n")
    (venv / ".installed").mkdir()
    for name in ("base", "dev", "mysql"):
        shutil.copy(tmp_path / "requirements" / f"{name}.txt", venv / ".installed")
    told = f'echo "${{0##*/}} $*" >>{tmp_path}/did'
    program(venv / "bin" / "pre-commit", told)
    program(tmp_path / "fakes" / "apt-get", told)
    program(tmp_path / "fakes" / "sudo", 'exec "$@"')
    program(tmp_path / "fakes" / "dpkg-query", DPKG)
    (tmp_path / "did").touch()
    return tmp_path


def program(path: Path, script: str) -> None:
    """A program that a shell runs."""
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def bootstrap(fresh: Path, *arguments: str, missing: str = "") -> subprocess.CompletedProcess[str]:
    """Type it, from another folder."""
    return subprocess.run(  # noqa: S603
        [fresh / "bin" / "bootstrap", *arguments],
        cwd="/",
        env={"PATH": f"{fresh}/fakes:{os.environ['PATH']}", "MISSING": missing},
        capture_output=True,
        text=True,
        check=False,
    )


def did(fresh: Path) -> list[str]:
    """What the programs were told."""
    return (fresh / "did").read_text().splitlines()


def test_a_machine_that_has_everything_is_left_as_it_is(fresh: Path):
    done = bootstrap(fresh)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", READY)
    assert did(fresh) == []


def test_what_is_missing_is_installed_at_once_and_nothing_else(fresh: Path):
    done = bootstrap(fresh, missing="chromium redis-server")
    assert done.returncode == 0
    assert done.stderr == f"Installing redis-server chromium from Debian's packages.\n{READY}"
    assert did(fresh) == [
        "apt-get install -y -qq --no-install-recommends redis-server chromium",
    ]


def test_what_cannot_be_installed_is_told(fresh: Path):
    program(fresh / "fakes" / "apt-get", "exit 100")
    done = bootstrap(fresh, missing="chromium")
    assert done.returncode == 1
    assert "Run `apt-get install chromium` as root and start again" in done.stderr
    assert READY not in done.stderr


def test_the_checks_run_before_each_commit_where_that_is_asked_for(fresh: Path):
    assert bootstrap(fresh, "--hook").returncode == 0
    assert did(fresh) == ["pre-commit install"]


def test_an_argument_that_it_does_not_know_is_refused(fresh: Path):
    done = bootstrap(fresh, "--all", missing="chromium")
    assert (done.returncode, done.stderr) == (1, "bin/bootstrap takes no argument but --hook.\n")
    assert did(fresh) == []


def test_it_installs_what_any_of_our_programs_would():
    """bin/test.d/docker and the others, each alone, would ask for these one by one."""
    (listed,) = re.findall(
        r"^PACKAGES=\(\n(.*?)^\)", (BASE_DIR / "bin" / "bootstrap").read_text(), re.S | re.M
    )
    programs = [path for path in (BASE_DIR / "bin").rglob("*") if path.is_file()]
    asked = set()
    for path in [*programs, BASE_DIR / ".ci" / "run"]:
        if path.suffix != ".pyc":
            asked |= set(re.findall(r"install_debian((?: [a-z0-9.-]+)+)", path.read_text()))
    packages = {package for names in asked for package in names.split()}
    assert packages >= {"chromium", "nginx-light", "mariadb-server"}
    assert packages <= set(listed.split())
