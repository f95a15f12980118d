"""The form of a backup: a zip file that its own manifest vouches for.

It is written from its first byte to its last, so that it can go through a pipe, and any
`unzip` opens it. Its manifest comes last, with the SHA-256 of every other member, and is
signed with the shop's SECRET_KEY.
"""

import csv
import hashlib
import io
import json
import shutil
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from config.operations.backup import age
from config.operations.backup.errors import BackupError
from config.operations.backup.figures import Figures, LastTrack

FORMAT = 1
MANIFEST, SIGNATURE, LAST_TRACKS = "manifest.json", "manifest.json.hmac", "last_tracks.csv"
_ZIP_HEADER = b"PK\x03\x04"
# What reading a zip file raises that is none, or no longer.
_DAMAGE = (
    *(BadZipFile, EOFError, KeyError, OSError, RuntimeError, ValueError),
    *(struct.error, zlib.error),
)
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `members` has the SHA-256 of each by its name.

    `engine` is Django's word for the kind of database, `collation` that database's own,
    `version` the shop's.
    """

    format: int
    version: str
    engine: str
    collation: str
    created_at: str
    figures: Figures
    members: dict[str, str]


class ArchiveWriter:
    """A backup being written."""

    def __init__(self, zipped: ZipFile) -> None:
        self._zip = zipped
        self._members: dict[str, str] = {}

    @contextmanager
    def member(self, name: str) -> Iterator["Hashed"]:
        """The next member, to be written to."""
        with self._zip.open(name, "w", force_zip64=True) as file:
            hashed = Hashed(file)
            yield hashed
        self._members[name] = hashed.digest.hexdigest()

    def add_last_tracks(self, tracks: Iterable[LastTrack]) -> None:
        """Add each order's newest track, a line each."""
        with self.member(LAST_TRACKS) as member:
            for track in tracks:
                line = io.StringIO()
                csv.writer(line).writerow(track)
                member.write(line.getvalue().encode())

    def add_manifest(self, **facts: Any) -> Manifest:
        """Add what vouches for all the rest, as the last."""
        manifest = Manifest(format=FORMAT, members=self._members, **facts)
        text = json.dumps(asdict(manifest), indent=1).encode()
        self._zip.writestr(MANIFEST, text)
        self._zip.writestr(SIGNATURE, _signature(text))
        return manifest


class Hashed:
    """A stream that knows the SHA-256 of what went through it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        """Hand the bytes on."""
        self.digest.update(data)
        return self._file.write(data)


class Archive:
    """A backup that was found to be whole."""

    def __init__(self, zipped: ZipFile, manifest: Manifest) -> None:
        self._zip = zipped
        self.manifest = manifest

    def extract(self, name: str, target: IO[bytes]) -> None:
        """Write a member to a stream."""
        with self._zip.open(name) as member:
            shutil.copyfileobj(member, target, _CHUNK)

    def last_tracks(self) -> Iterator[LastTrack]:
        """Each order's newest track, in the order of the orders' ids."""
        with self._zip.open(LAST_TRACKS) as member:
            for order, seq, *rest in csv.reader(io.TextIOWrapper(member, "utf-8", newline="")):
                yield LastTrack(int(order), int(seq), *rest)


@contextmanager
def writing(file: IO[bytes]) -> Iterator[ArchiveWriter]:
    """Write a backup into a file, encrypted for whoever BACKUP_AGE_RECIPIENTS names."""
    recipients = settings.BACKUP_AGE_RECIPIENTS
    with ExitStack() as stack:
        stream = stack.enter_context(age.encrypted(file, recipients)) if recipients else file
        yield ArchiveWriter(stack.enter_context(ZipFile(stream, "w", ZIP_DEFLATED)))


@contextmanager
def reading(path: Path, *, is_signed: bool = True) -> Iterator[Archive]:
    """Open a backup of which every byte was looked at; raises BackupError for any other file.

    Without `is_signed` the manifest may be signed with another SECRET_KEY, or changed.
    """
    with ExitStack() as stack:
        try:
            file: IO[bytes] = stack.enter_context(path.open("rb"))
        except OSError as error:
            raise BackupError(f"{path} cannot be read: {error.strerror}.") from error
        if file.read(len(age.HEADER)) == age.HEADER:
            file = stack.enter_context(age.decrypted(path, settings.BACKUP_AGE_IDENTITY))
        file.seek(0)
        is_zip = file.read(len(_ZIP_HEADER)) == _ZIP_HEADER
        try:
            zipped = stack.enter_context(ZipFile(file))
            manifest = _manifest_of(zipped, path, is_signed=is_signed)
            damaged = [
                name for name, sha256 in manifest.members.items() if _sha256(zipped, name) != sha256
            ]
        except _DAMAGE as error:
            what = "is cut short or damaged" if is_zip else "is no backup of Roundtrip"
            raise BackupError(f"{path} {what}.") from error
        if damaged:
            raise BackupError(f"{path} is damaged: {damaged[0]} is not as its manifest says.")
        yield Archive(zipped, manifest)


def _manifest_of(zipped: ZipFile, path: Path, *, is_signed: bool) -> Manifest:
    if MANIFEST not in zipped.namelist():
        raise BackupError(f"{path} is no backup of Roundtrip.")
    text = zipped.read(MANIFEST)
    if is_signed and not constant_time_compare(zipped.read(SIGNATURE), _signature(text)):
        raise BackupError(
            f"{path} was changed since, or made with another SECRET_KEY. If you know that it "
            "is right, give --other-secret-key."
        )
    try:
        facts = json.loads(text)
        if facts["format"] > FORMAT:
            raise BackupError(
                f"{path} is of a newer Roundtrip ({facts['version']}): restore it with that one."
            )
        return Manifest(**facts | {"figures": Figures(**facts["figures"])})
    except (ValueError, TypeError) as error:
        raise BackupError(f"{path} is no backup of Roundtrip.") from error


def _sha256(zipped: ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with zipped.open(name) as member:
        while chunk := member.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _signature(text: bytes) -> bytes:
    salt = "config.operations.backup"
    return salted_hmac(salt, text, algorithm="sha256").hexdigest().encode()
