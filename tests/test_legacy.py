"""The old paths as a whole: nothing but translations, both dialects, never HTML, and off."""

import ast
import inspect
import json
import sys
import textwrap
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.env import BASE_DIR
from config.legacy_urls import urlpatterns
from config.rest.legacy import GoneView, UnknownView
from config.urls import router
from orders.models import Order
from tests.answers import assert_legacy_error
from tests.cast import PASSWORD, PIN
from tests.legacy_cast import in_the_admin
from tracking.models import Track
from workforce.models import Worker

ROUTES: list[Any] = list(urlpatterns)
COMPAT = sorted(BASE_DIR.glob("*/compat.py")) + sorted(BASE_DIR.glob("*/*/compat.py"))
# What writes to the database by itself.
WRITES = {
    "save",
    "create",
    "create_user",
    "update",
    "delete",
    "bulk_create",
    "bulk_update",
    "get_or_create",
    "update_or_create",
    "atomic",
    "execute",
    "raw",
}


def test_every_app_with_old_paths_has_its_compat_module() -> None:
    names = {str(path.parent.relative_to(BASE_DIR)) for path in COMPAT}
    assert names == {"accounts", "catalog", "config/operations", "orders", "workforce"}


@pytest.mark.parametrize("path", COMPAT, ids=lambda path: str(path.parent.relative_to(BASE_DIR)))
def test_a_compat_module_writes_nothing_itself(path: Path) -> None:
    calls = [
        node.func.attr
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    assert calls
    assert WRITES.isdisjoint(calls)


def routed() -> list[tuple[str, str, Any, str]]:
    """Every old call: its path, its method, its view and the view's action."""
    return [
        (pattern.callback.initkwargs["endpoint"], method.upper(), pattern.callback.cls, action)
        for pattern in ROUTES
        for method, action in pattern.callback.actions.items()
        if method != "head"
    ]


def called_by(view: Any, name: str, seen: set[str] | None = None) -> list[Any]:
    """The functions that a view's method calls, also by way of its own other methods."""
    seen = set() if seen is None else seen
    method = getattr(view, name)
    if name in seen or not inspect.isfunction(method := inspect.unwrap(method)):
        return []
    seen.add(name)
    found: list[Any] = []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(method)))):
        if not isinstance(node, ast.Call):
            continue
        match node.func:
            case ast.Name(id=called):
                found.append(function := method.__globals__.get(called))
                if getattr(function, "__module__", "").endswith(".views"):
                    found += called_by(sys.modules[function.__module__], called, seen)
            case ast.Attribute(value=ast.Name(id="self"), attr=called) if hasattr(view, called):
                found += called_by(view, called, seen)
            case ast.Attribute(value=ast.Name(id=module), attr=called):
                found.append(getattr(method.__globals__.get(module), called, None))
    return found


# What finds and renders, and lets nothing happen.
TRANSLATE = {"compat", "guests", "legacy", "legacy_statuses", "models", "serializers", "views"}


def is_verb(function: Any) -> bool:
    """Whether a function is one of what can happen."""
    if not isinstance(function, FunctionType):
        return False
    app, _dot, module = function.__module__.rpartition(".")
    is_ours = app in {"accounts", "catalog", "orders", "tracking", "workforce", "config.operations"}
    return is_ours and module not in TRANSLATE


# The verb of each old call that changes something.
VERBS = {
    "POST /api/orders": {"place_order"},
    "PUT /api/orders/<number>": {"edit_order"},
    "DELETE /api/orders/<number>": {"withdraw_order"},
    "POST /auth/signup": {"register"},
    "POST /auth/login": {"sign_in"},
    "POST /worker/scan": {"record_scan", "record_scan_by_email", "record_unverified_scan"},
    "POST /employee/login": {"sign_in_device"},
    "POST /admin/login": {"staff_user_with"},
    "POST /admin/api/services": {"add_service"},
    "PUT /admin/api/services/<legacy_id>": {"change_service"},
    "DELETE /admin/api/services/<legacy_id>": {"erase_service"},
    "POST /admin/api/customers": {"add_customer"},
    "PUT /admin/api/customers/<pk>": {"update_profile"},
    "DELETE /admin/api/customers/<pk>": {"delete_customer"},
    "POST /admin/api/orders": {"place_order", "edit_order"},
    "PUT /admin/api/orders/<number>": {"edit_order"},
    "DELETE /admin/api/orders/<number>": {"delete_order"},
    "POST /admin/api/workers": {"register_worker"},
    "PUT /admin/api/workers/<pk>": {"change_worker"},
    "DELETE /admin/api/workers/<pk>": {"remove_worker"},
}
# What v1 has no call for: an email alone, a scan by nobody, the admin's session and form.
ONLY_OLD = {
    "withdraw_order",
    "record_scan_by_email",
    "record_unverified_scan",
    "staff_user_with",
    "add_customer",
}
WRITING = {
    f"{method} {endpoint}": (view, action)
    for endpoint, method, view, action in routed()
    if method != "GET" and view not in (GoneView, UnknownView) and endpoint != "/admin/logout"
}


def verbs_of(view: Any, action: str) -> set[str]:
    return {function.__name__ for function in called_by(view, action) if is_verb(function)}


def test_every_call_that_changes_something_has_its_verb() -> None:
    assert WRITING.keys() == VERBS.keys()


@pytest.mark.parametrize("call", WRITING)
def test_a_call_that_changes_something_calls_its_verb(call: str) -> None:
    assert verbs_of(*WRITING[call]) >= VERBS[call]


def test_these_verbs_are_those_of_v1() -> None:
    views: list[Any] = [view for _prefix, view, _basename in router.registry]
    of_v1 = {verb for view in views for action in view.access for verb in verbs_of(view, action)}
    assert set().union(*VERBS.values()) - of_v1 == ONLY_OLD


def filled(endpoint: str) -> str:
    return endpoint.replace("<number>", "ABC").replace("<legacy_id>", "s1").replace("<pk>", "1")


WRONG = [
    pytest.param(method, filled(pattern.callback.initkwargs["endpoint"]))
    for pattern in ROUTES
    if pattern.callback.cls not in (GoneView, UnknownView)
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "BREW")
    if method.lower() not in pattern.callback.actions
]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), WRONG)
def test_a_wrong_method_is_told_in_the_old_shape(api: APIClient, method: str, path: str) -> None:
    answer = api.generic(method, path)
    assert_legacy_error(answer, 405, "This method is not allowed here.")
    assert method not in answer["Allow"].split(", ")


@pytest.mark.parametrize(
    "path", ["/admin/login", "/admin/logout", "/admin/api/nothing", "/auth/x", "/worker/x"]
)
def test_an_old_path_is_never_redirected_to_one_with_a_slash(api: APIClient, path: str) -> None:
    assert api.post(path, {}, format="json").status_code in (400, 401, 404)


@pytest.mark.django_db
@pytest.mark.parametrize(("path", "start"), [("/admin/login/", "<!DOCTYPE html>"), ("/admin/", "")])
def test_the_admins_own_paths_stay_its_own(api: APIClient, path: str, start: str) -> None:
    answer = api.get(path)
    assert answer.status_code == (200 if start else 302)
    assert answer.content.decode().lstrip().startswith(start)
    assert "Deprecation" not in answer


@pytest.mark.django_db
def test_a_crash_is_told_in_the_old_shape(api: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("catalog.compat.Service.objects", None)
    text = "Something failed on our side; try again later."
    assert_legacy_error(api.get("/api/services"), 500, text)


HOSTILE: list[Any] = [
    "a\x00b",
    "\ud800",
    "x" * 10_000,
    10**30,
    -1,
    1.5,
    True,
    [],
    ["\ud800", None],
    {},
    {"a": ["b"]},
]
BODIES = {
    "/api/orders": ["customerName", "customerEmail", "customerPhone", "serviceIds", "pickupDate"],
    "/auth/signup": ["name", "email", "phone", "password"],
    "/auth/login": ["email", "password"],
    "/worker/scan": ["workerId", "orderEmail", "orderStatus", "location", "order_number", "qr"],
    "/employee/login": ["email", "password"],
    "/admin/login": ["username", "email", "password"],
    "/admin/api/services": ["name", "price", "duration", "duration_minutes", "status"],
    "/admin/api/customers": ["name", "email", "phone"],
    "/admin/api/orders": ["name", "email", "service_name", "serviceId", "status", "customer_id"],
    "/admin/api/workers": ["name", "email", "password"],
}
GOOD = {
    "customerName": "Gita",
    "customerEmail": "gita@example.com",
    "customerPhone": "1",
    "workerId": 1,
    "orderEmail": "gita@example.com",
    "orderStatus": "Seen",
    "name": "Gita",
    "email": "gita@example.com",
    "phone": "1",
    "price": 1,
    "password": PASSWORD,
    "serviceIds": ["s1"],
    "serviceId": "s1",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "key"), [(path, key) for path, keys in BODIES.items() for key in keys]
)
def test_what_nobody_sends_by_mistake_is_no_crash(
    owner: User, as_worker: APIClient, path: str, key: str
) -> None:
    Service.objects.create(name="Wash", price=1, legacy_id="s1")
    client = as_worker if path == "/worker/scan" else in_the_admin(owner)
    for value in HOSTILE:
        body = {name: GOOD[name] for name in BODIES[path] if name in GOOD} | {key: value}
        answer = client.generic("POST", path, json.dumps(body), "application/json")
        assert answer.status_code in (200, 201, 400, 401, 404), (value, answer.content)
        if answer.status_code >= 400:
            assert answer.json().keys() == {"error", "msg"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "key", ["service_name", "serviceId", "status", "pickupDate", "customer_id"]
)
def test_nor_is_it_in_an_edit(owner: User, order: Order, key: str) -> None:
    client = in_the_admin(owner)
    for value in HOSTILE:
        body = json.dumps({key: value})
        path = f"/admin/api/orders/{order.order_number}"
        answer = client.generic("PUT", path, body, "application/json")
        assert answer.status_code in (200, 400), (value, answer.content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/api/orders/%00", "/admin/api/services/%ED%A0%80", "/api/orders/"]
)
def test_nor_in_a_path_or_a_query(owner: User, path: str) -> None:
    client = in_the_admin(owner)
    for method in ("GET", "PUT", "DELETE"):
        answer = client.generic(method, f"{path}?email=a%00b%ED%A0%80@example.com")
        assert answer.status_code in (200, 400, 401, 404, 405), answer.content


@pytest.mark.django_db
def test_switched_off_the_images_and_the_admin_stay(
    api: APIClient, order: Order, settings: Any
) -> None:
    settings.LEGACY_API = False
    for path in (f"/qr/{order.order_number}.png", f"/static/qr/{order.order_number}.png"):
        assert (api.get(path).status_code, api.get(path)["Content-Type"]) == (200, "image/png")
    assert api.get("/admin/login").status_code == 302
    assert api.get("/admin/login/").status_code == 200
    assert api.get("/api/v1/services").status_code == 200


@pytest.mark.django_db
def test_both_dialects_live_in_one_session(
    api: APIClient, worker: Worker, owner: User, wash: Service, ironing: Service
) -> None:
    """A shop's whole day over the old paths, each step in the dialect of the one before it not."""

    def call(method: str, path: str, body: Any = None, client: APIClient = api) -> Any:
        answer = getattr(client, method)(path, body, format="json")
        assert answer.status_code in (200, 201), (path, answer.content)
        return answer.json()

    me = {"name": "Hans Hoo", "email": "hans@example.com", "phone": "+49 30 1"}
    token = call("post", "/auth/signup", me | {"password": PASSWORD})["token"]
    assert call("post", "/auth/login", {"email": me["email"], "password": PASSWORD})["token"]
    services = call("get", "/api/services")
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    camel: dict[str, Any] = {f"customer{key.title()}": value for key, value in me.items()}
    first = call("post", "/api/orders", camel | {"serviceIds": [services[0]["id"]]})
    second = call("post", "/api/orders", me | {"service_name": "Ironing"})
    User.objects.filter(email=me["email"]).update(email_confirmed_at="2026-01-01T00:00:00Z")
    listed = call("get", f"/api/orders?email={me['email']}")
    assert [order["id"] for order in listed] == [second["id"], first["order_number"]]
    Order.objects.update(customer_confirmed=True)
    changed = call("put", f"/api/orders/{second['id']}", {"specialInstructions": "Knock"})
    assert changed["instructions"] == "Knock"
    api.credentials()
    assert call("delete", f"/api/orders/{second['id']}?email={me['email']}")

    scanner = APIClient()
    login = {"email": worker.email, "password": PIN}
    token = call("post", "/employee/login", login, scanner)["token"]
    scanner.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    snake = {"worker_id": worker.pk, "email": me["email"], "action": "picked_up"}
    assert call("post", "/worker/scan", snake, scanner)["track"]["orderStatus"] == "picked_up"
    camel = {"workerId": worker.pk, "orderEmail": me["email"], "orderStatus": "Processing"}
    assert call("post", "/worker/scan", camel, scanner)["track"]["action"] == "processing"
    [open_order] = call("get", "/employee/api/orders", None, scanner)
    assert (open_order["id"], open_order["status"]) == (first["id"], "processing")

    admin = APIClient()
    call("post", "/admin/login", {"username": owner.username, "password": PASSWORD}, admin)
    done = call("put", f"/admin/api/orders/{first['id']}", {"status": "Delivered"}, admin)
    assert done["status"] == "delivered"
    assert call("post", "/admin/logout", None, admin)["msg"] == "logged out"
    assert admin.get("/admin/api/orders").status_code == 401
    moves = Track.objects.filter(order__order_number=first["id"]).order_by("seq")
    assert [track.to_status for track in moves] == [
        "created",
        "picked_up",
        "processing",
        "delivered",
    ]


LIMITS = [
    ("get", "/api/orders?email=gita@example.com", "lookup"),
    ("delete", "/api/orders/ABC?email=gita@example.com", "lookup"),
    ("post", "/api/orders", "orders"),
    ("post", "/auth/signup", "auth"),
    ("post", "/auth/login", "auth"),
    ("post", "/employee/login", "auth"),
    ("post", "/admin/login", "auth"),
    ("post", "/worker/scan", "public"),
    ("get", "/api/services", "default"),
    ("put", "/api/orders/ABC", "default"),
    ("get", "/employee/api/orders", "default"),
    ("get", "/admin/api/orders", "default"),
    ("get", "/employee/nothing", "default"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path", "policy"), LIMITS)
def test_each_old_call_counts_under_its_limit(
    api: APIClient, settings: Any, method: str, path: str, policy: str
) -> None:
    settings.RATELIMIT_ENABLE = True
    answer = getattr(api, method)(path, {}, format="json")
    assert answer["RateLimit-Policy"].startswith(f'"{policy}-')


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("get", "/api/orders?email=gita@example.com", None),
        ("delete", "/api/orders/ABC?email=gita@example.com", None),
        ("post", "/auth/login", {"email": "gita@example.com"}),
        ("post", "/employee/login", {"email": "gita@example.com"}),
        ("post", "/admin/login", {"username": "gita@example.com"}),
    ],
)
def test_a_named_account_counts_from_every_address(
    api: APIClient, settings: Any, method: str, path: str, body: Any
) -> None:
    settings.RATELIMIT_ENABLE = True
    both = {"auth": {"anyone": "1/m"}, "lookup": {"anyone": "1/m"}}
    settings.RATELIMITS = settings.RATELIMITS | both
    statuses = [
        getattr(api, method)(path, body, format="json", REMOTE_ADDR=f"203.0.113.{n}").status_code
        for n in (1, 2)
    ]
    assert statuses[0] != 429
    assert statuses[1] == 429
