"""Who signs in: customers and staff in one table, and their sessions."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import (
    AbstractBaseUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, ThrottlingMixin

from config.database import Exact
from config.history import History


def normalise_email(email: str) -> str:
    """The form in which emails are stored and compared: stripped, in lower case, no more."""
    return email.strip().lower()


def reverse_digits(phone: str) -> str:
    """The digits of a phone number from the last to the first, at most 20.

    Stored beside the number, it turns "ends with 4321" into a prefix search that an
    index can answer.
    """
    return "".join(character for character in reversed(phone) if character in "0123456789")[:20]


class UserManager(BaseUserManager["User"]):
    """Makes users whose email is in the stored form."""

    def create_user(
        self, email: str | None = None, password: str | None = None, **fields: Any
    ) -> "User":
        """Make a user; without a password an unusable one. The email may be None."""
        user = self.model(email=normalise_email(email) if email else None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str, **fields: Any) -> "User":
        """Make a user who may do everything; the email counts as confirmed."""
        fields |= {"is_staff": True, "is_superuser": True}
        fields.setdefault("email_confirmed_at", timezone.now())
        return self.create_user(email, password, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by email, however its letters' case was typed."""
        return self.get(email=normalise_email(username or ""))


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account: a customer, or a member of the shop's staff.

    A customer known only from an order at the counter may have no email. A customer made
    by a guest's order has an email and an unusable password until they claim the account.
    """

    email = Exact(_("email"), max_length=255, null=True, blank=True, unique=True)
    username = Exact(
        _("user name"),
        max_length=150,
        null=True,
        blank=True,
        unique=True,
        help_text=_("Staff only: old admin clients sign in by it."),
    )
    name = models.CharField(_("name"), max_length=128, db_index=True)
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    phone_reversed = models.CharField(max_length=20, blank=True, editable=False, db_index=True)
    password = models.CharField(_("password"), max_length=255)
    email_confirmed_at = models.DateTimeField(_("email confirmed"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    second_factor_at = models.DateTimeField(
        _("second factor"), null=True, blank=True, editable=False
    )
    anonymised_at = models.DateTimeField(null=True, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="merged",
        verbose_name=_("merged into"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("updated"), auto_now=True)

    objects: ClassVar[UserManager] = UserManager()
    history = History(but=("password", "phone_reversed", "last_login", "created_at", "updated_at"))

    EMAIL_FIELD = "email"
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=~Q(email=""),
                name="accounts_user_email_not_empty",
                violation_error_message=_("No email is none, not an empty one."),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.username or f"#{self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the reversed digits beside the phone number whenever that is written."""
        self.phone_reversed = reverse_digits(self.phone)
        update_fields = kwargs.get("update_fields")
        if update_fields is not None and "phone" in update_fields:
            kwargs["update_fields"] = {*update_fields, "phone_reversed"}
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Store emails in one form, and no email as none."""
        self.email = normalise_email(self.email) or None if self.email else None
        self.username = self.username or None

    def get_username(self) -> str:
        """What this person signs in by."""
        return self.email or self.username or ""

    def get_short_name(self) -> str:
        """How the admin's pages greet them."""
        return self.name

    def get_session_auth_hash(self) -> str:
        """What a session of the admin was opened by: the password, and the second factor.

        So a change of either ends the sessions that were opened before it.
        """
        opened_by = super().get_session_auth_hash()
        if self.second_factor_at is None:
            return opened_by
        value = f"{opened_by}|{self.second_factor_at.isoformat()}"
        return salted_hmac("accounts.second_factor", value, algorithm="sha256").hexdigest()

    @cached_property
    def needs_second_factor(self) -> bool:
        """Whether OTP_REQUIRED_ROLES asks one of this user.

        A superuser may do what every role may, so any role in it asks it of them.
        """
        roles = settings.OTP_REQUIRED_ROLES
        if not (roles and self.is_staff):
            return False
        return self.is_superuser or "*" in roles or self.groups.filter(name__in=roles).exists()

    @property
    def lacks_second_factor(self) -> bool:
        """Whether they have to set a second factor up before they may do anything."""
        return self.second_factor_at is None and self.needs_second_factor

    @property
    def principal_kind(self) -> str:
        """What kind of caller this is (`config.rest.principals`)."""
        return "staff" if self.is_staff else "customer"

    @property
    def email_confirmed(self) -> bool:
        """Whether the owner of this mailbox has shown that the account is theirs."""
        return self.email_confirmed_at is not None

    @property
    def is_merged(self) -> bool:
        """Whether staff found this to be another customer too, and nobody let it in again."""
        return self.merged_into_id is not None and not self.is_active


class CustomerManager(UserManager):
    """Customers only: staff have accounts too, but are no customers."""

    def get_queryset(self) -> models.QuerySet["User"]:
        """Every user who is not staff."""
        return super().get_queryset().filter(is_staff=False)


class Customer(User):
    """A customer, as the admin shows them: a user who is not staff."""

    objects: ClassVar[CustomerManager] = CustomerManager()

    class Meta:
        proxy = True
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("export_customer", _("Can export customers")),
            ("import_customer", _("Can import customers")),
        ]


class Session(models.Model):
    """A sign-in on one device. Both its tokens carry this id, so ending it is immediate."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sessions", verbose_name=_("user")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)
    revoked_at = models.DateTimeField(_("ended"), null=True, blank=True)
    user_agent = models.CharField(_("device"), max_length=255, blank=True)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return (
            f"{self.user} ({date_format(timezone.localtime(self.created_at), 'DATETIME_FORMAT')})"
        )


class SecondFactor(ThrottlingMixin, Device):
    """A member of staff's app that shows a new code every 30 seconds (TOTP, RFC 6238).

    The app's key is made of `seed` and the SECRET_KEY: a copy of the database alone makes no
    codes. `last_step` is the time step of the newest code used. A user has one exactly while
    `second_factor_at` stands on them.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="second_factor"
    )
    seed = models.CharField(max_length=64)
    last_step = models.BigIntegerField()
    # A user has one app, and a row of it once its first code confirmed it.
    name = None  # type: ignore[assignment]
    confirmed = None  # type: ignore[assignment]

    class Meta:
        verbose_name = _("second factor")
        verbose_name_plural = _("second factors")

    def __str__(self) -> str:
        return str(self.user)

    def get_throttle_factor(self) -> int:
        """Seconds to wait after the first wrong code; each further one doubles them."""
        return 1


class RecoveryCode(models.Model):
    """A code on paper that stands, once, for one of the app: the phone may be lost.

    Only its SHA-256 is kept; it is random, so no salt is needed.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "code_hash"], name="accounts_recovery_code_once"
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)


class SignIn(models.Model):
    """That a member of staff came in, went out or was refused, by what and from where."""

    class Outcome(models.TextChoices):
        IN = "in", _("signed in")
        OUT = "out", _("signed out")
        REFUSED = "refused", _("refused")

    class Face(models.TextChoices):
        ADMIN = "admin", _("admin")
        API = "api", _("API")
        LEGACY = "legacy", _("old client")

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="sign_ins", verbose_name=_("who")
    )
    outcome = models.CharField(_("what"), max_length=16, choices=Outcome.choices)
    face = models.CharField(_("by"), max_length=16, choices=Face.choices)
    address = models.GenericIPAddressField(_("from"), null=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=["in", "out", "refused"]),
                name="accounts_signin_outcome_known",
            ),
            models.CheckConstraint(
                condition=Q(face__in=["admin", "api", "legacy"]),
                name="accounts_signin_face_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.get_outcome_display()}"
