"""The figures of the admin's first page, each of a query whose cost the past does not grow.

Days are the shop's, by its clock: their bounds are reckoned here, since MariaDB knows no time
zones unless somebody loads them. Deleted orders count nowhere.
"""

import datetime
import statistics
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from operator import add
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    F,
    Func,
    IntegerField,
    Model,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from config.days import midnight
from config.mail.models import OutgoingMail
from config.mail.outbox import given_up
from config.operations.models import LegacyUse
from orders.lifecycle import STAGES
from orders.models import Order, Status
from tracking.models import Track
from workforce.devices import silent_devices
from workforce.models import DeviceToken

# Orders on their way; those behind them grow without bound and count for `DAYS` only.
ON_THEIR_WAY = STAGES[:-1]
ENDED = (Status.DELIVERED, Status.CANCELLED)
DAYS = 30
MOVING, STUCK = 0, 1
LEGACY_DAYS = 7
# How many delivered orders, the newest ones, tell how long a stage takes.
SAMPLE = 500


class Stage(NamedTuple):
    """The orders in a stage: how many, how many of them stuck, and which came there first."""

    status: Status
    orders: int = 0
    stuck: int = 0
    oldest: str = ""
    oldest_id: int | None = None
    oldest_since: datetime.datetime | None = None


class Tally(NamedTuple):
    """Orders that were placed in some time, with their total cost, and that ended in it."""

    placed: int = 0
    cost: Decimal = Decimal(0)
    delivered: int = 0
    cancelled: int = 0


class Day(NamedTuple):
    """What came and went on one day of the shop."""

    day: datetime.date
    placed: int = 0
    cost: Decimal = Decimal(0)
    delivered: int = 0
    cancelled: int = 0


class Money(NamedTuple):
    """The total cost of the orders placed in some days, against as much time before.

    `days` 1 is today until now, against yesterday until the same time.
    """

    days: int
    cost: Decimal
    before: Decimal

    @property
    def percent(self) -> int | None:
        """The change in whole percent; None where there was nothing before."""
        if not self.before:
            return None
        return int(((self.cost - self.before) * 100 / self.before).to_integral_value())


class Stay(NamedTuple):
    """How long orders were in a stage: the median, None where no order was in it."""

    status: Status
    median: datetime.timedelta | None


class OrderFigures(NamedTuple):
    """What the orders tell. `days` are the last `DAYS`, today the last of them."""

    stages: list[Stage]
    days: list[Day]
    money: list[Money]

    @property
    def today(self) -> Day:
        """What came and went today."""
        return self.days[-1]

    @property
    def stuck(self) -> int:
        """How many orders are longer than STUCK_AFTER where they are."""
        return sum(stage.stuck for stage in self.stages)

    @property
    def delivered(self) -> int:
        """How many orders were delivered in these days."""
        return sum(day.delivered for day in self.days)

    @property
    def cancelled(self) -> int:
        """How many orders were cancelled in these days."""
        return sum(day.cancelled for day in self.days)

    @property
    def is_quiet(self) -> bool:
        """Whether there is nothing to tell: no order on its way, none of these days."""
        return not any(stage.orders for stage in self.stages) and not any(
            day.placed or day.delivered or day.cancelled for day in self.days
        )


class Alerts(NamedTuple):
    """What somebody should look at; None where it may not be seen."""

    refused_scans: int | None = None
    silent_devices: int | None = None
    legacy_calls: int | None = None
    unsent_mails: int | None = None


def bounds(day: datetime.date) -> tuple[datetime.datetime, datetime.datetime]:
    """From when to when a day of the shop is: 23 to 25 hours, as its clock is changed."""
    return midnight(day), midnight(day + datetime.timedelta(days=1))


def last_days(now: datetime.datetime, number: int) -> list[datetime.date]:
    """So many days of the shop, the last of which is today."""
    today = timezone.localdate(now)
    return [today - datetime.timedelta(days=n) for n in reversed(range(number))]


def order_figures(*, now: datetime.datetime) -> OrderFigures:
    """All figures of orders, by two queries."""
    dates = last_days(now, DAYS)
    midnights = [midnight(date) for date in dates]
    before_all = midnight(dates[0] - datetime.timedelta(days=DAYS))
    # Where yesterday was at this time of the day.
    then = timezone.make_aware(
        timezone.localtime(now).replace(tzinfo=None) - datetime.timedelta(days=1)
    )
    moments = [before_all, *midnights[:-1], then, midnights[-1]]
    stuck_since = now - settings.STUCK_AFTER
    tallies, numbers = _count(moments, ended_since=midnights[0], stuck_since=stuck_since)
    before, *earlier, until_then, since_then, today = tallies
    yesterday = Tally(*map(add, until_then, since_then))
    days = [
        Day(date, *tally) for date, tally in zip(dates, [*earlier, yesterday, today], strict=True)
    ]
    costs = [day.cost for day in days]
    money = [
        Money(1, costs[-1], until_then.cost),
        Money(7, _sum(costs[-7:]), _sum(costs[-14:-7])),
        Money(DAYS, _sum(costs), before.cost),
    ]
    return OrderFigures(_stages(numbers), days, money)


def _sum(costs: Iterable[Decimal]) -> Decimal:
    return sum(costs, Decimal(0))


def _stages(numbers: Mapping[tuple[str, int], int]) -> list[Stage]:
    """The stages of orders on their way, by one query for the oldest of each."""
    present = Order.objects.present().order_by("status_changed_at", "id")
    # One look-up for each stage: a subquery on the row's own stage would run for each row.
    first, *others = (
        Order.objects.filter(pk=Subquery(present.filter(status=status).values("pk")[:1]))
        for status in ON_THEIR_WAY
    )
    oldest = {order.status: order for order in first.union(*others, all=True)}
    return [
        Stage(
            status,
            numbers[status, MOVING] + numbers[status, STUCK],
            numbers[status, STUCK],
            oldest[status].order_number,
            oldest[status].pk,
            oldest[status].status_changed_at,
        )
        if status in oldest
        else Stage(status)
        for status in ON_THEIR_WAY
    ]


class Since(Func):
    """The place of the latest of some moments, given in order, that a column's is not before.

    Django's `Case` says the same, and takes 20 ms to do so for the days of a month.
    """

    output_field = IntegerField()

    def __init__(self, column: str, moments: Iterable[datetime.datetime]) -> None:
        values = (Value(at, output_field=DateTimeField()) for at in moments)
        super().__init__(F(column), *values)

    def as_sql(
        self, compiler: Any, connection: Any, *_arguments: Any, **_context: Any
    ) -> tuple[str, Any]:
        """CASE WHEN column >= last THEN its place WHEN ... END."""
        (column, _none), *moments = (compiler.compile(each) for each in self.source_expressions)
        whens, parameters = [], []
        for place, (marker, values) in reversed(list(enumerate(moments))):
            whens.append(f"WHEN {column} >= {marker} THEN {place}")
            parameters += values
        return f"CASE {' '.join(whens)} END", parameters


def _count(
    moments: Sequence[datetime.datetime],
    *,
    ended_since: datetime.datetime,
    stuck_since: datetime.datetime,
) -> tuple[list[Tally], Mapping[tuple[str, int], int]]:
    """What came and went from each moment to the next, and what is where, by one query.

    What ended before `ended_since` is left out. Orders on their way are counted by their
    status and whether they are `MOVING` or `STUCK`.
    """
    present = Order.objects.present().order_by()
    placed = (
        present.filter(created_at__gte=moments[0])
        .values(what=Value("placed"), place=Since("created_at", moments))
        .annotate(number=Count("pk"), cost=Sum("total_cost"))
    )
    ended = (
        present.filter(status__in=ENDED, status_changed_at__gte=ended_since)
        .values(what=F("status"), place=Since("status_changed_at", moments))
        .annotate(number=Count("pk"), cost=Value(Decimal(0)))
    )
    is_stuck = When(status_changed_at__lte=stuck_since, then=STUCK)
    on_their_way = (
        present.filter(status__in=ON_THEIR_WAY)
        .values(what=F("status"), place=Case(is_stuck, default=MOVING))
        .annotate(number=Count("pk"), cost=Value(Decimal(0)))
    )
    columns = ("what", "place", "number", "cost")
    first, *others = (rows.values_list(*columns) for rows in (placed, ended, on_their_way))
    tallies = [Tally() for _moment in moments]
    numbers: dict[tuple[str, int], int] = defaultdict(int)
    for what, place, number, cost in first.union(*others, all=True):
        if what in ON_THEIR_WAY:
            numbers[what, place] = number
        elif what == "placed":
            tallies[place] = tallies[place]._replace(placed=number, cost=cost)
        else:
            tallies[place] = tallies[place]._replace(**{what: number})
    return tallies, numbers


def stays(*, now: datetime.datetime) -> list[Stay]:
    """The median time in each stage, of the newest `SAMPLE` orders delivered in `DAYS` days.

    An order that was in a stage twice, since a step was undone, was there for the sum of
    both; one that skipped a stage says nothing of it. Two queries.
    """
    delivered = Order.objects.present().filter(
        status=Status.DELIVERED, status_changed_at__gte=midnight(last_days(now, DAYS)[0])
    )
    keys = list(delivered.order_by("-status_changed_at").values_list("pk", flat=True)[:SAMPLE])
    moves = (
        Track.objects.filter(order__in=keys, result=Track.Result.RECORDED)
        .exclude(from_status=F("to_status"))
        .order_by("order", "seq")
        .values_list("order", "to_status", "created_at")
    )
    spent = _spent(moves if keys else ())
    return [
        Stay(
            status,
            datetime.timedelta(seconds=statistics.median(seconds)) if seconds else None,
        )
        for status in ON_THEIR_WAY
        for seconds in [spent[status]]
    ]


def _spent(moves: Iterable[tuple[int, str, datetime.datetime]]) -> dict[str, list[float]]:
    """How many seconds each order was in each stage, from moves, order by order."""
    total: dict[tuple[str, int], float] = defaultdict(float)
    for (order, stage, since), (next_order, _status, until) in pairwise(moves):
        if order == next_order:
            total[stage, order] += (until - since).total_seconds()
    spent: dict[str, list[float]] = defaultdict(list)
    for (stage, _order), seconds in total.items():
        spent[stage].append(seconds)
    return spent


def refused_scans(*, day: datetime.date) -> QuerySet[Track]:
    """Scans of a day that were refused, those of old clients among them."""
    since, until = bounds(day)
    return Track.objects.filter(
        result=Track.Result.REFUSED,
        source__in=(Track.Source.SCAN, Track.Source.LEGACY),
        created_at__gte=since,
        created_at__lt=until,
    )


def alerts(*, now: datetime.datetime, models: Container[type[Model]]) -> Alerts:
    """What the rows of these models say should be looked at, by one query at most."""
    first_day = last_days(now, LEGACY_DAYS)[0]
    wanted: dict[str, tuple[type[Model], QuerySet[Any], Any]] = {
        "refused_scans": (Track, refused_scans(day=timezone.localdate(now)), Count("pk")),
        "silent_devices": (DeviceToken, silent_devices(now=now), Count("pk")),
        "legacy_calls": (LegacyUse, LegacyUse.objects.filter(day__gte=first_day), Sum("calls")),
        "unsent_mails": (OutgoingMail, given_up(), Count("pk")),
    }
    selects = [
        rows.order_by().values(figure=Value(name)).annotate(number=Coalesce(number, 0))
        for name, (model, rows, number) in wanted.items()
        if model in models
    ]
    if not selects:
        return Alerts()
    first, *others = (each.values_list("figure", "number") for each in selects)
    return Alerts(**dict(first.union(*others, all=True)))
