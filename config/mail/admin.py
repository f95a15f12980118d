"""The outbox, for who looks whether a mail went out."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from config.admin import HasHappenedFilter, RecordAdmin
from config.mail.models import OutgoingMail


@admin.register(OutgoingMail)
class OutgoingMailAdmin(RecordAdmin):
    """To whom which mail went, and when; not its text, which may hold a link into an account."""

    list_display = ("recipient", "subject", "created_at", "sent_at", "attempts", "last_error")
    list_filter = (("sent_at", HasHappenedFilter),)
    search_fields = ("recipient__istartswith",)
    search_help_text = _("The beginning of the recipient's address.")
    ordering = ("-id",)
    fields = (
        "recipient",
        "subject",
        "created_at",
        "next_attempt_at",
        "sent_at",
        "attempts",
        "last_error",
    )
