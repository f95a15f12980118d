"""`manage.py flush_legacy_use`: write down the counts of old calls that wait in the cache."""

from typing import Any

from django.core.management.base import BaseCommand

from config.operations.legacy_use import flush


class Command(BaseCommand):
    help = (
        "Writes the counted calls of old paths down. The service does so itself, once a "
        "minute; this is for a moment when nobody calls. Local memory is not shared: there "
        "only the service's own process can."
    )

    def handle(self, **options: Any) -> None:
        self.stdout.write(f"{flush()} calls written down.")
