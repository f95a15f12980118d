"""What comes in and goes out of the service endpoints."""

from rest_framework import serializers

from catalog.models import Service
from config.rest.fields import Choice, Instant, Integer, Money, Text
from config.rest.openapi import shown_as

# What the column holds on every database.
MAX_MINUTES = 2**31 - 1


@shown_as({"name": "Wash and fold", "price": 12.5, "duration_minutes": 1440})
class ServiceInput(serializers.Serializer):
    """The body of `POST services`, and any part of it for `PUT` and `PATCH`."""

    name = Text(max_length=128)
    price = Money()
    duration_minutes = Integer(min_value=1, max_value=MAX_MINUTES, required=False, allow_null=True)
    status = Choice(choices=Service.Status.choices, required=False)


@shown_as(
    {
        "id": 1,
        "name": "Wash and fold",
        "price": 12.5,
        "duration_minutes": 1440,
        "status": "active",
        "created_at": "2026-12-01T08:00:00Z",
        "updated_at": "2026-12-01T08:00:00Z",
    }
)
class ServiceOutput(serializers.ModelSerializer):
    """A service, as v1 shows it."""

    created_at = Instant()
    updated_at = Instant()

    class Meta:
        model = Service
        fields = [
            "id",
            "name",
            "price",
            "duration_minutes",
            "status",
            "created_at",
            "updated_at",
        ]
