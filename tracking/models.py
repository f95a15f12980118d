"""What happened: the append-only ledger."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.database import Exact

# Those of an order, whose app is above this one (`orders.models.Status`), and none.
_STATUSES = ["", "created", "picked_up", "processing", "completed", "delivered", "cancelled"]


def stages_of_orders() -> list[tuple[str, Any]]:
    """The statuses of an order with their names, which stand in the app above."""
    orders: Any = Track._meta.get_field("order").related_model
    return list(orders._meta.get_field("status").choices)


def in_words(action: str) -> str:
    """A status by its name; another word as it was sent."""
    return str(dict(stages_of_orders()).get(action, action))


class TrackQuerySet(models.QuerySet["Track"]):
    """Tracks are appended and read; nothing else is possible."""

    def with_details(self) -> "TrackQuerySet":
        """Tracks with all that is told of them: their order, actor and what voided them.

        The last as `voided_by_pk`: `voided_by` itself would ask the database for each
        track that stands.
        """
        return self.select_related("order", "actor").annotate(voided_by_pk=F("voided_by"))

    def update(self, **kwargs: Any) -> int:
        """Refuse: a track is a fact."""
        raise TypeError("Tracks are never changed.")

    def delete(self) -> tuple[int, dict[str, int]]:
        """Refuse: a track is a fact."""
        raise TypeError("Tracks are never erased.")

    delete.queryset_only = True  # type: ignore[attr-defined]


class Track(models.Model):
    """One thing that happened, or was refused, with an order or in its name.

    `seq` counts an order's tracks from 1. `from_status` and `to_status` are the order's
    status before and after, equal where nothing moved, empty where there is no order;
    then `order_number` and `order_email` hold what was given. `scanned_at` is when it
    happened by the device's clock, `created_at` when we heard of it.
    """

    class Result(models.TextChoices):
        RECORDED = "recorded", _("recorded")
        ALREADY = "already", _("already so")
        LATE = "late", _("late")
        REFUSED = "refused", _("refused")
        UNVERIFIED = "unverified", _("unverified")

    class Source(models.TextChoices):
        SCAN = "scan", _("scan")
        ADMIN = "admin", _("admin")
        API = "api", _("API")
        LEGACY = "legacy", _("old client")
        SYSTEM = "system", _("system")
        IMPORT = "import", _("import")

    order = models.ForeignKey(
        "orders.Order",
        on_delete=models.PROTECT,
        null=True,
        related_name="tracks",
        verbose_name=_("order"),
    )
    seq = models.PositiveIntegerField(_("number"), null=True)
    order_number = models.CharField(_("order number"), max_length=64, blank=True)
    order_email = Exact(_("order email"), max_length=255, blank=True)
    worker = models.ForeignKey(
        "workforce.Worker",
        on_delete=models.PROTECT,
        null=True,
        related_name="tracks",
        verbose_name=_("worker"),
    )
    device = models.ForeignKey(
        "workforce.DeviceToken",
        on_delete=models.PROTECT,
        null=True,
        related_name="tracks",
        verbose_name=_("device"),
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="tracks",
        verbose_name=_("member of staff or customer"),
    )
    legacy_worker = models.CharField(_("old worker"), max_length=64, blank=True)
    action = models.CharField(_("action"), max_length=64)
    from_status = models.CharField(_("from"), max_length=16, blank=True)
    to_status = models.CharField(_("to"), max_length=16, blank=True)
    result = models.CharField(_("result"), max_length=16, choices=Result.choices)
    reason = models.CharField(_("reason"), max_length=64, blank=True)
    voids = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="voided_by",
        verbose_name=_("voids"),
    )
    source = models.CharField(_("source"), max_length=16, choices=Source.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    location = models.CharField(_("place"), max_length=128, blank=True)
    scan_id = models.UUIDField(null=True, unique=True)
    scan_digest = Exact(max_length=64, blank=True)
    scanned_at = models.DateTimeField(_("scanned"), default=timezone.now)
    created_at = models.DateTimeField(_("heard"), default=timezone.now)

    objects = TrackQuerySet.as_manager()

    class Meta:
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        permissions = [("export_track", _("Can export tracks"))]
        constraints = [
            models.UniqueConstraint(fields=["order", "seq"], name="tracking_track_seq_unique"),
            models.CheckConstraint(
                # A bare `seq > 0` of no seq is NULL, which a CHECK lets pass.
                condition=Q(order=None, seq=None)
                | Q(order__isnull=False, seq__isnull=False, seq__gt=0),
                name="tracking_track_seq_with_order",
            ),
            models.CheckConstraint(
                condition=Q(from_status__in=_STATUSES, to_status__in=_STATUSES)
                & (Q(order__isnull=False) | Q(from_status="", to_status="")),
                name="tracking_track_statuses_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    result__in=["recorded", "already", "late", "refused", "unverified"],
                ),
                name="tracking_track_result_known",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["scan", "admin", "api", "legacy", "system", "import"]),
                name="tracking_track_source_known",
            ),
        ]
        indexes = [
            models.Index(fields=["worker", "id"], name="tracking_track_by_worker"),
            models.Index(fields=["action", "id"], name="tracking_track_by_action"),
            models.Index(fields=["result", "id"], name="tracking_track_by_result"),
            models.Index(fields=["order_email", "id"], name="tracking_track_by_email"),
            models.Index(fields=["source", "id"], name="tracking_track_by_source"),
            models.Index(fields=["location", "id"], name="tracking_track_by_place"),
            models.Index(fields=["created_at", "id"], name="tracking_track_by_moment"),
        ]

    def __str__(self) -> str:
        return f"{in_words(self.action)} ({self.get_result_display()})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Append; raises TypeError for a track that already stands."""
        if not self._state.adding:
            raise TypeError("Tracks are never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refuse: a track is a fact."""
        raise TypeError("Tracks are never erased.")

    @property
    def has_moved(self) -> bool:
        """Whether this is a status track: recorded, with two different statuses."""
        return self.result == self.Result.RECORDED and self.from_status != self.to_status
