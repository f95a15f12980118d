"""Saving rows of ours in bulk, and remembering what they came from."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import DateTimeField, Model, QuerySet

from config.operations.legacy_import.snapshot import Row, old_id_of
from config.operations.models import ImportedRow

# What one statement names at most, so that every database takes it.
MANY = 500


class Brought(NamedTuple):
    """What an old row came into (None: nothing), whether that is new, and what was mended."""

    old_id: str
    into: Model | None
    is_new: bool = True
    remarks: Sequence[str] = ()


def save_all(rows: Sequence[Any]) -> None:
    """Insert rows of one model with the `created_at` that they have, and set their keys."""
    if not rows:
        return
    model = type(rows[0])
    stamped = [row for row in rows if row.created_at] if _stamps_itself(model) else []
    moments = [row.created_at for row in stamped]
    if connection.features.can_return_rows_from_bulk_insert:
        model._base_manager.bulk_create(rows, batch_size=MANY)
    else:
        # MySQL does not tell the keys of many new rows.
        for row in rows:
            row.save(force_insert=True)
    for row, moment in zip(stamped, moments, strict=True):
        row.created_at = moment
    if stamped:
        model._base_manager.bulk_update(stamped, ["created_at"], batch_size=MANY)


def _stamps_itself(model: type[Model]) -> bool:
    """Whether inserting a row of it overwrites its `created_at` with the present."""
    return any(
        isinstance(field, DateTimeField) and field.name == "created_at" and field.auto_now_add
        for field in model._meta.local_fields
    )


class Memory:
    """What of one source came, and into what."""

    def __init__(self, source: str) -> None:
        self.source = source

    def all(self) -> QuerySet[ImportedRow]:
        """Everything that is remembered of the source."""
        return ImportedRow.objects.filter(source=self.source)

    def rows(self, table: str) -> QuerySet[ImportedRow]:
        """What is remembered of one of its tables."""
        return self.all().filter(table=table)

    def known(self, table: str, old_ids: Iterable[str]) -> dict[str, ImportedRow]:
        """What is remembered of these old ids."""
        return {
            row.old_id: row
            for some in _some(old_ids)
            for row in self.rows(table).filter(old_id__in=some)
        }

    def unknown(self, table: str, rows: Iterable[Row]) -> dict[str, Row]:
        """The old rows that have not come yet, by what they will be remembered by."""
        by_id = {old_id_of(row): row for row in rows}
        known = self.known(table, by_id)
        return {old_id: row for old_id, row in by_id.items() if old_id not in known}

    def remember(self, table: str, brought: Iterable[Brought]) -> None:
        """Write down what came; in the transaction in which it came."""
        ImportedRow.objects.bulk_create(
            [
                ImportedRow(
                    source=self.source,
                    table=table,
                    old_id=each.old_id,
                    object_id=each.into.pk if each.into else None,
                    is_new=each.is_new and each.into is not None,
                    remarks="; ".join(each.remarks),
                )
                for each in brought
            ],
            batch_size=MANY,
        )

    def objects(self, table: str, model: type[Model]) -> dict[str, Any]:
        """The rows of ours into which a small table came, by old id."""
        pairs = dict(self.rows(table).exclude(object_id=None).values_list("old_id", "object_id"))
        found = model._base_manager.in_bulk(set(pairs.values()))
        return {old: found[pk] for old, pk in pairs.items() if pk in found}


def _some(values: Iterable[str]) -> Iterator[list[str]]:
    values = list(values)
    return (values[start : start + MANY] for start in range(0, len(values), MANY))
