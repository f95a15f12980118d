"""`manage.py prune_legacy_use`: forget who called old paths some time ago."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from config.arguments import days
from config.operations.legacy_use import KEPT_FOR, prune


class Command(BaseCommand):
    help = "Removes the counts of calls of old paths that are more than --days old."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=days, default=KEPT_FOR, help="how long they are kept (90)"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")

    def handle(self, *, days: datetime.timedelta, dry_run: bool, **options: Any) -> None:
        pruned = prune(before=timezone.localdate() - days, dry_run=dry_run)
        self.stdout.write(f"{pruned} counts {'would be removed' if dry_run else 'removed'}.")
