"""What comes in and goes out of the worker endpoints."""

from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from config.rest.fields import (
    Boolean,
    Email,
    Identity,
    Instant,
    Integer,
    RawText,
    Secret,
    Text,
    Uuid,
)
from config.rest.openapi import shown_as
from config.rest.refusals import Code
from config.rest.serializers import ChangeInput, NeedsOneOf
from orders.models import Status
from tracking.serializers import TRACK, TrackOutput
from workforce.models import DeviceToken, Worker

TOKEN = "3f9ac41be20d.Jq0aZ4mYw8cT1rX6uHk9Lp2Vb5Ns7Gd3"  # noqa: S105  (an example)
SCAN = {
    "order_number": "K7M2PQ9XWD",
    "action": "picked_up",
    "location": "Van 2",
    "scanned_at": "2026-12-24T18:31:07Z",
    "scan_id": "0f0e4b1c-2f0b-4c4d-8f2b-9a7c1d3e5f60",
}
STATE = {
    "order_number": "K7M2PQ9XWD",
    "status": "picked_up",
    "allowed": ["processing", "completed", "delivered"],
}
BRIEF = {"id": 3, "name": "Ravi Kumar", "email": "ravi@example.com"}
WORKER = BRIEF | {
    "is_active": True,
    "locked": False,
    "created_at": "2026-12-01T08:00:00Z",
    "updated_at": "2026-12-01T08:00:00Z",
}
DEVICE = {
    "id": 5,
    "name": "Van 2",
    "created_at": "2026-12-01T08:00:00Z",
    "last_used_at": "2026-12-24T18:31:08Z",
}


@shown_as({"worker_id": 3, "password": "482913", "device_name": "Van 2"})
class DeviceLoginInput(NeedsOneOf):
    """The body of `POST workers/login`: a worker is named by id or by email."""

    needs_one_of = ("worker_id", "email")

    worker_id = Integer(required=False, min_value=0)
    email = Identity(max_length=255, required=False)
    password = Secret()
    device_name = Text(max_length=64, required=False, allow_blank=True)


@shown_as({"name": "Ravi Kumar", "email": "ravi@example.com", "password": "482913"})
class WorkerRegisterInput(serializers.Serializer):
    """The body of `POST workers/register`."""

    name = Text(max_length=128)
    email = Email(required=False, allow_null=True)
    password = Secret(required=False, allow_null=True)


@shown_as({"password": "719204", "locked": False})
class WorkerInput(ChangeInput, WorkerRegisterInput):
    """The body of `PUT` and `PATCH workers/{id}`: any part of a worker.

    `locked` false lets a worker sign new devices in again.
    """

    is_active = Boolean(required=False)
    locked = Boolean(required=False)


@shown_as({"order_number": "K7M2PQ9XWD"})
class PeekInput(NeedsOneOf):
    """The body of `POST workers/peek`: an order's number, or what the scanner read."""

    needs_one_of = ("order_number", "qr")

    order_number = Text(max_length=64, required=False)
    qr = RawText(required=False)


@shown_as(SCAN)
class ScanInput(PeekInput):
    """One scan, as a device sends it."""

    action = Text(
        max_length=64,
        validators=[RegexValidator(r"^[a-z0-9_]{1,64}\Z", _("Lower-case letters, digits and _."))],
    )
    location = Text(max_length=128, required=False, allow_blank=True)
    note = Text(max_length=500, required=False, allow_blank=True)
    scanned_at = Instant(required=False, allow_null=True)
    scan_id = Uuid(required=False, allow_null=True)


@shown_as({"scans": [SCAN]})
class ScansInput(serializers.Serializer):
    """The body of `POST workers/scans`; each scan is validated for itself."""

    scans = serializers.ListField(max_length=200)


@shown_as(BRIEF)
class WorkerBrief(serializers.ModelSerializer):
    """A worker, as their own device sees them."""

    class Meta:
        model = Worker
        fields = ["id", "name", "email"]


@shown_as(WORKER)
class WorkerOutput(serializers.ModelSerializer):
    """A worker, as staff see them."""

    locked = serializers.BooleanField(source="is_locked")
    created_at = Instant()
    updated_at = Instant()

    class Meta:
        model = Worker
        fields = ["id", "name", "email", "is_active", "locked", "created_at", "updated_at"]


@shown_as(DEVICE)
class DeviceOutput(serializers.ModelSerializer):
    """A device, as staff see it; nothing tells its token."""

    created_at = Instant()
    last_used_at = Instant(allow_null=True)

    class Meta:
        model = DeviceToken
        fields = ["id", "name", "created_at", "last_used_at"]


@shown_as(DEVICE | {"is_current": True})
class OwnDeviceOutput(DeviceOutput):
    """A device, as its worker sees it, who learns which one is in their hand."""

    is_current = serializers.SerializerMethodField()

    class Meta(DeviceOutput.Meta):
        fields = [*DeviceOutput.Meta.fields, "is_current"]

    def get_is_current(self, device: DeviceToken) -> bool:
        """Whether this call came from it."""
        return device == self.context["principal"].device


class OrderStateOutput(serializers.Serializer):
    """Where an order stands, and what this worker may do next."""

    order_number = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    allowed = serializers.ListField(child=serializers.CharField())


@shown_as({"worker_token": TOKEN, "worker": BRIEF})
class DeviceSignedInOutput(serializers.Serializer):
    """The answer to a device's sign-in."""

    worker_token = serializers.CharField()
    worker = WorkerBrief()


@shown_as(WORKER | {"token": TOKEN})
class RegisteredOutput(WorkerOutput):
    """A worker just taken on, with the device token that is shown this once."""

    token = serializers.CharField(read_only=True)

    class Meta(WorkerOutput.Meta):
        fields = [*WorkerOutput.Meta.fields, "token"]


@shown_as({"msg": "Deactivated", "worker": WORKER | {"is_active": False}})
class RemovedWorkerOutput(serializers.Serializer):
    """What became of a worker who was to go; `worker` where tracks name them."""

    msg = serializers.ChoiceField(choices=["Deleted", "Deactivated"])
    worker = WorkerOutput(required=False)


@shown_as({"msg": "Scan recorded", "track": TRACK, "order": STATE})
class ScannedOutput(serializers.Serializer):
    """The answer to a scan."""

    msg = serializers.CharField()
    track = TrackOutput()
    order = OrderStateOutput()


@shown_as({"scan_id": SCAN["scan_id"], "status": 200, "track": TRACK, "order": STATE})
class VerdictOutput(serializers.Serializer):
    """What became of one scan of a queue: recorded, or refused with a code."""

    scan_id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(choices=[200, 400, 404, 409])
    track = TrackOutput(required=False)
    order = OrderStateOutput(required=False)
    code = serializers.ChoiceField(choices=Code.choices, required=False)
    detail = serializers.CharField(required=False)


@shown_as({"order": STATE, "last_track": TRACK})
class PeekOutput(serializers.Serializer):
    """What a scan would find."""

    order = OrderStateOutput()
    last_track = TrackOutput(allow_null=True)
