"""An instance on a unix socket: nginx has no address there, and guests are told apart."""

import socket
import tempfile
import uuid
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.processes import PATIENCE_SECONDS
from tests.serving.machine import NAME, Instance


class OnSocket(Instance):
    """One that listens on a unix socket."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.path = str(folder / "web.sock")
        super().__init__(environment | {"BIND": f"unix:{self.path}"}, folder)

    def status(self, path: str, **headers: str) -> int:
        """Ask as nginx would."""
        connection = HTTPConnection("localhost", timeout=PATIENCE_SECONDS)
        connection.sock = socket.socket(socket.AF_UNIX)
        try:
            connection.sock.connect(self.path)
            connection.request("GET", path, headers={"Host": NAME} | headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def pings(self) -> bool:
        """Whether it answers a call."""
        try:
            return self.status("/ping") == 200
        except OSError:
            return False


@pytest.fixture
def on_socket(instances: list[Instance], transactional_db: Any) -> Iterator[OnSocket]:
    """With two anonymous calls an hour for each address."""
    own = {"RATELIMIT_DEFAULT": "2/h", "CACHE_KEY_PREFIX": uuid.uuid4().hex}
    # Not a test's own folder: the path of a socket may not be that long.
    with tempfile.TemporaryDirectory() as folder:
        instance = OnSocket(instances[0].environment | own, Path(folder))
        instance.start()
        try:
            yield instance
        finally:
            instance.stop()


def test_each_guest_has_a_limit_of_their_own(on_socket: OnSocket):
    def ask(address: str) -> int:
        forwarded = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https"}
        return on_socket.status("/api/v1/services", **forwarded)

    one, other = "198.51.100.1", "198.51.100.2"
    assert [ask(address) for address in (one, one, one, other)] == [200, 200, 429, 200]
