"""Programs that the backup runs: age, and MariaDB's own."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO

from config.operations.backup.errors import BackupError


@contextmanager
def running(
    command: Sequence[str],
    *,
    package: str,
    output: IO[bytes] | None = None,
    is_read: bool = False,
    environment: Mapping[str, str] | None = None,
) -> Iterator[IO[bytes]]:
    """What a program reads, or with `is_read` what it writes; it ends with the block.

    It is given this environment and nothing of the shop's, which may hold secrets.
    `output` is the file that it writes to, `package` Debian's, for whom it is missing.
    Raises BackupError with what it says when it fails.
    """
    name = command[0]
    path = shutil.which(name)
    if path is None:
        raise BackupError(f"{name} is not installed: `apt install {package}`.")
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603  (a program of ours, never a shell)
            [path, *command[1:]],
            stdin=subprocess.DEVNULL if is_read else subprocess.PIPE,
            stdout=subprocess.PIPE if is_read else output or subprocess.DEVNULL,
            stderr=errors,
            env=dict(environment or {}),
        )
        pipe = process.stdout or process.stdin
        assert pipe is not None  # noqa: S101  (for the types)
        broken: BrokenPipeError | None = None
        try:
            yield pipe
        except BrokenPipeError as error:
            # It ended early; it says itself why.
            broken = error
        except BaseException:
            process.kill()
            raise
        finally:
            with suppress(BrokenPipeError):
                pipe.close()
            process.wait()
        if process.returncode or broken:
            errors.seek(0)
            told = errors.read().decode("utf-8", "replace").strip().splitlines()
            reason = told[0] if told else f"exit code {process.returncode}"
            raise BackupError(f"{name} failed: {reason}") from broken
