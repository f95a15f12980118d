"""What the parts of one import share."""

import datetime
from typing import Any

from django.utils import timezone

from catalog.models import Service
from config.operations.legacy_import.saving import Memory
from config.operations.legacy_import.snapshot import Snapshot
from config.operations.legacy_import.values import read_moment
from config.operations.models import ImportedRow
from workforce.models import Worker


class Run:
    """One import of one file.

    `services` and `workers` are few and kept, by old id, once they have come.
    """

    def __init__(self, snapshot: Snapshot, source: str, zone: datetime.tzinfo) -> None:
        self.snapshot = snapshot
        self.memory = Memory(source)
        self.started = timezone.now()
        self.services: dict[str, Service] = {}
        self.workers: dict[str, Worker] = {}
        self._zone = zone

    def moment(self, value: Any, what: str, remarks: list[str]) -> datetime.datetime | None:
        """A moment of the old server (`values.read_moment`)."""
        return read_moment(value, what, remarks, self._zone)

    def service_named(self, name: str) -> Service | None:
        """The service of this name, if the old server had exactly one."""
        found = [service for service in self.services.values() if service.name == name]
        return found[0] if len(found) == 1 else None

    def load(self) -> None:
        """Read again what orders and tracks refer to."""
        self.services = self.memory.objects(ImportedRow.Table.SERVICES, Service)
        self.workers = self.memory.objects(ImportedRow.Table.WORKERS, Worker)
