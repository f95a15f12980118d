"""The geometry of the admin's charts: where each shape of an SVG stands.

All lengths are shares of the drawing's width or height, written as attributes (`12.50%`): a
chart is as wide as its place, and its texts stay as large as they are.
"""

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

# The lowest share of a day chart's height is for the names of its days.
PLOT = 88.0
# Of a day's width: a bar, and the gap left and right of both.
BAR, GAP = 0.38, 0.12
LABEL_EVERY = 7
# How far below its line a number stands.
LINE_TEXT = 7.0


class Bar(NamedTuple):
    """One bar, by its attributes; `kind` is `first` or `second`."""

    kind: str
    x: str
    y: str
    height: str


class DayBars(NamedTuple):
    """A day with its two numbers, and the strip of the drawing that is its own."""

    day: datetime.date
    first: int
    second: int
    x: str
    bars: list[Bar]


class Line(NamedTuple):
    """A line of the grid, and the number that it stands for."""

    y: str
    text_y: str
    number: int


class DayLabel(NamedTuple):
    """The name of a day below its bars."""

    x: str
    anchor: str
    day: datetime.date


class DayChart(NamedTuple):
    """Pairs of bars, one pair for each day; `base` is where they stand."""

    days: list[DayBars]
    day_width: str
    bar_width: str
    lines: list[Line]
    labels: list[DayLabel]
    base: str


class Row(NamedTuple):
    """One row of a row chart: its texts above its bar."""

    name: Any
    text: str
    text_y: str
    y: str
    height: str
    width: str


def percent(share: float) -> str:
    """A length as an attribute."""
    return f"{share:.2f}%"


def nice_top(highest: int) -> int:
    """The least even number of 2, 4, 6, 8, 10, 20, 40, ... that is not below the highest."""
    scale = 1
    while highest > 10 * scale:
        scale *= 10
    return next(step * scale for step in (2, 4, 6, 8, 10) if step * scale >= highest)


def day_chart(days: Sequence[tuple[datetime.date, int, int]]) -> DayChart:
    """Two numbers of each day as bars side by side; the last day is always named."""
    top = nice_top(max((max(first, second) for _day, first, second in days), default=0))
    width = 100 / max(len(days), 1)
    last = len(days) - 1
    return DayChart(
        days=[
            DayBars(day, first, second, percent(width * place), _bars(place, width, top, numbers))
            for place, (day, *numbers) in enumerate(days)
            for first, second in [numbers]
        ],
        day_width=percent(width),
        bar_width=percent(width * BAR),
        lines=[
            Line(percent(height), percent(height + LINE_TEXT), number)
            for number in (top // 2, top)
            for height in [PLOT * (1 - number / top)]
        ],
        labels=[
            DayLabel("100%", "end", day)
            if place == last
            else DayLabel(percent(width * (place + 0.5)), "middle", day)
            for place, (day, *_numbers) in enumerate(days)
            if (last - place) % LABEL_EVERY == 0
        ],
        base=percent(PLOT),
    )


def _bars(place: int, width: float, top: int, numbers: Sequence[int]) -> list[Bar]:
    """A day's bars, without those of nothing."""
    return [
        Bar(
            kind,
            percent(width * (place + GAP + nth * BAR)),
            percent(PLOT * (1 - number / top)),
            percent(PLOT * number / top),
        )
        for nth, (kind, number) in enumerate(zip(("first", "second"), numbers, strict=True))
        if number
    ]


def row_chart(rows: Sequence[tuple[Any, str, float]]) -> list[Row]:
    """Each name and text above a bar that is as long as its number."""
    longest = max((number for _name, _text, number in rows), default=0) or 1
    height = 100 / max(len(rows), 1)
    return [
        Row(
            name,
            text,
            text_y=percent(height * (place + 0.4)),
            y=percent(height * (place + 0.52)),
            height=percent(height * 0.26),
            width=percent(100 * number / longest),
        )
        for place, (name, text, number) in enumerate(rows)
    ]
