"""`/api/v1/tracks`: reading what happened."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.rest.permissions import CUSTOMER, WORKER, allow
from config.rest.views import ApiViewSet
from tracking.ledger import visible_to
from tracking.models import Track
from tracking.serializers import TrackOutput


class TrackViewSet(ApiViewSet):
    """Tracks are read here; only what happens writes them."""

    access = {"of_order": allow(CUSTOMER, WORKER, permission="tracking.view_track")}
    serializer_class = TrackOutput

    def get_queryset(self) -> QuerySet[Track]:
        """The tracks this principal may read."""
        return visible_to(self.principal)

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializer who reads."""
        return super().get_serializer_context() | {"principal": self.principal}

    @action(detail=False, url_path="order/(?P<order_id>[0-9]{1,19})")
    def of_order(self, request: Request, order_id: str) -> Response:
        """All tracks of one order, by `seq`; 404 where there is none to see."""
        tracks = self.get_queryset().filter(order_id=order_id, order__deleted_at=None)
        body = self.get_serializer(tracks.order_by("seq"), many=True).data
        if not body:
            raise Http404
        return Response(body)
