"""Rate limits: each limit, each kind of caller, and what happens while Redis is away."""

import socket
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import django_ratelimit.core
import pytest
from django.core.cache import caches
from rest_framework.test import APIClient

from catalog.models import Service
from config import settings as defaults
from config.rest import limits
from config.rest.cache import OUTAGES
from orders.models import Order
from tests.cast import PASSWORD, PIN
from tests.threads import at_the_same_moment
from workforce.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counting(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Switch the limits on, small enough to reach, and empty, in a window that does not end."""
    now = time.time()
    monkeypatch.setattr(django_ratelimit.core, "time", SimpleNamespace(time=lambda: now))
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = {
        "auth": {"anyone": "3/m"},
        "lookup": {"anyone": "3/m"},
        "orders": {"anyone": "2/h", "customer": "3/h", "staff": "4/h"},
        "default": {"anyone": "2/h,5/d", "customer": "3/h", "staff": "4/h"},
        "public": {"anyone": "3/h"},
    }
    caches["local"].clear()
    OUTAGES.clear()
    return settings


def statuses(calls: int, call: Any) -> list[int]:
    return [call().status_code for _ in range(calls)]


def address(number: int) -> dict[str, Any]:
    return {"REMOTE_ADDR": f"203.0.113.{number}"}


def test_the_call_past_the_limit_is_refused_and_told_when_to_return(api: APIClient):
    assert statuses(2, lambda: api.get("/api/v1/services")) == [200, 200]
    response = api.get("/api/v1/services")
    assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
    assert 1 <= int(response["Retry-After"]) <= 3600
    policies = '"default-hour";q=2;w=3600, "default-day";q=5;w=86400'
    assert response["RateLimit-Policy"] == policies
    name, remaining, reset = response["RateLimit"].split(";")
    assert (name, remaining) == ('"default-hour"', "r=0")
    assert reset == f"t={response['Retry-After']}"


def test_who_has_used_the_day_up_too_is_told_to_return_after_it(api: APIClient, counting: Any):
    counting.RATELIMITS["default"]["anyone"] = "2/h,3/d"
    *_, last = [api.get("/api/v1/services") for _ in range(3)]
    assert last.status_code == 429
    assert last["RateLimit"] == f'"default-day";r=0;t={last["Retry-After"]}'


def test_every_answer_says_what_is_left(api: APIClient):
    left = [api.get("/api/v1/services")["RateLimit"].split(";")[1] for _ in range(2)]
    assert left == ["r=1", "r=0"]


def test_the_lengths_of_the_defaults_are_the_contracts():
    assert limits.parse_rates("50/h,200/d") == ((50, 3600), (200, 86400))
    assert limits.parse_rates("10/m") == ((10, 60),)


def test_the_limits_are_the_contracts():
    everybody_else = {"customer": "1000/h", "staff": "10000/h"}
    assert {
        "auth": {"anyone": "10/m"},
        "lookup": {"anyone": "10/m"},
        "orders": {"anyone": "20/h", "customer": "60/h", "staff": "600/h"},
        "default": {"anyone": "50/h,200/d"} | everybody_else,
        "public": {"anyone": "600/h"},
    } == defaults.RATELIMITS
    assert defaults.RATELIMIT_MAIL == "3/h"
    assert defaults.RATELIMIT_TRUSTED_IPS == defaults.TRUSTED_PROXIES == []


@pytest.mark.parametrize("text", ["", "10", "10/w", "ten/m", "10/m;5/h"])
def test_what_is_no_rate_is_refused(text: str):
    with pytest.raises(ValueError, match="is no rate"):
        limits.parse_rates(text)


def test_each_endpoint_has_a_count_of_its_own(api: APIClient, wash: Service):
    assert statuses(3, lambda: api.get("/api/v1/services")) == [200, 200, 429]
    assert api.get(f"/api/v1/services/{wash.pk}").status_code == 200


def test_who_is_signed_in_has_one_count_for_all_endpoints(as_customer: APIClient, order: Order):
    paths = ["/api/v1/orders", "/api/v1/auth/me", "/api/v1/services", "/api/v1/tracks"]
    assert [as_customer.get(path).status_code for path in paths] == [200, 200, 200, 429]


def test_so_have_workers_at_the_old_scan_call(as_worker: APIClient):
    scan = {"workerId": 1, "orderEmail": "x@example.com", "orderStatus": "Seen"}
    calls = statuses(3, lambda: as_worker.post("/worker/scan", scan, format="json"))
    calls += statuses(2, lambda: as_worker.get("/api/v1/tracks"))
    assert calls == [201, 201, 201, 200, 429]


def test_each_address_has_a_count_of_its_own(api: APIClient):
    assert statuses(3, lambda: api.get("/api/v1/services", **address(1))) == [200, 200, 429]
    assert api.get("/api/v1/services", **address(2)).status_code == 200


def test_addresses_of_one_ipv6_network_count_together(api: APIClient):
    hosts = ["2001:db8::1", "2001:db8::2", "2001:db8::3"]
    calls = [api.get("/api/v1/services", REMOTE_ADDR=host).status_code for host in hosts]
    assert calls == [200, 200, 429]


def test_ipv4_addresses_that_a_socket_of_both_kinds_names_count_apart(api: APIClient):
    hosts = ["::ffff:203.0.113.1", "::ffff:203.0.113.2", "203.0.113.1", "::ffff:203.0.113.1"]
    calls = [api.get("/api/v1/services", REMOTE_ADDR=host).status_code for host in hosts]
    assert calls == [200, 200, 200, 429]


def test_a_customer_counts_by_who_they_are_not_by_address(
    as_customer: APIClient, as_other_customer: APIClient
):
    calls = [as_customer.get("/api/v1/orders", **address(n)).status_code for n in range(4)]
    assert calls == [200, 200, 200, 429]
    assert as_other_customer.get("/api/v1/orders").status_code == 200


def test_workers_and_staff_have_the_widest_limit(as_worker: APIClient, as_owner: APIClient):
    peek = {"order_number": "NONE"}
    calls = statuses(5, lambda: as_worker.post("/api/v1/workers/peek", peek, format="json"))
    assert calls == [404, 404, 404, 404, 429]
    assert statuses(5, lambda: as_owner.get("/api/v1/orders")) == [200, 200, 200, 200, 429]


def test_the_counters_own_machine_has_the_widest_limit(api: APIClient, counting: Any):
    counting.RATELIMIT_TRUSTED_IPS = ["203.0.113.7"]
    calls = [api.get("/api/v1/services", **address(7)).status_code for _ in range(5)]
    assert calls == [200, 200, 200, 200, 429]
    assert api.get("/t/NONE", **address(7)).status_code == 429
    assert api.get("/t/NONE", **address(8)).status_code == 404


def test_a_guest_places_as_many_orders_as_an_address_may(api: APIClient, wash: Service):
    body = {"service_id": wash.pk, "name": "Gita", "email": "gita@example.com"}
    calls = statuses(3, lambda: api.post("/api/v1/orders", body, format="json"))
    assert calls == [201, 201, 429]
    assert Order.objects.count() == 2


def test_a_customer_places_more(as_customer: APIClient, wash: Service):
    body = {"service_id": wash.pk}
    calls = statuses(4, lambda: as_customer.post("/api/v1/orders", body, format="json"))
    assert calls == [201, 201, 201, 429]


def test_placing_and_listing_are_counted_apart(api: APIClient, wash: Service):
    body = {"service_id": wash.pk, "name": "Gita", "email": "gita@example.com"}
    statuses(3, lambda: api.post("/api/v1/orders", body, format="json"))
    assert api.get("/api/v1/orders", {"email": "gita@example.com"}).status_code == 200


def test_passwords_are_guessed_only_so_often_from_one_address(api: APIClient, customer: Any):
    calls = []
    for number in range(4):
        body = {"email": f"{number}@example.com", "password": "wrong"}
        calls.append(api.post("/api/v1/auth/login", body, format="json").status_code)
    assert calls == [401, 401, 401, 429]


def test_and_only_so_often_for_one_account(api: APIClient, customer: Any):
    calls = []
    for number in range(4):
        body = {"email": "Asha@example.com ", "password": "wrong"}
        response = api.post("/api/v1/auth/login", body, format="json", **address(number))
        calls.append(response.status_code)
    assert calls == [401, 401, 401, 429]
    right = {"email": "asha@example.com", "password": PASSWORD}
    assert api.post("/api/v1/auth/login", right, format="json").status_code == 429


def test_a_made_up_email_beside_a_workers_number_hides_no_guess(api: APIClient, worker: Worker):
    calls = []
    for number in range(4):
        body = {"worker_id": worker.pk, "email": f"{number}@example.com", "password": "000000"}
        response = api.post("/api/v1/workers/login", body, format="json", **address(number))
        calls.append(response.status_code)
    assert calls == [401, 401, 401, 429]


@pytest.mark.parametrize("form", ["{}", "0{}", "+{}", " {}", "{}.0"])
def test_one_worker_is_one_account_however_the_number_is_written(
    api: APIClient, worker: Worker, form: str
):
    url = "/api/v1/workers/login"
    body = {"worker_id": worker.pk, "password": "000000"}
    for number in range(3):
        assert api.post(url, body, format="json", **address(number)).status_code == 401
    spelt = form.format(worker.pk)
    worker_id: Any = float(spelt) if "." in spelt else spelt
    body = {"worker_id": worker_id, "password": "000000"}
    assert api.post(url, body, format="json", **address(3)).status_code == 429


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("{", "application/json", 400),
        ("a=1", "text/plain", 415),
        ("x" * 2**21, "application/json", 413),
    ],
)
def test_a_body_that_cannot_be_read_is_counted_too(
    api: APIClient, body: str, content_type: str, status: int
):
    calls = statuses(4, lambda: api.generic("POST", "/api/v1/auth/login", body, content_type))
    assert calls == [status, status, status, 429]


def test_a_name_without_bytes_is_counted_too(api: APIClient):
    def sign_in(number: int) -> int:
        body = '{"email": "\\ud800@example.com", "password": "wrong"}'
        extra: Any = address(number)
        url = "/api/v1/auth/login"
        return api.generic("POST", url, body, "application/json", **extra).status_code

    assert [sign_in(number) for number in range(4)] == [400, 400, 400, 429]


def test_all_sign_ins_of_an_address_count_together(api: APIClient, worker: Worker):
    attempts: list[tuple[str, dict[str, Any]]] = [
        ("auth/login", {"email": "x@example.com", "password": "wrong"}),
        ("auth/refresh", {"refresh_token": "nonsense"}),
        ("auth/register", {"name": "X"}),
        ("workers/login", {"worker_id": worker.pk, "password": PIN}),
    ]
    calls = [api.post(f"/api/v1/{p}", body, format="json").status_code for p, body in attempts]
    assert calls == [401, 401, 400, 429]


def test_one_address_looks_only_so_many_emails_up(api: APIClient):
    emails = [f"{number}@example.com" for number in range(4)]
    calls = [api.get("/api/v1/orders", {"email": email}).status_code for email in emails]
    assert calls == [200, 200, 200, 429]


def test_an_email_is_looked_up_only_so_often_from_all_addresses(api: APIClient):
    query = {"email": "gita@example.com"}
    calls = [api.get("/api/v1/orders", query, **address(n)).status_code for n in range(4)]
    assert calls == [200, 200, 200, 429]


def test_a_failed_authentication_counts_by_address_before_its_401(api: APIClient):
    bad: dict[str, Any] = {"HTTP_AUTHORIZATION": "Bearer nonsense"}
    calls = statuses(3, lambda: api.get("/api/v1/auth/me", **bad))
    assert calls == [401, 401, 429]


def test_health_is_never_limited(api: APIClient):
    assert set(statuses(20, lambda: api.get("/healthz"))) == {200}
    assert set(statuses(20, lambda: api.get("/ping"))) == {200}


def test_a_made_up_forwarded_address_is_not_believed(api: APIClient):
    calls = [
        api.get("/api/v1/services", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}").status_code
        for n in range(3)
    ]
    assert calls == [200, 200, 429]


def test_behind_a_trusted_proxy_the_forwarded_address_counts(api: APIClient, counting: Any):
    counting.TRUSTED_PROXIES = ["127.0.0.1"]
    calls = [
        api.get("/api/v1/services", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}").status_code
        for n in range(3)
    ]
    assert calls == [200, 200, 200]


def test_behind_a_trusted_proxy_only_what_it_wrote_is_believed(api: APIClient, counting: Any):
    counting.TRUSTED_PROXIES = ["127.0.0.1", "10.0.0.0/8"]
    calls = [
        api.get(
            "/api/v1/services", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}, 203.0.113.9, 10.1.2.3"
        ).status_code
        for n in range(3)
    ]
    assert calls == [200, 200, 429]


def test_on_a_unix_socket_the_proxy_is_this_machine(api: APIClient, counting: Any):
    """gunicorn knows no address there; nginx's word for the client's is believed."""
    counting.TRUSTED_PROXIES = ["127.0.0.1"]
    calls = [
        api.get(
            "/api/v1/services", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}"
        ).status_code
        for n in (1, 1, 1, 2)
    ]
    assert calls == [200, 200, 429, 200]


def test_on_a_unix_socket_too_nobody_is_believed_unasked(api: APIClient, counting: Any):
    calls = [
        api.get(
            "/api/v1/services", REMOTE_ADDR="", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}"
        ).status_code
        for n in range(3)
    ]
    assert calls == [200, 200, 429]


@pytest.mark.parametrize("path", ["/t/{number}", "/t/{number}/{token}", "/qr/{number}.png"])
def test_public_pages_and_images_have_a_limit_of_their_own(api: APIClient, order: Order, path: str):
    url = path.format(number=order.order_number, token=order.token)
    assert statuses(4, lambda: api.get(url)) == [200, 200, 200, 429]


def test_a_person_past_the_limit_reads_a_page(api: APIClient, order: Order):
    url = f"/t/{order.order_number}"
    statuses(3, lambda: api.get(url))
    response = api.get(url, HTTP_ACCEPT="text/html")
    assert response.status_code == 429
    assert response["Content-Type"].startswith("text/html")
    assert "try again" in response.content.decode().lower()
    assert int(response["Retry-After"]) >= 1


def test_a_mailbox_gets_only_so_many_links(counting: Any):
    counting.RATELIMIT_MAIL = "3/h"
    asked = [limits.may_mail(a) for a in ["A@example.com ", *["a@example.com"] * 3]]
    assert asked == [True, True, True, False]
    assert limits.may_mail("b@example.com")


@pytest.fixture
def silent_redis() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def dead_redis(counting: Any) -> None:
    """A Redis that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    use_redis(counting, port)


def use_redis(settings: Any, port: int) -> None:
    settings.CACHES = settings.CACHES | {
        "default": {
            "BACKEND": "config.rest.cache.ResilientRedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
        }
    }


def test_while_redis_is_away_the_default_limit_lets_through(api: APIClient, dead_redis: None):
    assert statuses(5, lambda: api.get("/api/v1/services")) == [200] * 5


def test_while_redis_is_away_passwords_are_counted_in_this_process(
    api: APIClient, dead_redis: None
):
    body = {"email": "x@example.com", "password": "wrong"}
    calls = statuses(4, lambda: api.post("/api/v1/auth/login", body, format="json"))
    assert calls == [401, 401, 401, 429]


def test_while_redis_is_away_the_shop_is_healthy_but_degraded(api: APIClient, dead_redis: None):
    response = api.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "degraded")


def test_an_outage_is_logged_once_however_many_calls_meet_it(
    api: APIClient, dead_redis: None, caplog: pytest.LogCaptureFixture
):
    statuses(10, lambda: api.get("/api/v1/services"))
    lines = [r for r in caplog.records if r.name == "config.rest.cache"]
    assert len(lines) == 1
    assert "Redis does not answer" in lines[0].getMessage()
    assert "Connection refused" in lines[0].getMessage()


def test_nor_is_it_logged_by_each_thread(dead_redis: None, caplog: pytest.LogCaptureFixture):
    """Django gives every thread a cache object of its own."""
    assert at_the_same_moment(*[lambda: caches["default"].get("x")] * 4) == [None] * 4
    assert len([r for r in caplog.records if r.name == "config.rest.cache"]) == 1


def test_after_one_threads_time_out_no_other_asks_a_silent_redis(
    counting: Any, silent_redis: int, monkeypatch: pytest.MonkeyPatch
):
    use_redis(counting, silent_redis)
    caches["default"].get("x")
    monkeypatch.setattr(socket.socket, "connect", lambda *arguments: pytest.fail("It was asked."))
    assert at_the_same_moment(*[lambda: caches["default"].get("x")] * 2) == [None] * 2


def test_a_request_asks_a_silent_redis_only_once(
    api: APIClient, counting: Any, silent_redis: int, monkeypatch: pytest.MonkeyPatch
):
    """One time-out of 0.2 s a request, not one for each count: held by counting them."""
    use_redis(counting, silent_redis)
    tried = threading.Semaphore(100)
    original = socket.socket.connect

    def connect(self: socket.socket, where: Any) -> None:
        if where == ("127.0.0.1", silent_redis):
            tried.acquire(blocking=False)
        original(self, where)

    monkeypatch.setattr(socket.socket, "connect", connect)
    assert api.get("/api/v1/services").status_code == 200
    assert tried._value == 99


def test_the_time_out_is_a_fifth_of_a_second(counting: Any):
    use_redis(counting, 6379)
    cache: Any = caches["default"]
    options = cache.client.connection_factory.options
    assert (options["SOCKET_TIMEOUT"], options["SOCKET_CONNECT_TIMEOUT"]) == (0.2, 0.2)
