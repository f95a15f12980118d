"""What tests share that start the shop in processes of its own."""

import os
import socket
import subprocess
import time
from collections.abc import Callable
from typing import Any

# Nothing of what the operator of this machine has set.
ENV = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull}
# Rates that no test reaches.
WITHOUT_LIMITS = {
    f"RATELIMIT_{name}": "1000000/m"
    for name in (
        *("AUTH", "LOOKUP", "PUBLIC", "MAIL"),
        *("ORDERS", "ORDERS_CUSTOMERS", "ORDERS_STAFF"),
        *("DEFAULT", "DEFAULT_CUSTOMERS", "DEFAULT_STAFF"),
    )
}
PATIENCE_SECONDS = 60


def free_port() -> int:
    """A port on which nobody listens now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def answers(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(is_so: Callable[[], Any], what: str) -> None:
    """Ask again and again, for a bounded time, what another process brings about."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"In vain: {what}."
        time.sleep(0.05)


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """A program that ends by itself; fails the test where it fails."""
    options = {"timeout": 2 * PATIENCE_SECONDS} | options
    done = subprocess.run(  # noqa: S603  (our own commands)
        command, capture_output=True, text=True, check=False, **options
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done
