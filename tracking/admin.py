"""The ledger, as staff read it."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.admin import RecordAdmin, badges
from config.admin_filters import BeginningFilter, DaysFilter, TextFilter
from config.sheets.admin import ExportingAdmin
from tracking.models import Track, in_words, stages_of_orders
from tracking.resources import TrackResource, number_of

# A number that begins so many orders' numbers is no search: the newest of them are shown.
MOST_ORDERS = 1_000


# What a track can say. The facts of a row stand side by side.
FACTS: tuple[tuple[str, ...], ...] = (
    ("order", "seq"),
    ("order_number", "order_email"),
    ("did", "outcome"),
    ("came_from", "went_to"),
    ("worker", "device_name"),
    ("actor_name", "legacy_worker"),
    ("source", "location"),
    ("note", "voids"),
    ("scanned_at", "created_at"),
    ("scan_id",),
)


def _orders() -> QuerySet[Any]:
    """All orders; this app knows them by the name under which its tracks do."""
    return apps.get_model("orders.Order")._default_manager.all()


def who_did(track: Track) -> str:
    """Who took the step: a worker, somebody with an account, or an old client's worker."""
    return str(track.worker or track.actor or track.legacy_worker or "")


def result_badges(track: Track) -> SafeString:
    """What came of it and why; whatever is not simply recorded has a colour.

    The track comes with what voided it (`with_details`).
    """
    found: list[tuple[str, Any]] = [(track.result, track.get_result_display())]
    if track.voided_by_pk is not None:  # type: ignore[attr-defined]
        found.append(("voided", _("voided")))
    shown = badges(found)
    if not track.reason:
        return shown
    return format_html('{} <span class="secondary">{}</span>', shown, track.reason)


class ActionFilter(TextFilter):
    """By what was scanned: a stage, or the shop's own word typed in."""

    help_text = _("Action, in full")

    def suggestions(self) -> list[tuple[str, Any]]:
        """The stages of an order: the ledger itself is too long to ask for its words."""
        return stages_of_orders()


@admin.register(Track)
class TrackAdmin(ExportingAdmin, RecordAdmin):
    """What happened, newest first. Nothing here adds, changes or erases a track."""

    resource_classes = (TrackResource,)
    list_display = (
        "created_at",
        "number",
        "step",
        "outcome",
        "done_by",
        "location",
        "source",
    )
    list_filter = (
        "result",
        ("action", ActionFilter),
        "worker",
        ("location", BeginningFilter),
        "source",
        ("created_at", DaysFilter),
    )
    search_fields = ("order__order_number__istartswith", "order_email__istartswith")
    search_help_text = _("The beginning of an order number, or of an email an old client sent.")
    ordering = ("-id",)
    # By any other column the whole ledger would have to be sorted.
    sortable_by = ()
    readonly_fields = ("did", "came_from", "went_to", "outcome", "device_name", "actor_name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        """Tracks with who did them, and what voided them."""
        tracks: Any = super().get_queryset(request)
        return tracks.with_details().select_related("worker")

    def get_export_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        """The tracks of the list, with their devices too."""
        tracks: QuerySet[Track] = super().get_export_queryset(request).select_related("device")
        return tracks

    def get_fields(self, request: HttpRequest, obj: Track | None = None) -> Any:
        """What the track says; a fact that it does not have takes no room."""
        facts = {
            "did": "action",
            "came_from": "from_status",
            "went_to": "to_status",
            "outcome": "result",
            "device_name": "device",
            "actor_name": "actor",
        }
        rows = [
            [name for name in names if getattr(obj, facts.get(name, name)) not in (None, "")]
            for names in FACTS
        ]
        return [row for row in rows if row]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns; the order's number leads to its page, for who may see that."""
        may_open = request.user.has_perm("orders.view_order")
        columns = {"number": "order_link"} if may_open else {}
        return [columns.get(name, name) for name in self.list_display]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """By id; of some days by their moment, so that the days' rows alone are read."""
        has_days = any(name.startswith("created_at__") for name in request.GET)
        return ("-created_at", "-id") if has_days else self.ordering

    @admin.display(description=_("order"))
    def number(self, track: Track) -> str:
        """The order's number, or the one that was given where there is no order."""
        return number_of(track)

    @admin.display(description=_("order"))
    def order_link(self, track: Track) -> str:
        """The same, leading to the order's page."""
        if track.order is None:
            return track.order_number
        page = reverse("admin:orders_order_change", args=(track.order_id,))
        return format_html('<a href="{}">{}</a>', page, track.order)

    @admin.display(description=_("action"))
    def step(self, track: Track) -> str:
        """What was done, and from where it moved the order; where to, if that is another."""
        if not track.has_moved or not track.from_status:
            return in_words(track.action)
        to = "" if track.action == track.to_status else f" → {in_words(track.to_status)}"
        return format_html(
            '{} <span class="secondary">{}{}</span>',
            in_words(track.action),
            gettext("from %(status)s") % {"status": in_words(track.from_status)},
            to,
        )

    @admin.display(description=_("action"))
    def did(self, track: Track) -> str:
        """What was done."""
        return in_words(track.action)

    @admin.display(description=_("from"))
    def came_from(self, track: Track) -> str:
        """The order's status before."""
        return in_words(track.from_status)

    @admin.display(description=_("to"))
    def went_to(self, track: Track) -> str:
        """The order's status after."""
        return in_words(track.to_status)

    @admin.display(description=_("result"))
    def outcome(self, track: Track) -> SafeString:
        """What came of it."""
        return result_badges(track)

    # Without links: not everybody who reads the ledger may open these.

    @admin.display(description=_("device"))
    def device_name(self, track: Track) -> str:
        """The device that scanned."""
        return str(track.device)

    @admin.display(description=_("account"))
    def actor_name(self, track: Track) -> str:
        """The member of staff or the customer who acted."""
        return str(track.actor)

    @admin.display(description=_("by"))
    def done_by(self, track: Track) -> str:
        """Who did it."""
        return who_did(track)

    def search(self, rows: QuerySet[Track], text: str) -> QuerySet[Track]:
        """The tracks of an email where there is an @, else of an order number.

        The orders are looked up first: no index answers a question about both tables.
        """
        if "@" in text:
            return rows.filter(order_email__istartswith=text.lower())
        number = text.upper()
        found = _orders().filter(order_number__istartswith=number).order_by("-id")
        keys = list(found.values_list("pk", flat=True)[:MOST_ORDERS])
        given = Q(order=None, order_number__istartswith=number)
        return rows.filter(Q(order__in=keys) | given)
