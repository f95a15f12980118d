"""The staff's view of what the work across all apps remembers."""

import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import StaffFilter
from accounts.models import Customer, User
from config.admin import HasHappenedFilter, RecordAdmin
from config.admin_confirmation import confirmation, is_confirmed
from config.admin_filters import DaysFilter, KeyFilter
from config.admin_history import told
from config.operations.customer_buttons import CustomerButtons, can_be_undone, may_merge
from config.operations.customer_merging import objection_to_undoing, undo_merge
from config.operations.legacy_use import would_have_failed
from config.operations.models import CustomerMerge, ImportedRow, LegacyUse
from config.rest.principals import principal_of
from config.rest.refusals import Refusal
from orders.models import Order

admin.site.register(Customer, CustomerButtons)


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


@admin.register(CustomerMerge)
class CustomerMergeAdmin(RecordAdmin):
    """Which customers were found to be one, and the way back while there is one."""

    change_form_template = "admin/operations/customermerge/change_form.html"
    list_display = ("created_at", "loser", "winner", "orders_moved", "by", "undone_at")
    list_filter = (("created_at", DaysFilter), ("undone_at", HasHappenedFilter))
    list_select_related = ("loser", "winner", "by")
    fields = (
        "loser_page",
        "winner_page",
        "orders_moved",
        "by_whom",
        "created_at",
        "undone_by_whom",
        "undone_at",
    )
    readonly_fields = ("loser_page", "winner_page", "orders_moved", "by_whom", "undone_by_whom")
    search_fields = ("loser__name__istartswith", "winner__name__istartswith")
    search_help_text = _("The beginning of either's name.")
    ordering = ("-id",)
    sortable_by = ()

    # Django's own links lead to the staff's pages, which not everybody opens.

    @admin.display(description=_("customer"))
    def loser_page(self, merge: CustomerMerge) -> SafeString:
        """Who went."""
        return _link_to(merge.loser)

    @admin.display(description=_("merged into"))
    def winner_page(self, merge: CustomerMerge) -> SafeString:
        """Who stayed."""
        return _link_to(merge.winner)

    @admin.display(description=_("by"))
    def by_whom(self, merge: CustomerMerge) -> str:
        """Who of the staff merged them."""
        return str(merge.by)

    @admin.display(description=_("undone by"))
    def undone_by_whom(self, merge: CustomerMerge) -> Any:
        """Who of the staff undid it."""
        return merge.undone_by and str(merge.undone_by)

    @admin.display(description=_("orders moved"))
    def orders_moved(self, merge: CustomerMerge) -> int:
        """How many orders went over."""
        return len(merge.moved)

    def get_urls(self) -> list[URLPattern]:
        """The page that asks before a merge is undone, beside the admin's own."""
        page = self.admin_site.admin_view(self.undo)
        return [
            path("<int:merge_id>/undo/", page, name="operations_customermerge_undo"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The page, with the way back while there is one."""
        merge = context.get("original")
        context["can_be_undone"] = merge is not None and can_be_undone(request, merge)
        return super().render_change_form(request, context, *args, **kwargs)

    def undo(self, request: HttpRequest, merge_id: int) -> HttpResponse:
        """Tell what goes back; do it when that was confirmed."""
        if not self.has_view_permission(request) or not may_merge(request):
            raise PermissionDenied
        merge = get_object_or_404(
            CustomerMerge.objects.select_related("loser", "winner"), pk=merge_id
        )
        back = reverse("admin:accounts_customer_change", args=(merge.loser_id,))
        if objection := objection_to_undoing(merge):
            self.message_user(request, objection, messages.WARNING)
            return redirect(back)
        if is_confirmed(request):
            return self._undo(request, merge, back)
        keys = [key for key, _was_sure in merge.moved]
        still_there = Order.objects.filter(pk__in=keys, customer=merge.winner_id).count()
        return confirmation(
            self,
            request,
            title=_("Undo the merge"),
            effect=_("Each of the two is a customer of their own again."),
            lines=undoing_lines(merge, still_there),
            back=back,
        )

    def _undo(self, request: HttpRequest, merge: CustomerMerge, back: str) -> HttpResponse:
        try:
            merge = undo_merge(merge=merge, by=principal_of(request))
        except Refusal as refusal:
            self.message_user(request, refusal.detail, messages.WARNING)
            return redirect(back)
        pages: Any = self.admin_site.get_model_admin(Customer)
        for customer in (merge.loser, merge.winner):
            pages.log_change(
                request, customer, gettext("Undid the merge %(id)s.") % {"id": merge.pk}
            )
        self.message_user(request, _("The merge is undone."), messages.SUCCESS)
        return redirect(back)


def _link_to(customer: User) -> SafeString:
    page = reverse("admin:accounts_customer_change", args=(customer.pk,))
    return format_html('<a href="{}">{}</a>', page, customer)


def undoing_lines(merge: CustomerMerge, orders: int) -> list[Any]:
    """What undoing a merge does, a sentence each."""
    text = ngettext(
        "%(number)d order goes back from %(winner)s to %(loser)s.",
        "%(number)d orders go back from %(winner)s to %(loser)s.",
        orders,
    )
    lines = [text % {"number": orders, "winner": merge.winner, "loser": merge.loser}]
    if given_away := len(merge.moved) - orders:
        text = ngettext(
            "%(number)d order stays where it is: it was given to somebody else since.",
            "%(number)d orders stay where they are: they were given to somebody else since.",
            given_away,
        )
        lines.append(text % {"number": given_away})
    if merge.loser_was_active:
        lines.append(_("%(loser)s can sign in again.") % {"loser": merge.loser})
    return lines


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


class KindFilter(KeyFilter):
    """By what kind of thing was changed."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Every kind that the admin shows."""
        models = ContentType.objects.get_for_models(
            *admin.site._registry, for_concrete_models=False
        )
        kinds = ((str(kind.pk), str(model._meta.verbose_name)) for model, kind in models.items())
        return sorted(kinds, key=lambda kind: kind[1])

    def of(self, queryset: QuerySet[LogEntry], key: int) -> QuerySet[LogEntry]:
        """What was done to these."""
        return queryset.filter(content_type=key)


@admin.register(LogEntry)
class LogEntryAdmin(RecordAdmin):
    """What staff did in the admin: what they noted with it, and on which page."""

    list_display = ("action_time", "user", "told", "kind", "thing")
    list_filter = (StaffFilter, KindFilter, ("action_time", DaysFilter))
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr__istartswith",)
    search_help_text = _("The beginning of a name or number.")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("action_time", "user", "told", "kind", "thing")
    readonly_fields = ("told", "kind", "thing")

    @admin.display(description=_("what"))
    def told(self, entry: LogEntry) -> str:
        """What was done."""
        return told(entry)

    @admin.display(description=_("kind"))
    def kind(self, entry: LogEntry) -> str | None:
        """What kind of thing it was done to."""
        kind: Any = entry.content_type
        model = kind and kind.model_class()
        return str(model._meta.verbose_name) if model else None

    @admin.display(description=_("which"))
    def thing(self, entry: LogEntry) -> str:
        """What it was done to, with the way there while there is one."""
        url = None if entry.is_deletion() or not entry.object_id else entry.get_admin_url()
        return (
            format_html('<a href="{}">{}</a>', url, entry.object_repr) if url else entry.object_repr
        )
