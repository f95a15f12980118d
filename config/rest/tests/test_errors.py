"""One shape for every error, whatever ends the request."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework import exceptions
from rest_framework.test import APIClient

from accounts import sessions
from accounts.models import User
from catalog.models import Service
from config.rest.errors import JsonErrorMiddleware, refusal_of
from config.rest.refusals import STATUS, Code, Refusal, invalid
from tests.answers import PROBLEM_KEYS, assert_legacy_error, assert_problem

LOGIN = "/api/v1/auth/login"
LEGACY_PATHS = [
    "/api",
    "/api/nothing",
    "/auth/nothing",
    "/worker/nothing",
    "/qr/nothing",
    "/static/qr/nothing",
]


def crash(*args: Any, **kwargs: Any) -> None:
    raise RuntimeError("the roof is on fire")


def test_every_code_has_a_status() -> None:
    assert set(STATUS) == set(Code.values)


def test_a_refusal_says_its_codes_text_unless_it_knows_better() -> None:
    assert Refusal(Code.NOT_FOUND).detail == "There is nothing here."
    assert Refusal(Code.NOT_FOUND, "No such sock.").detail == "No such sock."


def test_invalid_names_the_field() -> None:
    refusal = invalid("name", "Too odd.")
    assert (refusal.status, refusal.detail) == (400, "name: Too odd.")
    assert refusal.errors == {"name": ["Too odd."]}


def test_a_problem_has_exactly_the_members_of_the_contract(api: APIClient) -> None:
    response = api.get("/api/v1/nothing")
    body = assert_problem(response, "not_found")
    assert body.keys() == PROBLEM_KEYS


def test_a_validation_problem_lists_each_field(api: APIClient, db: None) -> None:
    response = api.post(LOGIN, {"email": 5}, format="json")
    body = assert_problem(response, "validation", fields={"email", "password"})
    assert body.keys() == PROBLEM_KEYS | {"errors"}
    assert body["errors"] == {
        "email": ["A string is required."],
        "password": ["This field is required."],
    }
    assert body["detail"] == "email: A string is required."


@pytest.mark.parametrize("path", ["/api/v1", "/api/v1/", "/api/v1/nothing", "/api/v1/auth"])
def test_an_unknown_v1_path_is_a_problem(api: APIClient, path: str) -> None:
    assert_problem(api.get(path), "not_found")


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("path", LEGACY_PATHS)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_path_of_old_clients_has_their_shape(
    api: APIClient, method: str, path: str, slash: str
) -> None:
    response = getattr(api, method)(path + slash)
    assert_legacy_error(response, 404, "There is nothing here.")


def test_an_unknown_path_of_people_stays_a_page(api: APIClient) -> None:
    response = api.get("/nothing")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/apiary", "/authors", "/workers", "/qrs"])
def test_a_path_that_only_begins_like_the_apis_is_none_of_its(api: APIClient, path: str) -> None:
    assert api.get(path)["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["auth/register", "auth/login", "auth/refresh", "auth/logout"])
def test_a_wrong_method_is_told_which_ones_there_are(
    api: APIClient, method: str, path: str, slash: str
) -> None:
    response = getattr(api, method)(f"/api/v1/{path}{slash}")
    assert_problem(response, "method_not_allowed")
    assert response["Allow"] == "POST, OPTIONS"


def test_a_wrong_method_needs_no_sign_in_to_be_told_so(api: APIClient) -> None:
    assert_problem(api.post("/api/v1/auth/me"), "method_not_allowed")


def test_a_made_up_method_is_a_wrong_one(api: APIClient) -> None:
    assert_problem(api.generic("BREW", LOGIN), "method_not_allowed")


def test_a_wrong_method_for_an_image_has_the_old_shape(api: APIClient, db: None) -> None:
    response = api.post("/qr/ABC.png")
    assert_legacy_error(response, 405, "This method is not allowed here.")
    assert response["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("slash", ["", "/"])
def test_options_answers_with_the_methods_and_needs_no_sign_in(api: APIClient, slash: str) -> None:
    response = api.options(LOGIN + slash)
    assert (response.status_code, response.content) == (204, b"")
    assert response["Allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/nothing", "/nothing"])
def test_a_bad_host_is_refused(api: APIClient, path: str) -> None:
    response = api.get(path, HTTP_HOST="evil.example")
    assert response.status_code == 400
    if path == LOGIN:
        assert_problem(response, "malformed_body")
    elif path == "/api/nothing":
        assert_legacy_error(response, 400, "The request could not be read.")


def test_a_crash_is_a_problem_that_tells_nothing_of_the_inside(api: APIClient, db: None) -> None:
    with patch.object(sessions, "sign_in", crash):
        response = api.post(LOGIN, {"email": "a@b.c", "password": "x"}, format="json")
    body = assert_problem(response, "unavailable", status=500)
    assert body["detail"] == "Something failed on our side; try again later."
    assert b"fire" not in response.content


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html"])
def test_a_crash_is_a_problem_in_debug_mode_too(
    api: APIClient, db: None, settings: Any, accept: str
) -> None:
    settings.DEBUG = True
    with patch.object(sessions, "sign_in", crash):
        response = api.post(
            LOGIN, {"email": "a@b.c", "password": "x"}, format="json", HTTP_ACCEPT=accept
        )
    assert_problem(response, "unavailable", status=500)


def test_a_crash_on_an_old_path_has_the_old_shape(api: APIClient, db: None) -> None:
    with patch("orders.pages._present_order", crash):
        response = api.get("/qr/ABC.png")
    assert_legacy_error(response, 500, "Something failed on our side; try again later.")


def test_a_crash_is_logged_with_its_traceback(
    api: APIClient, db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with patch.object(sessions, "sign_in", crash):
        api.post(LOGIN, {"email": "a@b.c", "password": "x"}, format="json")
    assert "the roof is on fire" in caplog.text


@pytest.mark.parametrize("error", [OperationalError, DatabaseError, InterfaceError])
def test_a_database_that_fails_is_unavailable_and_worth_another_try(
    api: APIClient, db: None, error: type[Exception]
) -> None:
    with patch.object(sessions, "sign_in", side_effect=error("gone away")):
        response = api.post(LOGIN, {"email": "a@b.c", "password": "x"}, format="json")
    assert_problem(response, "unavailable")
    assert response["Retry-After"] == "5"
    assert b"gone away" not in response.content


def test_a_failed_csrf_check_of_a_staff_session_is_a_problem(owner: User) -> None:
    browser = APIClient(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(owner)
    response = browser.post("/api/v1/workers/register", {"name": "Yu"}, format="json")
    body = assert_problem(response, "csrf_failed")
    assert body.keys() == PROBLEM_KEYS


def test_a_staff_session_with_its_csrf_token_is_let_in(owner: User) -> None:
    browser = APIClient(enforce_csrf_checks=True, raise_request_exception=False)
    browser.force_login(owner)
    page = browser.get("/admin/password_change/")
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert token
    response = browser.post(
        "/api/v1/workers/register", {"name": "Yu"}, format="json", HTTP_X_CSRFTOKEN=token[1]
    )
    assert response.status_code == 201


def test_a_failed_csrf_check_on_an_old_path_has_the_old_shape() -> None:
    from config.rest.errors import csrf_failure

    response = csrf_failure(RequestFactory().post("/admin/api/services"), "No cookie.")
    assert response.status_code == 403
    assert response.content == b'{"error": "No cookie.", "msg": "No cookie."}'


def test_a_failed_csrf_check_of_people_is_a_page(db: None) -> None:
    browser = APIClient(enforce_csrf_checks=True)
    response = browser.post("/admin/login/", {"username": "x", "password": "y"})
    assert response.status_code == 403
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("slash", ["", "/"])
def test_no_credentials_are_asked_for(api: APIClient, slash: str) -> None:
    response = api.get("/api/v1/auth/me" + slash)
    assert_problem(response, "not_authenticated")
    assert response["WWW-Authenticate"] == "Bearer"


def test_an_answer_that_is_json_already_is_left_alone(api: APIClient) -> None:
    middleware = JsonErrorMiddleware(
        lambda request: HttpResponse(b'{"a": 1}', status=409, content_type="application/json")
    )
    response = middleware(RequestFactory().get("/api/v1/orders"))
    assert (response.status_code, response.content) == (409, b'{"a": 1}')


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (exceptions.NotFound(), "not_found"),
        (exceptions.ParseError("Half a body."), "malformed_body"),
        (exceptions.UnsupportedMediaType("text/csv"), "unsupported_media_type"),
        (exceptions.MethodNotAllowed("PUT"), "method_not_allowed"),
        (exceptions.AuthenticationFailed(), "token_invalid"),
        (exceptions.NotAuthenticated(), "not_authenticated"),
        (exceptions.PermissionDenied("CSRF Failed: no cookie"), "csrf_failed"),
        (exceptions.PermissionDenied(), "permission_denied"),
        (OperationalError("locked"), "unavailable"),
    ],
)
def test_the_libraries_exceptions_become_refusals(error: Exception, code: str) -> None:
    refusal = refusal_of(error)
    assert refusal is not None
    assert refusal.code == code


def test_a_fault_of_ours_is_no_refusal() -> None:
    assert refusal_of(RuntimeError("ours")) is None


@pytest.mark.parametrize(
    ("detail", "errors"),
    [
        ({"a": ["x"]}, {"a": ["x"]}),
        ({"a": {"b": ["x", "y"]}}, {"a.b": ["x", "y"]}),
        ({"items": [{}, {"quantity": ["x"]}]}, {"items.1.quantity": ["x"]}),
        ({"items": {"non_field_errors": ["x"]}}, {"items": ["x"]}),
        (["x"], {"non_field_errors": ["x"]}),
        ({"status": ['"\ud800" is no choice.']}, {"status": ['"?" is no choice.']}),
    ],
)
def test_nested_errors_are_flattened_to_paths(detail: Any, errors: dict[str, list[str]]) -> None:
    refusal = refusal_of(exceptions.ValidationError(detail))
    assert refusal is not None
    assert refusal.errors == errors


def test_an_error_leaves_the_list_of_services_alone(api: APIClient, wash: Service) -> None:
    """The 404 of one path must not be cached or leak into the next answer."""
    assert_problem(api.get("/api/v1/services/999999"), "not_found")
    assert api.get(f"/api/v1/services/{wash.pk}").status_code == 200
