"""Labels and tickets as they come out of the printer: their sizes in mm, and their codes."""

import io
from collections.abc import Callable
from typing import NamedTuple

import pypdfium2
import pytest
import qrcode
import zxingcpp
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from config.rest.principals import SYSTEM
from orders.models import Order
from orders.placing import Contact, Item, place_order

pytestmark = pytest.mark.django_db(transaction=True)

DOTS_PER_MM = 300 / 25.4
# Chromium rounds pages to whole pixels of its own, of which there are 96 in an inch.
NEARLY = 25.4 / 96


class Paper(NamedTuple):
    """One page of a printed document: its size in mm, its text, and its picture."""

    size: tuple[float, float]
    text: str
    picture: Image.Image

    def says(self, text: str) -> bool:
        """Whether this stands on it; where lines and words end, a PDF does not tell."""
        return "".join(text.split()) in "".join(self.text.split())

    def codes(self) -> list[tuple[str, float, float]]:
        """What each code holds, and where its upper left corner is, in mm; row by row."""
        found = [
            (
                code.text,
                code.position.top_left.x / DOTS_PER_MM,
                code.position.top_left.y / DOTS_PER_MM,
            )
            for code in zxingcpp.read_barcodes(self.picture)
        ]
        return sorted(found, key=lambda code: (round(code[2]), code[1]))


@pytest.fixture
def sign_in_at_desk(page: Page, live_server: LiveServer, owner: User) -> Page:
    """The desk's page, signed in."""
    browser = Client()
    browser.force_login(owner)
    session = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    return page


@pytest.fixture
def printed(sign_in_at_desk: Page, live_server: LiveServer) -> Callable[[str], list[Paper]]:
    """Print what stands below the list of orders, as a browser does."""

    def papers(path: str) -> list[Paper]:
        answer = sign_in_at_desk.goto(f"{live_server.url}/admin/orders/order/{path}")
        assert answer is not None
        assert answer.status == 200
        document = pypdfium2.PdfDocument(io.BytesIO(sign_in_at_desk.pdf(prefer_css_page_size=True)))
        return [
            Paper(
                (page.get_width() / 72 * 25.4, page.get_height() / 72 * 25.4),
                page.get_textpage().get_text_range(),
                page.render(scale=300 / 72).to_pil().convert("L"),
            )
            for page in document
        ]

    return papers


@pytest.fixture
def three_pieces(wash: Service, ironing: Service) -> Order:
    """Two washes and an ironing of Dora, who has no account."""
    return place_order(
        by=SYSTEM,
        items=[Item(wash.pk, 2), Item(ironing.pk)],
        source="counter",
        contact=Contact("Dora Doe", "dora@example.com", "+31 20 5550123"),
    )


def quiet_zone(order: Order, width: float) -> float:
    """How far inside its picture of this width (mm) the code begins: four modules."""
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(order.tracking_url)
    code.make()
    return 4 * width / (code.modules_count + 8)


def test_a_roll_has_a_page_for_each_piece(
    printed: Callable[[str], list[Paper]], three_pieces: Order
) -> None:
    papers = printed(f"{three_pieces.pk}/print/roll/")
    assert [paper.size for paper in papers] == [pytest.approx((62, 36), abs=NEARLY)] * 3
    for piece, paper in enumerate(papers, start=1):
        assert paper.says(f"DD {piece} of 3")
        ((text, left, top),) = paper.codes()
        assert text == three_pieces.tracking_url
        quiet = quiet_zone(three_pieces, 31)
        assert (left, top) == pytest.approx((1.5 + quiet, 2.5 + quiet), abs=0.4)


def test_a_ticket_is_one_page_of_a6(
    printed: Callable[[str], list[Paper]], three_pieces: Order
) -> None:
    (paper,) = printed(f"{three_pieces.pk}/print/ticket/")
    assert paper.size == pytest.approx((105, 148), abs=NEARLY)
    assert [text for text, *_place in paper.codes()] == [three_pieces.tracking_url]
    for text in (settings.SHOP_NAME, three_pieces.order_number, "2 × Wash", "INR 29.00"):
        assert paper.says(text)


def test_a_long_order_stays_on_its_ticket(
    printed: Callable[[str], list[Paper]], wash: Service
) -> None:
    Service.objects.filter(pk=wash.pk).update(name="Wash with a name that goes on and on " * 3)
    order = place_order(
        by=SYSTEM, items=[Item(wash.pk, 9999)] * 50, source="counter", contact=Contact("Ann")
    )
    (paper,) = printed(f"{order.pk}/print/ticket/")
    assert paper.says("and 44 more")
    assert paper.says("INR 6,249,375.00")
    assert paper.says("until you have your things back")


def test_a_sheet_has_its_labels_where_the_paper_is_cut(
    printed: Callable[[str], list[Paper]], three_pieces: Order, order: Order
) -> None:
    ids = f"{three_pieces.pk},{order.pk}"
    first, second = printed(f"print/sheet/?ids={ids}&pieces=4&copies=3&skip=5")
    for paper in (first, second):
        assert paper.size == pytest.approx((210, 297), abs=NEARLY)

    found = first.codes()
    assert [text for text, *_place in found] == [three_pieces.tracking_url] * 12 + [
        order.tracking_url
    ] * 7
    assert [text for text, *_place in second.codes()] == [order.tracking_url] * 5
    quiet = quiet_zone(order, 28)
    for cell, (_text, left, top) in enumerate(found, start=5):
        row, column = divmod(cell, 3)
        expected = (70 * column + 5 + quiet, 0.5 + 37 * row + 4.5 + quiet)
        assert (left, top) == pytest.approx(expected, abs=0.4)


def test_used_cells_of_a_sheet_stay_empty(
    printed: Callable[[str], list[Paper]], order: Order
) -> None:
    (paper,) = printed(f"{order.pk}/print/sheet/?skip=4")
    for cell in range(24):
        row, column = divmod(cell, 3)
        corners = (70 * column + 1, 37 * row + 1, 70 * column + 69, 37 * row + 37)
        box = tuple(round(corner * DOTS_PER_MM) for corner in corners)
        darkest, _lightest = paper.picture.crop(box).getextrema()  # type: ignore[arg-type]
        assert darkest == (0 if cell == 4 else 255), cell


def test_what_is_printed_keeps_five_millimetres_from_the_edge_of_a_sheet(
    printed: Callable[[str], list[Paper]], three_pieces: Order
) -> None:
    (paper,) = printed(f"{three_pieces.pk}/print/sheet/?pieces=24")
    ink = paper.picture.point(lambda value: 255 - value).getbbox()
    assert ink is not None
    left, top, right, bottom = (edge / DOTS_PER_MM for edge in ink)
    assert (left, top) >= (5, 5)
    assert right <= 205.1
    assert bottom <= 292.1


@pytest.mark.parametrize("kind", ["ticket", "roll", "sheet"])
def test_no_paper_names_a_person(
    kind: str, printed: Callable[[str], list[Paper]], three_pieces: Order
) -> None:
    for paper in printed(f"{three_pieces.pk}/print/{kind}/"):
        assert paper.says("DD")
        for personal in ("Dora", "Doe", "dora@", "5550123"):
            assert not paper.says(personal)


def test_a_number_of_the_old_servers_fits_however_long(
    printed: Callable[[str], list[Paper]], order: Order
) -> None:
    Order.objects.filter(pk=order.pk).update(order_number="ORD-2024-" + "7" * 55)
    for kind in ("ticket", "roll", "sheet"):
        (paper,) = printed(f"{order.pk}/print/{kind}/")
        ((text, *_place),) = paper.codes()
        assert text == Order.objects.get(pk=order.pk).tracking_url


@pytest.mark.parametrize("kind", ["roll", "sheet"])
def test_initials_and_pieces_fit_beside_each_other(
    kind: str, sign_in_at_desk: Page, live_server: LiveServer, order: Order
) -> None:
    Order.objects.filter(pk=order.pk).update(name="Wanda Maria Meyer")
    page = sign_in_at_desk
    for pieces in (9, 99, 200):
        path = f"/admin/orders/order/{order.pk}/print/{kind}/?pieces={pieces}"
        page.goto(live_server.url + path)
        last = page.locator(".piece").last
        expect(last).to_have_text(f"WM{pieces} of {pieces}")
        assert last.evaluate("row => row.scrollWidth <= row.clientWidth")


def test_codes_of_the_old_form_are_read_from_the_smallest_label_too(
    printed: Callable[[str], list[Paper]], three_pieces: Order, settings
) -> None:
    settings.QR_PAYLOAD = "legacy"
    (paper,) = printed(f"{three_pieces.pk}/print/sheet/?pieces=1")
    ((text, *_place),) = paper.codes()
    assert text == (
        f"ORDER: {three_pieces.order_number}\nEMAIL: dora@example.com\nSERVICE: Wash, Ironing"
    )


def test_the_bar_changes_what_is_shown_and_enter_prints(
    sign_in_at_desk: Page, live_server: LiveServer, three_pieces: Order
) -> None:
    page = sign_in_at_desk
    page.add_init_script("window.print = () => { document.title = 'printed'; }")
    page.goto(f"{live_server.url}/admin/orders/order/{three_pieces.pk}/print/roll/")
    expect(page.get_by_role("heading")).to_have_text("3 labels")
    page.get_by_label("Pieces of an order").fill("5")
    page.keyboard.press("Tab")
    expect(page.get_by_role("heading")).to_have_text("5 labels")

    expect(page.get_by_role("button", name="Print")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_title("printed")


def test_what_cannot_be_printed_is_told_and_not_printed(
    sign_in_at_desk: Page,
    live_server: LiveServer,
    three_pieces: Order,
    expected_errors: list[str],
) -> None:
    expected_errors.append("400")
    page = sign_in_at_desk
    url = f"{live_server.url}/admin/orders/order/{three_pieces.pk}/print/sheet/?skip=24"
    page.goto(url)
    expect(page.get_by_text("less than or equal to 23")).to_be_visible()
    expect(page.get_by_role("button", name="Print")).to_be_disabled()
