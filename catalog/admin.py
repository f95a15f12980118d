"""The shop's services, as staff see them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from catalog.offering import change_service, erase_service
from catalog.resources import ServiceResource
from config.admin import ShopAdmin, badges
from config.rest.refusals import refusals_as_pages
from config.sheets.admin import ExportingAdmin, ImportingAdmin


class PriceForm(forms.ModelForm):
    """A price in the list.

    The price that the page showed comes back beside the one that was typed: only what
    differs from it is saved, so that a list left open does not undo another's change.
    """

    price = forms.DecimalField(
        max_digits=10,
        decimal_places=2,
        min_value=0,
        show_hidden_initial=True,
        error_messages={"min_value": _("A price is not negative.")},
        widget=AdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )

    class Meta:
        model = Service
        fields = ["price"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = format_lazy(_("Price of {name}"), name=self.instance.name)
        self.fields["price"].widget.attrs["aria-label"] = label


@admin.register(Service)
class ServiceAdmin(ImportingAdmin, ExportingAdmin, ShopAdmin):
    """What is on offer. One that orders name is set inactive, never erased."""

    resource_classes = (ServiceResource,)
    list_display = ("name", "price", "duration", "status_badge", "updated_at")
    list_editable = ("price",)
    list_filter = ("status",)
    search_fields = ("name",)
    ordering = ("name", "id")
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("name", "price", "duration_minutes", "status")}),
        (_("Times"), {"fields": (readonly_fields,)}),
    )

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        """The form of a row of the list."""
        return PriceForm

    def search(self, rows: QuerySet[Service], text: str) -> QuerySet[Service]:
        """The services with this in their name; a shop has few, so no index is needed."""
        return rows.alias(lower_name=Lower("name")).filter(lower_name__contains=text.lower())

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool
    ) -> None:
        """Change what was changed in the form, or in its row of the list, by the verb."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        with refusals_as_pages():
            change_service(service=obj, changes=changes)

    def has_delete_permission(self, request: HttpRequest, obj: Service | None = None) -> bool:
        """Whether the service can still be erased."""
        is_in_use = obj is not None and (obj.lines.exists() or obj.orders.exists())
        return super().has_delete_permission(request, obj) and not is_in_use

    def delete_model(self, request: HttpRequest, obj: Service) -> None:
        """Erase it as the API does."""
        with refusals_as_pages():
            erase_service(service=obj)

    @admin.display(description=_("duration"), ordering="duration_minutes")
    def duration(self, service: Service) -> str | None:
        """How long it takes, as `2 d`, `1 h 30 min`."""
        hours, minutes = divmod(service.duration_minutes or 0, 60)
        days, hours = divmod(hours, 24)
        parts = ((days, _("d")), (hours, _("h")), (minutes, _("min")))
        return " ".join(f"{number} {unit}" for number, unit in parts if number) or None

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, service: Service) -> SafeString:
        """Whether it is on offer, told apart by colour too."""
        return badges([(service.status, service.get_status_display())])
