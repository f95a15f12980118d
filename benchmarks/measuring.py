"""What the benchmarks share: a database of their own, and a command that is measured."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import environ

MANAGE = (sys.executable, str(Path(__file__).resolve().parent.parent / "manage.py"))


@contextmanager
def mariadb(url: str, *, keep: bool = False) -> Iterator[bool]:
    """The database of this URL; whether it is new. Dropped in the end unless it is kept."""
    import MySQLdb

    settings = environ.Env.db_url_config(url)
    name = settings["NAME"]
    connection = MySQLdb.connect(
        host=settings["HOST"],
        port=int(settings["PORT"] or 3306),
        user=settings["USER"],
        password=settings["PASSWORD"] or "",
    )
    cursor = connection.cursor()
    is_there = cursor.execute("SHOW DATABASES LIKE %s", [name.replace("_", r"\_")])
    if is_there and not keep:
        sys.exit(f"The database {name} is there already: name another, or drop it.")
    if not is_there:
        cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
    try:
        yield not is_there
    finally:
        if not keep:
            cursor.execute(f"DROP DATABASE `{name}`")
        connection.close()


class Cost(NamedTuple):
    """What a command took: seconds, and the process's peak memory in MiB."""

    seconds: float
    mebibytes: float


def cost_of(*arguments: str, environment: Mapping[str, str]) -> Cost:
    """Run a command of `manage.py` in a process of its own; exits where it fails."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603
        [*MANAGE, *arguments], env=environment, stdout=subprocess.DEVNULL
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(arguments)} failed.")
    return Cost(seconds, usage.ru_maxrss / 1024)
