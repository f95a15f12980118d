"""Prepare the demonstration, and say how to get in."""

from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks.registry import registry
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from config.operations import demo_logins
from config.operations.demo import Demo, DemoRefusedError, prepare
from orders.models import Order, Status

# They examine the code, not what an operator sets; `bin/check` runs them. Here they
# would import every view, and double the time of a start. Checks are chosen by tag, so
# one without any would not run at all: ours have `settings`.
CHECKS_OF_CODE = {checks.Tags.admin, checks.Tags.urls, checks.Tags.database}


class Command(BaseCommand):
    help = (
        "Migrates, fills an empty database with demo data, and prints what to open and the "
        "logins; what is done already is not done again. bin/serve runs it before gunicorn."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(tags=sorted(registry.tags_available() - CHECKS_OF_CODE))
        try:
            demo = prepare()
        except DemoRefusedError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {error.args[-1]}.") from error
        if not demo.is_demo:
            self.stdout.write("The database holds orders of its own: no demo data was added.")
        self._write_table("Open", _pages())
        self._write_table(f"Sign in (kept in {demo_logins.path()})", _logins(demo))
        if demo.is_demo:
            self._write_table(
                "Try, in a second terminal", [(".venv/bin/python manage.py roundtrip",)]
            )

    def _write_table(self, title: str, rows: list[tuple[str, ...]]) -> None:
        """Write rows of text in columns, below a title."""
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        self.stdout.write(f"\n{title}")
        for row in rows:
            cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.stdout.write("  " + "  ".join(cells).rstrip())


def _pages() -> list[tuple[str, ...]]:
    """What to open, and what is there to see."""
    pages: list[tuple[str, ...]] = [(f"{settings.PUBLIC_URL}/", "look up where an order stands")]
    on_its_way = Order.objects.present().filter(status=Status.PROCESSING).last()
    if on_its_way is not None:
        pages.append((on_its_way.tracking_url, "an order on its way, as its customer sees it"))
    pages.append((f"{settings.PUBLIC_URL}/admin/", "the shop, as its staff see it"))
    return pages


def _logins(demo: Demo) -> list[tuple[str, ...]]:
    """Who can sign in, and by what."""
    rows: list[tuple[str, ...]] = []
    if all(login.role != "admin" for login in demo.logins):
        identity = demo.admin.email or demo.admin.username or ""
        rows.append(("admin", identity, "password", "as you have set it"))
    for login in demo.logins:
        if login.role == "worker":
            rows.append((f"worker {login.id}", login.identity, "PIN", login.password))
        else:
            rows.append((login.role, login.identity, "password", login.password))
    return rows
