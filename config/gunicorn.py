"""How gunicorn serves Roundtrip; every number can be set by env."""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from config.env import env

bind = env("BIND")
workers = env("WEB_CONCURRENCY")
threads = env("WEB_THREADS")
worker_class = "gthread"

# No control socket: it would be written below the home directory, which may not exist.
control_socket_disable = True

timeout = env("WEB_TIMEOUT")
graceful_timeout = env("WEB_GRACEFUL_TIMEOUT")
# Longer than nginx keeps a connection to us idle: the one who closes first must be nginx, or
# a call could be sent into a connection that is just being closed.
keepalive = 75
# A process is replaced after so many calls, so that no slow leak grows for months; the
# jitter keeps them from being replaced all at once.
max_requests = env("WEB_MAX_REQUESTS")
max_requests_jitter = max_requests // 10
# gunicorn writes its heartbeat here; a disk would stall the workers.
_memory = "/dev/shm"  # noqa: S108
worker_tmp_dir = _memory if os.path.isdir(_memory) else None
# As much as gunicorn can take: its own refusals are HTML, nginx's are as the contract says.
limit_request_line = 8190
limit_request_fields = 32768
# The request's line is logged by the project, without what is secret in it.
accesslog = None
# Where processes count, in memory too: a file on a full disk would end who writes into it.
_METRICS = "roundtrip-metrics-"

_PROJECT = Path(__file__).resolve().parent.parent
_IS_PRODUCTION = env("ENVIRONMENT") == "production"

# What this process has loaded its workers would go on with after a reload, new code or not.
for _name in list(sys.modules):
    if _name.partition(".")[0] in {"config", "django", "environ"}:
        del sys.modules[_name]


def on_starting(server: Any) -> None:
    """Serve nobody with settings that a system check calls an error.

    In a process of its own, for the reason above. In development `prepare_demo` has asked
    already.
    """
    if _IS_PRODUCTION:
        _check_settings()
    _remove_metrics_of_killed_servers()
    prefix = f"{_METRICS}{os.getpid()}-"
    server.metrics = tempfile.mkdtemp(prefix=prefix, dir=worker_tmp_dir)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = server.metrics


def _check_settings() -> None:
    command = [sys.executable, "manage.py", "check", "--deploy"]
    tags = ["--tag", "settings", "--tag", "caches"]
    if subprocess.run([*command, *tags], cwd=_PROJECT, check=False).returncode:  # noqa: S603
        sys.exit(1)


def _remove_metrics_of_killed_servers() -> None:
    for left in Path(worker_tmp_dir or tempfile.gettempdir()).glob(f"{_METRICS}*-*"):
        try:
            os.kill(int(left.name.removeprefix(_METRICS).partition("-")[0]), 0)
        except ProcessLookupError:
            shutil.rmtree(left, ignore_errors=True)
        except (PermissionError, ValueError):
            continue  # Somebody else's.


def pre_fork(server: Any, worker: Any) -> None:
    """Give a worker the lowest number that no living one has."""
    taken = {other.number for other in server.WORKERS.values()}
    worker.number = next(number for number in itertools.count(1) if number not in taken)


def post_fork(server: Any, worker: Any) -> None:
    """Let a worker count on in the file of the one whose number it has taken over.

    By process ids, as the library would have it, each replaced worker would leave files that
    every scrape reads for ever.
    """
    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(lambda: worker.number)


def on_exit(server: Any) -> None:
    """Remove the metrics' files when the server ends."""
    shutil.rmtree(server.metrics, ignore_errors=True)
