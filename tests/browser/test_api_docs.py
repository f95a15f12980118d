"""Swagger UI under our own policy: nothing inline, nothing from another host."""

import pytest
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from accounts.sessions import open_session
from catalog.models import Service

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_browser_shows_every_call_and_asks_nobody_else(
    page: Page, live_server: LiveServer
) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.on("request", note)
    page.goto(f"{live_server.url}/api/v1/docs")
    expect(page.locator(".info .title")).to_contain_text("Roundtrip")
    calls = page.locator(".opblock")
    expect(calls.first).to_be_visible()
    document = page.request.get(f"{live_server.url}/api/v1/schema?format=json").json()
    operations = [
        method
        for path in document["paths"].values()
        for method in path
        if method in ("get", "post", "put", "patch", "delete")
    ]
    expect(calls).to_have_count(len(operations))
    page.locator("#operations-orders-order_create").click()
    expect(page.locator("#operations-orders-order_create .opblock-body")).to_be_visible()
    own = (live_server.url, "data:", "blob:")
    assert [url for url in asked if not url.startswith(own)] == []


def test_a_call_can_be_tried_out(page: Page, live_server: LiveServer, wash: Service) -> None:
    page.goto(f"{live_server.url}/api/v1/docs")
    call = page.locator("#operations-services-service_list")

    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()

    answer = call.locator(".live-responses-table")
    expect(answer.locator("tbody td.response-col_status")).to_have_text("200")
    expect(answer).to_contain_text('"name": "Wash"')


def test_who_signs_in_there_makes_calls_as_themselves(
    page: Page, live_server: LiveServer, customer: User
) -> None:
    page.goto(f"{live_server.url}/api/v1/docs")
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".auth-container", has=page.get_by_text("accessToken"))
    dialog.locator("input").fill(open_session(user=customer).access_token)
    dialog.get_by_role("button", name="Apply credentials").click()
    page.locator(".btn-done").first.click()
    call = page.locator("#operations-auth-auth_me")

    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()

    expect(call.locator(".live-responses-table")).to_contain_text("asha@example.com")
