"""Whether what the shop's rows say of each other holds.

Every order is looked at in batches, so that memory does not grow with the shop. What is found is
told, and not mended, but for `last_seq`: it is counted from the tracks, and a wrong one would
refuse every next step. Which of a total and its lines is wrong, or of a status and its tracks, a
person decides. Tracks are never touched.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from django.apps import apps
from django.db import transaction
from django.db.models import Exists, ForeignKey, Model, OuterRef

from config.database import retried
from orders.models import Order, OrderLine
from tracking.models import Track

MANY = 500


class Finding(NamedTuple):
    """What does not hold of a row: which row, what is wrong, and whether it was mended."""

    row: str
    fault: str
    is_mended: bool = False


class Batch(NamedTuple):
    """How many rows were looked at, and what was found among them."""

    rows: int
    findings: list[Finding]


def work() -> int:
    """How many rows `verify` looks at."""
    orders = Order.objects.count()
    return orders + sum(model._default_manager.count() for model, _fields in _referring())


def verify(*, fix: bool = False) -> Iterator[Batch]:
    """Look at every order, and at every reference of every row."""
    for first, last in _ranges(Order):
        orders = list(Order.objects.filter(pk__gte=first, pk__lte=last).order_by("pk"))
        yield Batch(len(orders), _faults_of(orders, fix=fix))
    for model, fields in _referring():
        for first, last in _ranges(model):
            rows = model._default_manager.filter(pk__gte=first, pk__lte=last)
            yield Batch(rows.count(), list(_orphans(rows, fields)))


def _ranges(model: type[Model]) -> Iterator[tuple[Any, Any]]:
    """The first and last key of each batch of rows."""
    rows, after = model._default_manager.order_by("pk"), None
    while True:
        left = rows if after is None else rows.filter(pk__gt=after)
        keys = list(left.values_list("pk", flat=True)[:MANY])
        if not keys:
            return
        after = keys[-1]
        yield keys[0], after


# --- Orders ---------------------------------------------------------------------------


@retried
def _faults_of(orders: Sequence[Order], *, fix: bool) -> list[Finding]:
    """What does not hold of these orders, when looked at twice.

    The shop is in service: a scan between two of our queries makes them contradict each other.
    So what was found is looked at once more, with the rows of those orders locked.
    """
    suspects = [order.pk for order, _faults, _newest in _looked_at(orders)]
    if not suspects:
        return []
    findings = []
    with transaction.atomic():
        locked = list(Order.objects.select_for_update().filter(pk__in=suspects).order_by("pk"))
        for order, faults, newest in _looked_at(locked):
            row = f"Order {order.order_number}"
            findings += [Finding(row, fault) for fault in faults]
            if newest is not None:
                fault = f"its last_seq is {order.last_seq}, its newest track is {newest}"
                findings.append(Finding(row, fault, is_mended=fix))
                if fix:
                    Order.objects.filter(pk=order.pk).update(last_seq=newest)
    return findings


def _looked_at(orders: Sequence[Order]) -> Iterator[tuple[Order, list[str], int | None]]:
    """The orders of which something does not hold: what, and their `last_seq` if it is wrong."""
    lines, tracks = _lines_of(orders), _tracks_of(orders)
    for order in orders:
        steps = tracks[order.pk]
        faults = [*_money_faults(order, lines[order.pk]), *_track_faults(order, steps)]
        newest = max((step.seq for step in steps), default=0)
        if faults or newest != order.last_seq:
            yield order, faults, None if newest == order.last_seq else newest


def _lines_of(orders: Sequence[Order]) -> dict[int, list[OrderLine]]:
    found = defaultdict(list)
    for line in OrderLine.objects.filter(order__in=orders):
        found[line.order_id].append(line)
    return found


class _Step(NamedTuple):
    """What the check of an order needs of one of its tracks."""

    seq: int
    before: str
    after: str


def _tracks_of(orders: Sequence[Order]) -> dict[int, list[_Step]]:
    rows = (
        Track.objects.filter(order__in=orders)
        .order_by("order_id", "seq")
        .values_list("order_id", "seq", "from_status", "to_status")
    )
    found: dict[int, list[_Step]] = defaultdict(list)
    for order_id, of_order in groupby(rows.iterator(MANY), key=lambda row: row[0]):
        found[order_id] = [_Step(seq or 0, *statuses) for _order, seq, *statuses in of_order]
    return found


def _money_faults(order: Order, lines: Sequence[OrderLine]) -> Iterator[str]:
    """An order without lines, or whose total is not that of its lines.

    An old server's total is kept as it came, whatever its lines would make.
    """
    if order.source == Order.Source.IMPORT:
        return
    if not lines:
        yield "it has no lines"
        return
    total = sum(((line.unit_price or 0) * line.quantity for line in lines), Decimal(0))
    if total != order.total_cost:
        yield f"its total is {order.total_cost}, its lines make {total}"


def _track_faults(order: Order, steps: Sequence[_Step]) -> Iterator[str]:
    """An order without tracks, with gaps between them, or not where they lead to."""
    if not steps:
        yield "it has no tracks"
        return
    if [step.seq for step in steps] != list(range(1, len(steps) + 1)):
        yield f"its tracks are not numbered from 1 to {len(steps)}"
    if steps[-1].after != order.status:
        yield f"it is {order.status}, its newest track says {steps[-1].after or 'nothing'}"
    for earlier, later in pairwise(steps):
        if later.before != earlier.after:
            yield f"track {later.seq} begins at {later.before}, not at {earlier.after}"


# --- References -----------------------------------------------------------------------


def _referring() -> list[tuple[type[Model], list[ForeignKey[Any, Any]]]]:
    """The project's models with the references that the database holds to exist."""
    found = []
    for model in apps.get_models():
        if model.__module__.startswith("django.") or model._meta.proxy:
            continue
        fields = [
            field
            for field in model._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.db_constraint  # type: ignore[attr-defined]
        ]
        if fields:
            found.append((model, fields))
    return found


def _orphans(rows: Any, fields: Sequence[ForeignKey[Any, Any]]) -> Iterator[Finding]:
    """The rows that refer to one that is not there, each with its references that fail."""
    label = rows.model._meta.label
    for field in fields:
        target = Exists(
            field.related_model._base_manager.filter(pk=OuterRef(field.attname))  # type: ignore[union-attr]
        )
        lost = rows.filter(**{f"{field.attname}__isnull": False}).filter(~target)
        for key, value in lost.values_list("pk", field.attname).iterator(MANY):
            yield Finding(f"{label} {key}", f"there is no {field.name} {value}")
