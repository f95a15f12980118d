"""Rows into a CSV or XLSX file, one at a time: memory does not grow with their number."""

import csv
import datetime
import io
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import IO, Any

from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from config.sheets.cells import neutral, text_of

Row = Sequence[Any]

# A sheet of XLSX has no more rows than these, the header included.
XLSX_ROWS = 1_048_576
# Characters that XML cannot hold or would change, and what looks like one written so
# (ECMA-376, 22.9.2.19).
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_COLUMN_WIDTH = 20


def write_csv(file: IO[bytes], header: Row, rows: Iterable[Row], *, mark: bool = True) -> int:
    """Write a header and rows as UTF-8 with commas; answers how many rows.

    Without the `mark` at the beginning spreadsheets read UTF-8 as something else.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig" if mark else "utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(header)
    count = 0
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        count += 1
    text.flush()
    text.detach()
    return count


def write_xlsx(file: IO[bytes], header: Row, rows: Iterable[Row]) -> int:
    """Write a header and rows as a workbook of one sheet; answers how many rows.

    Numbers, moments and days are such in the sheet, too.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    sheet.freeze_panes = "A2"
    for number in range(len(header)):
        sheet.column_dimensions[chr(ord("A") + number)].width = _COLUMN_WIDTH
    sheet.append([_bold(sheet, name) for name in header])
    count = 0
    for row in rows:
        sheet.append([_xlsx_cell(sheet, value) for value in row])
        count += 1
    book.save(file)
    return count


# A file's ending -> what writes it.
WRITERS: dict[str, Callable[[IO[bytes], Row, Iterable[Row]], int]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
}


def _csv_cell(value: Any) -> str:
    return neutral(value) if isinstance(value, str) else text_of(value)


def _bold(sheet: Any, name: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, name)
    cell.font = Font(bold=True)
    return cell


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    if isinstance(value, str):
        return _UNSPEAKABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", neutral(value))
    if isinstance(value, datetime.datetime):
        # A sheet knows no zones.
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0)
    if isinstance(value, Decimal):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "0.00"
        return cell
    return value
