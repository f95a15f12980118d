"""The staff's view of what the work across all apps remembers."""

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from config.admin import RecordAdmin
from config.operations.models import ImportedRow


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
