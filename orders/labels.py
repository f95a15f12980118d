"""What labels and tickets say of an order: nothing by which a stranger reaches somebody.

The number, the code, the initials of the name, the services and the pickup; never the name
itself, an email or a phone number.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, repeat
from typing import NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from orders import qr
from orders.models import Order, OrderLine

MOST_PIECES = 200
# The cells of an A4 sheet: 3 beside each other, 8 below.
CELLS = 24
# A ticket has room for so many lines; the last one says how many more there are.
TICKET_LINES = 7

# Units of the big number's own picture: how far apart its characters and its rows stand.
_ADVANCE, _ROW, _HEIGHT = 6.1, 9, 7.4


class BigNumber(NamedTuple):
    """An order number as an SVG of text: it fills the room it is given, however long it is."""

    text: str
    rows: list[tuple[str, float, float]]  # the row's text, its width and its base line
    width: float
    height: float


class Label(NamedTuple):
    """One label: of piece `piece` of `pieces`."""

    order: Order
    number: BigNumber
    code: SafeString
    initials: str
    piece: int
    pieces: int
    service: str
    pickup: str


class Ticket(NamedTuple):
    """What the customer takes home."""

    order: Order
    number: BigNumber
    code: SafeString
    initials: str
    lines: list[OrderLine]
    further_lines: int
    pieces: int
    pickup: str


def monogram_of(name: str) -> str:
    """The first letters of a name's first and last word, in upper case; digits are left out."""
    letters = [word[0] for word in name.split() if word[0].isalpha()]
    return "".join([*letters[:1], *letters[1:][-1:]]).upper()


def big_number(text: str, *, rows: int) -> BigNumber:
    """The number in so many rows of nearly the same length."""
    length = -(-len(text) // rows)
    parts = [text[start : start + length] for start in range(0, len(text), length)]
    return BigNumber(
        text=text,
        rows=[
            (part, len(part) * _ADVANCE, _HEIGHT + place * _ROW) for place, part in enumerate(parts)
        ],
        width=length * _ADVANCE,
        height=_HEIGHT + (len(parts) - 1) * _ROW + 0.2,
    )


def pieces_of(order: Order) -> int:
    """How many things were ordered: the sum of the quantities, at least 1, at most 200."""
    total = sum(line.quantity for line in order.lines.all())
    return min(max(total, 1), MOST_PIECES)


def _code_of(order: Order) -> SafeString:
    # The SVG holds nothing of the text but its dark squares.
    return SafeString(qr.svg(qr.payload_of(order, with_token=True)).decode())


def _pickup_of(order: Order, day: str) -> str:
    """The pickup in the shop's time, the day by this format; empty where there is none."""
    if order.pickup_at is None:
        return ""
    moment = timezone.localtime(order.pickup_at)
    return date_format(moment, f"{day}, H:i" if order.pickup_has_time else day)


def _services_by_piece(order: Order, pieces: int) -> Iterator[str]:
    """What each piece is; all of them on each where pieces and quantities do not match."""
    lines = list(order.lines.all())
    if sum(line.quantity for line in lines) == pieces:
        return chain.from_iterable(repeat(line.service_name, line.quantity) for line in lines)
    return repeat(order.service_name, pieces)


def labels_of(
    orders: Sequence[Order], *, pieces: int | None = None, copies: int = 1
) -> list[Label]:
    """A label for each piece of each order, each so many times.

    `pieces` (1 to `MOST_PIECES`) holds for every order; without it each has as many as were
    ordered. The orders come with their lines prefetched.
    """
    return [
        label
        for order in orders
        for label in _labels_of_one(order, pieces or pieces_of(order))
        for _copy in range(copies)
    ]


def _labels_of_one(order: Order, pieces: int) -> list[Label]:
    number = big_number(order.order_number, rows=2)
    code, initials = _code_of(order), monogram_of(order.name)
    pickup = _pickup_of(order, "D j M")
    return [
        Label(order, number, code, initials, piece, pieces, service, pickup)
        for piece, service in enumerate(_services_by_piece(order, pieces), start=1)
    ]


def sheets_of(labels: Sequence[Label], *, skip: int = 0) -> list[list[Label | None]]:
    """The labels on sheets of 24 cells, the first `skip` (0 to 23) of which stay empty."""
    cells: list[Label | None] = [*repeat(None, skip), *labels]
    return [cells[start : start + CELLS] for start in range(0, len(cells), CELLS)]


def tickets_of(orders: Sequence[Order], *, copies: int = 1) -> list[Ticket]:
    """A ticket for each order, each so many times; the orders come with their lines."""
    return [ticket for order in orders for ticket in repeat(_ticket_of(order), copies)]


def _ticket_of(order: Order) -> Ticket:
    lines = list(order.lines.all())
    shown = lines if len(lines) <= TICKET_LINES else lines[: TICKET_LINES - 1]
    return Ticket(
        order=order,
        number=big_number(order.order_number, rows=1),
        code=_code_of(order),
        initials=monogram_of(order.name),
        lines=shown,
        further_lines=len(lines) - len(shown),
        pieces=sum(line.quantity for line in lines),
        pickup=_pickup_of(order, "D j M Y"),
    )
