"""Files that a real reader opens."""

import datetime
import io
from decimal import Decimal

import openpyxl
import pytest

from config.sheets.reading import read_sheet
from config.sheets.writing import WRITERS, write_csv, write_xlsx
from tests.sheets import rows_of

HEADER = ["name", "price", "at", "day", "is_active"]
ROW = [
    'Ünal, "Bea"\nRao',
    Decimal("12.50"),
    datetime.datetime(2026, 11, 22, 20, 30, 5, 9, datetime.UTC),
    datetime.date(2026, 11, 22),
    True,
]


def test_csv_is_utf_8_with_a_mark_for_spreadsheets():
    file = io.BytesIO()

    assert write_csv(file, HEADER, iter([ROW, ROW])) == 2

    assert file.getvalue().startswith(b"\xef\xbb\xbfname,price,at,day,is_active\r\n")
    told = ['Ünal, "Bea"\nRao', "12.50", "2026-11-22 20:30:05", "2026-11-22", "true"]
    assert rows_of(file.getvalue()) == [HEADER, told, told]


def test_a_pipe_gets_no_mark():
    file = io.BytesIO()
    write_csv(file, ["name"], [], mark=False)
    assert file.getvalue() == b"name\r\n"


def test_numbers_moments_and_days_are_such_in_a_workbook(settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    file = io.BytesIO()

    assert write_xlsx(file, HEADER, iter([ROW])) == 1

    header, (name, price, at, day, is_active) = rows_of(file.getvalue())
    assert header == HEADER
    assert (name, price, is_active) == (ROW[0], 12.5, True)
    assert at == datetime.datetime(2026, 11, 23, 2, 0, 5)  # noqa: DTZ001  (as a sheet has it)
    assert day == datetime.datetime(2026, 11, 22)  # noqa: DTZ001
    sheet = openpyxl.load_workbook(file).active
    assert (sheet["B2"].data_type, sheet["B2"].number_format) == ("n", "0.00")


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("text", ["=1+1", "+91 98450", "-2", "@A1", "\tx", "\rx", "'=1"])
def test_no_text_becomes_a_formula(kind, text):
    file = io.BytesIO()

    WRITERS[kind](file, ["name", "end"], [[text, "."]])

    assert file.getvalue().count(b"<f>") == 0
    assert rows_of(file.getvalue())[1][0].startswith("'")
    assert read_sheet(file.getvalue()).rows == [[text, "."]]


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("text", ["a\x01b", "a\r\nb", "_x0041_", " a ", "\N{BASKET}", "x" * 5000])
def test_what_a_format_cannot_hold_as_it_is_comes_back_all_the_same(kind, text):
    file = io.BytesIO()

    WRITERS[kind](file, ["name", "end"], [[text, "."]])

    assert read_sheet(file.getvalue()).rows == [[text, "."]]
