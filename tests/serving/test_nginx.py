"""What nginx does by itself: TLS, static files, kept images, errors, its log, failover."""

import gzip
import io
import json
import signal
import ssl
import subprocess
from typing import Any

import pytest
import zxingcpp
from PIL import Image

from orders.models import Order
from tests.processes import answers, wait_until
from tests.serving.machine import NAME, Answer, Instance, Nginx

HSTS = "max-age=31536000; includeSubDomains; preload"


def logged(shop: Nginx, request_id: str) -> dict[str, Any]:
    """The line of nginx's access log of one request."""

    def lines() -> list[dict[str, Any]]:
        rows = map(json.loads, shop.log.read_text().splitlines())
        return [row for row in rows if row["request_id"] == request_id]

    wait_until(lines, "nginx writes its log")
    (line,) = lines()
    return line


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
def test_it_speaks_today_s_tls(shop: Nginx, version: str):
    context = ssl.create_default_context(cafile=str(shop.authority))
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    connection = shop.connection(context)
    connection.request("GET", "/ping", headers={"Host": NAME})
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1"])
def test_it_speaks_no_older_tls(shop: Nginx, version: str):
    place = f"127.0.0.1:{shop.https}"
    # The lowest level, else it is the client that refuses.
    lenient = ["-cipher", "DEFAULT@SECLEVEL=0"]
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/openssl", "s_client", version, *lenient, "-connect", place],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "alert protocol version" in done.stderr


def test_http_goes_on_by_https_with_its_method_and_query(shop: Nginx):
    answer = shop.ask("/api/orders?email=a", method="POST", body="{}", is_secure=False)
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://{NAME}/api/orders?email=a"


def test_certbot_is_answered_by_http(shop: Nginx):
    folder = shop.folder / "www" / "certbot" / ".well-known" / "acme-challenge"
    (folder / "a-token").write_text("a-token.a-thumbprint")
    answer = shop.ask("/.well-known/acme-challenge/a-token", is_secure=False)
    assert (answer.status, answer.body) == (200, b"a-token.a-thumbprint")


@pytest.mark.parametrize("path", ["/ping", "/t/NUMBER2345", "/static/nothing.css", "/metrics"])
def test_every_answer_asks_browsers_to_stay_with_https(shop: Nginx, path: str):
    assert shop.ask(path).headers.get_all("Strict-Transport-Security") == [HSTS]


def test_static_files_are_kept_for_ever_and_sent_compressed(shop: Nginx):
    (path,) = (shop.folder / "static").glob("roundtrip.????????????.css")
    answer = shop.ask(f"/static/{path.name}", headers={"Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Type"] == "text/css"
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body) == path.read_bytes()


def image(shop: Nginx, order: Order, headers: dict[str, str] | None = None) -> Answer:
    return shop.ask(order.qr_code_path, headers=headers)


@pytest.mark.parametrize("path", ["/qr/{}.png", "/static/qr/{}.png"])
def test_codes_are_made_by_the_service_and_sent_by_nginx(shop: Nginx, order: Order, path: str):
    answer = shop.ask(path.format(order.order_number))
    assert (answer.status, answer.headers["Content-Type"]) == (200, "image/png")
    assert answer.headers["Cache-Control"] == "public, max-age=86400"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.body)))
    assert code.text == f"http://127.0.0.1:8000/t/{order.order_number}"
    (kept,) = (shop.folder / "media" / "qr").glob(f"*/{order.order_number}.png")
    assert answer.body == kept.read_bytes()
    # The service sent only the name of the file.
    assert "X-Accel-Redirect" not in answer.headers
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_a_kept_code_has_the_headers_of_every_answer(shop: Nginx, order: Order):
    headers = image(shop, order, {"X-Request-ID": "a-copper-kettle"}).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Request-ID"] == "a-copper-kettle"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "same-origin"
    assert "RateLimit" in headers
    assert headers.get_all("Strict-Transport-Security") == [HSTS]


def test_a_kept_code_is_not_sent_twice_to_who_has_it(shop: Nginx, order: Order):
    etag = image(shop, order).headers["ETag"]
    answer = image(shop, order, {"If-None-Match": etag})
    assert (answer.status, answer.body) == (304, b"")


def test_nobody_else_comes_to_the_kept_files(shop: Nginx, order: Order):
    image(shop, order)
    (kept,) = (shop.folder / "media" / "qr").glob(f"*/{order.order_number}.png")
    answer = shop.ask(f"/kept/{kept.relative_to(shop.folder / 'media')}")
    assert answer.status == 404


def test_the_old_web_admins_files_are_sent_where_the_shop_has_them(shop: Nginx):
    page = shop.folder / "www" / "old-admin" / "index.html"
    page.parent.mkdir()
    page.write_text("The old admin")
    answer = shop.ask("/old-admin/")
    assert (answer.status, answer.body) == (200, b"The old admin")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


def test_the_figures_are_not_for_the_public(shop: Nginx):
    assert shop.ask("/metrics").status == shop.ask("/metrics/").status == 404


@pytest.mark.parametrize(
    ("path", "content_type", "body"),
    [
        (
            "/api/v1/orders",
            "application/problem+json",
            {
                "type": "about:blank#payload_too_large",
                "title": "The body is too large.",
                "status": 413,
                "detail": "The body is too large.",
                "code": "payload_too_large",
                "msg": "The body is too large.",
                "request_id": "a-copper-kettle",
            },
        ),
        *(
            (
                path,
                "application/json",
                {"error": "The body is too large.", "msg": "The body is too large."},
            )
            for path in ("/api/orders", "/admin/api/orders", "/admin/login", "/worker/scan")
        ),
    ],
)
def test_what_is_too_large_even_for_nginx_is_told_in_the_contracts_shape(
    shop: Nginx, path: str, content_type: str, body: dict[str, Any]
):
    headers = {"Content-Type": "application/json", "X-Request-ID": "a-copper-kettle"}
    answer = shop.ask(path, method="POST", body=b" " * (12 * 1024 * 1024 + 1), headers=headers)
    assert (answer.status, answer.headers["Content-Type"]) == (413, content_type)
    assert json.loads(answer.body) == body
    assert answer.headers["X-Request-ID"] == "a-copper-kettle"
    assert "Retry-After" not in answer.headers


LONG = "x" * 8100


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"/api/v1/services?q={LONG}", {}, 414),
        ("/api/v1/services", {"Authorization": f"Bearer {LONG}"}, 400),
    ],
)
def test_a_call_that_is_too_long_is_told_so_too(
    shop: Nginx, path: str, headers: dict[str, str], status: int
):
    answer = shop.ask(path, headers=headers)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(answer.body)["code"] == "malformed_body"


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (f"/api/v1/services?q={LONG[:7900]}", {}),
        ("/api/v1/services", {f"X-Header-{number}": "x" for number in range(150)}),
        ("/api/v1/services", {"X-Long": LONG[:7900]}),
    ],
)
def test_up_to_that_the_service_answers(shop: Nginx, path: str, headers: dict[str, str]):
    assert shop.ask(path, headers=headers).status == 200


def test_on_a_page_it_is_a_page(shop: Nginx):
    answer = shop.ask("/admin/login/", method="POST", body=b" " * (12 * 1024 * 1024 + 1))
    assert (answer.status, answer.headers["Content-Type"]) == (413, "text/html")
    assert b"<h1>The body is too large.</h1>" in answer.body


def test_up_to_that_the_service_itself_decides(shop: Nginx):
    body = b" " * (1024 * 1024 + 1)
    answer = shop.ask(
        "/api/v1/orders", method="POST", body=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status == 413
    assert json.loads(answer.body)["code"] == "payload_too_large"


def test_a_made_up_address_is_not_believed(shop: Nginx, instances: list[Instance]):
    headers = {
        "X-Request-ID": "who-are-you",
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "for=203.0.113.9",
        "X-Real-IP": "203.0.113.9",
    }
    assert shop.ask("/ping", headers=headers).status == 200
    (line,) = lines_of(instances, "who-are-you")
    assert line["ip"] == "127.0.0.1"
    assert logged(shop, "who-are-you")["ip"] == "127.0.0.1"


def lines_of(instances: list[Instance], request_id: str) -> list[dict[str, Any]]:
    """The lines of the service's log of one request."""
    text = "".join(instance.logged() for instance in instances)
    rows = (json.loads(line) for line in text.splitlines() if line.startswith("{"))
    return [row for row in rows if row.get("request_id") == request_id]


def test_one_request_has_one_id_everywhere(shop: Nginx, instances: list[Instance]):
    request_id = shop.ask("/ping").headers["X-Request-ID"]
    assert len(request_id) == 32
    assert len(lines_of(instances, request_id)) == 1
    assert logged(shop, request_id)["status"] == 200


def test_an_id_that_is_none_is_made_anew(shop: Nginx):
    answer = shop.ask("/ping", headers={"X-Request-ID": "a b"})
    assert answer.headers["X-Request-ID"] != "a b"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/t/NUMBER2345/a-secret-token", "/t/NUMBER2345/-"),
        ("/t/NUMBER2345", "/t/NUMBER2345"),
        ("/account/reset/MQ/a-secret-token", "/account/reset/-"),
        ("/account/confirm/MQ/a-secret-token/", "/account/confirm/-"),
        ("/api/orders?email=asha@example.com", "/api/orders"),
        ("/?number=NUMBER2345", "/"),
    ],
)
def test_the_access_log_tells_no_secret(shop: Nginx, path: str, told: str):
    request_id = shop.ask(path).headers["X-Request-ID"]
    line = logged(shop, request_id)
    assert (line["path"], line["method"], line["tls"]) == (told, "GET", "TLSv1.3")
    assert "secret" not in json.dumps(line)
    assert "asha" not in json.dumps(line)


def test_of_a_code_it_tells_the_path_that_was_asked_for(shop: Nginx, order: Order):
    request_id = image(shop, order).headers["X-Request-ID"]
    assert logged(shop, request_id)["path"] == order.qr_code_path


def test_connections_to_the_service_are_kept(shop: Nginx, instances: list[Instance]):
    def inodes() -> set[str]:
        ports = {f"{instance.port:04X}" for instance in instances}
        with open("/proc/net/tcp") as table:
            rows = [row.split() for row in table.readlines()[1:]]
        return {row[1] for row in rows if row[2].split(":")[1] in ports and row[3] == "01"}

    for _ in range(4):
        shop.ask("/ping")
    before = inodes()
    for _ in range(20):
        shop.ask("/ping")
    assert inodes() & before
    assert len(inodes() - before) <= 2


def test_while_one_instance_is_away_the_other_answers(shop: Nginx, instances: list[Instance]):
    instances[0].stop()
    assert [shop.ask("/ping").status for _ in range(20)] == [200] * 20


def test_an_instance_that_crashed_is_passed_over(shop: Nginx, instances: list[Instance]):
    instances[1].signal(signal.SIGKILL)
    wait_until(lambda: not answers(instances[1].port), "it is gone")
    assert [shop.ask("/ping").status for _ in range(20)] == [200] * 20
    wait_until(instances[1].has_ended, "it is over")


def test_without_any_instance_clients_are_told_when_to_try_again(
    shop: Nginx, instances: list[Instance]
):
    for instance in instances:
        instance.stop()
    found = {
        path: shop.ask(path) for path in ("/api/v1/services", "/api/services", "/t/NUMBER2345")
    }
    assert {answer.status for answer in found.values()} == {502}
    assert {answer.headers["Retry-After"] for answer in found.values()} == {"5"}
    problem = json.loads(found["/api/v1/services"].body)
    assert (problem["code"], problem["status"]) == ("unavailable", 502)
    assert json.loads(found["/api/services"].body) == {
        "error": "Something failed on our side; try again later.",
        "msg": "Something failed on our side; try again later.",
    }
    assert found["/t/NUMBER2345"].headers["Content-Type"] == "text/html"
