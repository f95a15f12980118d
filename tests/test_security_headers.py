"""The headers that stand on every answer, whatever it is."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from orders.models import Order

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}

pytestmark = pytest.mark.django_db


@pytest.fixture(
    params=[
        "/api/v1/services",
        "/api/v1/nothing",
        "/api/v1/auth/me",
        "/nothing",
        "/",
        "/t/{number}",
        "/t/{number}/{token}",
        "/qr/{number}.png",
        "/qr/NONE.png",
        "/admin/login/",
        "/admin/",
        "/healthz",
        "/ping",
        "/api/v1/docs",
        "/api/v1/schema",
    ]
)
def answer(request: pytest.FixtureRequest, api: APIClient, order: Order) -> Any:
    path = request.param.format(number=order.order_number, token=order.token)
    return api.get(path, HTTP_ACCEPT="text/html,*/*;q=0.8")


def test_the_content_security_policy_is_strict(answer: Any):
    assert set(answer["Content-Security-Policy"].split("; ")) == POLICY


def test_nobody_frames_sniffs_or_learns_where_one_came_from(answer: Any):
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"


def test_a_crash_has_them_too(api: APIClient, order: Order, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("orders.pages.timeline", lambda *args: 1 / 0)
    response = api.get(f"/t/{order.order_number}/{order.token}")
    assert response.status_code == 500
    assert set(response["Content-Security-Policy"].split("; ")) == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_bad_host_has_the_ones_that_do_not_depend_on_it(db: None):
    # Refused before it is a call of the API, so no call's document promises this answer.
    response = APIClient().get("/api/v1/services", HTTP_HOST="evil.example")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
