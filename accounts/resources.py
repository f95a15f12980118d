"""Customers as a file, and back. Staff are no customers: no row reaches them."""

from typing import Any

from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Customer, User, normalise_email, reverse_digits
from accounts.profile import change_customer
from accounts.registration import add_customer
from config.sheets.resources import Column, ShopResource

# A list in a query that is longer than this is slower than two queries.
_AT_ONCE = 500
_YES_OR_NO = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


class EmailCell(forms.EmailField):
    """An email as it is stored; none is None."""

    def __init__(self) -> None:
        super().__init__(max_length=255, required=False, empty_value=None)

    def clean(self, value: Any) -> Any:
        """The address in lower case."""
        email = super().clean(value)
        return normalise_email(email) if email else None


class YesOrNo(forms.CharField):
    """`true` or `false`, as spreadsheets and people write them."""

    def clean(self, value: Any) -> Any:
        """Whether it is so."""
        text = super().clean(value).lower()
        if text not in _YES_OR_NO:
            raise ValidationError(_("Write true or false."))
        return _YES_OR_NO[text]


def _reads(name: str) -> Any:
    """The field of a form that reads this column of a customer."""
    return User._meta.get_field(name).formfield()  # type: ignore[union-attr]


class CustomerResource(ShopResource):
    """A row is the customer of its id; without one, of its email; or a new one.

    Without both it is that of its name and phone number, as for who stands at the counter.
    """

    # Its only one is held by how emails are read.
    asks_constraints = False

    id = Column("id")
    name = Column("name", reads=_reads("name"))
    email = Column("email", reads=EmailCell())
    phone = Column("phone", reads=_reads("phone"))
    is_active = Column("is_active", reads=YesOrNo())
    email_confirmed_at = Column("email_confirmed_at")
    created_at = Column("created_at")

    class Meta(ShopResource.Meta):
        model = Customer

    # --- Who is meant ----------------------------------------------------------------

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Read everybody whom a row may mean, and who has one of its emails."""
        self._by_id: dict[str, User] = {}
        self._by_email: dict[str | None, User] = {}
        self._by_phone: dict[tuple[str, str], list[User]] = {}
        rows = list(dataset.dict)
        for start in range(0, len(rows), _AT_ONCE):
            self._read(rows[start : start + _AT_ONCE])

    def _read(self, rows: list[dict[str, str]]) -> None:
        numbers = {row.get("id", "").strip() for row in rows}
        phones = {_digits(row) for row in rows if not _cell(row, "id") and not _cell(row, "email")}
        found = User.objects.filter(
            Q(pk__in=[number for number in numbers if number.isdecimal() and len(number) < 19])
            | Q(email__in={normalise_email(row.get("email", "")) for row in rows} - {""})
            | Q(phone_reversed__in=phones - {""})
        )
        for user in found:
            self._by_email[user.email] = user
            if user.is_staff or str(user.pk) in self._by_id:
                continue
            self._by_id[str(user.pk)] = user
            if user.is_merged:
                # Whoever is called so is the other one.
                continue
            named = (user.name, reverse_digits(user.phone))
            self._by_phone.setdefault(named, []).append(user)

    def find(self, row: dict[str, str]) -> User | None:
        """By id, email, or name and phone; raises ValidationError where that is not certain."""
        customer = self._meant(row)
        self.once(customer.pk if customer else self._key(row))
        return customer

    def _key(self, row: dict[str, str]) -> tuple[str, ...]:
        """What tells somebody new from all others."""
        email = normalise_email(row.get("email", ""))
        return (email,) if email else (_cell(row, "name"), _digits(row))

    def _meant(self, row: dict[str, str]) -> User | None:
        number, email = _cell(row, "id"), normalise_email(row.get("email", ""))
        if number:
            if number not in self._by_id:
                raise ValidationError({"id": _("There is no customer of this id.")})
            return self._by_id[number]
        if email:
            user = self._by_email.get(email)
            # An email of staff is refused below, as one of any other account.
            return None if user is None or user.is_staff else user
        if not _digits(row):
            text = _("Give an id, an email or a phone number: a name alone tells nobody apart.")
            raise ValidationError(text)
        return self._of_phone(row)

    def _of_phone(self, row: dict[str, str]) -> User | None:
        customers = self._by_phone.get((_cell(row, "name"), _digits(row)), [])
        if len(customers) > 1:
            text = _("Several customers have this name and phone number: give the id.")
            raise ValidationError({"id": text})
        if customers and customers[0].email and "email" in row:
            text = _("A customer of this name and phone number has an email: give it, or the id.")
            raise ValidationError({"email": text})
        return customers[0] if customers else None

    # --- What is held against the row ------------------------------------------------

    def init_instance(self, row: Any = None) -> User:
        """Somebody new, who claims the account by the link that a password reset mails."""
        return User(password=make_password(None))

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Hold the row to its model, and its email to all other accounts."""
        errors = dict(import_validation_errors or {})
        other = self._by_email.get(instance.email) if instance.email else None
        if other is not None and other.pk != instance.pk:
            errors["email"] = [ValidationError(_("There is already an account with this email."))]
        if instance.anonymised_at is not None:
            errors["name"] = [ValidationError(_("This customer was anonymised, for good."))]
        super().validate_instance(instance, errors)
        if instance.email:
            self.once(("email", instance.email))

    def add(self, values: dict[str, Any]) -> User:
        """Make the customer."""
        return add_customer(**values)

    def change(self, instance: Any, values: dict[str, Any]) -> User:
        """Change what differs."""
        return change_customer(customer=instance, changes=values)


def _cell(row: dict[str, str], column: str) -> str:
    return row.get(column, "").strip()


def _digits(row: dict[str, str]) -> str:
    return reverse_digits(row.get("phone", ""))
