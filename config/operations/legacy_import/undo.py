"""Taking an import back, while nothing of it was used."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, ManyToOneRel, Model, OuterRef, Q, QuerySet

from accounts.models import User
from catalog.models import Service
from config.history import unrecorded
from config.operations.legacy_import.errors import ImportRefusedError
from config.operations.legacy_import.saving import MANY, Memory
from config.operations.legacy_import.sources import known_sources
from config.operations.models import ImportedRow
from orders import qr
from orders.models import Order, OrderLine
from tracking.models import Track
from workforce.models import DeviceToken, Worker

Table = ImportedRow.Table
# What refers to others goes before them.
MODELS: dict[str, type[Model]] = {
    Table.TRACKS: Track,
    Table.ORDERS: Order,
    Table.TOKENS: DeviceToken,
    Table.WORKERS: Worker,
    Table.GUESTS: User,
    Table.CUSTOMERS: User,
    Table.SERVICES: Service,
}
TOLD_AT_MOST = 20


def undo_import(source: str) -> int:
    """Take back what an import made; answers how many of the old server's rows that were.

    A row counts as used if it was changed since it came, or if something refers to it that
    did not come with it. Raises ImportRefusedError, and takes nothing, if there is one.
    """
    memory = Memory(source)
    count = memory.all().count()
    if not count:
        names = ", ".join(known_sources()) or "none"
        raise ImportRefusedError(f"There is no import {source}; there are: {names}.")
    _refuse_if_used(memory)
    # In one transaction each, and looked at once more: the shop may be in service. Orders
    # go first, as they refer to all the rest; tracks go with them.
    for table in (Table.ORDERS, *MODELS):
        for rows in _batches(memory, table):
            _take_back(memory, table, rows)
    return count


def _batches(memory: Memory, table: str) -> Iterator[list[ImportedRow]]:
    after = 0
    while rows := list(memory.rows(table).filter(pk__gt=after).order_by("pk")[:MANY]):
        yield rows
        after = rows[-1].pk


def _refuse_if_used(memory: Memory) -> None:
    used: list[str] = []
    for table in MODELS:
        for rows in _batches(memory, table):
            used += _used(memory, table, rows)
            if len(used) >= TOLD_AT_MOST:
                break
    if used:
        told = "; ".join(used[:TOLD_AT_MOST])
        raise ImportRefusedError(f"Nothing was taken back, because it is in use: {told}.")


def _used(memory: Memory, table: str, rows: list[ImportedRow]) -> list[str]:
    """What of these rows was used, and how."""
    made = {row.object_id: row for row in rows if row.is_new and row.object_id}
    found = MODELS[table]._base_manager.in_bulk(list(made))
    used = {key: "changed since" for key, thing in found.items() if _was_changed(thing, made[key])}
    used |= dict(_referred_to(memory, MODELS[table], list(made)))
    return [f"{table} {made[key].old_id} ({why})" for key, why in used.items()]


def _was_changed(thing: Any, row: ImportedRow) -> bool:
    if isinstance(thing, DeviceToken):
        return thing.last_used_at is not None or thing.revoked_at is not None
    if isinstance(thing, Track):
        return False
    return bool(thing.updated_at > row.imported_at)


def _referred_to(memory: Memory, model: type[Model], keys: list[int]) -> Iterator[tuple[int, str]]:
    """Which of these rows something refers to that did not come with them."""
    fields: Any = model._meta.get_fields(include_hidden=True)
    for relation in fields:
        if not isinstance(relation, ManyToOneRel):
            continue
        other: Any = relation.related_model
        column = relation.field.attname
        others: QuerySet = QuerySet(other).filter(**{f"{column}__in": keys})
        for key in _foreign(memory, others).values_list(column, flat=True).distinct():
            yield key, str(other._meta.verbose_name)


def _foreign(memory: Memory, others: QuerySet) -> QuerySet:
    """Of these rows those that this import did not bring."""
    if others.model is Track:
        with_order = Q(_brought(memory, Table.ORDERS, "order_id"), source=Track.Source.IMPORT)
        return others.exclude(with_order | Q(_brought(memory, Table.TRACKS, "pk")))
    if others.model is OrderLine:
        return others.exclude(_brought(memory, Table.ORDERS, "order_id"))
    for table, model in MODELS.items():
        if others.model is model:
            others = others.exclude(_brought(memory, table, "pk"))
    return others


def _brought(memory: Memory, table: str, column: str) -> Exists:
    """Whether what this column names was made by the import."""
    return Exists(memory.rows(table).filter(is_new=True, object_id=OuterRef(column)))


def _take_back(memory: Memory, table: str, rows: list[ImportedRow]) -> None:
    """Take one batch back; raises ImportRefusedError if it was used meanwhile."""
    model = MODELS[table]
    keys = [row.object_id for row in rows if row.is_new and row.object_id]
    with unrecorded(), transaction.atomic():
        list(QuerySet(model).select_for_update().filter(pk__in=keys).values_list("pk"))
        if used := _used(memory, table, rows):
            raise ImportRefusedError(f"It came into use meanwhile, the rest stands: {used[0]}.")
        if model is Order:
            _take_tracks_back(memory, keys)
        # The tracks' own query set refuses: this is the one place where they go.
        QuerySet(model).filter(pk__in=keys).delete()
        ImportedRow.objects.filter(pk__in=[row.pk for row in rows]).delete()


def _take_tracks_back(memory: Memory, order_ids: list[int]) -> None:
    """Take the tracks of orders back, and the images that were drawn of their codes."""
    orders = Order.objects.filter(pk__in=order_ids)
    numbers = list(orders.values_list("order_number", flat=True))
    plain_tracks: QuerySet[Track] = QuerySet(Track)
    tracks = plain_tracks.filter(order_id__in=order_ids)
    memory.rows(Table.TRACKS).filter(object_id__in=tracks.values("pk")).delete()
    tracks.delete()
    transaction.on_commit(lambda: qr.forget(numbers))
