"""The form of a backup: whatever is not whole and the shop's own is refused."""

import json
import stat
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from config.operations.backup.age import HEADER
from config.operations.backup.archive import Archive, reading, writing
from config.operations.backup.errors import BackupError
from config.operations.backup.figures import Figures, LastTrack
from config.operations.backup.programs import running

TRACKS = [LastTrack(1, 2, "picked_up", "picked_up"), LastTrack(3, 1, 'a "b",\r\nc', "")]
DATA = bytes(range(256)) * 40


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A whole backup."""
    path = tmp_path / "backup.zip"
    with path.open("wb") as file, writing(file) as archive:
        with archive.member("dump.sql") as member:
            member.write(DATA)
        archive.add_last_tracks(TRACKS)
        archive.add_manifest(
            version="1.0.0",
            engine="mysql",
            collation="utf8mb4_general_ci",
            created_at="2026-11-28T12:00:00+00:00",
            figures=Figures({"orders_order": 2}, {"orders_order.total_cost": 1250}, ["orders.1"]),
        )
    return path


def read(path: Path) -> Archive:
    with reading(path) as archive:
        return archive


def refusal(path: Path) -> str:
    """Why a file is refused, without its name."""
    with pytest.raises(BackupError) as refused:
        read(path)
    told = str(refused.value)
    assert told.startswith(f"{path} ")
    return told.removeprefix(f"{path} ")


def test_what_was_written_is_read(path: Path, tmp_path: Path):
    with reading(path) as archive, (tmp_path / "data").open("wb") as target:
        archive.extract("dump.sql", target)
        assert list(archive.last_tracks()) == TRACKS
        assert archive.manifest.figures.money == {"orders_order.total_cost": 1250}
    assert (tmp_path / "data").read_bytes() == DATA


def test_any_unzip_opens_it(path: Path):
    with ZipFile(path) as zipped:
        assert zipped.namelist() == [
            "dump.sql",
            "last_tracks.csv",
            "manifest.json",
            "manifest.json.hmac",
        ]
        assert zipped.testzip() is None


def test_one_that_is_cut_short_is_refused_wherever_it_ends(path: Path):
    whole = path.read_bytes()
    for length in range(4, len(whole), 7):
        path.write_bytes(whole[:length])
        assert refusal(path) == "is cut short or damaged."


def test_one_in_which_a_byte_is_another_never_gives_other_data(path: Path):
    """Most are refused; a few bytes of a zip file say nothing of what is in it."""
    whole = path.read_bytes()
    unnoticed = 0
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x41]) + whole[place + 1 :])
        try:
            with reading(path) as archive:
                assert list(archive.last_tracks()) == TRACKS
                assert archive.manifest.figures.counts == {"orders_order": 2}
        except BackupError:
            continue
        unnoticed += 1
    assert unnoticed < len(whole) // 6


def rewritten(path: Path, **changes: bytes) -> None:
    """Write the backup anew with other members, checksums of the zip file right."""
    with ZipFile(path) as zipped:
        members = {name: zipped.read(name) for name in zipped.namelist()}
    with ZipFile(path, "w") as zipped:
        for name, content in (members | changes).items():
            zipped.writestr(name, content)


def test_data_that_was_tampered_with_is_refused(path: Path):
    rewritten(path, **{"dump.sql": DATA.replace(b"A", b"B")})
    assert refusal(path) == "is damaged: dump.sql is not as its manifest says."


def test_a_manifest_that_was_tampered_with_is_refused(path: Path):
    with ZipFile(path) as zipped:
        manifest: dict[str, Any] = json.loads(zipped.read("manifest.json"))
    manifest["figures"]["counts"]["orders_order"] = 1
    rewritten(path, **{"manifest.json": json.dumps(manifest).encode()})
    assert refusal(path) == (
        "was changed since, or made with another SECRET_KEY. If you know that it is right, "
        "give --other-secret-key."
    )


def test_a_manifest_without_a_signature_is_refused(path: Path):
    with ZipFile(path) as zipped:
        manifest = zipped.read("manifest.json")
    with ZipFile(path, "w") as zipped:
        zipped.writestr("manifest.json", manifest)
    assert refusal(path) == "is cut short or damaged."


def foreign_zip(path: Path) -> None:
    with ZipFile(path, "w") as zipped:
        zipped.writestr("holiday.jpg", b"sun")


@pytest.mark.parametrize(
    "write",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("-- MariaDB dump 10.19\n"),
        lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(4096)),
        foreign_zip,
    ],
    ids=["empty", "dump", "sqlite", "zip"],
)
def test_a_foreign_file_is_refused(path: Path, write: Any):
    write(path)
    assert refusal(path) == "is no backup of Roundtrip."


def test_a_file_that_is_not_there_is_told(tmp_path: Path):
    assert refusal(tmp_path / "none.zip") == "cannot be read: No such file or directory."


def test_an_encrypted_one_needs_the_private_key(path: Path):
    path.write_bytes(HEADER + path.read_bytes())
    assert refusal(path) == (
        "is encrypted: name the file of the private key with BACKUP_AGE_IDENTITY_FILE."
    )


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which alone programs are looked for."""
    folder = tmp_path / "programs"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def install(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(stat.S_IRWXU)


def test_a_program_that_is_missing_is_told_with_its_package(programs: Path):
    with (
        pytest.raises(BackupError, match=r"^age is not installed: `apt install age`\.$"),
        running(["age"], package="age"),
    ):
        pass


def test_a_program_that_fails_tells_why(programs: Path):
    install(programs, "age", "echo 'age: error: no keys' >&2; exit 1")
    with (
        pytest.raises(BackupError, match=r"^age failed: age: error: no keys$"),
        running(["age"], package="age"),
    ):
        pass


def test_a_program_gets_nothing_of_the_shops_environment(
    programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SECRET_KEY", "a-copper-kettle")
    install(programs, "tell", "export -p")
    with (
        (tmp_path / "told").open("wb") as told,
        running(["tell"], package="tell", output=told, environment={"MYSQL_PWD": "pass"}),
    ):
        pass
    assert "MYSQL_PWD" in (tmp_path / "told").read_text()
    assert "SECRET_KEY" not in (tmp_path / "told").read_text()
