"""`manage.py prune`: forget what nobody needs any more."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from config.operations.maintenance.pruning import RULES, prune
from config.progress import progress


class Command(BaseCommand):
    help = (
        "Removes sessions that are over, notes of sign-ins, idempotency keys, mails that are done "
        "with and counts of old calls, each after its time. Orders and tracks stay for ever."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        verb = "would be removed" if dry_run else "removed"
        found = []
        with progress("pruning", total=len(RULES)) as advance:
            for rule, count in prune(dry_run=dry_run):
                found.append(f"{count} {rule.name} {verb}.")
                advance(1)
        self.stdout.write("\n".join(found))
