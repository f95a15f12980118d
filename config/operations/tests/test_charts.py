"""Where the shapes of the admin's charts stand."""

import datetime

import pytest

from config.operations.charts import Bar, DayLabel, Line, Row, day_chart, nice_top, row_chart

FIRST = datetime.date(2026, 11, 1)


def days(*numbers: tuple[int, int]) -> list[tuple[datetime.date, int, int]]:
    return [(FIRST + datetime.timedelta(days=n), *pair) for n, pair in enumerate(numbers)]


@pytest.mark.parametrize(
    ("highest", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (7, 8), (9, 10), (10, 10), (11, 20), (95, 100), (4001, 6000)],
)
def test_the_top_of_a_chart_is_a_round_number_with_a_whole_half(highest, top):
    assert nice_top(highest) == top


def test_a_days_bars_stand_side_by_side_on_the_base():
    chart = day_chart(days((4, 2), (0, 1)))

    assert [day.bars for day in chart.days] == [
        [Bar("first", "6.00%", "0.00%", "88.00%"), Bar("second", "25.00%", "44.00%", "44.00%")],
        [Bar("second", "75.00%", "66.00%", "22.00%")],
    ]
    assert [day.x for day in chart.days] == ["0.00%", "50.00%"]
    assert (chart.day_width, chart.bar_width, chart.base) == ("50.00%", "19.00%", "88.00%")


def test_the_lines_of_a_chart_are_its_half_and_its_top():
    assert day_chart(days((4, 2))).lines == [
        Line("44.00%", "51.00%", 2),
        Line("0.00%", "7.00%", 4),
    ]


def test_each_seventh_day_is_named_counted_from_the_last():
    labels = day_chart(days(*[(1, 1)] * 10)).labels

    assert labels == [
        DayLabel("25.00%", "middle", datetime.date(2026, 11, 3)),
        DayLabel("100%", "end", datetime.date(2026, 11, 10)),
    ]


def test_days_on_which_nothing_happened_have_no_bars():
    chart = day_chart(days((0, 0), (0, 0)))

    assert [day.bars for day in chart.days] == [[], []]
    assert [line.number for line in chart.lines] == [1, 2]


def test_no_days_make_an_empty_chart():
    assert day_chart([]).days == []


def test_rows_share_the_height_and_the_longest_has_the_whole_width():
    assert row_chart([("Created", "1 hour", 1.0), ("Picked up", "4 hours", 4.0)]) == [
        Row("Created", "1 hour", "20.00%", "26.00%", "13.00%", "25.00%"),
        Row("Picked up", "4 hours", "70.00%", "76.00%", "13.00%", "100.00%"),
    ]


def test_rows_of_no_length_have_no_width():
    assert row_chart([("Created", "0 minutes", 0.0)])[0].width == "0.00%"


def test_no_rows_make_an_empty_chart():
    assert row_chart([]) == []
