"""Which old server a file is of.

Old ids are counted up from 1 on every server, so rows are known by the server they came
from too: its `source`. A later file of one server is recognised by what its rows are.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from accounts.models import User, normalise_email
from catalog.models import Service
from config.operations.legacy_import.errors import ImportRefusedError
from config.operations.legacy_import.saving import Memory
from config.operations.legacy_import.snapshot import Snapshot, old_id_of
from config.operations.legacy_import.values import read_text
from config.operations.models import ImportedRow
from orders.models import Order
from orders.numbers import normalise_number

SOURCE_LENGTH = 64
# What a row is, whatever its id: the column here, and how the old one is written so.
_IDENTITIES = (
    ("orders", Order, "order_number", "number", normalise_number),
    ("customers", User, "email", "email", normalise_email),
    ("services", Service, "name", "name", str.strip),
)


def known_sources() -> list[str]:
    """The names of all that was imported so far."""
    sources = ImportedRow.objects.order_by("source").values_list("source", flat=True)
    return list(sources.distinct())


def source_of(snapshot: Snapshot, path: Path, wanted: str = "") -> str:
    """The name of the server of this file: as wanted, else as known, else by the file's name.

    Raises ImportRefusedError where its rows are not those that came from that source.
    """
    wanted = wanted[:SOURCE_LENGTH].strip()
    known = known_sources()
    likeness = {source: _is_like(snapshot, source) for source in known}
    if wanted:
        if likeness.get(wanted) is False:
            raise ImportRefusedError(f"{path} is not of the server that {wanted} came from.")
        return wanted
    alike = [source for source in known if likeness[source]]
    if len(alike) == 1:
        return alike[0]
    name = re.sub("[^a-z0-9]+", "-", path.stem.lower()).strip("-")[:SOURCE_LENGTH] or "old"
    if alike or name in known:
        names = ", ".join(alike or [name])
        raise ImportRefusedError(f"Whether {path} is of {names} is unclear: give it a --source.")
    return name


def _is_like(snapshot: Snapshot, source: str) -> bool | None:
    """Whether the rows whose ids came from a source before are the same rows.

    By the first table that has such rows; most of them decide, as some may have changed
    since. None where there are none.
    """
    for shared, alike in _compared(snapshot, Memory(source)):
        if shared:
            return alike * 2 > shared
    return None


def _compared(snapshot: Snapshot, memory: Memory) -> Iterator[tuple[int, int]]:
    """For each table how many of its first rows share an id with the source, and are alike."""
    for table, model, column, old_column, normalise in _IDENTITIES:
        rows = next(snapshot.batches(table), [])
        old = {old_id_of(row): normalise(read_text(row[old_column])) for row in rows}
        known = memory.known(table, old)
        keys = {row.object_id for row in known.values()}
        here = dict(model._base_manager.filter(pk__in=keys).values_list("pk", column))
        shared = [(old_id, row) for old_id, row in known.items() if row.object_id in here]
        alike = sum(old[old_id] == (here[row.object_id] or "") for old_id, row in shared)
        yield len(shared), alike
