"""What the tests of the outbox share: a template of their own, and mail servers."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def greeting(tmp_path: Path, settings: Any) -> None:
    """The template `greeting`, which says hello to `name`."""
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "greeting.subject").write_text("Hello {{ name }},\n {{ shop_name }} greets you\n")
    (folder / "greeting.txt").write_text("Dear {{ name }}: {{ public_url }}/hello\n")
    (folder / "greeting.html").write_text("<p>Dear {{ name }}</p>\n")
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path]}]


@pytest.fixture
def deaf_server(settings: Any) -> Iterator[None]:
    """A mail server that takes the connection and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
        settings.EMAIL_TIMEOUT = 0.1
        yield


@pytest.fixture
def absent_server(settings: Any) -> None:
    """A mail server that is not there: the port was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.getsockname()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
