"""Reading what somebody uploads: odd files, wrong files, hostile files."""

import io
import time
import tracemalloc
import zipfile

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from config.sheets import reading
from config.sheets.reading import read_sheet
from tests.sheets import csv_of, xlsx_of


def refused(content: bytes) -> str:
    with pytest.raises(ValidationError) as caught:
        read_sheet(content)
    (text,) = caught.value.messages
    return text


# --- What is read -----------------------------------------------------------------------


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_rows_come_with_the_lines_they_stand_in(make):
    content = make([" Name", "PRICE"], ["Wash", "12.5"], [], ["Ironing"])

    sheet = read_sheet(content)

    assert sheet.headers == ["name", "price"]
    assert sheet.rows == [["Wash", "12.5"], ["Ironing", ""]]
    assert sheet.lines == [2, 4]


def test_a_cell_of_several_lines_counts_as_the_line_it_begins_in():
    assert read_sheet(b'name\n"a\nb"\nc\n').lines == [2, 4]


@pytest.mark.parametrize("mark", [";", "\t", ","])
def test_other_marks_between_cells_are_read_too(mark):
    assert read_sheet(f"name{mark}price\nWash{mark}3\n".encode()).rows == [["Wash", "3"]]


@pytest.mark.parametrize("content", [b"\xef\xbb\xbfname\nWash", b"name\r\nWash\r\n", b"name\rWash"])
def test_a_mark_of_utf_8_and_any_line_ends_are_read(content):
    assert read_sheet(content).rows == [["Wash"]]


def test_cells_of_a_workbook_are_read_as_their_texts():
    row = [12.1, 7, 12.100000000000001, True, None, "'+91 98450", "end"]
    assert read_sheet(xlsx_of(list("abcdefg"), row)).rows == [
        ["12.1", "7", "12.1", "true", "", "+91 98450", "end"]
    ]


def test_of_a_formula_the_value_saved_with_it_is_read_and_never_its_text():
    assert read_sheet(xlsx_of(["name", "price"], ["Wash", "=1+1"])).rows == [["Wash", ""]]


def test_a_workbook_that_lies_of_its_size_is_read_whole():
    content = xlsx_of(["name"], ["Wash"], ["Ironing"])
    assert read_sheet(repacked(content, b'ref="A1:A3"', b'ref="A1:A1"')).rows == [
        ["Wash"],
        ["Ironing"],
    ]


# --- What is not ------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" , ,\n"])
def test_an_empty_file_is_refused(content):
    assert refused(content) == "This file is empty."


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_a_header_alone_is_refused(make):
    assert refused(make(["name", "price"])) == "This file has a header and no rows."


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_another_encoding_is_refused(encoding):
    assert refused("name\nÜnal\n".encode(encoding)) == (
        'This file is neither XLSX nor in UTF-8: save it as XLSX or "CSV UTF-8".'
    )


def test_an_old_workbook_is_refused():
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") == (
        "This is a workbook of an old Excel: save it as XLSX."
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"name,,price\na,b,c\n", "Column 2 has no name."),
        (b"name,Name\na,b\n", "There are two columns called name."),
        (b"name\nWash\nIroning,4\n", "Line 3 has more cells than the header."),
        (b'name\nWash\n"Iron"ing"\n', "Line 3 is no CSV."),
        (b"name\nWash\n" + b"x" * 140_000, "Line 3 is no CSV."),
    ],
)
def test_a_file_without_order_is_refused_by_its_line(content, text):
    assert refused(content) == text


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_a_file_of_the_most_rows_is_read_and_one_more_row_is_refused(make, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 3)
    assert len(read_sheet(make(["name"], *[["Wash"]] * 3)).rows) == 3
    assert refused(make(["name"], *[["Wash"]] * 4)) == ("This file has more than 3 rows: split it.")


# --- Files made to harm -------------------------------------------------------------------

# Of the processor: what these files cost when they were read in full was minutes, now it is
# hundredths of a second, on whatever machine.
PATIENCE_SECONDS = 10


def test_a_line_of_a_million_empty_cells_costs_no_more_than_another():
    started = time.process_time()

    assert read_sheet(b"name\nWash\n" + b"," * 1_000_000).rows == [["Wash"]]

    assert time.process_time() - started < PATIENCE_SECONDS


def test_a_header_of_more_columns_than_any_list_has_does_not_widen_the_rows():
    names = ",".join(f"c{number}" for number in range(1, 100_001)).encode()

    sheet = read_sheet(names + b"\nWash\nIroning\n")

    assert sheet.headers[-1] == "c100"
    assert [len(row) for row in sheet.rows] == [100, 100]


def repacked(content: bytes, old: bytes, new: bytes) -> bytes:
    """The workbook with something else in its sheet."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for part in source.infolist():
            body = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert old in body
                body = body.replace(old, new)
            target.writestr(part.filename, body)
    return file.getvalue()


BOMB = "This workbook holds more than its rows need: save it anew."
DAMAGED = "This workbook is damaged and cannot be read."


def bomb(megabytes: int) -> bytes:
    """A workbook whose sheet is that large, and a few kilobytes to upload."""
    rows = b"<row>" + b" " * (megabytes * 1024**2) + b"</row></sheetData>"
    return repacked(xlsx_of(["name"], ["Wash"]), b"</sheetData>", rows)


def test_a_zip_bomb_is_refused_unread():
    content = bomb(200)
    assert len(content) < 1024**2
    tracemalloc.start()
    started = time.process_time()

    assert refused(content) == BOMB

    assert time.process_time() - started < PATIENCE_SECONDS
    assert tracemalloc.get_traced_memory()[1] < 8 * 1024**2
    tracemalloc.stop()


def test_a_zip_bomb_that_lies_of_its_size_is_refused(monkeypatch):
    content = bomb(30)
    size = (30 * 1024**2).to_bytes(4, "little")
    (true_size,) = (
        part.file_size
        for part in zipfile.ZipFile(io.BytesIO(content)).infolist()
        if part.filename == "xl/worksheets/sheet1.xml"
    )
    assert true_size > int.from_bytes(size, "little")
    lying = content.replace(true_size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))
    assert lying != content

    assert refused(lying) == DAMAGED


def test_what_comes_out_of_an_archive_is_counted(monkeypatch):
    monkeypatch.setattr(reading, "MOST_UNPACKED_BYTES", 100)
    assert refused(xlsx_of(["name"], ["Wash"])) == BOMB


def test_a_workbook_of_more_parts_than_rows_need_is_refused_unparsed():
    content = repacked(
        xlsx_of(["name"], ["Wash"]),
        b"</sheetData>",
        b"<row>" + b"<c/>" * 1_000_000 + b"</row></sheetData>",
    )
    assert len(content) < 16 * 1024
    started = time.process_time()

    assert refused(content) == BOMB

    assert time.process_time() - started < PATIENCE_SECONDS


def test_entities_that_grow_are_refused():
    content = repacked(
        xlsx_of(["name"], ["Wash"]),
        b"<worksheet",
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><worksheet',
    )
    assert refused(content) == DAMAGED


def test_a_cell_far_below_is_refused_and_does_not_make_a_million_rows():
    content = repacked(
        xlsx_of(["name"], ["Wash"]),
        b"</sheetData>",
        b'<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>',
    )
    assert refused(content) == ("This sheet goes on below line 20000: remove what is there.")


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 100])
def test_a_damaged_workbook_is_refused(content):
    assert refused(content) == DAMAGED


def test_another_archive_is_refused():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("letter.txt", "Dear shop")
    assert refused(file.getvalue()) == DAMAGED


def test_workbooks_are_parsed_by_a_parser_that_expands_nothing():
    assert openpyxl.DEFUSEDXML is True
