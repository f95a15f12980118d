"""Show the main job, or find out whether a server does it."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.env import env
from config.operations import demo_logins
from config.operations.roundtrip import RoundTripError, WorkerLogin, round_trip


class Command(BaseCommand):
    help = (
        "Registers a customer, places an order, reads its QR code and scans it to its delivery, "
        "over HTTP against a running server. With bin/serve running it needs no argument. "
        "Leaves that customer and the delivered order behind."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--base-url", help="Where the server is; else where bin/serve was started last."
        )
        parser.add_argument(
            "--worker-id",
            type=int,
            help="Who scans; else ROUNDTRIP_WORKER_ID, else a worker of the demonstration.",
        )
        parser.add_argument(
            "--worker-password",
            help="Their PIN; better ROUNDTRIP_WORKER_PASSWORD, which the process list hides.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kept = demo_logins.read()
        base_url = options["base_url"] or kept["base_url"] or settings.PUBLIC_URL
        worker = self._worker(kept["logins"], options)
        self.stdout.write(f"A round trip at {base_url}")
        milliseconds = 0.0
        try:
            for step in round_trip(base_url, worker):
                milliseconds += step.milliseconds
                self.stdout.write(f"{step.milliseconds:7.0f} ms  {step.name:<22}  {step.detail}")
        except RoundTripError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{milliseconds:7.0f} ms  in all")

    def _worker(self, logins: list[demo_logins.Login], options: dict[str, Any]) -> WorkerLogin:
        """Who scans: as told, else the first worker of the demonstration."""
        worker_id = options["worker_id"] or env("ROUNDTRIP_WORKER_ID")
        password = options["worker_password"] or env("ROUNDTRIP_WORKER_PASSWORD")
        if worker_id and password:
            return WorkerLogin(worker_id, password)
        for login in logins:
            if login.role == "worker" and worker_id in (0, login.id):
                return WorkerLogin(login.id, login.password)
        raise CommandError(
            "No worker's login is known: start bin/serve, which makes one, "
            "or give --worker-id and --worker-password."
        )
