"""The old web admin's own page, served on our host: signs in, and works by `/admin/api`."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from tests.cast import PASSWORD

PAGE = (Path(__file__).parent / "old_admin.html").read_text()

pytestmark = pytest.mark.django_db(transaction=True)


def open_old_admin(page: Page, server: LiveServer) -> None:
    """Serve the page from the same host, as a web server in front of us would."""
    url = f"{server.url}/old-admin/index.html"
    page.route(url, lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    page.goto(url)


def log_in(page: Page, username: str, password: str) -> None:
    page.fill("[name=username]", username)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Log in").click()


def test_it_signs_in_adds_a_service_deletes_it_and_signs_out(
    page: Page, expected_errors: list[str], live_server: LiveServer, owner: User, wash: Service
) -> None:
    expected_errors.append("401")
    open_old_admin(page, live_server)
    log_in(page, owner.email or "", PASSWORD)
    expect(page.locator("#message")).to_have_text("Admin login successful")
    expect(page.locator("#services li")).to_have_count(1)

    page.fill("[name=name]", "Starching")
    page.fill("[name=price]", "3.5")
    page.fill("[name=duration]", "24h")
    page.get_by_role("button", name="Add").click()
    item = page.locator("#services li", has_text="Starching 3.5 24h")
    expect(item).to_be_visible()
    assert Service.objects.get(name="Starching").duration_minutes == 1440

    item.get_by_role("button", name="Delete").click()
    expect(item).to_have_count(0)
    expect(page.locator("#message")).to_have_text("Deleted")
    assert not Service.objects.filter(name="Starching").exists()

    page.get_by_role("button", name="Log out").click()
    expect(page.locator("#message")).to_have_text("Admin logged out")
    page.fill("[name=name]", "Too late")
    page.get_by_role("button", name="Add").click()
    expect(page.locator("#message")).to_have_text("Unauthorized")
    assert not Service.objects.filter(name="Too late").exists()


def test_a_wrong_password_is_told_in_words(
    page: Page, expected_errors: list[str], live_server: LiveServer, owner: User
) -> None:
    expected_errors.append("401")
    open_old_admin(page, live_server)
    log_in(page, owner.email or "", "wrong")
    expect(page.locator("#message")).to_have_text("Invalid credentials")
