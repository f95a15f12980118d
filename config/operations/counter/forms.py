"""What the counter's forms ask for."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.operations.counter.hand_over import orders_of_same_customer
from config.rest.refusals import Refusal
from orders.models import Order
from orders.numbers import read_payload


class HandOverForm(forms.Form):
    """Which of the orders were handed over, and to whom."""

    # Also those that were moved since: each row tells what came of it.
    orders = forms.ModelMultipleChoiceField(
        queryset=Order.objects.none(),
        to_field_name="order_number",
        error_messages={"required": _("Choose at least one order.")},
    )
    receiver = forms.CharField(
        label=_("Received by"),
        max_length=128,
        required=False,
        help_text=_("Kept with the step. Empty if it is the customer."),
    )
    visit = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    opened_at = forms.DateTimeField(
        widget=forms.DateTimeInput(attrs={"type": "hidden"}, format="%Y-%m-%dT%H:%M:%S%z"),
        input_formats=["%Y-%m-%dT%H:%M:%S%z"],
        initial=timezone.now,
    )

    def __init__(self, order: Order, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["orders"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101  (it stands above)
        field.queryset = orders_of_same_customer(order)

    def clean_receiver(self) -> str:
        """A name; not the next ticket, scanned into the wrong field."""
        name: str = self.cleaned_data["receiver"]
        try:
            number = read_payload(name)
        except Refusal:
            return name
        if number != name.upper() or Order.objects.filter(order_number=number).exists():
            raise ValidationError(_("This is a code, not a name."))
        return name
