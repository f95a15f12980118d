"""`/api/v1/tracks`: reading what happened."""

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.rest.filters import narrowed
from config.rest.permissions import CUSTOMER, WORKER, allow
from config.rest.views import ApiViewSet
from tracking.filters import TrackFilter
from tracking.ledger import visible_to
from tracking.models import Track
from tracking.serializers import TrackOutput


class TrackViewSet(ApiViewSet):
    """Tracks are read here; only what happens writes them."""

    access = {
        "list": allow(CUSTOMER, WORKER, permission="tracking.view_track"),
        "of_order": allow(CUSTOMER, WORKER, permission="tracking.view_track"),
    }
    serializer_class = TrackOutput
    filterset_class = TrackFilter

    def get_queryset(self) -> QuerySet[Track]:
        """The tracks this principal may read."""
        return visible_to(self.principal)

    @extend_schema(responses=TrackOutput(many=True))
    def list(self, request: Request) -> Response:
        """Tracks, newest first; a worker's own, or those of one order by its number."""
        tracks = self.get_queryset()
        if self.principal.is_worker:
            own = Q(worker=self.principal.worker)
            of_order = Q(order__isnull=False, order__deleted_at=None)
            names_order = request.query_params.get("order_number", "").strip()
            tracks = tracks.filter(own | of_order if names_order else own)
        return self.page(narrowed(TrackFilter, tracks, request))

    @extend_schema(
        filters=False,
        responses=TrackOutput(many=True),
        parameters=[OpenApiParameter("order_id", int, OpenApiParameter.PATH)],
    )
    @action(detail=False, url_path="order/(?P<order_id>[0-9]{1,19})")
    def of_order(self, request: Request, order_id: str) -> Response:
        """All tracks of one order, by `seq`; 404 where there is none to see."""
        self.keyset = "seq"
        # By the order's own key: there a number past 64 bits is none, not an overflow.
        tracks = self.get_queryset().filter(order__id=order_id, order__deleted_at=None)
        answer = self.page(tracks)
        if not answer.data and "cursor" not in request.query_params:
            raise Http404
        return answer
