"""A gunicorn of the project with more than one process, to count and to kill."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from prometheus_client.parser import text_string_to_metric_families

from config.env import BASE_DIR
from tests.processes import ENV, PATIENCE_SECONDS, free_port, wait_until

PROCESSES = 2


class Server:
    """A served shop with `PROCESSES` processes; `code` and `python` are those of a release."""

    def __init__(
        self, folder: Path, *, code: Path = BASE_DIR, python: str = sys.executable, **env: str
    ) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "server.log"
        more = {"PORT": str(port), "VAR_DIR": str(folder), "WEB_CONCURRENCY": str(PROCESSES)}
        command = [python, "-m", "gunicorn", "--config", "config/gunicorn.py"]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(  # noqa: S603  (our own)
                [*command, "config.wsgi"], cwd=code, env=ENV | more | env, stderr=log
            )
        wait_until(self.serves, "the server serves with all its processes")

    def serves(self) -> bool:
        """Whether every process has begun to serve."""
        assert self.process.poll() is None, self.log.read_text()
        try:
            httpx.get(f"{self.url}/ping", timeout=PATIENCE_SECONDS)
        except httpx.TransportError:
            return False
        return len(self.processes()) == PROCESSES

    def processes(self) -> set[int]:
        """The ids of the processes that serve."""
        main = self.process.pid
        children = Path(f"/proc/{main}/task/{main}/children").read_text()
        return {int(child) for child in children.split()}

    def ping(self, times: int) -> None:
        """Call it so often, each time by a new connection that any process may take."""
        for _time in range(times):
            assert httpx.get(f"{self.url}/ping", timeout=PATIENCE_SECONDS).status_code == 200

    def scrape(self) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
        """Every sample of `/metrics` by its name and labels."""
        response = httpx.get(f"{self.url}/metrics", timeout=PATIENCE_SECONDS)
        assert response.status_code == 200, response.text
        return {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(response.text)
            for sample in family.samples
        }

    def pings(self) -> float:
        """How many pings it says to have answered."""
        name = "django_http_responses_total_by_status_view_method_total"
        labels = {"status": "200", "view": "ping", "method": "GET"}
        return self.scrape()[name, frozenset(labels.items())]

    def files(self) -> list[Path]:
        """The files in which its processes count."""
        mapped = Path(f"/proc/{min(self.processes())}/maps").read_text()
        (folder,) = set(re.findall(r"(/\S+/roundtrip-metrics-[^/]+)/", mapped))
        return sorted(Path(folder).iterdir())

    def stop(self) -> None:
        """End it as systemd does."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(PATIENCE_SECONDS)


@contextmanager
def serving(folder: Path, **options: Any) -> Iterator[Server]:
    """A server that ends with the block."""
    server = Server(folder, **options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGQUIT)
            server.process.wait(PATIENCE_SECONDS)
