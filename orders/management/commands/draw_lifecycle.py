"""Draw the documents of the life cycle from its table."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from orders import diagram


class Command(BaseCommand):
    help = "Draws docs/lifecycle.md and docs/lifecycle.svg from orders.lifecycle.TRANSITIONS."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; exit with 1 if the documents differ from the table.",
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            for path in diagram.draw():
                self.stdout.write(f"Drew {path}.")
            return
        if differing := diagram.outdated():
            names = " and ".join(path.name for path in differing)
            raise CommandError(f"Not drawn from the present table: {names}. Run draw_lifecycle.")
