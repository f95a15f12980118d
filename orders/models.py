"""What was ordered."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import reverse_digits
from config.database import Exact
from config.history import History


class Status(models.TextChoices):
    """The stages of an order; `orders.lifecycle` says which may follow which."""

    CREATED = "created", _("Created")
    PICKED_UP = "picked_up", _("Picked up")
    PROCESSING = "processing", _("Processing")
    COMPLETED = "completed", _("Completed")
    DELIVERED = "delivered", _("Delivered")
    CANCELLED = "cancelled", _("Cancelled")


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders as the API and the public see them: without the deleted ones."""

    def present(self) -> "OrderQuerySet":
        """Orders that were not deleted."""
        return self.filter(deleted_at=None)

    def owned_by(self, user: Any) -> "OrderQuerySet":
        """The orders of which this user is the confirmed owner (contract, "Whose order")."""
        return self.present().filter(customer=user, customer_confirmed=True)


class Order(models.Model):
    """One order, from its placing to its delivery.

    `name`, `email`, `phone` and `service_name` are what was given when it was placed: old
    clients look it up by them, and they stay when the customer's profile changes.
    `last_seq` is the `seq` of its newest track, taken under the row's lock. It is never
    erased: deleting sets `deleted_at`.
    """

    class Source(models.TextChoices):
        API = "api", _("API")
        LEGACY = "legacy", _("old client")
        ADMIN = "admin", _("admin")
        COUNTER = "counter", _("counter")
        IMPORT = "import", _("import")

    order_number = Exact(_("number"), max_length=64, unique=True)
    token = Exact(max_length=22, editable=False)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("customer"),
    )
    customer_confirmed = models.BooleanField(default=False)
    service = models.ForeignKey(
        "catalog.Service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name=_("first service"),
    )
    service_name = models.TextField(_("services"), blank=True)
    name = models.CharField(_("name"), max_length=128, db_index=True)
    email = Exact(_("email"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    phone_reversed = models.CharField(max_length=20, blank=True, editable=False, db_index=True)
    pickup_at = models.DateTimeField(_("pickup"), null=True, blank=True, db_index=True)
    pickup_has_time = models.BooleanField(default=True)
    instructions = models.TextField(_("instructions"), blank=True)
    total_cost = models.DecimalField(_("total"), max_digits=10, decimal_places=2, default=0)
    status = models.CharField(
        _("status"), max_length=16, choices=Status.choices, default=Status.CREATED
    )
    status_changed_at = models.DateTimeField(_("in the stage since"))
    source = models.CharField(
        _("source"), max_length=16, choices=Source.choices, default=Source.API
    )
    version = models.PositiveIntegerField(default=1)
    last_seq = models.PositiveIntegerField(default=0)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    created_at = models.DateTimeField(_("placed"), auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects = OrderQuerySet.as_manager()
    # Placing and moving an order leave tracks; its history tells of edits.
    history = History(
        but=(
            "token",
            "customer_confirmed",
            "service",
            "service_name",
            "phone_reversed",
            "status",
            "status_changed_at",
            "source",
            "version",
            "last_seq",
            "created_at",
            "updated_at",
        ),
        of_new_rows=False,
    )

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        permissions = [
            ("correct_status", _("Can set any status with a reason")),
            ("export_order", _("Can export orders")),
            ("restore_order", _("Can restore a deleted order")),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_cost__gte=0),
                name="orders_order_total_not_negative",
                violation_error_message=_("A total is not negative."),
            ),
            models.CheckConstraint(
                condition=Q(
                    status__in=[
                        "created",
                        "picked_up",
                        "processing",
                        "completed",
                        "delivered",
                        "cancelled",
                    ]
                ),
                name="orders_order_status_known",
            ),
            models.CheckConstraint(
                condition=Q(source__in=["api", "legacy", "admin", "counter", "import"]),
                name="orders_order_source_known",
            ),
            models.CheckConstraint(
                condition=~Q(order_number=""), name="orders_order_number_not_empty"
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "id"], name="orders_order_by_customer"),
            models.Index(fields=["email", "id"], name="orders_order_by_email"),
            # What is present in a stage, and since when, without reading the rows.
            models.Index(
                fields=["status", "deleted_at", "status_changed_at"], name="orders_order_by_stage"
            ),
            # What was placed in some days, likewise.
            models.Index(
                fields=["created_at", "deleted_at", "total_cost"], name="orders_order_by_day"
            ),
            models.Index(fields=["source", "id"], name="orders_order_by_source"),
        ]

    def __str__(self) -> str:
        return self.order_number

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the reversed digits beside the phone number whenever that is written."""
        self.phone_reversed = reverse_digits(self.phone)
        update_fields = kwargs.get("update_fields")
        if update_fields is not None and "phone" in update_fields:
            kwargs["update_fields"] = {*update_fields, "phone_reversed"}
        super().save(*args, **kwargs)

    def is_owned_by(self, user: Any) -> bool:
        """Whether this user is its confirmed owner (contract, "Whose order")."""
        return user is not None and self.customer_confirmed and self.customer_id == user.pk

    @property
    def qr_code_path(self) -> str:
        """Where the public QR image is, below PUBLIC_URL."""
        return f"/qr/{self.order_number}.png"

    @property
    def public_url(self) -> str:
        """The tracking page that shows the stage and nothing else."""
        return f"{settings.PUBLIC_URL}/t/{self.order_number}"

    @property
    def tracking_url(self) -> str:
        """The tracking page with the order's secret token: for its owner and staff."""
        return f"{self.public_url}/{self.token}"


class OrderLine(models.Model):
    """One line of an order, with the name and price of the day it was placed.

    The price of an imported line is unknown (None): its order's total is kept as it came.
    """

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="lines", verbose_name=_("order")
    )
    position = models.PositiveSmallIntegerField()
    service = models.ForeignKey(
        "catalog.Service",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="lines",
        verbose_name=_("service"),
    )
    service_name = models.CharField(_("service"), max_length=128)
    unit_price = models.DecimalField(
        _("unit price"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)

    class Meta:
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "position"], name="orders_orderline_position_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity__gte=1, quantity__lte=9999),
                name="orders_orderline_quantity_in_range",
                violation_error_message=_("A quantity is from 1 to 9999."),
            ),
            models.CheckConstraint(
                condition=Q(unit_price=None) | Q(unit_price__gte=0),
                name="orders_orderline_price_not_negative",
                violation_error_message=_("A price is not negative."),
            ),
        ]
        indexes = [models.Index(fields=["service", "order"], name="orders_orderline_by_service")]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.service_name}"
