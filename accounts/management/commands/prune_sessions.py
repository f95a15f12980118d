"""`manage.py prune_sessions`: forget the sign-ins that ended some time ago."""

import datetime
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.sessions import prune_sessions
from config.arguments import days


class Command(BaseCommand):
    help = (
        "Removes the API's sessions that ran out or were ended more than --days ago. "
        "The admin's own are Django's: see clearsessions."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=days, default="30", help="how long they are kept (30)")
        parser.add_argument("--dry-run", action="store_true", help="count, and remove nothing")

    def handle(self, *, days: datetime.timedelta, dry_run: bool, **options: Any) -> None:
        pruned = prune_sessions(before=timezone.now() - days, dry_run=dry_run)
        verb = "would be removed" if dry_run else "removed"
        self.stdout.write(f"{pruned.expired} expired and {pruned.ended} ended sessions {verb}.")
