"""What staff change of an order on its page: its fields, and its lines while it waits."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import normalise_email
from catalog.models import Service
from config.database import FIRST_YEAR, LAST_YEAR
from orders.models import Order, OrderLine
from orders.placing import MAX_LINES, MAX_QUANTITY, MAX_TOTAL, Item


class OrderForm(forms.ModelForm):
    """What staff may change of an order here.

    `seen_version` is the version that the page showed: what was changed since is never
    overwritten unseen.
    """

    email = forms.EmailField(
        label=_("Email"), max_length=255, required=False, widget=AdminEmailInputWidget
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Order
        fields = ["name", "email", "phone", "pickup_at", "pickup_has_time", "instructions"]
        labels = {"pickup_has_time": _("At this time")}
        help_texts = {"pickup_has_time": _("Without it, only the day was agreed on.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version
        if "instructions" in self.fields:
            self.fields["instructions"].widget.attrs["rows"] = 3

    def clean_email(self) -> str:
        """The email as it is stored."""
        return normalise_email(self.cleaned_data["email"])

    def clean_pickup_at(self) -> datetime.datetime | None:
        """The pickup, in the years that the API takes."""
        pickup: datetime.datetime | None = self.cleaned_data["pickup_at"]
        if pickup is not None and not FIRST_YEAR <= pickup.year <= LAST_YEAR:
            text = _("The year must be from %(first)s to %(last)s.")
            raise ValidationError(text, params={"first": FIRST_YEAR, "last": LAST_YEAR})
        return pickup

    def clean(self) -> dict[str, Any]:
        """Refuse what was typed over an older state, and say what stands there now."""
        data = super().clean() or self.cleaned_data
        has_time = self.data.get(self.add_prefix("pickup_at_1"), "-") != ""
        if data.get("pickup_at") and data.get("pickup_has_time") and not has_time:
            self.add_error("pickup_has_time", _("Give the time, or let only the day count."))
        now = self.initial["seen_version"]
        if data.get("seen_version") in (None, now):
            return data
        for name in self.changed_data:
            if name in data and name != "seen_version":
                self.add_error(name, _now(self.initial[name]))
        # Who saves again has seen it.
        self.data = {**self.data.dict(), "seen_version": now}  # type: ignore[attr-defined]
        raise ValidationError(
            _(
                "This order was changed by somebody else while you had it open. Nothing was "
                "saved. Look at it again, and save once more if that is what you want."
            ),
            code="stale",
        )


def _now(value: Any) -> Any:
    """What stands in a field now, for who typed over what stood there before."""
    if isinstance(value, datetime.datetime):
        value = date_format(timezone.localtime(value), "DATETIME_FORMAT")
    if isinstance(value, bool):
        value = _("Yes") if value else _("No")
    return format_lazy(_("It is now: {value}"), value=value) if value else _("It is now empty.")


class LineForm(forms.ModelForm):
    """One line: what, and how often. Its price is the service's of today."""

    service = forms.TypedChoiceField(label=_("service"), coerce=int)
    quantity = forms.IntegerField(
        label=_("quantity"),
        min_value=1,
        max_value=MAX_QUANTITY,
        error_messages=dict.fromkeys(("min_value", "max_value"), _("From 1 to 9999.")),
    )

    class Meta:
        model = OrderLine
        fields = ["service", "quantity"]

    def __init__(self, *args: Any, services: Mapping[int, Service], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.services = services
        self.fields["service"].choices = self._choices()  # type: ignore[attr-defined]
        # A line that came without one stays so while no line is changed (`LineFormSet.clean`).
        self.fields["service"].required = self.instance.pk is None or bool(self.instance.service_id)

    def _choices(self) -> list[tuple[Any, Any]]:
        """The services on offer, and first what the line has, if that is none of them."""
        line = self.instance
        choices = [
            (key, f"{service.name} · {service.price}") for key, service in self.services.items()
        ]
        if line.pk is None:
            return [("", _("Choose a service")), *choices]
        if line.service_id in self.services:
            return choices
        gone = format_lazy(_("{service} (not offered at present)"), service=line.service_name)
        return [(line.service_id or "", gone), *choices]

    def clean_service(self) -> Service | None:
        """The service itself: one on offer, or the one that the line has."""
        service = self.services.get(self.cleaned_data["service"], self.instance.service)
        self.instance.service_name = service.name if service else ""
        return service


class LineFormSet(forms.BaseInlineFormSet):
    """The lines of an order. `items` is what the verb takes; it saves them, not this."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = Service.objects.filter(status=Service.Status.ACTIVE).order_by("name", "pk")
        self.form_kwargs["services"] = {service.pk: service for service in offered}

    def add_fields(self, form: Any, index: int | None) -> None:
        """The fields of a line, each with its name: their labels only stand above the columns."""
        super().add_fields(form, index)
        for field in form.fields.values():
            field.widget.attrs["aria-label"] = field.label

    @property
    def _kept(self) -> list[Any]:
        """The forms of the lines that the order is to have."""
        return [
            form
            for form in self.forms
            if (form in self.initial_forms or form.has_changed())
            and not form.cleaned_data.get("DELETE")
        ]

    @property
    def items(self) -> list[Item]:
        """The lines that the order is to have, first to last."""
        data = (form.cleaned_data for form in self._kept)
        return [Item(line["service"].pk, line["quantity"]) for line in data]

    def clean(self) -> None:
        """What holds of all lines together, and of each because others change."""
        if any(self.errors) or not self.has_changed():
            return
        if not 1 <= len(self._kept) <= MAX_LINES:
            raise ValidationError(_("An order has from 1 to %(most)d lines.") % {"most": MAX_LINES})
        offered = self.form_kwargs["services"]
        gone = [
            form
            for form in self._kept
            if getattr(form.cleaned_data["service"], "pk", None) not in offered
        ]
        if not gone and self._total() > MAX_TOTAL:
            raise ValidationError(_("The total is above %(most)s.") % {"most": MAX_TOTAL})
        for form in gone:
            text = _("Not offered at present: choose another service, or remove the line.")
            form.add_error("service", text)

    def _total(self) -> Decimal:
        """What the lines would cost at the prices of today."""
        offered = self.form_kwargs["services"]
        return sum(
            (offered[item.service_id].price * item.quantity for item in self.items), Decimal(0)
        )
