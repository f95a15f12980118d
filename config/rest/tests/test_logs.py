"""One JSON line for each request, with the route and never the path."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.http import HttpResponse
from rest_framework.test import APIClient

from accounts.models import User
from config.rest import logs
from orders.models import Order
from workforce.models import Worker


@pytest.fixture
def lines() -> Iterator[Any]:
    """What the configured handler writes while a test runs, as a function that reads it."""
    handler = next(h for h in logging.getLogger().handlers if _is_ours(h))
    assert isinstance(handler, logging.StreamHandler)
    stream, kept = io.StringIO(), handler.stream
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    handler.setStream(kept)


def _is_ours(handler: logging.Handler) -> bool:
    return any(isinstance(found, logs.RouteForPath) for found in handler.filters)


def test_a_request_is_one_line_with_all_that_operators_ask_for(lines: Any, api: APIClient) -> None:
    api.get("/ping", HTTP_X_REQUEST_ID="abcdefgh")
    (line,) = lines()
    assert line.pop("ms") >= 0
    assert line.pop("time").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "logger": "roundtrip.requests",
        "method": "GET",
        "route": "^ping/?$",
        "status": 200,
        "principal": "anyone",
        "principal_id": None,
        "ip": "127.0.0.1",
        "request_id": "abcdefgh",
    }


def test_a_line_names_the_customer(lines: Any, as_customer: APIClient, customer: User) -> None:
    as_customer.get("/api/v1/auth/me")
    assert [(x["principal"], x["principal_id"]) for x in lines()] == [("customer", customer.pk)]


def test_a_line_names_the_worker(lines: Any, as_worker: APIClient, worker: Worker) -> None:
    as_worker.post("/api/v1/workers/peek", {"order_number": "NONE"}, format="json")
    assert [(x["principal"], x["principal_id"]) for x in lines()] == [("worker", worker.pk)]


def test_a_tracking_pages_token_is_in_no_line(lines: Any, api: APIClient, order: Order) -> None:
    api.get(f"/t/{order.order_number}/{order.token}")
    assert order.token not in json.dumps(lines())


def test_query_values_are_in_no_line(lines: Any, as_customer: APIClient) -> None:
    as_customer.get("/api/v1/orders?email=somebody@example.com")
    assert "somebody@example.com" not in json.dumps(lines())


def test_a_crash_names_its_route_and_not_its_path(
    lines: Any, api: APIClient, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: Any, **kwargs: Any) -> HttpResponse:
        raise RuntimeError("the press is broken")

    monkeypatch.setattr("orders.pages.timeline", crash)
    api.get(f"/t/{order.order_number}/{order.token}")
    crashed, request = lines()
    assert crashed["event"] == f"Internal Server Error: {request['route']}"
    assert "the press is broken" in crashed["exception"]
    assert order.token not in json.dumps([crashed, request])


def test_a_crash_that_repeats_an_email_is_told_without_it(
    lines: Any, api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise IntegrityError(1062, "Duplicate entry 'asha@example.com' for key 'email'")

    monkeypatch.setattr("accounts.sessions.sign_in", fail)
    body = {"email": "asha@example.com", "password": "a-copper-kettle"}
    assert api.post("/api/v1/auth/login", body, format="json").status_code == 503
    failed, *_others = lines()
    assert "Duplicate entry '<email>' for key" in failed["exception"]
