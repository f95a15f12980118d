"""`manage.py maintain`: what a timer runs every night."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = (
        "Writes down the counted calls of old paths, then runs prune and verify_data: what a "
        "shop needs once a night, and may have twice. Exit code 1 if a row does not hold."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        if not dry_run:
            call_command("flush_legacy_use", stdout=self.stdout)
        call_command("prune", dry_run=dry_run, stdout=self.stdout)
        # Last: it ends with an error where a person has something to decide.
        call_command("verify_data", stdout=self.stdout)
