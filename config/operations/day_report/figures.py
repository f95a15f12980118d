"""What a day of the shop came to, each figure of the day's own rows.

The words mean what they mean on the admin's first page (`config.operations.dashboard`); a day
that is over is told as it stands now: what was deleted, corrected or moved on since is not in it.
"""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, F, QuerySet, Sum, Value

from config.operations.dashboard import ON_THEIR_WAY, bounds, refused_scans
from config.rest.refusals import Code
from orders.models import Order, OrderLine, OrderQuerySet, Status
from tracking.models import Track

# So many stuck orders are listed, those first that are where they are the longest.
MOST_STUCK = 100
_CENT = Decimal("0.01")


class Tally(NamedTuple):
    """So many orders, and their totals together."""

    orders: int = 0
    amount: Decimal = Decimal("0.00")


class ServiceRow(NamedTuple):
    """A service in the orders of the day, by the name that it had when they were placed.

    `amount` is quantity times price, None where no line has a price (old data).
    """

    name: str
    orders: int
    pieces: int
    amount: Decimal | None


class ServiceTable(NamedTuple):
    """Money by service. `rest` is what the orders cost beyond the prices of their lines.

    Lines of old data have no price of their own, only their order's total is known. So the
    rows and the rest always add up to the orders' total.
    """

    rows: list[ServiceRow]
    rest: Decimal


class Refused(NamedTuple):
    """How many scans were refused for one reason (a code of the API)."""

    reason: str
    number: int

    @property
    def text(self) -> Any:
        """The reason as a sentence."""
        return Code(self.reason).label if self.reason in Code.values else self.reason


class Steps(NamedTuple):
    """How many steps of orders somebody took that still stand."""

    name: str
    number: int


@dataclass(frozen=True)
class DayReport:
    """A day's close. `refused` and `steps` are None for who may not see tracks."""

    day: datetime.date
    placed: Tally
    delivered: Tally
    cancelled: Tally
    placed_by_service: ServiceTable
    delivered_by_service: ServiceTable
    stuck: list[Order]
    stuck_orders: int
    refused: list[Refused] | None
    steps: list[Steps] | None

    @property
    def refused_scans(self) -> int:
        """How many scans were refused."""
        return sum(row.number for row in self.refused or ())

    @property
    def is_quiet(self) -> bool:
        """Whether nothing at all happened, and nothing is stuck."""
        counts = (self.placed.orders, self.delivered.orders, self.cancelled.orders)
        return not any((*counts, self.stuck_orders, self.refused, self.steps))


def day_report(
    *, day: datetime.date, now: datetime.datetime, with_tracks: bool = True
) -> DayReport:
    """The close of a day of the shop, from its midnight to the next, by six queries.

    `now` bounds a day that is not over: an order is stuck that was so at the day's end, or is
    now, and has not moved since.
    """
    since, until = bounds(day)
    orders = _orders(since, until)
    tallies = _tallies(orders)
    tables = _by_service(orders, tallies)
    stuck = Order.objects.present().filter(
        status__in=ON_THEIR_WAY,
        status_changed_at__lte=min(now, until) - settings.STUCK_AFTER,
    )
    return DayReport(
        day=day,
        placed=tallies["placed"],
        delivered=tallies["delivered"],
        cancelled=tallies["cancelled"],
        placed_by_service=tables["placed"],
        delivered_by_service=tables["delivered"],
        stuck=list(stuck.order_by("status_changed_at", "pk")[:MOST_STUCK]),
        stuck_orders=stuck.count(),
        refused=_refused(day) if with_tracks else None,
        steps=_steps(since, until) if with_tracks else None,
    )


def _orders(since: datetime.datetime, until: datetime.datetime) -> dict[str, OrderQuerySet]:
    """The orders that were placed, and that became delivered or cancelled and still are."""
    present = Order.objects.present().order_by()
    moved = present.filter(status_changed_at__gte=since, status_changed_at__lt=until)
    return {
        "placed": present.filter(created_at__gte=since, created_at__lt=until),
        "delivered": moved.filter(status=Status.DELIVERED),
        "cancelled": moved.filter(status=Status.CANCELLED),
    }


def _union(selects: Iterable[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = selects
    return first.union(*others, all=True)


def _tallies(orders: dict[str, OrderQuerySet]) -> dict[str, Tally]:
    rows = _union(
        some.values(what=Value(what))
        .annotate(number=Count("pk"), amount=Sum("total_cost", default=Decimal(0)))
        .values_list("what", "number", "amount")
        for what, some in orders.items()
    )
    found = {what: Tally(number, _cents(amount)) for what, number, amount in rows}
    return {what: found.get(what, Tally()) for what in orders}


def _cents(amount: Decimal) -> Decimal:
    # SQLite sums in floating point.
    return amount.quantize(_CENT)


def _by_service(
    orders: dict[str, OrderQuerySet], tallies: dict[str, Tally]
) -> dict[str, ServiceTable]:
    """The services of what was placed, and of what was delivered, those of most money first."""
    parts = ("placed", "delivered")
    found = _union(
        OrderLine.objects.filter(order__in=orders[part].values("pk"))
        .order_by()
        .values("service_name", "service_id", what=Value(part))
        .annotate(
            number=Count("order", distinct=True),
            pieces=Sum("quantity"),
            amount=Sum(F("unit_price") * F("quantity")),
        )
        .values_list("what", "service_name", "number", "pieces", "amount")
        for part in parts
    )
    rows: dict[str, list[ServiceRow]] = {part: [] for part in parts}
    for what, name, number, pieces, amount in found:
        known = None if amount is None else _cents(amount)
        rows[what].append(ServiceRow(name, number, pieces, known))
    return {
        part: ServiceTable(
            sorted(rows[part], key=lambda row: (-(row.amount or 0), row.name)),
            tallies[part].amount
            - sum((row.amount or Decimal(0) for row in rows[part]), Decimal(0)),
        )
        for part in parts
    }


def _refused(day: datetime.date) -> list[Refused]:
    rows = refused_scans(day=day).order_by().values_list("reason").annotate(number=Count("pk"))
    return sorted((Refused(*row) for row in rows), key=lambda row: (-row.number, row.reason))


def _steps(since: datetime.datetime, until: datetime.datetime) -> list[Steps]:
    """Who moved orders: workers and staff, by steps that were not undone."""
    moves = Track.objects.filter(
        created_at__gte=since,
        created_at__lt=until,
        result=Track.Result.RECORDED,
        voids=None,
        voided_by=None,
    )
    moves = moves.exclude(from_status="").exclude(from_status=F("to_status"))
    people = {"worker": moves.exclude(worker=None), "actor": moves.filter(actor__is_staff=True)}
    rows = _union(
        some.order_by()
        .values(f"{who}_id", f"{who}__name")
        .annotate(number=Count("pk"))
        .values_list(f"{who}_id", f"{who}__name", "number")
        for who, some in people.items()
    )
    steps = (Steps(name or f"#{key}", number) for key, name, number in rows)
    return sorted(steps, key=lambda row: (-row.number, row.name))
