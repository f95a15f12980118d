"""What old servers sold, as services of ours."""

from collections.abc import Iterable

from catalog.models import Service
from config.operations.legacy_import.run import Run
from config.operations.legacy_import.saving import Brought, save_all
from config.operations.legacy_import.snapshot import Row, first_remarks
from config.operations.legacy_import.values import (
    read_count,
    read_duration,
    read_money,
    read_text,
)
from config.operations.models import ImportedRow

NAME_LENGTH = 128
ID_LENGTH = 32


def bring_services(run: Run, rows: list[Row]) -> None:
    """Bring services over."""
    new = run.memory.unknown(ImportedRow.Table.SERVICES, rows)
    taken = _taken_ids(new)
    names = set(Service.objects.values_list("name", flat=True))
    brought = []
    for old_id, row in new.items():
        remarks = first_remarks(row)
        service = _service(run, old_id, row, remarks)
        if old_id in taken:
            remarks.append(f"id {old_id!r}: taken here, so old clients must read the list anew")
            service.legacy_id = None
        if service.name in names:
            remarks.append("name: taken here too, so it no longer tells the service")
        names.add(service.name)
        brought.append(Brought(old_id, service, remarks=remarks))
    save_all([each.into for each in brought])
    run.memory.remember(ImportedRow.Table.SERVICES, brought)


def _taken_ids(old_ids: Iterable[str]) -> set[str | None]:
    """The old ids by which old clients call another service here, and those too long."""
    found = Service.objects.filter(legacy_id__in=old_ids).values_list("legacy_id", flat=True)
    return {*found, *(old_id for old_id in old_ids if len(old_id) > ID_LENGTH)}


def _service(run: Run, old_id: str, row: Row, remarks: list[str]) -> Service:
    """A service, not yet saved. One whose price is unknown is not offered."""
    name = read_text(row["name"], NAME_LENGTH, "name", remarks)
    if not name:
        remarks.append("name: none, called by its id")
    price = read_money(row["price"], "price", remarks)
    status = read_text(row["status"]).lower() or Service.Status.ACTIVE
    if status not in Service.Status.values:
        remarks.append(f"status {status[:40]!r}: unknown, set inactive")
        status = Service.Status.INACTIVE
    if price is None:
        remarks.append("set to 0 and inactive")
        status = Service.Status.INACTIVE
    # The lines that come along count too, wherever the use of a service is counted.
    used = read_count(row["usage_count"], "usage count", remarks) - run.snapshot.usage[old_id]
    return Service(
        legacy_id=old_id,
        name=name or f"Service {old_id}"[:NAME_LENGTH],
        price=price or 0,
        duration_minutes=read_duration(row["duration"], remarks),
        status=status,
        imported_usage_count=max(used, 0),
        created_at=run.moment(row["created_at"], "created", remarks) or run.started,
    )
