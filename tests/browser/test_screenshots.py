"""The pictures of the documentation are taken by a command."""

import subprocess
from pathlib import Path

from config.env import BASE_DIR

PAGES = {
    "sign-in",
    "dashboard",
    "orders",
    "order",
    "services",
    "customers",
    "customer",
    "workers",
    "worker",
    "tracks",
    "counter",
    "walk-in",
}


def test_the_main_pages_are_shown_at_a_desk_and_on_a_phone(tmp_path: Path) -> None:
    done = subprocess.run(  # noqa: S603
        [BASE_DIR / "bin/screenshots", tmp_path],
        check=False,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    pictures = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(pictures) == {f"{page}-{at}.png" for page in PAGES for at in ("desk", "phone")}
    # Each is another one: no page stands for another that did not open.
    assert len(set(pictures.values())) == len(pictures)
