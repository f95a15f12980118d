"""The shop's orders, as staff see them. No form sets a status: the life cycle does."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import localize, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.admin import RecordInline, ShopAdmin, badges
from config.admin_filters import DaysFilter, GivenFilter
from config.rest.principals import principal_of
from config.rest.refusals import Refusal
from config.sheets.admin import ExportingAdmin
from orders.admin.actions import offered
from orders.admin.asking import AskingAdmin
from orders.admin.forms import LineForm, LineFormSet, OrderForm
from orders.admin.listing import (
    DeletedFilter,
    OrderList,
    ServiceFilter,
    StuckFilter,
    is_stuck,
    time_since,
)
from orders.admin.printing import PrintingAdmin
from orders.admin.timeline import entries_of
from orders.editing import change_fields
from orders.filters import search
from orders.models import Order, OrderLine, Status
from orders.resources import OrderResource
from tracking.admin import who_did


class LineInline(RecordInline):
    """What was ordered: changed while the order waits, and only shown from then on."""

    model = OrderLine
    form = LineForm
    formset = LineFormSet
    verbose_name_plural = _("lines")
    readonly_fields = ("unit_price", "amount")
    can_delete = True

    def get_fields(self, request: HttpRequest, obj: Order | None = None) -> tuple[str, ...]:
        """The service to choose; or its name, as it was when the order was placed."""
        first = "service" if self.is_open(request, obj) else "service_name"
        return (first, "quantity", "unit_price", "amount")

    def get_queryset(self, request: HttpRequest) -> QuerySet[OrderLine]:
        """The lines with their services."""
        return super().get_queryset(request).select_related("service")

    def is_open(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the order's lines can still be changed, and by this member of staff."""
        return (
            obj is not None
            and obj.status == Status.CREATED
            and obj.deleted_at is None
            and request.user.has_perm("orders.change_order")
        )

    has_add_permission = has_change_permission = has_delete_permission = is_open

    @admin.display(description=_("amount"))
    def amount(self, line: OrderLine) -> Any:
        """The line's part of the total; unknown for a line that came without a price."""
        if line.unit_price is None:
            return self.get_empty_value_display()
        return line.unit_price * line.quantity


@admin.register(Order)
class OrderAdmin(PrintingAdmin, AskingAdmin, ExportingAdmin, ShopAdmin):
    """Orders, newest first."""

    resource_classes = (OrderResource,)
    export_command = "manage.py export_orders"
    list_display = (
        "order_number",
        "customer_column",
        "services",
        "status_badge",
        "age",
        "last_scan",
        "pickup",
        "total",
    )
    list_filter = (
        "status",
        StuckFilter,
        ServiceFilter,
        ("created_at", DaysFilter),
        ("pickup_at", DaysFilter),
        ("status_changed_at", DaysFilter),
        "source",
        DeletedFilter,
        ("customer", GivenFilter),
    )
    search_fields = ("order_number", "email", "phone", "name")
    search_help_text = _(
        "An order number, or the beginning of a number, an email or a name; "
        "or four or more digits: the end of a phone number."
    )
    ordering = ("-id",)
    form = OrderForm
    change_form_template = "admin/orders/order/page.html"
    fieldsets = (
        (_("Who"), {"fields": ("name", ("email", "phone"))}),
        (_("When and how"), {"fields": (("pickup_at", "pickup_has_time"), "instructions")}),
    )
    inlines = (LineInline,)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form's parts; who only looks sees the pickup as it was given."""
        who, when = self.fieldsets
        if self.has_change_permission(request, obj):
            return who, when
        return who, (when[0], {"fields": ("pickup", "instructions")})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[OrderList]:
        """The list with the last scans."""
        return OrderList

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """Newest first; of some days by their moment, so that these days' rows alone are read."""
        for column, ordering in (
            ("pickup_at", ("pickup_at", "id")),
            ("created_at", ("-created_at", "-id")),
        ):
            if request.GET.get(f"{column}__since") or request.GET.get(f"{column}__until"):
                return ordering
        return self.ordering

    def get_sortable_by(self, request: HttpRequest) -> tuple[str, ...]:
        """By any other column, or all stages together, every order would have to be sorted."""
        return ("pickup", "age") if "status__exact" in request.GET else ("pickup",)

    def search(self, rows: QuerySet[Order], text: str) -> QuerySet[Order]:
        """What the API's `q` finds."""
        return search(rows, text)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds an order by a form: placing one does more than write a row."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """A deleted order is only looked at, until it is restored."""
        is_deleted = obj is not None and obj.deleted_at is not None
        return super().has_change_permission(request, obj) and not is_deleted

    def has_delete_permission(self, request: HttpRequest, obj: Order | None = None) -> bool:
        """Nobody erases an order."""
        return False

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The order's page. A refusal is told there, of the order as it is now."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except Refusal as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return redirect(request.get_full_path())

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        obj: Any = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Add what the page shows beside the form."""
        entries, has_older = entries_of(obj)
        buttons, menu = offered(obj, principal_of(request))
        context |= {
            "buttons": buttons,
            "menu": menu,
            "entries": entries,
            "has_older_entries": has_older,
            "age": time_since(obj.status_changed_at),
            "is_stuck": is_stuck(obj),
            "status_badge": self.status_badge(obj),
        }
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def get_formset_kwargs(
        self, request: HttpRequest, obj: Order, inline: Any, prefix: str
    ) -> dict[str, Any]:
        """The lines as they are now, where they were changed since the page was shown."""
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if request.POST.get("seen_version") != str(obj.version):
            kwargs |= {"data": None, "files": None}
        return kwargs

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Nothing yet: fields and lines are saved together."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Change what was changed in the form and in its lines, by the verb."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        for formset in formsets:
            # Only for Django's log, which asks the formset what it would have saved.
            formset.save(commit=False)
            if formset.has_changed():
                changes["items"] = formset.items
        seen = form.cleaned_data["seen_version"]
        change_fields(order=form.instance, changes=changes, expected_version=seen)

    @admin.display(description=_("status"))
    def status_badge(self, order: Order) -> SafeString:
        """The status, told apart by colour too; for a deleted order it says that first."""
        shown: list[tuple[str, Any]] = [(order.status, order.get_status_display())]
        if order.deleted_at is not None:
            shown.insert(0, ("deleted", _("Deleted")))
        return badges(shown)

    @admin.display(description=_("in stage"), ordering="status_changed_at")
    def age(self, order: Order) -> Any:
        """How long it has been in its stage, marked if that is too long."""
        age = time_since(order.status_changed_at)
        if not is_stuck(order):
            return age
        return format_html('<strong class="stuck" title="{}">{}</strong>', _("stuck"), age)

    @admin.display(description=_("last scan"))
    def last_scan(self, order: Order) -> Any:
        """Who read its code last, where and when."""
        if not order.last_scans:  # type: ignore[attr-defined]
            return None
        (track,) = order.last_scans  # type: ignore[attr-defined]
        ago = gettext("%(time)s ago") % {"time": time_since(track.created_at)}
        return _two_lines(who_did(track), " · ".join(filter(None, (track.location, ago))))

    @admin.display(description=_("total"))
    def total(self, order: Order) -> str:
        """What it costs, as the language writes numbers; the list is in one currency."""
        return number_format(order.total_cost, decimal_pos=2, force_grouping=True)

    @admin.display(description=_("customer"))
    def customer_column(self, order: Order) -> SafeString:
        """Name and phone, as they were given."""
        return _two_lines(order.name, order.phone)

    @admin.display(description=_("services"))
    def services(self, order: Order) -> str:
        """What was ordered, cut where it would fill the row."""
        return Truncator(order.service_name).chars(48)

    @admin.display(description=_("pickup"), ordering="pickup_at")
    def pickup(self, order: Order) -> Any:
        """The pickup as it was given: a moment, or a day."""
        if order.pickup_at is None:
            return self.get_empty_value_display()
        at = timezone.localtime(order.pickup_at)
        return localize(at if order.pickup_has_time else at.date())


def _two_lines(first: str, second: str) -> SafeString:
    return format_html('{}<br><span class="secondary">{}</span>', first, second)
