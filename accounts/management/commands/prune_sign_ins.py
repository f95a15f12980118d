"""`manage.py prune_sign_ins`: forget who signed in some time ago."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.sign_ins import prune_sign_ins
from config.arguments import days


class Command(BaseCommand):
    help = "Removes the notes of staff's sign-ins that are older than --days."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=days, default="365", help="how long they stay (365)")
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")

    def handle(self, *, days: datetime.timedelta, dry_run: bool, **options: Any) -> None:
        count = prune_sign_ins(before=timezone.now() - days, dry_run=dry_run)
        verb = "would be removed" if dry_run else "removed"
        self.stdout.write(f"{count} sign-ins {verb}.")
