"""What comes in and goes out of the order endpoints."""

import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from config.rest.fields import Choice, Email, Instant, Integer, Phone, Text, utc_text
from config.rest.openapi import shown_as
from config.rest.principals import Principal
from config.rest.serializers import ChangeInput
from orders.guests import initials_of, mask_phone
from orders.models import Order, OrderLine, Status
from orders.placing import MAX_LINES, MAX_QUANTITY, Pickup


def _date_or_moment(text: str) -> tuple[datetime.datetime, bool]:
    """A date as its midnight, or a moment, and whether a time was given (ISO 8601)."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return datetime.datetime.fromisoformat(text), True
    return datetime.datetime.combine(day, datetime.time()), False


class PickupField(serializers.Field):
    """A date (`2026-12-24`) or a moment; a date comes back as that date."""

    default_error_messages = {
        "invalid": _("Send a date (YYYY-MM-DD) or a moment (ISO 8601)."),
        "range": _("The year must be between 1970 and 2999."),
    }

    def to_internal_value(self, data: Any) -> Pickup:
        """The pickup; a date counts from midnight in the shop's time."""
        if not isinstance(data, str):
            self.fail("invalid")
        text = data.strip()
        if not text:
            return Pickup()
        try:
            at, has_time = _date_or_moment(text)
            at = at if timezone.is_aware(at) else timezone.make_aware(at)
        except (ValueError, OverflowError):
            self.fail("invalid")
        # Beyond these a conversion to another zone or to an old client's text may overflow.
        if not 1970 <= at.year <= 2999:
            self.fail("range")
        return Pickup(at, has_time)

    def to_representation(self, value: Pickup) -> str | None:
        """The date or moment, or None."""
        if value.at is None:
            return None
        if value.has_time:
            return utc_text(value.at)
        return timezone.localtime(value.at).date().isoformat()


class ItemInput(serializers.Serializer):
    """One wanted service."""

    service_id = Integer(min_value=0)
    quantity = Integer(min_value=1, max_value=MAX_QUANTITY, default=1)


def _required(principal: Principal, sent: dict[str, Any]) -> tuple[str, ...]:
    """What must be said of the person: nothing of who is signed in or was chosen by id."""
    if principal.is_customer or (principal.is_staff and sent.get("customer_id") is not None):
        return ()
    if principal.is_staff:
        return ("name",) if sent.get("email") else ("name", "phone")
    return ("name", "email")


@shown_as(
    {
        "items": [{"service_id": 1, "quantity": 2}],
        "name": "Asha Rao",
        "email": "asha@example.com",
        "phone": "+91 98450 12345",
        "pickup_date": "2026-12-24",
        "instructions": "Ring twice.",
    }
)
class PlaceOrderInput(serializers.Serializer):
    """The body of `POST orders`: what, for whom, when."""

    service_id = Integer(min_value=0, required=False, allow_null=True)
    service_name = Text(max_length=128, required=False, allow_null=True)
    items = ItemInput(many=True, required=False, max_length=MAX_LINES)  # type: ignore[call-arg]
    customer_id = Integer(min_value=0, required=False, allow_null=True)
    name = Text(max_length=128, required=False)
    email = Email(required=False, allow_blank=True)
    phone = Phone(required=False, allow_blank=True)
    pickup_date = PickupField(required=False, allow_null=True)
    instructions = Text(max_length=4000, required=False, allow_blank=True, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must be ordered, and a guest must say who they are."""
        has_number = attrs.get("service_id") is not None
        if not (attrs.get("items") or has_number or attrs.get("service_name")):
            raise serializers.ValidationError(
                {"items": _("Send service_id, service_name or a non-empty list of items.")}
            )
        principal: Principal = self.context["view"].principal
        missing = [name for name in _required(principal, attrs) if not attrs.get(name)]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, _("This field is required.")))
        return attrs


class EditItemInput(ItemInput):
    """One line sent back; an imported line has no service."""

    service_id = Integer(min_value=0, allow_null=True)


@shown_as({"pickup_date": "2026-12-24T18:30:00Z", "instructions": "Leave it with the porter."})
class EditOrderInput(ChangeInput):
    """The body of `PUT` and `PATCH orders/{..}`: any part of the order `instance`.

    What an owner may not change is read-only for them, and so ignored.
    """

    owner_fields = frozenset({"items", "pickup_date", "instructions", "status"})

    name = Text(max_length=128, required=False)
    email = Email(required=False, allow_blank=True)
    phone = Phone(required=False, allow_blank=True)
    customer_id = Integer(min_value=0, required=False, allow_null=True)
    items = EditItemInput(  # type: ignore[call-arg]
        many=True, required=False, allow_empty=False, max_length=MAX_LINES
    )
    pickup_date = PickupField(required=False, allow_null=True)
    instructions = Text(max_length=4000, required=False, allow_blank=True, allow_null=True)
    status = Choice(choices=Status.choices, required=False)
    reason = Text(max_length=64, required=False, allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        """The fields that this principal may change."""
        fields = super().get_fields()
        principal: Principal | None = self.context.get("principal")
        if principal is None or principal.is_staff:  # None where the schema is drawn.
            return fields
        return {name: field for name, field in fields.items() if name in self.owner_fields}


class LineOutput(serializers.ModelSerializer):
    """One line of an order."""

    class Meta:
        model = OrderLine
        fields = ["service_id", "service_name", "unit_price", "quantity"]


ORDER = {
    "id": 41,
    "order_number": "K7M2PQ9XWD",
    "customer_id": 7,
    "service_id": 1,
    "service_name": "Wash and fold",
    "items": [
        {"service_id": 1, "service_name": "Wash and fold", "unit_price": 12.5, "quantity": 2}
    ],
    "name": "Asha Rao",
    "email": "asha@example.com",
    "phone": "+91 98450 12345",
    "pickup_date": "2026-12-24",
    "instructions": "Ring twice.",
    "total_cost": 25.0,
    "status": "created",
    "qr_code_path": "/qr/K7M2PQ9XWD.png",
    "tracking_url": "https://shop.example/t/K7M2PQ9XWD/q3Zk0cW2bV9mYx7LrT5uHg",
    "version": 1,
    "created_at": "2026-12-20T09:15:00Z",
    "updated_at": "2026-12-20T09:15:00Z",
}


@shown_as(ORDER)
class OrderOutput(serializers.ModelSerializer):
    """An order, as its reader may see it.

    A worker sees neither email, customer, money nor the tracking URL; who looks it up by
    an email alone sees it masked.
    """

    may_lack = frozenset({"tracking_url"})

    items = LineOutput(many=True, source="lines")
    pickup_date = serializers.SerializerMethodField()
    created_at = Instant()
    updated_at = Instant()

    class Meta:
        model = Order
        fields = [
            "id",
            "order_number",
            "customer_id",
            "service_id",
            "service_name",
            "items",
            "name",
            "email",
            "phone",
            "pickup_date",
            "instructions",
            "total_cost",
            "status",
            "qr_code_path",
            "tracking_url",
            "version",
            "created_at",
            "updated_at",
        ]
        extra_kwargs = {"email": {"allow_null": True}, "total_cost": {"allow_null": True}}

    @extend_schema_field(PickupField(allow_null=True))
    def get_pickup_date(self, order: Order) -> str | None:
        """The pickup as it was given."""
        return PickupField().to_representation(Pickup(order.pickup_at, order.pickup_has_time))

    def to_representation(self, instance: Order) -> dict[str, Any]:
        """The order without what this reader may not see."""
        body: dict[str, Any] = super().to_representation(instance)
        principal: Principal = self.context["principal"]
        if principal.is_worker:
            body |= {"email": None, "customer_id": None, "total_cost": None}
            del body["tracking_url"]
        return body


class GuestOrderOutput(OrderOutput):
    """An order, as who only knows its email sees it (contract, "Guest view")."""

    def to_representation(self, instance: Order) -> dict[str, Any]:
        """The order, masked."""
        body = super().to_representation(instance)
        body.pop("tracking_url", None)
        return body | {
            "customer_id": None,
            "name": initials_of(instance.name),
            "phone": mask_phone(instance.phone),
            "instructions": "",
        }


@shown_as({"msg": "Updated", "order": ORDER})
class UpdatedOutput(serializers.Serializer):
    """The answer to an edit."""

    msg = serializers.CharField()
    order = OrderOutput()
