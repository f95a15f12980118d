"""Paths, queries and headers that nobody sends by mistake: never a failure of ours."""

import functools
import re
from typing import Any
from urllib.parse import quote

import pytest
from django_filters import rest_framework as filters
from rest_framework.test import APIClient

import accounts.filters
import catalog.filters
import orders.filters
import tracking.filters
from accounts.models import User
from catalog.models import Service
from config.urls import router
from orders.models import Order
from tests.answers import assert_legacy_error, assert_problem
from tests.cast import PASSWORD, client
from tests.hostile import hold
from tests.unchanged import nothing_written

KEYS = [
    "%00",
    "%0A",
    "%20",
    "%25",
    "%ED%A0%80",
    "%FF%FE",
    quote("İ"),
    quote("ß"),
    quote("\u200b"),
    quote("٣"),
    quote("²"),
    quote("😂" * 64),
    "0",
    "-1",
    "1.5",
    "1e3",
    "9" * 18,
    "9" * 19,
    "9" * 64,
    "9" * 65,
    "9" * 5000,
    "x" * 5000,
    "..%2F..%2Fetc%2Fpasswd",
    "'%20OR%201%3D1%20--",
    "undo",
]
PARAMETERS = {
    "orders": {*orders.filters.OrderFilter.base_filters, "page_size", "cursor"},
    "tracks": {*tracking.filters.TrackFilter.base_filters, "page_size", "cursor"},
    "services": {*catalog.filters.ServiceFilter.base_filters, "page_size", "cursor"},
    "customers": {*accounts.filters.CustomerFilter.base_filters, "page_size", "cursor"},
    "workers": {"page_size", "cursor"},
}
VALUES = [
    "",
    "%00",
    "%ED%A0%80",
    "%FF%FE",
    "%",
    quote("İ"),
    quote("ß" * 300),
    quote("😂" * 64),
    quote("\u200b"),
    quote("٣"),
    quote("²"),
    "9" * 5000,
    "x" * 8000,
    "-1",
    "1.5",
    "1e400",
    "NaN",
    "true",
    "null",
    "[]",
    "%25%5F%5C",
    "2026-02-30T25:00:00Z",
    "0001-01-01T00:00:00%2B14:00",
    "9999-12-31T23:59:59-14:00",
    "a%40b",
    "'%20OR%201%3D1%20--",
]


def short(value: str) -> str:
    """A value in the name of a test."""
    return ascii(value)[1:-1][:30] or "empty"


each_value = functools.partial(pytest.mark.parametrize, "value", ids=short)


def templates() -> list[str]:
    """The address of every thing in the router, with `{key}` for what stands in it."""
    found = set()
    routes: list[Any] = router.urls
    for route in routes:
        path = str(route.pattern).removeprefix("^").replace("/?$", "").replace("\\.", ".")
        path = re.sub(r"\(\?P<form>[^)]*\)", "png", path)
        found.add(re.sub(r"\(\?P<\w+>[^)]*\)", "{key}", path))
    return sorted(path for path in found if "{key}" in path)


@pytest.fixture
def things(order: Order, wash: Service) -> None:
    """What could be found by mistake."""


def test_the_addresses_of_things_are_found() -> None:
    assert {"orders/{key}", "orders/{key}/qr.png", "tracks/order/{key}"} <= set(templates())


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "post"])
@pytest.mark.parametrize("template", templates())
def test_an_odd_key_finds_nothing(
    as_owner: APIClient, as_worker: APIClient, things: None, template: str, method: str
) -> None:
    is_workers_own = template.startswith("workers/devices/")
    call = getattr(as_worker if is_workers_own else as_owner, method)
    with nothing_written():
        for key in KEYS:
            response = call(f"/api/v1/{template.format(key=key)}")
            assert response.status_code in (404, 405), key
            hold(response, key)


@pytest.mark.parametrize("template", ["/qr/{key}.png", "/static/qr/{key}.png"])
def test_an_odd_number_has_no_image(api: APIClient, things: None, template: str) -> None:
    for key in KEYS:
        assert_legacy_error(api.get(template.format(key=key)), 404, "There is nothing here.")


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("template", ["/t/{key}", "/t/{key}/{key}", "/t/{number}/{key}"])
def test_an_odd_number_or_token_has_no_page(
    api: APIClient, order: Order, template: str, accept: str
) -> None:
    for key in KEYS:
        url = template.format(key=key, number=order.order_number)
        assert api.get(url, HTTP_ACCEPT=accept).status_code == 404, key


def test_an_odd_number_is_no_order_on_the_home_page(api: APIClient, db: None) -> None:
    for value in VALUES:
        assert api.get(f"/?order={value}").status_code in (200, 302), value


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_an_odd_value_of_a_parameter_is_taken_or_refused(
    as_owner: APIClient, things: None, name: str
) -> None:
    with nothing_written():
        for parameter in sorted(PARAMETERS[name]):
            for value in VALUES:
                response = as_owner.get(f"/api/v1/{name}?{parameter}={value}")
                hold(response, (parameter, value))
                assert response.status_code in (200, 400)


def test_every_filter_is_tried() -> None:
    """A new FilterSet needs a line above."""
    modules = (accounts.filters, catalog.filters, orders.filters, tracking.filters)
    known = {set_ for module in modules for set_ in vars(module).values() if _is_filter_set(set_)}
    project = {set_ for set_ in filters.FilterSet.__subclasses__() if _is_ours(set_)}
    assert known == project


def _is_filter_set(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, filters.FilterSet) and _is_ours(value)


def _is_ours(value: type) -> bool:
    return not value.__module__.startswith("django_filters")


@pytest.mark.parametrize("who", ["api", "as_customer", "as_worker"])
@pytest.mark.parametrize("path", ["orders", "tracks", "services", "auth/me", "workers/devices"])
def test_an_odd_email_that_is_looked_up_is_taken_or_refused(
    request: pytest.FixtureRequest, things: None, who: str, path: str
) -> None:
    client = request.getfixturevalue(who)
    with nothing_written():
        for value in VALUES:
            hold(client.get(f"/api/v1/{path}?email={value}&email=a%40b&[]=1&a[b]=2"), value)


@each_value(
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer a.b.c",
        "Bearer ..",
        "Bearer eyJhbGciOiJub25lIn0.e30.",
        "Bearer eyJhbGciOiJIUzI1NiJ9.bnVsbA.c2ln",
        "Bearer \xff\xfe.\xff.\xff",
        "Bearer " + "\xff" * 40,
        "Bearer " + "x" * 40,
        "Bearer " + "x" * 8000,
        "Bearer " + "." * 8000,
        "Bearer x y",
        "Basic eDp5",
        "Token x",
        "\xff",
    ],
)
def test_odd_credentials_are_none(db: None, value: str) -> None:
    with nothing_written():
        response = client(HTTP_AUTHORIZATION=value).get("/api/v1/auth/me")
    assert response.status_code == 401
    hold(response, value)


@each_value(["", "x", "x" * 4000, "\xff\xfe", "a=b=c", '"', "%00"])
def test_an_odd_session_is_none(api: APIClient, db: None, value: str) -> None:
    with nothing_written():
        response = api.get("/api/v1/auth/me", HTTP_COOKIE=f"sessionid={value}; csrftoken={value}")
    assert_problem(response, "not_authenticated")


@each_value(
    [
        "",
        '"',
        '""',
        "1",
        '"x"',
        '"-1"',
        '"1.0"',
        'W/"1"',
        '"\xb2"',
        '"99"',
        '"' + "9" * 30 + '"',
        '"' + "9" * 5000 + '"',
        '"1" "2"',
        "\xff",
    ],
)
def test_an_odd_if_match_matches_no_version(
    as_customer: APIClient, order: Order, value: str
) -> None:
    url = f"/api/v1/orders/{order.order_number}"
    with nothing_written():
        response = as_customer.patch(url, {"instructions": "x"}, format="json", HTTP_IF_MATCH=value)
    assert_problem(response, "precondition_failed")


@each_value(["", '"', "x", 'W/"', "\xff", '"' + "9" * 5000 + '"'])
def test_an_odd_if_none_match_matches_nothing(
    as_customer: APIClient, order: Order, value: str
) -> None:
    url = f"/api/v1/orders/{order.order_number}"
    response = as_customer.get(url, HTTP_IF_NONE_MATCH=value)
    assert (response.status_code, response.json()["order_number"]) == (200, order.order_number)


@each_value(["", "short", "x" * 256, "with a blank", "\xff" * 10, "\x7f" * 8])
@pytest.mark.parametrize("path", ["orders", "workers/scan"])
def test_an_odd_idempotency_key_is_refused(
    request: pytest.FixtureRequest, order: Order, path: str, value: str
) -> None:
    body = {
        "orders": {"service_id": order.service_id, "name": "Gita", "email": "gita@example.com"},
        "workers/scan": {"order_number": order.order_number, "action": "weighed"},
    }
    client = request.getfixturevalue("api" if path == "orders" else "as_worker")
    with nothing_written():
        response = client.post(
            f"/api/v1/{path}", body[path], format="json", HTTP_IDEMPOTENCY_KEY=value
        )
    assert_problem(response, "validation", fields={"Idempotency-Key"})


@each_value(
    ["", ";", "*/*", "application", "application/json, text/plain", "\xff/\xff", "x" * 8000],
)
def test_an_odd_content_type_is_not_supported(api: APIClient, customer: User, value: str) -> None:
    body = f'{{"email": "asha@example.com", "password": "{PASSWORD}"}}'
    with nothing_written():
        response = api.generic("POST", "/api/v1/auth/login", body, value)
    assert_problem(response, "unsupported_media_type")


@each_value(["abc", "-1", "", "1e3", "9" * 30, "\xb2"])
def test_an_odd_content_length_breaks_nothing(api: APIClient, customer: User, value: str) -> None:
    body = f'{{"email": "asha@example.com", "password": "{PASSWORD}"}}'
    extra: Any = {"CONTENT_LENGTH": value}
    response = api.generic("POST", "/api/v1/auth/login", body, "application/json", **extra)
    hold(response, value)


@each_value(["", ";;;", "\xff", "x" * 8000, "text/html;q=x", "a/b/c"])
def test_an_odd_accept_gets_json(api: APIClient, db: None, value: str) -> None:
    response = api.get("/api/v1/services", HTTP_ACCEPT=value)
    assert (response.status_code, response.json()) == (200, [])


@each_value(["", "\xff" * 300, "x" * 8000, "\x7f"])
def test_an_odd_user_agent_is_noted_as_far_as_it_fits(
    api: APIClient, customer: User, value: str
) -> None:
    body = {"email": "asha@example.com", "password": PASSWORD}
    response = api.post("/api/v1/auth/login", body, format="json", HTTP_USER_AGENT=value)
    assert response.status_code == 200
    assert customer.sessions.get().user_agent == value[:255]


@each_value(["", ",", "x", "999.1.1.1", "1.2.3.4:80", "::ffff:1.2.3.4", "fe80::1%eth0", "\xff"])
def test_an_odd_forwarded_address_breaks_nothing(
    api: APIClient, db: None, settings: Any, value: str
) -> None:
    settings.RATELIMIT_ENABLE = True
    settings.TRUSTED_PROXIES = ["127.0.0.0/8", "::1"]
    response = api.get("/api/v1/services", HTTP_X_FORWARDED_FOR=value)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "name", ["X-HTTP-Method-Override", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL"]
)
def test_a_header_changes_neither_method_nor_address(
    as_owner: APIClient, order: Order, name: str
) -> None:
    url = f"/api/v1/orders/{order.order_number}"
    with nothing_written():
        response = as_owner.get(url, headers={name: "DELETE"})
    assert response.json()["order_number"] == order.order_number
