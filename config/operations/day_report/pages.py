"""`/admin/day/`: a day's close to look at, to print, and as CSV."""

import datetime
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.operations.admin_pages import page_of
from config.operations.day_report.figures import DayReport, day_report
from config.operations.day_report.forms import DayForm
from config.operations.day_report.rows import csv_of
from config.operations.front_page import Tile, delivered_on, list_of, orders_of_days, refused_on
from config.shop_tags import money
from orders.models import Order, Status

# Whoever sees the first page's money sees it here.
PERMISSION = "orders.view_order"


def day_page(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """The day of the address, or today."""
    form = DayForm({"day": request.GET.get("day") or timezone.localdate().isoformat()})
    page |= {"title": _("Day's close"), "form": form}
    if not form.is_valid():
        return TemplateResponse(request, "admin/day_report/page.html", page, status=400)
    report = _report(request, form.cleaned_data["day"])
    one = datetime.timedelta(days=1)
    page |= {
        "report": report,
        "tiles": _tiles(report),
        "before": report.day - one,
        "after": report.day + one if report.day < timezone.localdate() else None,
        "stuck_url": list_of(Order, stuck="yes"),
    }
    return TemplateResponse(request, "admin/day_report/page.html", page)


def day_csv(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """The same day as a file."""
    form = DayForm(request.GET)
    if not form.is_valid():
        return day_page(request, page)
    report = _report(request, form.cleaned_data["day"])
    name = f"day-{report.day.isoformat()}.csv"
    return HttpResponse(
        csv_of(report),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _report(request: HttpRequest, day: datetime.date) -> DayReport:
    may_see_tracks = request.user.has_perm("tracking.view_track")
    return day_report(day=day, now=timezone.now(), with_tracks=may_see_tracks)


def _tiles(report: DayReport) -> list[Tile]:
    day = report.day
    cancelled = orders_of_days("status_changed_at", day, day, status__exact=Status.CANCELLED)
    tallies = (
        (_("Placed"), report.placed, orders_of_days("created_at", day, day)),
        (_("Delivered"), report.delivered, delivered_on(day)),
        (_("Cancelled"), report.cancelled, cancelled),
    )
    tiles = [Tile(label, tally.orders, url, money(tally.amount)) for label, tally, url in tallies]
    if report.refused is not None:
        number = report.refused_scans
        tiles.append(Tile(_("Refused scans"), number, refused_on(day), is_alarm=bool(number)))
    return tiles


def urls(site: AdminSite) -> list[URLPattern]:
    """The day's part of the admin."""

    def page(show: Any) -> Any:
        return page_of(site, show, permission=PERMISSION)

    return [
        path("day/", page(day_page), name="day_report"),
        path("day/csv/", page(day_csv), name="day_report_csv"),
    ]
