"""Encryption with age (https://age-encryption.org/v1), by its own program."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.operations.backup.errors import NoPrivateKeyError
from config.operations.backup.programs import running

HEADER = b"age-encryption.org/v1\n"


@contextmanager
def encrypted(file: IO[bytes], recipients: list[str]) -> Iterator[IO[bytes]]:
    """A stream of which the file gets what only the owners of these public keys can read."""
    keys = [argument for key in recipients for argument in ("--recipient", key)]
    command = ["age", "--encrypt", *keys]
    with running(command, package="age", output=file) as stream:
        yield stream


@contextmanager
def decrypted(path: Path, identity: str) -> Iterator[IO[bytes]]:
    """What a private key opens, in a file without a name that goes when it is closed."""
    if not identity:
        raise NoPrivateKeyError(
            f"{path} is encrypted: name the file of the private key with BACKUP_AGE_IDENTITY_FILE."
        )
    with tempfile.TemporaryFile() as plain:
        # The key comes by the standard input: a command line could be seen by everybody.
        command = ["age", "--decrypt", "--identity", "-", str(path.resolve())]
        with running(command, package="age", output=plain) as stream:
            stream.write(identity.encode())
        plain.seek(0)
        yield plain
