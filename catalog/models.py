"""What the shop sells."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from config.database import Exact
from config.history import History


class Service(models.Model):
    """Something the shop does for a price: a wash, an ironing, a repair.

    A service that orders refer to is never erased, only set inactive. `legacy_id` is its
    id on an old server, by which old clients go on naming it.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("active")
        INACTIVE = "inactive", _("inactive")

    legacy_id = Exact(max_length=32, null=True, blank=True, unique=True, editable=False)
    name = Exact(_("name"), max_length=128, db_index=True)
    price = models.DecimalField(_("price"), max_digits=10, decimal_places=2)
    duration_minutes = models.PositiveIntegerField(
        _("duration"), null=True, blank=True, help_text=_("In minutes.")
    )
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.ACTIVE
    )
    imported_usage_count = models.PositiveIntegerField(default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    history = History(but=("imported_usage_count", "created_at", "updated_at"))

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        permissions = [
            ("export_service", _("Can export services")),
            ("import_service", _("Can import services")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(price__gte=0),
                name="catalog_service_price_not_negative",
                violation_error_message=_("A price is not negative."),
            ),
            models.CheckConstraint(
                condition=Q(duration_minutes=None) | Q(duration_minutes__gt=0),
                name="catalog_service_duration_positive",
                violation_error_message=_("A duration is at least one minute."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=["active", "inactive"]),
                name="catalog_service_status_known",
                violation_error_message=_("There is no such status."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean_fields(self, exclude: Any = None) -> None:
        """Store names without blanks around them: MariaDB would call them equal."""
        self.name = self.name.strip()
        super().clean_fields(exclude)

    @property
    def is_active(self) -> bool:
        """Whether it can be ordered."""
        return self.status == self.Status.ACTIVE
