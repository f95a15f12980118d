"""The ledger, as staff read it."""

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from config.admin import RecordAdmin
from tracking.models import Track


def who_did(track: Track) -> str:
    """Who took the step: a worker, somebody with an account, or an old client's worker."""
    return str(track.worker or track.actor or track.legacy_worker or "")


def move_of(track: Track) -> str:
    """From where to where a step moved its order; nothing for one that moved it nowhere."""
    if not track.has_moved:
        return ""
    return f"{track.from_status} → {track.to_status}" if track.from_status else track.to_status


@admin.register(Track)
class TrackAdmin(RecordAdmin):
    """What happened, newest first. Nothing here adds, changes or erases a track."""

    list_display = (
        "created_at",
        "number",
        "action",
        "moved",
        "result",
        "reason",
        "done_by",
        "location",
        "source",
    )
    list_filter = ("result", "source")
    list_select_related = ("order", "worker", "actor")
    search_fields = ("order__order_number__istartswith", "order_email__istartswith")
    search_help_text = _("The beginning of an order number, or of an email an old client sent.")
    ordering = ("-id",)
    fields = (
        ("order", "seq"),
        ("order_number", "order_email"),
        ("action", "result"),
        ("from_status", "to_status"),
        "reason",
        ("worker", "device"),
        ("actor", "legacy_worker"),
        ("source", "location"),
        "note",
        "voids",
        ("scanned_at", "created_at"),
        "scan_id",
    )

    @admin.display(description=_("order"), ordering="order")
    def number(self, track: Track) -> str:
        """The order's number, or the one that was given where there is no order."""
        return str(track.order or track.order_number)

    @admin.display(description=_("moved"))
    def moved(self, track: Track) -> str:
        """From where to where."""
        return move_of(track)

    @admin.display(description=_("by"))
    def done_by(self, track: Track) -> str:
        """Who did it."""
        return who_did(track)

    def search(self, rows: QuerySet[Track], text: str) -> QuerySet[Track]:
        """The tracks of an email where there is an @, else of an order number."""
        if "@" in text:
            return rows.filter(order_email__istartswith=text.lower())
        number = text.upper()
        given = Q(order=None, order_number__istartswith=number)
        return rows.filter(Q(order__order_number__istartswith=number) | given)
