"""Takes the pictures of the documentation: `bin/screenshots` calls it with a running demo."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.chromium import ARGUMENTS, CHROMIUM

# What the pictures of each are called.
LOOKS: list[tuple[str, ViewportSize, Literal["light", "dark"]]] = [
    ("desk", {"width": 1280, "height": 860}, "light"),
    ("phone", {"width": 390, "height": 844}, "dark"),
]


def first_row(page: Page, base: str, path: str) -> str:
    """The address of the first row of a list."""
    page.goto(base + path)
    link = page.locator("#result_list tbody tr th a").first.get_attribute("href")
    return f"{base}{link}"


def pages(page: Page, base: str) -> Iterator[tuple[str, str]]:
    """The name of each picture, and what it shows; the page is signed in."""
    yield "dashboard", f"{base}/admin/"
    yield "orders", f"{base}/admin/orders/order/"
    yield "order", first_row(page, base, "/admin/orders/order/?status__exact=processing")
    yield "services", f"{base}/admin/catalog/service/"
    yield "customers", f"{base}/admin/accounts/customer/"
    yield "customer", first_row(page, base, "/admin/accounts/customer/?q=asha")
    yield "workers", f"{base}/admin/workforce/worker/"
    yield "worker", first_row(page, base, "/admin/workforce/worker/")
    yield "tracks", f"{base}/admin/tracking/track/"
    yield "counter", f"{base}/admin/counter/"
    yield "walk-in", f"{base}/admin/walk-in/"


def take_all(base: str, identity: str, password: str, folder: Path) -> None:
    """Write every picture into a folder, as `orders-desk.png` and `orders-phone.png`."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, viewport, scheme in LOOKS:
            context = browser.new_context(viewport=viewport, color_scheme=scheme)
            page = context.new_page()
            page.goto(f"{base}/admin/login/")
            page.screenshot(path=folder / f"sign-in-{name}.png")
            page.fill("[name=username]", identity)
            page.fill("[name=password]", password)
            page.get_by_role("button", name="Log in").click()
            page.wait_for_url(f"{base}/admin/")
            for picture, url in pages(page, base):
                page.goto(url)
                page.screenshot(path=folder / f"{picture}-{name}.png")
            context.close()
        browser.close()


def main() -> None:
    """Read where the demonstration runs, and take its pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base", help="the address of the demonstration")
    parser.add_argument("var", type=Path, help="its VAR_DIR, with the logins")
    parser.add_argument("folder", type=Path, help="where the pictures go")
    given = parser.parse_args()
    logins = json.loads((given.var / "demo-logins.json").read_text())["logins"]
    admin = next(login for login in logins if login["role"] == "admin")
    take_all(given.base, admin["identity"], admin["password"], given.folder)


if __name__ == "__main__":
    main()
