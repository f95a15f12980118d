"""Files of rows as tests make and read them: by openpyxl and csv, not by our own code."""

import csv
import io
import re
from typing import Any

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client


def csv_of(*rows: Any) -> bytes:
    """A CSV file of these rows, as a spreadsheet saves it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_of(*rows: Any) -> bytes:
    """A workbook of one sheet with these rows."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(content: bytes) -> list[list[Any]]:
    """The rows of a file, header first: texts of CSV, values of XLSX."""
    if content.startswith(b"PK"):
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        return [list(row) for row in sheet.iter_rows(values_only=True)]
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def exported(browser: Client, path: str, kind: str = "csv") -> bytes:
    """The file that the export page at this address makes."""
    answer = browser.post(path, {"format": kind})
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment;"), answer.content.decode()
    return b"".join(answer)


def uploaded(browser: Client, path: str, content: bytes) -> Any:
    """The page that shows what importing this file would do."""
    return browser.post(path, {"file": SimpleUploadedFile("rows", content)})


def problems(answer: Any) -> list[str]:
    """What an import page says is wrong: with the file, or with a line of it."""
    context = answer.context
    texts = [str(text) for text in context["form"].errors.get("file", [])]
    for row in context.get("wrong") or []:
        for column, said in row["errors"].items():
            name = "" if column == "__all__" else f"{column}: "
            texts.append(f"{row['line']}: {name}{' '.join(said)}")
    return texts


def planned(answer: Any) -> list[tuple[Any, ...]]:
    """What an import page says will change: line, whether it is new, and each change."""
    return [
        (row.line, row.is_new(), [tuple(change) for change in row.diff])
        for row in answer.context["rows"]
    ]


def confirmed(browser: Client, shown: Any) -> Any:
    """The answer to the button of a page that shows what would be imported."""
    html = shown.content.decode()
    (action,) = re.findall(r'action="([^"]*/process_import/)"', html)
    sent = {name: shown.context[name] for name in ("carried", "seen")}
    return browser.post(action, sent)
