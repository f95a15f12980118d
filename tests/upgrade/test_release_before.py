"""The release before this code serves on the schema of this code: so an upgrade needs no pause.

That release is the newest tag `v...` in the history of this checkout; where there is no tag, the
commit in `deploy/RELEASE`. A checkout that has neither cannot show it, and fails.
"""

import subprocess
import sys
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest

from config.env import BASE_DIR
from tests.processes import ENV, PATIENCE_SECONDS, run
from tests.server import Server, serving

RELEASE = BASE_DIR / "deploy/RELEASE"
REQUIREMENTS = "requirements/base.txt"
MISSING = (
    "This checkout lacks the release before it: `git fetch --tags --unshallow`, or name a commit "
    "that is there in deploy/RELEASE."
)


def git(*arguments: str) -> bytes | None:
    """What git answers; None where it has nothing to answer."""
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=BASE_DIR, capture_output=True, check=False)  # noqa: S603
    return done.stdout if done.returncode == 0 else None


def commit_before() -> str:
    """The commit of the release before this code; fails the test where there is none here."""
    tag = git("describe", "--tags", "--abbrev=0", "--match", "v[0-9]*")
    name = tag.decode().strip() if tag is not None else RELEASE.read_text().strip()
    found = git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
    if found is None:
        pytest.fail(MISSING)
    return found.decode().strip()


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the release before, in a folder of its own."""
    archive = git("archive", commit_before())
    assert archive is not None
    folder = tmp_path_factory.mktemp("release")
    with tarfile.open(fileobj=BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    return folder


@pytest.fixture(scope="module")
def python(release: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A Python with what that release needs: this one, unless the lists differ."""
    if (release / REQUIREMENTS).read_text() == (BASE_DIR / REQUIREMENTS).read_text():
        return sys.executable
    folder = tmp_path_factory.mktemp("venv")
    output_of(sys.executable, "-m", "venv", str(folder), cwd=release)
    python = str(folder / "bin/python")
    install = ("-m", "pip", "install", "--quiet", "--require-hashes", "--requirement")
    output_of(python, *install, REQUIREMENTS, cwd=release)
    return python


def output_of(*command: str, cwd: Path, **env: str) -> str:
    return run(*command, cwd=cwd, env=ENV | env, timeout=10 * PATIENCE_SECONDS).stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose database this code has migrated and filled."""
    folder = tmp_path_factory.mktemp("shop")
    output_of(sys.executable, "manage.py", "prepare_demo", cwd=BASE_DIR, VAR_DIR=str(folder))
    return folder


@pytest.fixture(scope="module")
def before(release: Path, python: str, folder: Path) -> Iterator[Server]:
    """The release before, serving that shop."""
    with serving(folder, code=release, python=python) as server:
        yield server


def round_trip(server: Server, folder: Path, *, code: Path, python: str) -> str:
    command = (python, "manage.py", "roundtrip", "--base-url", server.url)
    return output_of(*command, cwd=code, VAR_DIR=str(folder))


def test_the_release_before_does_the_main_job_on_the_schema_of_this_code(
    before: Server, release: Path, python: str, folder: Path
) -> None:
    told = round_trip(before, folder, code=release, python=python)
    assert told.startswith(f"A round trip at {before.url}\n")


def test_both_serve_one_database_at_the_same_time(
    before: Server, release: Path, python: str, folder: Path
) -> None:
    with serving(folder) as server:
        for one in (server, before, server):
            round_trip(one, folder, code=BASE_DIR, python=sys.executable)
        round_trip(before, folder, code=release, python=python)


def test_what_the_release_before_wrote_is_in_order_for_this_code(
    before: Server, release: Path, python: str, folder: Path
) -> None:
    round_trip(before, folder, code=release, python=python)
    found = output_of(sys.executable, "manage.py", "verify_data", cwd=BASE_DIR, VAR_DIR=str(folder))
    assert found.endswith(" rows: 0 faults, 0 of them mended.\n")


def test_a_checkout_without_the_release_fails_and_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shallow = tmp_path / "RELEASE"
    shallow.write_text("f" * 40)
    monkeypatch.setattr(f"{__name__}.RELEASE", shallow)
    monkeypatch.setattr(f"{__name__}.git", lambda *_arguments: None)
    with pytest.raises(pytest.fail.Exception, match="git fetch --tags --unshallow"):
        commit_before()
