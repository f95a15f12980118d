"""What comes in and goes out of the worker endpoints."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from config.rest.fields import Boolean, Email, Instant, Integer, RawText, Secret, Text, Uuid
from workforce.models import DeviceToken, Worker


class LoginInput(serializers.Serializer):
    """The body of `POST workers/login`."""

    worker_id = Integer(required=False, min_value=0)
    email = Text(max_length=255, required=False)
    password = Secret()
    device_name = Text(max_length=64, required=False, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A worker is named by id or by email."""
        if "worker_id" not in attrs and "email" not in attrs:
            raise serializers.ValidationError({"worker_id": "Send worker_id or email."})
        return attrs


class RegisterInput(serializers.Serializer):
    """The body of `POST workers/register`."""

    name = Text(max_length=128)
    email = Email(required=False, allow_null=True)
    password = Secret(required=False, allow_null=True)


class WorkerInput(RegisterInput):
    """The body of `PUT` and `PATCH workers/{id}`: any part of a worker.

    `locked` false lets a worker sign new devices in again.
    """

    is_active = Boolean(required=False)
    locked = Boolean(required=False)


class PeekInput(serializers.Serializer):
    """The body of `POST workers/peek`: an order's number, or what the scanner read."""

    order_number = Text(max_length=64, required=False)
    qr = RawText(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Something must have been read."""
        if not attrs.get("order_number") and not attrs.get("qr"):
            raise serializers.ValidationError({"order_number": "Send order_number or qr."})
        return attrs


class ScanInput(PeekInput):
    """One scan, as a device sends it."""

    action = Text(
        max_length=64,
        validators=[RegexValidator(r"^[a-z0-9_]{1,64}\Z", "Lower-case letters, digits and _.")],
    )
    location = Text(max_length=128, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True)
    scanned_at = Instant(required=False, allow_null=True)
    scan_id = Uuid(required=False, allow_null=True)


class ScansInput(serializers.Serializer):
    """The body of `POST workers/scans`; each scan is validated for itself."""

    scans = serializers.ListField(max_length=200)


class WorkerBrief(serializers.ModelSerializer):
    """A worker, as their own device sees them."""

    class Meta:
        model = Worker
        fields = ["id", "name", "email"]


class WorkerOutput(serializers.ModelSerializer):
    """A worker, as staff see them."""

    locked = serializers.BooleanField(source="is_locked")
    created_at = Instant()
    updated_at = Instant()

    class Meta:
        model = Worker
        fields = ["id", "name", "email", "is_active", "locked", "created_at", "updated_at"]


class DeviceOutput(serializers.ModelSerializer):
    """A device, as staff see it; nothing tells its token."""

    created_at = Instant()
    last_used_at = Instant()

    class Meta:
        model = DeviceToken
        fields = ["id", "name", "created_at", "last_used_at"]


class OwnDeviceOutput(DeviceOutput):
    """A device, as its worker sees it, who learns which one is in their hand."""

    is_current = serializers.SerializerMethodField()

    class Meta(DeviceOutput.Meta):
        fields = [*DeviceOutput.Meta.fields, "is_current"]

    def get_is_current(self, device: DeviceToken) -> bool:
        """Whether this call came from it."""
        return device == self.context["principal"].device
