"""What goes out of the track endpoints."""

from typing import Any

from rest_framework import serializers

from config.rest.fields import Instant
from config.rest.openapi import shown_as
from config.rest.principals import Principal
from tracking.models import Track

TRACK = {
    "id": 120,
    "order_id": 41,
    "order_number": "K7M2PQ9XWD",
    "order_email": "asha@example.com",
    "seq": 2,
    "worker_id": 3,
    "actor": None,
    "action": "picked_up",
    "from_status": "created",
    "to_status": "picked_up",
    "result": "recorded",
    "reason": "",
    "voids": None,
    "voided_by": None,
    "note": "",
    "location": "Van 2",
    "source": "scan",
    "scanned_at": "2026-12-24T18:31:07Z",
    "created_at": "2026-12-24T18:31:08Z",
}


@shown_as(TRACK)
class TrackOutput(serializers.ModelSerializer):
    """A track, as its reader may see it.

    `order_number` and `order_email` are the order's, or what was given where there is
    none. Customers see neither the worker, the actor nor the note.
    """

    may_lack = frozenset({"worker_id", "actor", "note"})

    order_number = serializers.SerializerMethodField()
    order_email = serializers.SerializerMethodField()
    actor = serializers.SerializerMethodField()
    voids = serializers.IntegerField(source="voids_id", allow_null=True)
    # The answer to a scan knows of no undoing, however often it is told.
    voided_by = serializers.IntegerField(
        source="voided_by_pk", default=None, read_only=True, allow_null=True
    )
    scanned_at = Instant()
    created_at = Instant()

    class Meta:
        model = Track
        fields = [
            "id",
            "order_id",
            "order_number",
            "order_email",
            "seq",
            "worker_id",
            "actor",
            "action",
            "from_status",
            "to_status",
            "result",
            "reason",
            "voids",
            "voided_by",
            "note",
            "location",
            "source",
            "scanned_at",
            "created_at",
        ]

    def get_order_number(self, track: Track) -> str:
        """The number of the order, or the one that was given."""
        return track.order.order_number if track.order else track.order_number

    def get_order_email(self, track: Track) -> str | None:
        """The email of the order, or the one that was given; none for workers."""
        principal: Principal = self.context["principal"]
        if principal.is_worker and track.order:
            return None
        return track.order.email if track.order else track.order_email

    def get_actor(self, track: Track) -> dict[str, Any] | None:
        """The customer or member of staff who did it."""
        return {"kind": track.actor.principal_kind, "id": track.actor_id} if track.actor else None

    def to_representation(self, instance: Track) -> dict[str, Any]:
        """The track without what this reader may not see."""
        body: dict[str, Any] = super().to_representation(instance)
        principal: Principal = self.context["principal"]
        if principal.is_customer:
            for name in ("worker_id", "actor", "note"):
                del body[name]
        return body
