"""What Sentry is told of a crash, and what it is not."""

import gzip
import json
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from config.env import BASE_DIR

SECRET = "nWqQ2mZ7vT8yXk4LrP1sUw"
EMAIL = "asha@example.com"
# In a process of its own: the library changes Django for as long as that lives.
CRASH = f"""
import logging
from unittest.mock import patch
import django
django.setup()
from django.test import Client
fault = ValueError("Duplicate entry '{EMAIL}' for key 'email'")
with patch("django.db.connection.cursor", side_effect=fault):
    answer = Client(raise_request_exception=False).get(
        "/healthz?token={SECRET}",
        headers={{
            "Authorization": "Bearer {SECRET}",
            "Cookie": "sessionid={SECRET}",
            "X-Request-ID": "a-request-of-a-test",
        }},
    )
assert answer.status_code == 500
logging.getLogger("config.tests").error("The mail to %s failed.", "{EMAIL}")
logging.getLogger("config.tests").warning("Nothing to tell anybody.")
"""


class Sentry(BaseHTTPRequestHandler):
    """Keeps the events that it is sent."""

    events: list[Any] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        _envelope, header, *payload = body.split(b"\n")
        if json.loads(header)["type"] == "event":
            self.events.append(json.loads(payload[0]))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


def run(folder: Path, dsn: str) -> None:
    done = subprocess.run(  # noqa: S603  (our own)
        [sys.executable, "-W", "error", "-c", CRASH],
        cwd=BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "ENV_FILE": "/dev/null",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "VAR_DIR": str(folder),
            "SENTRY_DSN": dsn,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What a shop with SENTRY_DSN told after a crash, an error and a warning."""
    server = HTTPServer(("127.0.0.1", 0), Sentry)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        run(tmp_path_factory.mktemp("shop"), f"http://key@127.0.0.1:{server.server_port}/1")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    return Sentry.events


def test_a_crash_and_a_line_of_level_error_are_told_and_no_more(events: list[Any]) -> None:
    crash, line = events
    assert crash["exception"]["values"][-1]["type"] == "ValueError"
    assert line["logger"] == "config.tests"


def test_a_crash_is_told_with_its_route_and_the_request_id(events: list[Any]) -> None:
    crash = events[0]
    assert crash["transaction"] == "/healthz/"
    assert crash["tags"] == {"request_id": "a-request-of-a-test"}
    assert crash["environment"] == "development"


def test_nothing_secret_and_nobody_is_told(events: list[Any]) -> None:
    text = json.dumps(events)
    for secret in (SECRET, EMAIL, "127.0.0.1"):
        assert secret not in text
    crash, line = events
    assert crash["exception"]["values"][-1]["value"] == (
        "Duplicate entry '<email>' for key 'email'"
    )
    assert line["logentry"] == {"message": "The mail to %s failed."}
    assert not {"request", "user"} & {*crash, *line}


def test_without_a_dsn_nobody_is_told(tmp_path: Path) -> None:
    before = len(Sentry.events)
    run(tmp_path, "")
    assert len(Sentry.events) == before
