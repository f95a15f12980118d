"""Encryption, full disks and programs that fail: nothing half is left, no secret is shown."""

import sys
from pathlib import Path

import pytest

from tests.drills.shop import Shop

HEADER = b"age-encryption.org/v1\n"
# In blocks of 1024 bytes: far less than a backup of the demonstration.
FULL = 'ulimit -f 16; exec "$@"'
# Writes down what it was called with, then is the program of its name.
SPY = '#!/bin/bash\nprintf "%s\\n" "$0 $*" >>"{log}"\nPATH=${{PATH#*:}} exec "{program}" "$@"\n'
HALF = '#!/bin/bash\n"{program}" "$@" 2>/dev/null | head -c 20000\n'
BREAKS_OFF = HALF + 'echo "Lost connection" >&2\nexit 2\n'


@pytest.fixture
def encrypted(shop: Shop, keys: tuple[str, Path]) -> Path:
    """A backup for the owner of the key."""
    return shop.backup(BACKUP_AGE_RECIPIENTS=keys[0])


def in_front(folder: Path, text: str, *names: str) -> str:
    """A PATH on which these programs are found as this script."""
    folder.mkdir()
    for name in names:
        program = folder / name
        program.write_text(text.format(log=folder / "calls", program=f"/usr/bin/{name}"))
        program.chmod(0o700)
    return f"{folder}:/usr/bin:/bin"


def test_only_the_private_key_opens_an_encrypted_backup(
    shop: Shop, encrypted: Path, keys: tuple[str, Path], tmp_path: Path
):
    assert encrypted.name.endswith(".zip.age")
    assert encrypted.read_bytes().startswith(HEADER)
    assert b"manifest.json" not in encrypted.read_bytes()
    told = shop.manage("verify_backup", str(encrypted), BACKUP_AGE_IDENTITY_FILE=str(keys[1]))
    assert told.startswith(f"{encrypted} is whole: ")

    other = tmp_path / "other.key"
    shop.run("age-keygen", "-o", str(other))
    told = shop.refusal("verify_backup", str(encrypted), BACKUP_AGE_IDENTITY_FILE=str(other))
    assert told == ("age failed: age: error: no identity matched any of the recipients")


def test_an_encrypted_backup_that_was_cut_short_or_tampered_with_is_refused(
    shop: Shop, encrypted: Path, keys: tuple[str, Path], tmp_path: Path
):
    whole = encrypted.read_bytes()
    middle = len(whole) // 2
    broken = tmp_path / "broken.zip.age"
    for content in (
        whole[:middle],
        whole[:-1],
        whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
    ):
        broken.write_bytes(content)
        told = shop.refusal("verify_backup", str(broken), BACKUP_AGE_IDENTITY_FILE=str(keys[1]))
        assert told.startswith("age failed: age: error: ")


def test_a_public_key_that_is_none_is_told_and_nothing_is_written(shop: Shop, backup: Path):
    before = shop.left()
    told = shop.refusal("backup", BACKUP_AGE_RECIPIENTS="age1nobody")
    assert told.startswith("No backup was made: age failed: age: error: ")
    assert shop.left() == before


def test_no_command_line_shows_a_password_or_a_private_key(
    shop: Shop, keys: tuple[str, Path], tmp_path: Path
):
    path = in_front(tmp_path / "spies", SPY, "age", "mariadb", "mariadb-dump")
    backup = shop.backup(PATH=path, BACKUP_AGE_RECIPIENTS=keys[0])
    shop.manage("verify_backup", str(backup), PATH=path, BACKUP_AGE_IDENTITY_FILE=str(keys[1]))
    calls = (tmp_path / "spies" / "calls").read_text()
    assert [line.split()[0].rpartition("/")[2] for line in calls.splitlines()] == [
        "age",
        "mariadb-dump",
        "age",
        "mariadb",
    ]
    assert shop.url.password
    assert shop.url.password not in calls
    assert "AGE-SECRET-KEY" not in calls


@pytest.mark.parametrize("is_encrypted", [False, True], ids=["plain", "encrypted"])
def test_a_full_disk_leaves_nothing_half(
    shop: Shop, backup: Path, keys: tuple[str, Path], is_encrypted: bool
):
    before = shop.left()
    recipients = keys[0] if is_encrypted else ""
    command = (sys.executable, "manage.py", "backup")
    done = shop.run("bash", "-c", FULL, "bash", *command, BACKUP_AGE_RECIPIENTS=recipients)
    assert done.returncode == 1
    assert done.stderr.startswith("CommandError: No backup was made: ")
    assert shop.left() == before


@pytest.mark.parametrize(
    ("program", "told"),
    [
        (BREAKS_OFF, "mariadb-dump failed: Lost connection"),
        (HALF, "The dump ends before its end."),
    ],
    ids=["breaks off", "ends early"],
)
def test_half_a_dump_is_no_backup(
    shop: Shop, backup: Path, tmp_path: Path, program: str, told: str
):
    before = shop.left()
    path = in_front(tmp_path / "broken", program, "mariadb-dump")
    assert shop.refusal("backup", PATH=path) == f"No backup was made: {told}"
    assert shop.left() == before
