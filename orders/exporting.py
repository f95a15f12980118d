"""Taking out more orders than a page of the admin can."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from django.db.models import QuerySet

from config.sheets.writing import WRITERS, XLSX_ROWS, write_csv
from orders.models import Order
from orders.resources import OrderResource

# So many orders are in memory at once. A cursor would not do: MariaDB's client reads all
# rows of an answer before it gives the first one.
AT_ONCE = 2_000


class ExportRefusedError(Exception):
    """What was asked for cannot be written; the text says why."""


def in_steps(orders: QuerySet[Order], *, done: Callable[[int], object]) -> Iterator[Order]:
    """The orders by id, a part at a time; `done` is told how many each part held.

    None comes twice, or is left out, because others are placed or changed meanwhile.
    """
    newest_read = 0
    while some := list(orders.filter(pk__gt=newest_read).order_by("pk")[:AT_ONCE]):
        yield from some
        newest_read = some[-1].pk
        done(len(some))


def kind_of(path: Path) -> str:
    """The format that a file's name ends with; raises ExportRefusedError for another."""
    kind = path.suffix.lower().lstrip(".")
    if kind not in WRITERS:
        raise ExportRefusedError(f"{path.name} ends in neither .csv nor .xlsx.")
    return kind


def export_to(path: Path, orders: Iterable[Order], *, count: int) -> int:
    """Write orders into a file, whose name says its format; answers how many.

    The file stands there when it is complete, or not at all, and only its owner reads it. What
    stood there before is replaced. Raises ExportRefusedError for another format, for more
    orders (`count`) than a sheet holds, and where nothing can be written.
    """
    kind = kind_of(path)
    if kind == "xlsx" and count >= XLSX_ROWS:
        raise ExportRefusedError(
            f"A sheet holds {XLSX_ROWS - 1} orders, and these are {count}: write CSV instead."
        )
    try:
        with _replacing(path) as file:
            return WRITERS[kind](file, *_table(orders))
    except OSError as error:
        raise ExportRefusedError(f"{path} cannot be written: {error.strerror}.") from error


def export_into(stream: IO[bytes], orders: Iterable[Order]) -> int:
    """Write orders as CSV into a pipe, without the mark that only spreadsheets want."""
    return write_csv(stream, *_table(orders), mark=False)


def _table(orders: Iterable[Order]) -> tuple[list[str], Iterator[list[Any]]]:
    resource = OrderResource()
    return resource.get_export_headers(), resource.records(orders)


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file beside this one that takes its place at the end; nothing where that fails."""
    number, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
