"""Swagger UI under our own policy: nothing inline, nothing from another host."""

import re

import pytest
from playwright.sync_api import Page, Request, expect
from pytest_django.live_server_helper import LiveServer
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_page_holds_no_script_or_style_of_its_own(api: APIClient) -> None:
    html = api.get("/api/v1/docs").content.decode()
    assert "<style" not in html
    assert " style=" not in html
    assert re.findall(r"<script(?! src=)", html) == []
    assert re.findall(r'(?:src|href)="(?!/)', html) == []


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
