"""QR images: made from the order when first asked for, kept, and made again if lost."""

import base64
import hashlib
import io
import logging
from typing import NamedTuple

import qrcode
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from qrcode.image.pil import PilImage
from qrcode.image.svg import SvgPathFillImage

from orders.models import Order
from orders.numbers import MAX_PAYLOAD

logger = logging.getLogger(__name__)

# Pixels a module and quiet zone in modules (ISO/IEC 18004 asks for four).
BOX_SIZE = 10
BORDER = 4
# The last chunk of every whole PNG (ISO/IEC 15948): its name and its checksum.
PNG_END = b"IEND\xaeB`\x82"


def payload_of(order: Order, *, with_token: bool) -> str:
    """The text in an order's code (contract, section 5).

    The tracking URL, with the order's secret token on what only its owner and the shop
    hold. `QR_PAYLOAD=legacy` puts three lines for old scanner apps in its place.
    """
    if settings.QR_PAYLOAD == "legacy":
        lines = f"ORDER: {order.order_number}\nEMAIL: {order.email}\nSERVICE: {order.service_name}"
        # The services of a long order are more than a code can hold, or a scan would read.
        return lines[:MAX_PAYLOAD]
    return order.tracking_url if with_token else order.public_url


class SvgCode(SvgPathFillImage):
    """The package's SVG without its id: a page may hold many of them."""

    def process(self) -> None:
        """Draw the squares."""
        super().process()
        if self.path is not None:
            del self.path.attrib["id"]


def _code(text: str) -> qrcode.QRCode:
    code = qrcode.QRCode(
        error_correction=qrcode.constants.ERROR_CORRECT_M,
        box_size=BOX_SIZE,
        border=BORDER,
    )
    code.add_data(text)
    return code


def png(text: str) -> bytes:
    """A PNG of a code that holds `text`."""
    stream = io.BytesIO()
    _code(text).make_image(image_factory=PilImage).save(stream)
    return stream.getvalue()


def svg(text: str) -> bytes:
    """An SVG of a code that holds `text`, on a ground of its own: a page may be dark."""
    return _code(text).make_image(image_factory=SvgCode).to_string()


def svg_address(text: str) -> str:
    """The SVG as an address, for an image of a page that no second request may fetch."""
    return f"data:image/svg+xml;base64,{base64.b64encode(svg(text)).decode()}"


def folder() -> str:
    """Where images are kept: a folder named by what they depend on beside the order.

    A changed setting so never serves a stale image.
    """
    form = f"{settings.QR_PAYLOAD}|{settings.PUBLIC_URL}|{BOX_SIZE}|{BORDER}"
    return f"qr/{hashlib.sha256(form.encode()).hexdigest()[:16]}"


class Image(NamedTuple):
    """A PNG, and the name under which the store keeps it; None where it could not be kept."""

    content: bytes
    kept_as: str | None


def _name_of(order: Order) -> str:
    return f"{folder()}/{order.order_number}.png"


def kept_png(order: Order) -> Image | None:
    """The image that is kept of an order under the present settings, if it is whole."""
    name = _name_of(order)
    try:
        with default_storage.open(name) as kept:
            content: bytes = kept.read()
    except OSError:
        return None
    return Image(content, name) if content.endswith(PNG_END) else None


def public_png(order: Order) -> Image:
    """The public image of an order, from the store or made anew.

    A store that cannot be written (a full disk) costs the keeping, not the answer.
    """
    if (kept := kept_png(order)) is not None:
        return kept
    name = _name_of(order)
    content = png(payload_of(order, with_token=False))
    try:
        default_storage.delete(name)
        return Image(content, default_storage.save(name, ContentFile(content)))
    except OSError:
        logger.exception("The QR image of %s could not be kept.", order.order_number)
    return Image(content, None)


def remove_stale(*, dry_run: bool = False) -> int:
    """Remove what was kept under other settings, which nobody asks for; answer how many."""
    stale = [
        f"{kept}/{name}"
        for kept in _kept_folders()
        if kept != folder()
        for name in default_storage.listdir(kept)[1]
    ]
    if not dry_run:
        for name in stale:
            default_storage.delete(name)
    return len(stale)


def forget(order_numbers: list[str]) -> None:
    """Remove the kept images of these orders, whatever settings they were made under."""
    for number in order_numbers:
        for kept in _kept_folders():
            default_storage.delete(f"{kept}/{number}.png")


def _kept_folders() -> list[str]:
    try:
        names, _files = default_storage.listdir("qr")
    except FileNotFoundError:
        return []
    return [f"qr/{name}" for name in names]
