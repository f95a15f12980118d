"""`manage.py verify_data`: whether what the rows say of each other holds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.operations.maintenance.verifying import verify, work
from config.progress import progress


class Command(BaseCommand):
    help = (
        "Compares totals with lines, statuses and last_seq with tracks, and finds rows whose "
        "reference leads nowhere. Exit code 1 if something does not hold. --fix mends last_seq, "
        "and nothing else: a person decides the rest."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--fix", action="store_true", help="mend what is safe to mend")
        what.add_argument("--dry-run", action="store_true", help="mend nothing (as without --fix)")

    def handle(self, *, fix: bool, **options: Any) -> None:
        rows = faults = mended = 0
        with progress("verifying", total=work()) as advance:
            for batch in verify(fix=fix):
                for finding in batch.findings:
                    end = " (mended)" if finding.is_mended else ""
                    self.stdout.write(f"{finding.row}: {finding.fault}{end}.")
                    mended += finding.is_mended
                rows += batch.rows
                faults += len(batch.findings)
                advance(batch.rows)
        text = f"{rows} rows: {faults} faults, {mended} of them mended."
        if faults > mended:
            raise CommandError(text)
        self.stdout.write(text)
