"""A day's close as one table, of the same columns for every part: for CSV."""

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from config.operations.day_report.figures import DayReport, ServiceTable
from config.spreadsheets import harmless

if TYPE_CHECKING:
    from _typeshed import SupportsWrite

COLUMNS = ("day", "part", "name", "number", "pieces", "amount", "status", "since")


def write_csv(report: DayReport, file: "SupportsWrite[str]") -> None:
    """Write the table (RFC 4180); amounts are plain, in the shop's currency."""
    table = csv.DictWriter(file, COLUMNS)
    table.writeheader()
    table.writerows({"day": report.day, **row} for row in _rows(report))


def _rows(report: DayReport) -> Iterator[dict[str, object]]:
    for part in ("placed", "delivered", "cancelled"):
        tally = getattr(report, part)
        yield {"part": part, "number": tally.orders, "amount": tally.amount}
    yield from _services("placed_by_service", report.placed_by_service)
    yield from _services("delivered_by_service", report.delivered_by_service)
    for refused in report.refused or ():
        yield {
            "part": "refused_scans",
            "name": harmless(refused.reason),
            "number": refused.number,
        }
    for order in report.stuck:
        yield {
            "part": "stuck",
            "name": harmless(order.order_number),
            "amount": order.total_cost,
            "status": order.status,
            "since": timezone.localtime(order.status_changed_at).isoformat(timespec="seconds"),
        }
    for steps in report.steps or ():
        yield {"part": "steps", "name": harmless(steps.name), "number": steps.number}


def _services(part: str, table: ServiceTable) -> Iterator[dict[str, object]]:
    for row in table.rows:
        yield {
            "part": part,
            "name": harmless(row.name),
            "number": row.orders,
            "pieces": row.pieces,
            "amount": row.amount,
        }
    if table.rest:
        yield {"part": f"{part}_rest", "amount": table.rest}
