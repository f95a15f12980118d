"""Write the documents' page of settings from their table."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.operations.environment import PAGE, settings_page


class Command(BaseCommand):
    help = "Writes docs/settings.md from config.variables."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; exit with 1 if the page differs from the table.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        page = settings_page()
        if not options["check"]:
            PAGE.write_text(page)
            self.stdout.write(f"Wrote {PAGE}.")
        elif PAGE.read_text() != page:
            raise CommandError("docs/settings.md is not as the table: run write_settings_page.")
