"""Debian's docker-compose reads the file as it is, and as an operator changes it."""

import os
import subprocess
from pathlib import Path
from typing import Any

import yaml

from config.env import BASE_DIR

FILE = BASE_DIR / "docker" / "compose.yaml"


def config(**environment: str) -> subprocess.CompletedProcess[str]:
    """What it makes of the file; no engine is asked."""
    return subprocess.run(  # noqa: S603
        ["/usr/bin/docker-compose", "--file", str(FILE), "config"],
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def services(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, Any] = yaml.safe_load(done.stdout)["services"]
    return found


def test_it_is_read_from_a_fresh_clone_without_a_complaint():
    found = services(config())
    assert found.keys() == yaml.safe_load(FILE.read_text())["services"].keys()
    assert found["web-1"]["environment"]["PUBLIC_URL"] == "https://localhost"
    assert found["web-1"]["build"] == {
        "context": str(BASE_DIR),
        "dockerfile": "docker/Dockerfile",
        "target": "shop",
    }


def test_the_operator_names_the_shop_and_its_ports():
    found = services(
        config(PUBLIC_URL="https://shop.example", ALLOWED_HOSTS="shop.example", HTTPS_PORT="8443")
    )
    for name in ("secrets", "web-1", "web-2", "mail"):
        assert found[name]["environment"]["PUBLIC_URL"] == "https://shop.example"
    assert found["web-2"]["environment"]["ALLOWED_HOSTS"] == "shop.example"
    assert [port["published"] for port in found["nginx"]["ports"]] == [80, 8443]


def test_it_would_notice_a_word_that_is_none(tmp_path: Path):
    broken = tmp_path / "compose.yaml"
    broken.write_text(FILE.read_text().replace("read_only:", "readonly:"))
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/docker-compose", "--file", str(broken), "config"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "readonly" in done.stderr
