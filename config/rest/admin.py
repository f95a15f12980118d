"""Kept answers, for who looks for the cause of a replay."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.admin import RecordAdmin
from config.rest.models import IdempotencyKey


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(RecordAdmin):
    """Which calls are remembered, newest first; not what they were answered."""

    list_display = ("subject", "status", "created_at")
    list_filter = ("status",)
    search_fields = ("subject",)
    search_help_text = _("An order number.")
    ordering = ("-id",)
    fields = ("subject", "status", "key_hash", "body_hash", "created_at")

    def search(self, rows: QuerySet[IdempotencyKey], text: str) -> QuerySet[IdempotencyKey]:
        """The answers that speak of an order."""
        return rows.filter(subject=f"order:{text.upper()}")
