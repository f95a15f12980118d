"""The admin's first page for one member of staff: what they may see, each with its list."""

import datetime
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from config.mail.models import OutgoingMail
from config.mail.outbox import MAX_ATTEMPTS
from config.operations import dashboard
from config.operations.charts import Row, day_chart, row_chart
from config.operations.dashboard import Alerts, Money, OrderFigures, Stage
from config.operations.models import LegacyUse
from config.shop_tags import money
from orders.models import Order, Status
from tracking.models import Track
from workforce.devices import SILENT_AFTER
from workforce.models import DeviceToken, Worker


class Tile(NamedTuple):
    """One number with the list behind it; `is_alarm` where somebody should look."""

    label: Any
    number: Any
    url: str
    note: Any = ""
    is_alarm: bool = False


class MoneyTile(NamedTuple):
    """An amount with the list behind it, and the change against the time before."""

    label: Any
    amount: str
    url: str
    change: str
    is_more: bool
    before: str
    before_url: str


class StageTile(NamedTuple):
    """A stage with its number, its list, and its oldest order."""

    status: Status
    orders: int
    url: str
    stuck: int = 0
    stuck_url: str = ""
    oldest: str = ""
    oldest_url: str = ""
    oldest_age: str = ""
    note: Any = ""


class ChartDay(NamedTuple):
    """A day of the chart as a row of its table."""

    day: datetime.date
    placed: int
    placed_url: str
    delivered: int
    delivered_url: str


class Step(NamedTuple):
    """One step of how to start; done, or with where to do it."""

    text: Any
    url: str
    is_done: bool


def list_of(model: type[Model], **filters: Any) -> str:
    """The address of a model's list, narrowed down."""
    options = model._meta
    path = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    return f"{path}?{urlencode(filters)}" if filters else path


def orders_of_days(column: str, first: datetime.date, last: datetime.date, **filters: Any) -> str:
    """The list of the orders of which a moment lies in these days."""
    return list_of(Order, **filters, **{f"{column}__since": first, f"{column}__until": last})


def front_page(
    *, request: HttpRequest, now: datetime.datetime, models: Collection[type[Model]]
) -> dict[str, Any]:
    """What the page's template shows to who may see the rows of these models.

    Nothing is asked of the database for what is not shown.
    """
    figures = dashboard.order_figures(now=now) if Order in models else None
    is_quiet = figures is not None and figures.is_quiet
    page: dict[str, Any] = {"now": now, "tiles": [], "steps": [], "has_role": bool(models)}
    if is_quiet and not Order.objects.exists():
        page["steps"] = first_steps(request, models)
    elif figures is not None:
        page |= _order_parts(figures, now)
        if Track in models and not is_quiet:
            page |= {"stays": _stay_rows(now), "stays_sample": dashboard.SAMPLE}
    page["tiles"] += alert_tiles(dashboard.alerts(now=now, models=models), now)
    return page


def _order_parts(figures: OrderFigures, now: datetime.datetime) -> dict[str, Any]:
    first, today = figures.days[0].day, figures.today.day
    ended = [
        StageTile(
            status,
            number,
            orders_of_days("status_changed_at", first, today, status__exact=status),
            note=_("in 30 days"),
        )
        for status, number in (
            (Status.DELIVERED, figures.delivered),
            (Status.CANCELLED, figures.cancelled),
        )
    ]
    return {
        "tiles": _order_tiles(figures),
        "stages": [*(stage_tile(stage, now) for stage in figures.stages), *ended],
        "money": [money_tile(each, today) for each in figures.money],
        "chart": day_chart([(day.day, day.placed, day.delivered) for day in figures.days]),
        "chart_days": [
            ChartDay(
                day.day,
                day.placed,
                orders_of_days("created_at", day.day, day.day),
                day.delivered,
                delivered_on(day.day),
            )
            for day in reversed(figures.days)
        ],
    }


def delivered_on(day: datetime.date) -> str:
    """The list of the orders delivered on a day."""
    return orders_of_days("status_changed_at", day, day, status__exact=Status.DELIVERED)


def refused_on(day: datetime.date) -> str:
    """The list of the scans that were refused on a day."""
    return list_of(
        Track,
        result__exact="refused",
        source__in="scan,legacy",
        created_at__since=day,
        created_at__until=day,
    )


def stage_tile(stage: Stage, now: datetime.datetime) -> StageTile:
    """A stage on the way, with its oldest order."""
    tile = StageTile(
        stage.status,
        stage.orders,
        list_of(Order, status__exact=stage.status),
        stage.stuck,
        list_of(Order, status__exact=stage.status, stuck="yes"),
    )
    if stage.oldest_since is None:
        return tile
    return tile._replace(
        oldest=stage.oldest,
        oldest_url=reverse("admin:orders_order_change", args=[stage.oldest_id]),
        oldest_age=timesince(stage.oldest_since, now, depth=1),
    )


ONE_DAY = datetime.timedelta(days=1)
_BEFORE = {
    1: _("yesterday until this time"),
    7: _("the 7 days before"),
    30: _("the 30 days before"),
}
_MONEY = {
    1: _("Today"),
    7: _("7 days"),
    30: _("30 days"),
}


def money_tile(placed: Money, today: datetime.date) -> MoneyTile:
    """What was placed in some days, with the change against as much time before."""
    length = datetime.timedelta(days=placed.days)
    first = today - length + ONE_DAY
    percent = placed.percent
    return MoneyTile(
        _MONEY[placed.days],
        money(placed.cost),
        orders_of_days("created_at", first, today),
        change="" if percent is None else f"{percent:+d}%".replace("-", "−"),
        is_more=percent is not None and percent > 0,
        before=gettext("%(time)s: %(amount)s")
        % {
            "time": _BEFORE[placed.days],
            "amount": money(placed.before) if placed.before else gettext("nothing"),
        },
        before_url=orders_of_days("created_at", first - length, first - ONE_DAY),
    )


def _order_tiles(figures: OrderFigures) -> list[Tile]:
    today = figures.today
    return [
        Tile(_("Placed today"), today.placed, orders_of_days("created_at", today.day, today.day)),
        Tile(_("Delivered today"), today.delivered, delivered_on(today.day)),
        Tile(
            _("Stuck orders"),
            figures.stuck,
            list_of(Order, stuck="yes"),
            gettext("longer than %(time)s") % {"time": span(settings.STUCK_AFTER)},
            is_alarm=bool(figures.stuck),
        ),
    ]


def alert_tiles(alerts: Alerts, now: datetime.datetime) -> list[Tile]:
    """What somebody should look at, without what may not be seen."""
    today = timezone.localdate(now)
    week = today - datetime.timedelta(days=dashboard.LEGACY_DAYS - 1)
    tiles = [
        Tile(
            _("Refused scans today"),
            alerts.refused_scans,
            refused_on(today),
            is_alarm=bool(alerts.refused_scans),
        ),
        Tile(
            _("Silent devices"),
            alerts.silent_devices,
            list_of(DeviceToken, silent="yes"),
            gettext("not used for %(time)s") % {"time": span(SILENT_AFTER)},
            is_alarm=bool(alerts.silent_devices),
        ),
        Tile(
            _("Legacy calls"),
            alerts.legacy_calls,
            list_of(LegacyUse, day__gte=week),
            _("in 7 days"),
        ),
    ]
    if alerts.unsent_mails:
        tiles.append(
            Tile(
                _("Unsent mails"),
                alerts.unsent_mails,
                list_of(OutgoingMail, sent_at__isempty=1, attempts__gte=MAX_ATTEMPTS),
                _("given up after the last attempt"),
                is_alarm=True,
            )
        )
    return [tile for tile in tiles if tile.number is not None]


def span(time: datetime.timedelta) -> str:
    """`1 day, 4 hours` in the words of the language."""
    now = timezone.now()
    return timesince(now - time, now)


def _stay_rows(now: datetime.datetime) -> list[Row]:
    return row_chart(
        [
            (stay.status.label, span(stay.median), stay.median.total_seconds())
            for stay in dashboard.stays(now=now)
            if stay.median is not None
        ]
    )


def first_steps(request: HttpRequest, models: Collection[type[Model]]) -> list[Step]:
    """How a shop without orders starts, by what this member of staff may do."""
    wanted: Mapping[type[Model], Any] = {
        Service: _("Add what you offer, with prices."),
        Worker: _("Add who carries, each with a PIN to sign a device in."),
    }
    steps = [
        Step(
            text,
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add"),
            model._default_manager.exists(),
        )
        for model, text in wanted.items()
        if model in models
        and request.user.has_perm(f"{model._meta.app_label}.add_{model._meta.model_name}")
    ]
    return [
        *steps,
        Step(_("Let the first order come, by your app or by the API."), "/api/v1/docs", False),
    ]
