"""Show the settings in force, and what is wrong with them."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core import checks
from django.core.management.base import BaseCommand, CommandError

from config.operations.environment import effective


class Command(BaseCommand):
    help = (
        "Shows every setting with where it comes from, secrets masked, and runs the checks of "
        "settings; exit code 1 if the shop would not start."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        rows = list(effective())
        names, values = (max(len(getattr(row, part)) for row in rows) for part in ("name", "value"))
        for title, group in groupby(rows, attrgetter("group")):
            self.stdout.write(f"\n{title}")
            for row in group:
                line = f"  {row.name:{names}}  {row.value:{min(values, 48)}}  {row.source}"
                self.stdout.write(line.rstrip())
        self.stdout.write("")
        found = checks.run_checks(
            tags=["settings", checks.Tags.caches], include_deployment_checks=True
        )
        told = [message for message in found if not message.is_silenced()]
        for message in told:
            self.stdout.write(str(message).removeprefix("?: "))
        errors = sum(message.is_serious() for message in told)
        if errors:
            plural = "setting stops" if errors == 1 else "settings stop"
            raise CommandError(f"{errors} {plural} the shop from starting.")
        self.stdout.write(self.style.SUCCESS("The shop can start with these settings."))
