"""Who carries the goods: workers, and the devices they scan with."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.database import Exact
from config.history import History


class Worker(models.Model):
    """Somebody who carries or works on the goods, and scans them at every step.

    A worker is no user: they hold device tokens, which staff or a PIN give out.
    `locked_at` stands while too many wrong PINs of one day keep new devices out.
    """

    name = models.CharField(_("name"), max_length=128)
    email = Exact(_("email"), max_length=255, null=True, blank=True, unique=True)
    password = models.CharField(_("PIN or password"), max_length=255, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    failed_logins = models.PositiveSmallIntegerField(default=0, editable=False)
    failed_logins_on = models.DateField(null=True, editable=False)
    locked_at = models.DateTimeField(_("locked"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    history = History(
        but=("password", "failed_logins", "failed_logins_on", "created_at", "updated_at")
    )

    principal_kind = "worker"
    is_authenticated = True

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(email=""), name="workforce_worker_email_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong PINs, or staff, keep new devices out."""
        return self.locked_at is not None

    @property
    def state(self) -> tuple[str, Any]:
        """`inactive`, `locked` or `active`, and what staff call that."""
        if not self.is_active:
            return "inactive", _("inactive")
        return ("locked", _("locked")) if self.is_locked else ("active", _("active"))

    @property
    def may_sign_in(self) -> bool:
        """Whether the right PIN would give a new device a token."""
        return self.is_active and not self.is_locked

    def set_password(self, raw: str | None) -> None:
        """Hash a PIN or password, not yet saved; None makes it unusable."""
        self.password = make_password(raw)

    def clean(self) -> None:
        """Store emails in one form, and no email as none."""
        self.email = (self.email or "").strip().lower() or None


class DeviceToken(models.Model):
    """The key of one device: `prefix.secret`, of which only a hash is kept.

    `prefix` is the token's first 12 characters and finds the row; `secret_hash` is the
    SHA-256 of the whole text.
    """

    worker = models.ForeignKey(
        Worker, on_delete=models.PROTECT, related_name="devices", verbose_name=_("worker")
    )
    name = models.CharField(_("name"), max_length=64, blank=True)
    prefix = Exact(_("prefix"), max_length=12, unique=True)
    secret_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last use"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("device")
        verbose_name_plural = _("devices")

    def __str__(self) -> str:
        return self.name or self.prefix

    @property
    def state(self) -> tuple[str, Any]:
        """`revoked`, `expired`, `inactive` (its worker is) or `active`, and its name."""
        if self.revoked_at is not None:
            return "revoked", _("taken back")
        if self.expires_at is not None and self.expires_at <= timezone.now():
            return "expired", _("expired")
        return ("active", _("active")) if self.worker.is_active else ("inactive", _("inactive"))

    def is_usable(self, now: Any = None) -> bool:
        """Whether it is neither revoked nor expired, and its worker active."""
        now = now or timezone.now()
        is_expired = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not is_expired and self.worker.is_active
