"""What goes out of the service endpoints."""

from rest_framework import serializers

from catalog.models import Service
from config.rest.fields import Instant


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
