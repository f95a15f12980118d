"""What the old endpoints share: headers, refusals of other sites, both dialects' keys."""

from typing import Any

import pytest
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.test import APIClient, APIRequestFactory

from config.rest.legacy import LegacyViewSet, is_missing, refuse_cross_site, slug
from config.rest.refusals import Refusal
from tests.answers import assert_legacy_error

PUBLIC_URL = "https://shop.example"


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Picked Up", "picked_up"),
        ("picked_up", "picked_up"),
        ("  In Transit - to Factory! ", "in_transit_to_factory"),
        ("7", "7"),
        ("--", ""),
        ("für", "f_r"),
        ("x" * 80, "x" * 64),
    ],
)
def test_a_status_in_words_becomes_an_action(text: str, action: str):
    assert slug(text) == action


@pytest.mark.parametrize(
    ("value", "expected"), [(None, True), ("", True), (" ", True), (0, False), ([], False)]
)
def test_null_and_blanks_count_as_missing(value: Any, expected: bool):
    assert is_missing(value) is expected


def from_browser(**headers: str) -> Any:
    return APIRequestFactory().post("/admin/api/orders", headers=headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://testserver"},
        {"Origin": PUBLIC_URL},
        {"Origin": "https://counter.example"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_a_call_from_a_page_of_ours_passes(settings: Any, headers: dict[str, str]):
    settings.PUBLIC_URL = f"{PUBLIC_URL}/"
    settings.CSRF_TRUSTED_ORIGINS = ["https://counter.example"]
    refuse_cross_site(from_browser(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "file://"},
        {"Origin": ""},
        {"Origin": "http://testserver:8080"},
        {"Origin": "https://testserver"},
        {"Origin": "http://testserver.evil.example"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_call_from_another_site_is_refused(settings: Any, headers: dict[str, str]):
    settings.PUBLIC_URL = PUBLIC_URL
    with pytest.raises(Refusal) as caught:
        refuse_cross_site(from_browser(**headers))
    assert caught.value.code == "csrf_failed"


class Dialects(LegacyViewSet):
    aliases = {"customerName": "name", "customerEmail": "email"}


def sent(body: Any, unchanged: Any = None) -> dict[str, Any]:
    view = Dialects()
    request = APIRequestFactory().post("/api/orders", body, format="json")
    view.request = Request(request, parsers=[JSONParser()])
    return view.sent(unchanged)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"customerName": "A", "colour": "red"}, {"name": "A", "colour": "red"}),
        ({"name": "A"}, {"name": "A"}),
        ({"name": "A", "customerName": "B"}, {"name": "B"}),
        ({"name": "A", "customerName": None}, {"name": "A"}),
        ({"name": None}, {}),
        ({}, {}),
    ],
)
def test_both_dialects_are_read_and_null_says_nothing(body: Any, expected: Any):
    assert sent(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"name": "A", "customerName": "A"}, {}),
        ({"name": "A", "customerName": "B"}, {"name": "B"}),
        ({"name": "B", "customerName": "A"}, {"name": "B"}),
        ({"email": "new@example.com"}, {"email": "new@example.com"}),
    ],
)
def test_what_comes_back_as_it_was_answered_says_nothing(body: Any, expected: Any):
    assert sent(body, {"name": "A", "customerName": "A"}) == expected


@pytest.mark.parametrize("body", [[], ["a"], "text", 5, True])
def test_a_body_that_is_no_object_is_refused(body: Any):
    with pytest.raises(Refusal) as caught:
        sent(body)
    assert (caught.value.code, caught.value.detail) == ("malformed_body", "Expected JSON")


LINK = '<https://shop.example/api/v1/{}>; rel="successor-version"'


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status", "successor"),
    [
        ("get", "/api/services", 200, "services"),
        ("get", "/api/orders", 400, "orders"),
        ("put", "/api/orders/ABC", 401, "orders"),
        ("patch", "/api/orders", 405, "orders"),
        ("post", "/auth/signup", 400, "auth/register"),
        ("post", "/auth/login", 400, "auth/login"),
        ("post", "/worker/scan", 400, "workers/scan"),
        ("get", "/api/customers/public", 410, "customers"),
    ],
)
def test_every_answer_names_what_replaces_the_call(
    api: APIClient, settings: Any, method: str, path: str, status: int, successor: str
):
    settings.PUBLIC_URL = PUBLIC_URL
    answer = getattr(api, method)(path)
    assert (answer.status_code, answer["Link"]) == (status, LINK.format(successor))
    assert answer["Deprecation"] == "@1767225600"
    assert "Sunset" not in answer


@pytest.mark.django_db
def test_the_day_of_the_end_is_told_where_it_is_set(api: APIClient, settings: Any):
    settings.LEGACY_SUNSET = "2027-06-30"
    assert api.get("/api/services")["Sunset"] == "Wed, 30 Jun 2027 00:00:00 GMT"


@pytest.mark.django_db
def test_a_refused_limit_is_told_in_the_old_shape_and_names_the_successor(
    api: APIClient, settings: Any
):
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"default": {"anyone": "1/h"}}
    assert api.get("/api/services").status_code == 200
    answer = api.get("/api/services")
    assert_legacy_error(answer, 429, "Too many requests; try again later.")
    assert answer["Retry-After"]
    assert 'rel="successor-version"' in answer["Link"]


@pytest.mark.django_db
def test_the_answer_to_options_needs_nothing(api: APIClient):
    answer = api.options("/api/orders")
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_switched_off_it_asks_neither_for_a_sign_in_nor_the_database(settings: Any, api: APIClient):
    settings.LEGACY_API = False
    settings.PUBLIC_URL = PUBLIC_URL
    text = "This endpoint is gone. Use GET https://shop.example/api/v1/orders."
    assert_legacy_error(api.get("/admin/api/orders"), 410, text)


@pytest.mark.django_db
def test_an_admin_session_opens_nothing_but_the_old_admins_calls(
    api: APIClient, owner: Any, order: Any
):
    api.force_login(owner)
    answer = api.put(f"/api/orders/{order.order_number}", {}, format="json")
    assert_legacy_error(answer, 401, "Unauthorized")
