"""`manage.py day_report`: a day's close in the terminal, or as CSV."""

import datetime
from argparse import ArgumentParser
from decimal import Decimal
from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from rich.console import Console
from rich.table import Table
from rich.text import Text

from config.operations.day_report.figures import DayReport, ServiceTable, day_report
from config.operations.day_report.forms import DayForm
from config.operations.day_report.rows import csv_of
from config.shop_tags import money


class Command(BaseCommand):
    help = (
        "Tells what a day of the shop came to: orders placed, delivered and cancelled, money by "
        "service, refused scans, stuck orders. docs/admin.md says what each figure counts."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--date", default="", help="the day, as 2026-11-22; else today")
        parser.add_argument("--csv", action="store_true", help="as CSV, for a spreadsheet")

    def handle(self, *args: Any, date: str, csv: bool, **options: Any) -> None:
        form = DayForm({"day": date})
        if not form.is_valid():
            raise CommandError(" ".join(map(str, form.errors["day"])), returncode=2)
        day: datetime.date = form.cleaned_data["day"]
        report = day_report(day=day, now=timezone.now())
        if csv:
            self.stdout.write(csv_of(report, mark=False).decode(), ending="")
            return
        console = Console(file=cast(TextIO, self.stdout), highlight=False)
        for table in _tables(report):
            console.print(table)


def _tables(report: DayReport) -> list[Table]:
    tables = [
        _table(
            f"{report.day:%A, %d %B %Y}",
            ("", "orders", "money"),
            [
                (name, tally.orders, money(tally.amount))
                for name, tally in (
                    ("placed", report.placed),
                    ("delivered", report.delivered),
                    ("cancelled", report.cancelled),
                )
            ],
        ),
        _of_services("Placed, by service", report.placed_by_service),
        _of_services("Delivered, by service", report.delivered_by_service),
        _table(
            f"Refused scans: {report.refused_scans}",
            ("reason", "scans"),
            report.refused or (),
        ),
        _table(
            f"Stuck orders: {report.stuck_orders}",
            ("order", "status", "since"),
            [
                (
                    order.order_number,
                    order.status,
                    f"{timezone.localtime(order.status_changed_at):%Y-%m-%d %H:%M}",
                )
                for order in report.stuck
            ],
        ),
        _table("Steps of orders", ("by", "steps"), report.steps or ()),
    ]
    return [table for table in tables if table.row_count]


def _of_services(title: str, services: ServiceTable) -> Table:
    rows: list[tuple[Any, ...]] = [
        (row.name, row.orders, row.pieces, _known(row.amount)) for row in services.rows
    ]
    if services.rest:
        rows.append(("not known by service", "", "", money(services.rest)))
    return _table(title, ("service", "orders", "pieces", "money"), rows)


def _known(amount: Decimal | None) -> str:
    return "" if amount is None else money(amount)


def _table(title: str, columns: tuple[str, ...], rows: Any) -> Table:
    table = Table(title=title, title_justify="left")
    first, *others = columns
    table.add_column(first, overflow="fold")
    for column in others:
        table.add_column(column, justify="right")
    for row in rows:
        # As texts: square brackets in a name are no markup.
        table.add_row(*(Text(str(cell)) for cell in row))
    return table
