"""What the work across all apps remembers."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.database import Exact

# A merge can be undone for so long: then others have worked with what came of it.
UNDO_WITHIN = datetime.timedelta(days=1)


class ImportedRow(models.Model):
    """One row of an old server's file, and what it came into.

    A second run of the import knows a row by it, and an undone import what to take away.
    `source` names the old server. `object_id` is the row in our table: None where nothing
    came, and `remarks` say why. `is_new` is whether the import made it; else it was there
    already, as a customer of the same email. A guest is a customer whom an order's email
    made; its `old_id` is that order's.
    """

    class Table(models.TextChoices):
        SERVICES = "services", _("services")
        CUSTOMERS = "customers", _("customers")
        GUESTS = "guests", _("guests")
        WORKERS = "workers", _("workers")
        TOKENS = "tokens", _("workers' tokens")
        ORDERS = "orders", _("orders")
        TRACKS = "tracks", _("tracks")

    source = Exact(_("source"), max_length=64)
    table = models.CharField(_("table"), max_length=16, choices=Table.choices)
    old_id = Exact(_("old id"), max_length=255)
    object_id = models.BigIntegerField(_("id here"), null=True)
    is_new = models.BooleanField(_("new"), default=True)
    remarks = models.TextField(_("remarks"), blank=True)
    imported_at = models.DateTimeField(_("imported"), default=timezone.now)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [
            models.UniqueConstraint(
                fields=["old_id", "table", "source"], name="operations_importedrow_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    table__in=[
                        "services",
                        "customers",
                        "guests",
                        "workers",
                        "tokens",
                        "orders",
                        "tracks",
                    ]
                ),
                name="operations_importedrow_table_known",
            ),
        ]
        indexes = [
            models.Index(fields=["table", "object_id"], name="operations_imported_object"),
        ]

    def __str__(self) -> str:
        return f"{self.source}: {self.table} {self.old_id}"


class LegacyUse(models.Model):
    """How often a client made one call of an old path on one day, and how often in vain.

    `client` and `origin` are the program and the page that called; nothing here says who.
    """

    day = models.DateField(_("day"))
    endpoint = Exact(_("call"), max_length=80)
    replaced_by = models.CharField(_("replaced by"), max_length=80, blank=True)
    client = Exact(_("client"), max_length=128, blank=True)
    origin = Exact(_("page from"), max_length=128, blank=True)
    calls = models.PositiveIntegerField(_("calls"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)

    class Meta:
        verbose_name = _("use of an old path")
        verbose_name_plural = _("uses of old paths")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "endpoint", "client", "origin"],
                name="operations_legacyuse_unique",
            ),
            models.CheckConstraint(
                condition=Q(refused__lte=models.F("calls")),
                name="operations_legacyuse_refused_of_calls",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.endpoint}"


class CustomerMerge(models.Model):
    """Staff found two customers to be one person: the loser is gone, the winner has the orders.

    `moved` are the orders that went over, as pairs of an id and whether the order surely was the
    loser's before: what an undoing needs. No row here holds anything personal.
    """

    winner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="merges",
        verbose_name=_("merged into"),
    )
    loser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("customer"),
    )
    loser_was_active = models.BooleanField(default=True)
    moved = models.JSONField(default=list)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("merged"), auto_now_add=True)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )

    class Meta:
        verbose_name = _("merged customer")
        verbose_name_plural = _("merged customers")
        constraints = [
            models.CheckConstraint(
                condition=~Q(winner=models.F("loser")), name="operations_customermerge_of_two"
            ),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None)
                | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="operations_customermerge_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loser} → {self.winner}"

    @property
    def can_be_undone_until(self) -> datetime.datetime:
        """The end of the day in which it can be undone."""
        return self.created_at + UNDO_WITHIN
