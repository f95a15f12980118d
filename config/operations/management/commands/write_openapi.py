"""Write the documents of the API from its code."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError, no_translations

from config.operations import api_documents


class Command(BaseCommand):
    help = "Writes docs/openapi.yaml and docs/postman_collection.json from what the views declare."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check",
            action="store_true",
            help="Write nothing; exit with 1 if a document differs from the code.",
        )

    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            for path in api_documents.write():
                self.stdout.write(f"Wrote {path}.")
            return
        if outdated := api_documents.outdated():
            names = " and ".join(path.name for path in outdated)
            raise CommandError(f"Not as the code is: {names}. Run bin/openapi.")
