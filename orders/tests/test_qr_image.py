"""`GET /qr/<order_number>.png`: the public image, made on demand and kept."""

import io
from pathlib import Path

import pytest
import zxingcpp
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image

from orders import qr
from orders.models import Order


def read(png: bytes) -> str:
    """The text in a PNG, by a reader that is not the writer's."""
    codes = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    assert [code.format for code in codes] == [zxingcpp.BarcodeFormat.QRCode]
    return codes[0].text


@pytest.fixture
def image(api, order):
    """The answer to a first request."""
    return api.get(order.qr_code_path)


@pytest.fixture
def kept(order) -> Path:
    """Where the image of the order is kept."""
    return Path(default_storage.path(f"{qr.folder()}/{order.order_number}.png"))


def test_the_image_holds_the_address_of_the_page_without_token(image, order, settings):
    assert image.status_code == 200
    assert image["Content-Type"] == "image/png"
    assert read(image.content) == f"{settings.PUBLIC_URL}/t/{order.order_number}"


def test_the_address_in_the_image_leads_to_the_page(api, image, settings):
    path = read(image.content).removeprefix(settings.PUBLIC_URL)

    assert api.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/qr/{}.png", "/qr/{}.png/", "/static/qr/{}.png"])
def test_every_form_of_the_path_gives_the_same_image(path, api, image, order):
    answer = api.get(path.format(order.order_number))

    assert (answer.status_code, answer.content) == (200, image.content)


def test_the_number_is_read_in_any_case(api, image, order):
    answer = api.get(f"/qr/{order.order_number.lower()}.png")

    assert (answer.status_code, answer.content) == (200, image.content)


def test_the_image_may_be_kept_by_everybody_for_a_day(image):
    assert image["Cache-Control"] == "public, max-age=86400"


@pytest.mark.parametrize("form", ["{}", "W/{}", '"another", {}', "*"])
def test_who_has_the_image_is_told_that_it_is_the_same(form, api, image, order):
    answer = api.get(order.qr_code_path, headers={"If-None-Match": form.format(image["ETag"])})

    assert (answer.status_code, answer.content) == (304, b"")
    assert answer["ETag"] == image["ETag"]
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_who_has_another_image_gets_this_one(api, image, order):
    answer = api.get(order.qr_code_path, headers={"If-None-Match": '"another"'})

    assert (answer.status_code, answer.content) == (200, image.content)


def test_head_tells_the_same_without_the_image(api, image, order):
    answer = api.head(order.qr_code_path)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == image["ETag"]
    assert answer["Content-Length"] == str(len(image.content))


def test_placing_an_order_makes_no_image(kept):
    assert not kept.exists()


def test_the_image_is_kept_and_drawn_only_once(api, image, order, kept, monkeypatch):
    monkeypatch.setattr(qr, "png", None)

    assert api.get(order.qr_code_path).content == image.content == kept.read_bytes()


def test_a_lost_image_is_made_again(api, image, order, kept):
    kept.unlink()

    assert api.get(order.qr_code_path).content == image.content
    assert kept.read_bytes() == image.content


@pytest.mark.parametrize("bytes_left", [0, 100, -1])
def test_an_image_cut_off_by_a_crash_is_made_again(bytes_left, api, image, order, kept):
    kept.write_bytes(image.content[:bytes_left])

    assert api.get(order.qr_code_path).content == image.content
    assert kept.read_bytes() == image.content


def test_another_public_url_makes_another_image(api, image, order, settings):
    settings.PUBLIC_URL = "https://shop.example"

    answer = api.get(order.qr_code_path, headers={"If-None-Match": image["ETag"]})

    assert answer.status_code == 200
    assert read(answer.content) == f"https://shop.example/t/{order.order_number}"


def test_the_legacy_payload_makes_another_image_of_three_lines(api, image, order, settings):
    settings.QR_PAYLOAD = "legacy"

    answer = api.get(order.qr_code_path)

    assert read(answer.content) == (
        f"ORDER: {order.order_number}\nEMAIL: asha@example.com\nSERVICE: Wash"
    )


def test_a_store_that_cannot_be_written_costs_the_keeping_not_the_answer(
    api, order, settings, tmp_path, caplog
):
    (tmp_path / "full").touch()
    settings.MEDIA_ROOT = str(tmp_path / "full" / "media")

    answer = api.get(order.qr_code_path)

    assert answer.status_code == 200
    assert read(answer.content) == order.public_url
    assert f"The QR image of {order.order_number} could not be kept." in caplog.text


def test_a_number_without_order_is_a_404_in_json(api, db):
    answer = api.get("/qr/NOSUCHNUM2.png")

    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "There is nothing here.", "msg": "There is nothing here."},
    )


def test_a_deleted_order_has_no_image(api, image, order):
    Order.objects.update(deleted_at=timezone.now())

    assert api.get(order.qr_code_path).status_code == 404


@pytest.mark.parametrize("number", ["..", "%2e%2e%2fdb", "A%00B", "A B", "é", "A" * 64])
def test_what_cannot_be_a_number_is_a_404(number, api, db):
    assert api.get(f"/qr/{number}.png").status_code == 404


def test_the_image_is_only_read(api, order):
    answer = api.post(order.qr_code_path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    assert answer["Content-Type"] == "application/json"


def test_images_are_limited_for_each_address(api, order, settings):
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"public": {"anyone": "2/h"}}

    answers = [api.get(order.qr_code_path) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].json()["error"] == "Too many requests; try again later."
