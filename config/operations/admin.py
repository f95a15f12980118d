"""The staff's view of what the work across all apps remembers."""

import datetime

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from config.admin import RecordAdmin
from config.operations.customer_page import CustomerPage
from config.operations.legacy_use import would_have_failed
from config.operations.models import ImportedRow, LegacyUse

admin.site.register(Customer, CustomerPage)


@admin.register(ImportedRow)
class ImportedRowAdmin(RecordAdmin):
    """What came from old servers, and what had to be mended."""

    list_display = ("source", "table", "old_id", "object_id", "is_new", "remarks")
    list_filter = ("table", ("remarks", admin.EmptyFieldListFilter))
    search_fields = ("old_id",)
    search_help_text = _("An id of the old server.")
    ordering = ("-id",)

    def search(self, rows: QuerySet[ImportedRow], text: str) -> QuerySet[ImportedRow]:
        """The rows of an old id, exactly."""
        return rows.filter(old_id=text)


# Over how many days the dry run looks back, the last of which is yesterday.
DRY_RUNS = (1, 7, 30, 90)


def v1_call(replaced_by: str) -> str:
    """`PUT /api/v1/orders/{order_number}` for the call as it is counted."""
    method, _blank, path_below = replaced_by.partition(" ")
    return f"{method} /api/v1/{path_below}" if path_below else ""


def _days(request: HttpRequest) -> int:
    """The days that a dry run is asked for; one where that is no number of them."""
    try:
        days = forms.IntegerField(min_value=1, max_value=90).clean(request.GET.get("days", "1"))
    except ValidationError:
        return 1
    return int(days)


@admin.register(LegacyUse)
class LegacyUseAdmin(RecordAdmin):
    """Who still calls the old paths, and by which call of v1 each is replaced."""

    change_list_template = "admin/operations/legacyuse/change_list.html"
    list_display = ("day", "endpoint", "client", "origin", "calls", "refused", "successor")
    list_filter = ("day", "endpoint")
    search_fields = ("client__istartswith",)
    search_help_text = _("The beginning of a client's name.")
    ordering = ("-day", "-calls", "endpoint")

    def search(self, rows: QuerySet[LegacyUse], text: str) -> QuerySet[LegacyUse]:
        """The calls of a client, by the beginning of its name."""
        return rows.filter(client__istartswith=text)

    @admin.display(description=_("replaced by"))
    def successor(self, use: LegacyUse) -> str:
        """The v1 call with its path."""
        return v1_call(use.replaced_by)

    def get_urls(self) -> list[URLPattern]:
        """The page of the dry run, beside the admin's own."""
        page = self.admin_site.admin_view(self.switch_off)
        return [
            path("switch-off/", page, name="operations_legacyuse_switch_off"),
            *super().get_urls(),
        ]

    def switch_off(self, request: HttpRequest) -> TemplateResponse:
        """What would have failed had the old paths been switched off before some days."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        days = _days(request)
        until = timezone.localdate() - datetime.timedelta(days=1)
        since = until - datetime.timedelta(days=days - 1)
        rows = would_have_failed(since=since, until=until)
        context = self.admin_site.each_context(request) | {
            "title": _("Dry run: the old paths switched off"),
            "opts": self.model._meta,
            "since": since,
            "until": until,
            "days": days,
            "choices": DRY_RUNS,
            "rows": [row | {"successor": v1_call(row["replaced_by"])} for row in rows],
        }
        return TemplateResponse(request, "admin/operations/legacyuse/switch_off.html", context)
