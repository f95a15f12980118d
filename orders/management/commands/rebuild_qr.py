"""`manage.py rebuild_qr`: make the QR images that are missing, and remove the stale."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.progress import progress
from orders import qr
from orders.models import Order

MANY = 100


class Command(BaseCommand):
    help = (
        "Makes the QR images that are missing or broken, and removes those of other settings. The "
        "shop makes each when it is asked for: this is for a store that was lost, or a moved "
        "PUBLIC_URL, before many ask at once. Exit code 1 if one could not be kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *, dry_run: bool, **options: Any) -> None:
        missing = failed = 0
        orders = Order.objects.present().order_by("-pk")
        with progress("QR images", total=orders.count()) as advance:
            for order in orders.iterator(MANY):
                if qr.kept_png(order) is None:
                    missing += 1
                    failed += not dry_run and qr.public_png(order).kept_as is None
                advance(1)
        stale = qr.remove_stale(dry_run=dry_run)
        would = "would be " if dry_run else ""
        text = f"{missing - failed} images {would}made, {stale} of other settings {would}removed"
        if failed:
            raise CommandError(f"{text}, {failed} could not be kept: see the log.")
        self.stdout.write(f"{text}.")
