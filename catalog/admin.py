"""The shop's services, as staff see them."""

from django.contrib import admin
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.models import Service
from catalog.offering import erase_service
from config.admin import ShopAdmin
from config.rest.refusals import refusals_as_pages


@admin.register(Service)
class ServiceAdmin(ShopAdmin):
    """What is on offer. One that orders name is set inactive, never erased."""

    list_display = ("name", "price", "duration_minutes", "status", "updated_at")
    list_filter = ("status",)
    search_fields = ("name",)
    ordering = ("name", "id")
    readonly_fields = ("created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("name", "price", "duration_minutes", "status")}),
        (_("Times"), {"fields": readonly_fields}),
    )

    def search(self, rows: QuerySet[Service], text: str) -> QuerySet[Service]:
        """The services with this in their name; a shop has few, so no index is needed."""
        return rows.alias(lower_name=Lower("name")).filter(lower_name__contains=text.lower())

    def has_delete_permission(self, request: HttpRequest, obj: Service | None = None) -> bool:
        """Whether the service can still be erased."""
        is_in_use = obj is not None and (obj.lines.exists() or obj.orders.exists())
        return super().has_delete_permission(request, obj) and not is_in_use

    def delete_model(self, request: HttpRequest, obj: Service) -> None:
        """Erase it as the API does."""
        with refusals_as_pages():
            erase_service(service=obj)
