"""Write orders into a file, however many they are."""

import datetime
import os
import sys
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from django.db.models import QuerySet

from config.days import midnight
from config.progress import progress
from orders.exporting import ExportRefusedError, export_into, export_to, in_steps
from orders.models import Order, Status


def day(text: str, days: int = 0) -> datetime.datetime:
    """The midnight with which a day of the shop begins, or the one so many days later."""
    try:
        return midnight(datetime.date.fromisoformat(text) + datetime.timedelta(days=days))
    except (ValueError, OverflowError) as error:
        raise ArgumentTypeError(f"{text} is no day: write one as 2026-11-22") from error


def end_of_day(text: str) -> datetime.datetime:
    """The midnight with which a day of the shop ends."""
    return day(text, days=1)


class Command(BaseCommand):
    help = (
        "Writes orders into a CSV or XLSX file, as the admin's list exports them, but any number "
        "of them in the same memory. The file stands there when it is complete, or not at all."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "path", help="The file, ending in .csv or .xlsx; - writes CSV to standard output."
        )
        parser.add_argument(
            "--since", type=day, metavar="DAY", help="Placed on this day of the shop or later."
        )
        parser.add_argument(
            "--until",
            type=end_of_day,
            metavar="DAY",
            help="Placed on this day of the shop or earlier.",
        )
        parser.add_argument(
            "--status",
            action="append",
            choices=Status.values,
            help="In this stage; can be given more than once.",
        )
        parser.add_argument(
            "--with-deleted", action="store_true", help="Deleted orders too, which are left out."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            count = self._export(options["path"], self._orders(**options))
        except ExportRefusedError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(
                f"The database does not answer ({error.args[-1]}): nothing was written."
            ) from error
        except BrokenPipeError as error:
            # Python would complain once more when it closes the pipe.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise CommandError("Who was to read the orders has gone.") from error
        if options["path"] != "-":
            self.stdout.write(f"{count} orders written to {options['path']}.")

    def _orders(
        self,
        *,
        since: datetime.datetime | None,
        until: datetime.datetime | None,
        status: list[str] | None,
        with_deleted: bool,
        **options: Any,
    ) -> QuerySet[Order]:
        orders = Order.objects.all() if with_deleted else Order.objects.present()
        if since:
            orders = orders.filter(created_at__gte=since)
        if until:
            orders = orders.filter(created_at__lt=until)
        return orders.filter(status__in=status) if status else orders

    def _export(self, path: str, orders: QuerySet[Order]) -> int:
        """Write them, behind a bar on a terminal."""
        count = orders.count()
        with progress("orders", total=count) as advance:
            rows = in_steps(orders, done=advance)
            if path == "-":
                return export_into(sys.stdout.buffer, rows)
            return export_to(Path(path), rows, count=count)
