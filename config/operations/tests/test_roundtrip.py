import io
import re
import socket

import pytest
from django.core.management import CommandError, call_command
from PIL import Image

from accounts.models import Session, User
from config.operations import demo_logins
from config.operations.roundtrip import RoundTripError, decode
from orders import qr
from orders.models import Order, Status
from tests.cast import PIN
from workforce.models import DeviceToken


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    """No login is kept, but where a test writes one."""
    settings.VAR_DIR = tmp_path
    return tmp_path / "demo-logins.json"


@pytest.fixture
def shop(live_server, worker, wash):
    """A running shop with a service and a worker."""
    return {"base_url": live_server.url, "worker_id": worker.pk, "worker_password": PIN}


def refusal_of(**options):
    with pytest.raises(CommandError) as caught:
        call_command("roundtrip", **options)
    return str(caught.value)


def test_an_order_goes_from_its_placing_to_its_delivery(shop, worker, settings, capsys):
    call_command("roundtrip", **shop)

    order = Order.objects.get()
    tracks = order.tracks.order_by("seq").values_list("to_status", "worker__id", "source")
    assert list(tracks) == [
        ("created", None, "api"),
        ("picked_up", worker.pk, "scan"),
        ("processing", worker.pk, "scan"),
        ("completed", worker.pk, "scan"),
        ("delivered", worker.pk, "scan"),
    ]
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"A round trip at {shop['base_url']}"
    assert all(re.match(r" *\d+ ms  ", line) for line in lines[1:])
    steps = [re.split(r" {2,}", line.strip())[1:] for line in lines[1:]]
    assert steps == [
        ["Find the server", "database ok, cache ok"],
        ["Register a customer", order.email],
        ["Place an order", f"{order.order_number}: Wash"],
        ["Read its QR code", f"{settings.PUBLIC_URL}/t/{order.order_number}"],
        ["Sign a worker in", "Wim Weaver"],
        ["Scan it as picked_up", "created -> picked_up"],
        ["Scan it as processing", "picked_up -> processing"],
        ["Scan it as completed", "processing -> completed"],
        ["Scan it as delivered", "completed -> delivered"],
        ["Read its public page", order.tracking_url],
        ["Sign both out", "both tokens are worth nothing now"],
        ["in all"],
    ]


def test_it_leaves_nobody_signed_in(shop):
    call_command("roundtrip", **shop)

    assert DeviceToken.objects.get().revoked_at is not None
    assert Session.objects.get().revoked_at is not None


def test_it_reads_the_codes_for_old_scanner_apps_too(shop, settings):
    settings.QR_PAYLOAD = "legacy"

    call_command("roundtrip", **shop)

    assert Order.objects.get().status == Status.DELIVERED


def test_without_arguments_it_takes_what_the_last_start_kept(shop, worker, settings):
    settings.PUBLIC_URL = shop["base_url"]
    login = demo_logins.Login("worker", worker.pk, "Wim Weaver", "wim@example.com", PIN)
    demo_logins.write([login])
    settings.PUBLIC_URL = "http://127.0.0.1:1"

    call_command("roundtrip")

    assert Order.objects.get().status == Status.DELIVERED


def test_the_worker_may_come_from_the_environment(shop, worker, monkeypatch):
    monkeypatch.setenv("ROUNDTRIP_WORKER_ID", str(worker.pk))
    monkeypatch.setenv("ROUNDTRIP_WORKER_PASSWORD", PIN)

    call_command("roundtrip", base_url=shop["base_url"])

    assert Order.objects.get().status == Status.DELIVERED


def test_without_a_login_it_says_where_to_get_one():
    assert refusal_of() == (
        "No worker's login is known: start bin/serve, which makes one, "
        "or give --worker-id and --worker-password."
    )


def test_a_server_that_is_not_there_is_told():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"

        refusal = refusal_of(base_url=url, worker_id=1, worker_password=PIN)

    assert refusal.startswith(f"Find the server: no answer from {url} (")
    assert refusal.endswith("); start bin/serve there.")


@pytest.mark.parametrize("url", ["shop.example", "http://shop:port", "ftp://shop.example"])
def test_what_is_no_address_is_told(url):
    assert url.split("//")[-1] in refusal_of(base_url=url, worker_id=1, worker_password=PIN)


def test_a_server_of_something_else_is_told(live_server, worker):
    refusal = refusal_of(
        base_url=f"{live_server.url}/admin", worker_id=worker.pk, worker_password=PIN
    )

    assert re.match(r"Find the server: GET http://.*/admin/healthz answered \d+\.", refusal)


def test_a_wrong_pin_is_told_with_the_servers_own_words(shop):
    refusal = refusal_of(**shop | {"worker_password": "000000"})

    assert refusal == (
        f"Sign a worker in: POST {shop['base_url']}/api/v1/workers/login answered 401 "
        "bad_credentials: These credentials are not right."
    )
    assert Order.objects.get().status == Status.CREATED


def test_a_shop_that_sells_nothing_is_told(live_server, worker):
    refusal = refusal_of(base_url=live_server.url, worker_id=worker.pk, worker_password=PIN)

    assert refusal == "Place an order: the shop offers no service."
    assert User.objects.get().email.startswith("roundtrip-")


def test_a_picture_without_a_code_is_told(shop, monkeypatch):
    blank = io.BytesIO()
    Image.new("L", (200, 200), 255).save(blank, "PNG")
    monkeypatch.setattr(qr, "png", lambda text: blank.getvalue())

    assert refusal_of(**shop) == "Read its QR code: the image holds no readable QR code."
    assert Order.objects.get().status == Status.CREATED


def test_a_code_of_another_order_is_told(shop, monkeypatch):
    wrong = qr.png("http://127.0.0.1:8000/t/KXXXXXXXXX")
    monkeypatch.setattr(qr, "png", lambda text: wrong)

    refusal = refusal_of(**shop)
    number = Order.objects.get().order_number
    assert refusal == f"Read its QR code: the QR code of {number} is that of KXXXXXXXXX."


def test_a_code_that_holds_no_order_is_told(shop, monkeypatch):
    wrong = qr.png("https://elsewhere.example/")
    monkeypatch.setattr(qr, "png", lambda text: wrong)

    assert refusal_of(**shop) == (
        "Read its QR code: the QR code says 'https://elsewhere.example/': "
        "No order number could be read from this code."
    )


def test_what_is_no_image_is_told():
    with pytest.raises(RoundTripError, match=r"^what came is no image$"):
        decode(b"<html>")
