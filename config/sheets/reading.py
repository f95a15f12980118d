"""What somebody uploads, as rows of texts. A hostile file costs no more than a good one."""

import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import openpyxl
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from config.sheets.cells import restored

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5_000
# What stands further to the right is no column of ours: it is passed over.
MOST_COLUMNS = 100
# An XLSX file is a ZIP archive: so much may come out of it, of so many tags, each of which
# takes a hundred times its length once it is parsed, and so far down may its cells lie.
MOST_UNPACKED_BYTES = 24 * 1024 * 1024
MOST_TAGS = 500_000
MOST_LINES = 20_000

_XLSX = b"PK\x03\x04"
_OLD_XLS = b"\xd0\xcf\x11\xe0"
# How XML writes a character that it cannot hold; half a character is none.
_WRITTEN = re.compile(r"_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")

Record = tuple[int, list[str]]


class Sheet(NamedTuple):
    """A file's rows below its header, each with the number of its line in the file."""

    headers: list[str]
    lines: list[int]
    rows: list[list[str]]


def read_sheet(content: bytes) -> Sheet:
    """Read a CSV or an XLSX file, told apart by their first bytes.

    Raises ValidationError with a sentence for who chose the file.
    """
    if content.startswith(_OLD_XLS):
        raise ValidationError(_("This is a workbook of an old Excel: save it as XLSX."))
    return _sheet(_xlsx(content) if content.startswith(_XLSX) else _csv(content))


def _sheet(records: Iterable[Record]) -> Sheet:
    """Header and rows; empty lines are passed over."""
    filled = ((line, cells) for line, cells in map(_trimmed, records) if cells)
    _line, names = next(filled, (0, []))
    if not names:
        raise ValidationError(_("This file is empty."))
    sheet = Sheet(_headers(names), [], [])
    width = len(sheet.headers)
    for line, cells in filled:
        if len(sheet.rows) == MOST_ROWS:
            text = _("This file has more than %(most)d rows: split it.")
            raise ValidationError(text % {"most": MOST_ROWS})
        if len(cells) > width:
            text = _("Line %(line)d has more cells than the header.")
            raise ValidationError(text % {"line": line})
        sheet.lines.append(line)
        sheet.rows.append(cells + [""] * (width - len(cells)))
    if not sheet.rows:
        raise ValidationError(_("This file has a header and no rows."))
    return sheet


def _trimmed(record: Record) -> Record:
    """A record without the empty cells at its end."""
    line, cells = record
    while cells and not cells[-1].strip():
        cells = cells[:-1]
    return line, [restored(cell) for cell in cells]


def _headers(names: list[str]) -> list[str]:
    """The columns' names in lower case; each is there once."""
    headers = [name.strip().lower() for name in names]
    for number, name in enumerate(headers, 1):
        if not name:
            raise ValidationError(_("Column %(number)d has no name.") % {"number": number})
        if name in headers[: number - 1]:
            text = _("There are two columns called %(name)s.")
            raise ValidationError(text % {"name": name[:40]})
    return headers


def _csv(content: bytes) -> Iterator[Record]:
    """The records of a CSV file, with commas, semicolons or tabs between the cells."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationError(
            _('This file is neither XLSX nor in UTF-8: save it as XLSX or "CSV UTF-8".')
        ) from error
    delimiter = max(",;\t", key=text.partition("\n")[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells[:MOST_COLUMNS]
            # A quoted cell may go over several lines.
            line = reader.line_num + 1
    except csv.Error as error:
        raise ValidationError(_("Line %(line)d is no CSV.") % {"line": line}) from error


def _xlsx(content: bytes) -> list[Record]:
    """The records of the first sheet; of a formula, the value that was saved with it."""
    try:
        _refuse_bomb(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # What a file says of its own size is not to be relied on.
        sheet.reset_dimensions()
        records = []
        rows = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
        for line, values in enumerate(rows, 1):
            if line > MOST_LINES:
                text = _("This sheet goes on below line %(most)d: remove what is there.")
                raise ValidationError(text % {"most": MOST_LINES})
            records.append((line, [_text(value) for value in values]))
    except ValidationError:
        raise
    except Exception as error:
        # openpyxl raises whatever it stumbles over.
        raise ValidationError(_("This workbook is damaged and cannot be read.")) from error
    return records


def _refuse_bomb(content: bytes) -> None:
    """Refuse an archive that holds far more than its size tells."""
    too_large = ValidationError(_("This workbook holds more than its rows need: save it anew."))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
            raise too_large
        # The directory is told by whoever made the file, so what comes out is counted too.
        unpacked = tags = 0
        for part in parts:
            with archive.open(part) as stream:
                while chunk := stream.read(64 * 1024):
                    unpacked += len(chunk)
                    tags += chunk.count(b"<")
                    if unpacked > MOST_UNPACKED_BYTES or tags > MOST_TAGS:
                        raise too_large


def _text(value: Any) -> str:
    """A cell as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        # As many digits as a spreadsheet shows: 12.1, not 12.100000000000001.
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), str(value))
