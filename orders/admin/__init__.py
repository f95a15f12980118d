"""The shop's orders, as staff see them. No form sets a status: the life cycle does."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.models import normalise_email
from config.admin import HasHappenedFilter, RecordInline, ShopAdmin
from config.rest.refusals import refusals_as_pages
from orders.editing import change_fields
from orders.filters import search
from orders.models import Order, OrderLine
from tracking.admin import move_of, who_did
from tracking.models import Track


class OrderForm(forms.ModelForm):
    """What staff may change of an order here."""

    email = forms.EmailField(
        label=_("Email"), max_length=255, required=False, widget=AdminEmailInputWidget
    )

    class Meta:
        model = Order
        fields = ["name", "email", "phone", "pickup_at", "pickup_has_time", "instructions"]

    def clean_email(self) -> str:
        """The email as it is stored."""
        return normalise_email(self.cleaned_data["email"])


class LineInline(RecordInline):
    """What was ordered, at the prices of that day."""

    model = OrderLine
    fields = ("service_name", "unit_price", "quantity")
    verbose_name_plural = _("lines")


class TrackInline(RecordInline):
    """What happened to the order, first to last."""

    model = Track
    fk_name = "order"
    fields = ("created_at", "action", "moved", "result", "reason", "done_by", "location", "note")
    readonly_fields = ("moved", "done_by")
    verbose_name_plural = _("tracks")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        """The order's tracks with who did them."""
        return super().get_queryset(request).select_related("worker", "actor").order_by("seq")

    @admin.display(description=_("moved"))
    def moved(self, track: Track) -> str:
        """From where to where."""
        return move_of(track)

    @admin.display(description=_("by"))
    def done_by(self, track: Track) -> str:
        """Who did it."""
        return who_did(track)


@admin.register(Order)
class OrderAdmin(ShopAdmin):
    """Orders, newest first, the deleted ones too."""

    list_display = (
        "order_number",
        "status_badge",
        "name",
        "services",
        "pickup",
        "total_cost",
        "created_at",
    )
    list_filter = ("status", "source", ("deleted_at", HasHappenedFilter))
    search_fields = ("order_number", "email", "phone", "name")
    search_help_text = _(
        "An order number, or the beginning of a number, an email or a name; "
        "or four or more digits: the end of a phone number."
    )
    ordering = ("-id",)
    form = OrderForm
    fieldsets = (
        (
            None,
            {"fields": (("order_number", "status_badge"), ("total_cost", "source"), "qr_code")},
        ),
        (_("Who"), {"fields": ("name", ("email", "phone"), "customer")}),
        (_("When and how"), {"fields": (("pickup_at", "pickup_has_time"), "instructions")}),
        (
            _("Times"),
            {
                "fields": (
                    ("created_at", "status_changed_at"),
                    ("updated_at", "version"),
                    ("deleted_at", "deleted_by"),
                )
            },
        ),
    )
    readonly_fields = (
        "order_number",
        "status_badge",
        "total_cost",
        "source",
        "qr_code",
        "customer",
        "created_at",
        "status_changed_at",
        "updated_at",
        "version",
        "deleted_at",
        "deleted_by",
    )
    inlines = (LineInline, TrackInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        """Every order; its page needs its people too."""
        return super().get_queryset(request).select_related("customer", "deleted_by")

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

    def view_on_site(self, order: Order) -> str:
        """The tracking page, as the customer sees it."""
        return order.tracking_url

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool
    ) -> None:
        """Change what was changed in the form, by the verb."""
        changes: dict[str, Any] = {name: form.cleaned_data[name] for name in form.changed_data}
        with refusals_as_pages():
            change_fields(order=obj, changes=changes)

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, order: Order) -> SafeString:
        """The status, told apart by colour too; for a deleted order it says that first."""
        badges: list[tuple[str, Any]] = [(order.status, order.get_status_display())]
        if order.deleted_at is not None:
            badges.insert(0, ("deleted", _("Deleted")))
        return format_html_join(" ", '<span class="badge badge-{}">{}</span>', badges)

    @admin.display(description=_("services"))
    def services(self, order: Order) -> str:
        """What was ordered, cut where it would fill the row."""
        return Truncator(order.service_name).chars(48)

    @admin.display(description=_("pickup"), ordering="pickup_at")
    def pickup(self, order: Order) -> Any:
        """The pickup as it was given: a moment, or a day."""
        if order.pickup_at is None or order.pickup_has_time:
            return order.pickup_at
        return timezone.localtime(order.pickup_at).date()

    @admin.display(description=_("QR code"))
    def qr_code(self, order: Order) -> SafeString:
        """The public image."""
        return format_html(
            '<img src="{}" alt="{}" width="120" height="120">',
            order.qr_code_path,
            _("QR code of the public page"),
        )
