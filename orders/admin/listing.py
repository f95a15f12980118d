"""The list of orders: its filters, and what it shows beside the order's own row."""

import datetime
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from config.admin_filters import KeyFilter
from orders.models import Order, OrderLine, Status
from tracking.models import Track

# With more lines than this, a service is in every few orders.
MANY = 80_000
FINAL = (Status.DELIVERED, Status.CANCELLED)


def time_since(moment: datetime.datetime) -> str:
    """How long ago a moment was, in its two largest units: `2 d 4 h`, `4 h 10 min`, `3 min`."""
    minutes = int((timezone.now() - moment).total_seconds()) // 60
    hours, minutes = divmod(max(minutes, 0), 60)
    days, hours = divmod(hours, 24)
    numbers = {"days": days, "hours": hours, "minutes": minutes}
    if days:
        return gettext("%(days)d d %(hours)d h") % numbers
    if hours:
        return gettext("%(hours)d h %(minutes)d min") % numbers
    return gettext("%(minutes)d min") % numbers


def stuck_since() -> datetime.datetime:
    """Who came into a stage before this moment, and has to leave it, is stuck."""
    return timezone.now() - settings.STUCK_AFTER


def is_stuck(order: Order) -> bool:
    """Whether an order is longer in its stage than STUCK_AFTER, with stages to come."""
    return (
        order.status not in FINAL
        and order.deleted_at is None
        and order.status_changed_at <= stuck_since()
    )


class StuckFilter(admin.SimpleListFilter):
    """Orders that have been in their stage for too long."""

    title = _("stuck")
    parameter_name = "stuck"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Only those that are."""
        return [("yes", _("Yes"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """The stuck ones."""
        if self.value() != "yes":
            return queryset
        waiting = [status for status in Status if status not in FINAL]
        return queryset.filter(status__in=waiting, status_changed_at__lte=stuck_since())


class DeletedFilter(admin.SimpleListFilter):
    """Whether deleted orders are shown; they are not unless they are asked for."""

    title = _("deleted")
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Beside those that are there."""
        return [("yes", _("Only deleted")), ("any", _("With deleted"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Say what "all" is not."""
        first, *others = super().choices(changelist)
        yield {**first, "display": _("Without deleted")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        """The orders that are there, the deleted ones, or both."""
        if self.value() == "any":
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "yes")


class ServiceFilter(KeyFilter):
    """Orders with a line of a service."""

    title = _("service")
    parameter_name = "service"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every service, those on offer first."""
        services = Service.objects.order_by("status", "name", "pk")
        return [(str(service.pk), service.name) for service in services]

    def of(self, queryset: QuerySet[Order], key: int) -> QuerySet[Order]:
        """The orders in which it stands somewhere."""
        lines = OrderLine.objects.filter(service=key)
        if not lines.order_by("order")[MANY : MANY + 1].exists():
            return queryset.filter(pk__in=lines.values("order"))
        # MariaDB would collect all of so many lines first, for a page of fifty orders.
        line = lines.filter(order=OuterRef("pk")).values("pk")[:1]
        return queryset.alias(line=Subquery(line)).filter(line__isnull=False)


class OrderList(ChangeList):
    """The list's page, with the last scan of each of its orders."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet:
        """The orders, for whose page one more query reads the last scans."""
        scans = Track.objects.filter(source=Track.Source.SCAN).select_related("worker")
        newest = Prefetch("tracks", scans.order_by("-seq")[:1], to_attr="last_scans")
        return super().get_queryset(request, exclude_parameters).prefetch_related(newest)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[Any]:
        """Django's, whose last word goes the way of the first: so that an index gives it."""
        ordering = super().get_ordering(request, queryset)
        if ordering[-1] in ("-pk", "-id") and not str(ordering[0]).startswith("-"):
            ordering[-1] = "pk"
        return ordering
