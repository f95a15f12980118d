"""Cells that look like formulas."""

import datetime
from decimal import Decimal

import pytest

from config.sheets.cells import neutral, restored, text_of


@pytest.mark.parametrize("text", ["=1+1", "+91 98450", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_what_would_begin_a_formula_gets_a_mark_and_loses_it_again(text):
    assert neutral(text) == f"'{text}"
    assert restored(f"'{text}") == text


@pytest.mark.parametrize("text", ["", "Asha", "'tis", "''", "a=1", " =1", "12 - 3", "\n=1"])
def test_any_other_text_stays_as_it_is(text):
    assert (neutral(text), restored(text)) == (text, text)


@pytest.mark.parametrize("text", ["'=1", "''=1", "'+91", "'-", "'\t"])
def test_a_text_that_has_the_mark_of_its_own_keeps_it(text):
    assert neutral(text) == f"'{text}"
    assert restored(neutral(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (Decimal("12.50"), "12.50"),
        (Decimal("1E+3"), "1000"),
        (datetime.date(2026, 11, 22), "2026-11-22"),
        (datetime.datetime(2026, 11, 22, 20, 30, 5, 9, datetime.UTC), "2026-11-23 02:00:05"),
        (" as it is ", " as it is "),
    ],
)
def test_a_value_is_told_in_the_shops_time(value, text, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    assert text_of(value) == text
