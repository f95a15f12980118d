"""A day's close as one table, of the same columns for every part: for CSV."""

import io
from collections.abc import Iterator
from typing import Any

from config.operations.day_report.figures import DayReport, ServiceTable
from config.sheets.writing import write_csv

COLUMNS = ("day", "part", "name", "number", "pieces", "amount", "status", "since")


def csv_of(report: DayReport, *, mark: bool = True) -> bytes:
    """The table as a file; amounts are plain, in the shop's currency (see `write_csv`)."""
    file = io.BytesIO()
    rows = ({"day": report.day, **row} for row in _rows(report))
    write_csv(file, COLUMNS, ([row.get(name) for name in COLUMNS] for row in rows), mark=mark)
    return file.getvalue()


def _rows(report: DayReport) -> Iterator[dict[str, Any]]:
    for part in ("placed", "delivered", "cancelled"):
        tally = getattr(report, part)
        yield {"part": part, "number": tally.orders, "amount": tally.amount}
    yield from _services("placed_by_service", report.placed_by_service)
    yield from _services("delivered_by_service", report.delivered_by_service)
    for refused in report.refused or ():
        yield {"part": "refused_scans", "name": refused.reason, "number": refused.number}
    for order in report.stuck:
        yield {
            "part": "stuck",
            "name": order.order_number,
            "amount": order.total_cost,
            "status": order.status,
            "since": order.status_changed_at,
        }
    for steps in report.steps or ():
        yield {"part": "steps", "name": steps.name, "number": steps.number}


def _services(part: str, table: ServiceTable) -> Iterator[dict[str, Any]]:
    for row in table.rows:
        yield {
            "part": part,
            "name": row.name,
            "number": row.orders,
            "pieces": row.pieces,
            "amount": row.amount,
        }
    if table.rest:
        yield {"part": f"{part}_rest", "amount": table.rest}
