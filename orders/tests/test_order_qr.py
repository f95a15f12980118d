"""`GET /api/v1/orders/{..}/qr.png` and `.svg`: the code with the secret token."""

import io
import re
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.principals import Principal
from orders.models import Order
from orders.numbers import read_payload
from orders.placing import Item, place_order
from tests.answers import assert_problem
from tests.cast import signed_in, staff_holding
from tests.unchanged import nothing_written

FORMS = ["png", "svg"]
PIXELS = 4  # a module


def path(order: Order, form: str) -> str:
    return f"/api/v1/orders/{order.order_number}/qr.{form}"


def drawn(svg: str) -> Image.Image:
    """The SVG of a code on a dark screen: its ground, and the squares of its path."""
    size = re.search(r'viewBox="0 0 (\d+) (\d+)"', svg)
    assert size
    width, height = int(size[1]) * PIXELS, int(size[2]) * PIXELS
    ground = re.search(r'<rect fill="(\w+)" x="0" y="0" width="100%" height="100%" ?/>', svg)
    image = Image.new("RGB", (width, height), ground[1] if ground else "black")
    draw = ImageDraw.Draw(image)
    squares = re.findall(r"M(\d+),(\d+)H(\d+)V(\d+)H\d+z", svg)
    for left, top, right, bottom in squares:
        corners = int(left), int(top), int(right), int(bottom)
        x, y, end_x, end_y = (PIXELS * corner for corner in corners)
        draw.rectangle((x, y, end_x - 1, end_y - 1), "black")
    return image


def text_of(response: Any, form: str) -> str:
    """What a scanner reads in the image."""
    if form == "svg":
        image = drawn(response.content.decode())
    else:
        image = Image.open(io.BytesIO(response.content))
    (code,) = zxingcpp.read_barcodes(image)
    assert code.format == zxingcpp.BarcodeFormat.QRCode
    return code.text


@pytest.fixture
def as_auditor(db: None) -> APIClient:
    """Someone of the staff who may look at orders and nothing else."""
    return signed_in(staff_holding("Audrey", "orders.view_order"))


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_auditor", "as_worker"])
@pytest.mark.parametrize("form", FORMS)
def test_owner_staff_and_workers_get_the_tracking_url_with_the_token(
    request: pytest.FixtureRequest, order: Order, settings: Any, form: str, who: str, slash: str
) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    client = request.getfixturevalue(who)
    response = client.get(path(order, form) + slash)
    assert response.status_code == 200
    expected = f"https://shop.example/t/{order.order_number}/{order.token}"
    assert text_of(response, form) == expected


@pytest.mark.parametrize(("form", "kind"), [("png", "image/png"), ("svg", "image/svg+xml")])
def test_the_image_has_its_type_and_is_kept_by_the_reader_only(
    as_customer: APIClient, order: Order, form: str, kind: str
) -> None:
    response = as_customer.get(path(order, form))
    assert response["Content-Type"] == kind
    assert response["Cache-Control"] == "private, max-age=86400"


def test_the_png_has_a_quiet_zone_of_four_modules(as_customer: APIClient, order: Order) -> None:
    image = Image.open(io.BytesIO(as_customer.get(path(order, "png")).content)).convert("L")
    assert image.getbbox() == (0, 0, *image.size)
    ink = image.point(lambda value: 255 - value).getbbox()
    assert ink is not None
    assert (ink[0], ink[1]) == (40, 40)
    assert (image.width - ink[2], image.height - ink[3]) == (40, 40)


@pytest.mark.parametrize("form", FORMS)
def test_what_the_image_holds_scans_as_the_order(
    as_customer: APIClient, as_worker: APIClient, order: Order, form: str
) -> None:
    text = text_of(as_customer.get(path(order, form)), form)
    response = as_worker.post(
        "/api/v1/workers/scan", {"qr": text, "action": "picked_up"}, format="json"
    )
    assert response.json()["order"]["order_number"] == order.order_number


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("who", ["as_customer", "as_owner", "as_worker"])
def test_old_scanner_apps_get_three_lines(
    request: pytest.FixtureRequest, order: Order, settings: Any, form: str, who: str
) -> None:
    settings.QR_PAYLOAD = "legacy"
    response = request.getfixturevalue(who).get(path(order, form))
    assert text_of(response, form) == (
        f"ORDER: {order.order_number}\nEMAIL: asha@example.com\nSERVICE: Wash"
    )


@pytest.mark.parametrize("form", FORMS)
def test_three_lines_of_the_longest_order_still_scan(
    as_customer: APIClient, customer: User, settings: Any, form: str
) -> None:
    """Fifty services of the longest names are more than a code, or a scan, can hold."""
    settings.QR_PAYLOAD = "legacy"
    service = Service.objects.create(name="\N{FACE WITH TEARS OF JOY}" * 128, price=1)
    order = place_order(
        by=Principal("customer", user=customer),
        items=[Item(service.pk)] * 50,
        source="api",
        customer=customer,
    )
    text = text_of(as_customer.get(path(order, form)), form)
    assert len(text) == 512
    assert read_payload(text) == order.order_number


@pytest.mark.parametrize("form", FORMS)
def test_owner_and_staff_may_name_the_order_by_its_id(
    as_customer: APIClient, as_owner: APIClient, order: Order, form: str
) -> None:
    by_number = as_customer.get(path(order, form)).content
    for client in (as_customer, as_owner):
        assert client.get(f"/api/v1/orders/{order.pk}/qr.{form}").content == by_number


@pytest.mark.parametrize("form", FORMS)
def test_a_worker_names_the_order_by_its_number_only(
    as_worker: APIClient, order: Order, form: str
) -> None:
    assert_problem(as_worker.get(f"/api/v1/orders/{order.pk}/qr.{form}"), "not_found")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("api", "not_authenticated"),
        ("as_other_customer", "not_found"),
        ("as_unconfirmed_customer", "not_found"),
        ("as_staff_without_permissions", "permission_denied"),
    ],
)
def test_for_everybody_else_there_is_no_image(
    request: pytest.FixtureRequest, order: Order, form: str, who: str, code: str
) -> None:
    client = request.getfixturevalue(who)
    with nothing_written():
        assert_problem(client.get(path(order, form)), code)


def test_a_customer_whose_claim_is_not_confirmed_gets_no_image(
    as_customer: APIClient, order: Order
) -> None:
    Order.objects.update(customer_confirmed=False)
    assert_problem(as_customer.get(path(order, "png")), "not_found")


@pytest.mark.parametrize("form", ["gif", "PNG", "png.svg", "pngx", ""])
def test_there_are_no_other_forms(as_owner: APIClient, order: Order, form: str) -> None:
    assert_problem(as_owner.get(path(order, form)), "not_found")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_image_is_only_read(as_owner: APIClient, order: Order, form: str, method: str) -> None:
    response = getattr(as_owner, method)(path(order, form))
    assert_problem(response, "method_not_allowed")


def test_reading_an_image_writes_nothing(as_customer: APIClient, order: Order) -> None:
    with nothing_written():
        as_customer.get(path(order, "png"))
