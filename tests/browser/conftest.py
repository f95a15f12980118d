"""A browser that tells on every page: what its console calls an error fails the test."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from config.operations.demo_loading import load
from tests.browser.chromium import ARGUMENTS, CHROMIUM

# Playwright keeps an event loop in the thread of the tests, which Django takes for
# asynchronous code; the tests are not.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of console errors that a test provokes on purpose; it adds them itself."""
    return []


class Look(NamedTuple):
    """How somebody sees a page: the width of the window in pixels, and light or dark."""

    width: int
    scheme: Literal["light", "dark"]

    def __str__(self) -> str:
        return f"{self.width}-{self.scheme}"


LOOKS = [
    Look(1280, "light"),
    Look(1280, "dark"),
    Look(390, "light"),
    Look(390, "dark"),
]


@contextmanager
def watched_page(browser: Browser, look: Look, expected_errors: list[str]) -> Iterator[Page]:
    """A page of a new profile; console errors, CSP violations among them, fail the test."""
    errors: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(message.text)

    context = browser.new_context(
        viewport={"width": look.width, "height": 800}, color_scheme=look.scheme
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("console", listen)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    unexpected = [e for e in errors if not any(part in e for part in expected_errors)]
    assert unexpected == []


@pytest.fixture
def page(browser: Browser, expected_errors: list[str]) -> Iterator[Page]:
    """A page on a desk, in daylight."""
    with watched_page(browser, LOOKS[0], expected_errors) as page:
        yield page


@pytest.fixture(params=LOOKS, ids=str)
def look(request: pytest.FixtureRequest) -> Look:
    """Each of the looks in turn."""
    look: Look = request.param
    return look


@pytest.fixture
def any_page(browser: Browser, look: Look, expected_errors: list[str]) -> Iterator[Page]:
    """A page in each of the looks."""
    with watched_page(browser, look, expected_errors) as page:
        yield page


def give_session(page: Page, live_server: LiveServer, user: User) -> None:
    """Let a page be that of a member of staff who signed in before."""
    browser = Client()
    browser.force_login(user)
    session = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


@pytest.fixture
def sign_in(any_page: Page, live_server: LiveServer) -> Callable[[User], Page]:
    """Give the page the session of a member of staff, without the form."""

    def signed_in(user: User) -> Page:
        give_session(any_page, live_server, user)
        return any_page

    return signed_in


@pytest.fixture
def demo_shop(transactional_db: None, owner: User) -> None:
    """The demonstration: a shop with some fifty orders on their way."""
    load(owner=owner)


def shortcomings(page: Page) -> list[str]:
    """What a page does to people: axe's serious findings, and what is wider than the window."""
    # Preloading would fetch the stylesheets again, and apply them against our policy.
    results = Axe().run(page, options={"resultTypes": ["violations"], "preload": False})
    found = [
        f"{finding['id']}: {node['html'][:200]}"
        for finding in results.response["violations"]
        if finding["impact"] in ("serious", "critical")
        for node in finding["nodes"]
    ]
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > page.viewport_size["width"]:  # type: ignore[index]
        found.append(f"the page is {width} px wide")
    return found
