"""Bring an old server's data over, or take it back."""

import datetime
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, transaction
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.operations.legacy_import.bringing import bring_all
from config.operations.legacy_import.errors import ImportRefusedError
from config.operations.legacy_import.report import Report
from config.operations.legacy_import.run import Run
from config.operations.legacy_import.snapshot import snapshot_of
from config.operations.legacy_import.sources import source_of
from config.operations.legacy_import.undo import undo_import


class Command(BaseCommand):
    help = (
        "Brings services, customers, orders, workers and tracks over from the SQLite file of an "
        "old server. It can be stopped and run again: what came is not brought twice. "
        "docs/importing.md has the rules."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("path", nargs="?", type=Path, help="The old server's SQLite file.")
        parser.add_argument(
            "--source",
            default="",
            help="A name for the old server; else as it was called before, or as the file is.",
        )
        parser.add_argument(
            "--dry-run",
            action="store_true",
            help="Do all of it and roll it back: the full report, and nothing written. On SQLite "
            "nobody else can write meanwhile.",
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="The report as JSON, too.")
        parser.add_argument(
            "--local-times",
            action="store_true",
            help="The old server wrote its times in the shop's TIME_ZONE; else they are UTC.",
        )
        parser.add_argument(
            "--undo", metavar="SOURCE", help="Take an import back while nothing of it was used."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if (options["path"] is None) == (options["undo"] is None):
            raise CommandError("Give the old server's file, or --undo with a source.")
        try:
            if options["undo"] is not None:
                count = undo_import(options["undo"])
                self.stdout.write(f"{options['undo']} is taken back: {count} rows.")
            else:
                self._import(**options)
        except ImportRefusedError as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(
                f"The shop's database does not answer ({error.args[-1]}): run it again to go on."
            ) from error

    def _import(
        self,
        *,
        path: Path,
        source: str,
        dry_run: bool,
        json: Path | None,
        local_times: bool,
        **options: Any,
    ) -> None:
        zone = timezone.get_default_timezone() if local_times else datetime.UTC
        with ExitStack() as stack:
            snapshot = stack.enter_context(snapshot_of(path, zone=zone))
            run = Run(snapshot, source_of(snapshot, path, source), zone)
            file = stack.enter_context(_opened(json)) if json else None
            if dry_run:
                stack.enter_context(_rolled_back())
            self._bring(run)
            report = Report(run, is_dry_run=dry_run)
            self._tell(report, file)
        if not report.agrees:
            raise CommandError("The two sides differ; the report says in what.")

    def _bring(self, run: Run) -> None:
        """Bring everything over, behind a bar for each table."""
        columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn())
        console = Console(stderr=True)
        with Progress(
            *columns, TimeRemainingColumn(), console=console, disable=not sys.stderr.isatty()
        ) as progress:
            reading = progress.add_task("reading", total=None)
            run.snapshot.survey()
            progress.remove_task(reading)
            tasks = {
                table: progress.add_task(table, total=total)
                for table, total in run.snapshot.work().items()
            }
            for table, done in bring_all(run):
                progress.advance(tasks[table], done)

    def _tell(self, report: Report, file: TextIO | None) -> None:
        for line in report.lines():
            self.stdout.write(line)
        if file is not None:
            report.write_json(file)


@contextmanager
def _rolled_back() -> Iterator[None]:
    """Let everything in the block happen, and then not have happened."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """The file to write the report to, opened before anything else is written."""
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as error:
        raise ImportRefusedError(f"{path} cannot be written: {error.strerror}.") from error
    with file:
        yield file
