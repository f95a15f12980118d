"""`/api/v1/services`: what the shop sells."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import offering
from catalog.filters import ServiceFilter
from catalog.models import Service
from catalog.offer import keep_offer, kept_offer
from catalog.serializers import ServiceInput, ServiceOutput
from config.rest.filters import narrowed
from config.rest.permissions import EVERYONE, allow
from config.rest.refusals import Code
from config.rest.serializers import says
from config.rest.views import ApiViewSet


@extend_schema_view(retrieve=extend_schema(summary="One service."))
class ServiceViewSet(mixins.RetrieveModelMixin, ApiViewSet):
    """Everybody sees the active services; staff see all, and decide what is on offer."""

    access = {
        "list": EVERYONE,
        "retrieve": EVERYONE,
        "create": allow(permission="catalog.add_service"),
        "update": allow(permission="catalog.change_service"),
        "partial_update": allow(permission="catalog.change_service"),
        "destroy": allow(permission="catalog.delete_service"),
    }
    refusals = {"destroy": (Code.IN_USE,)}
    serializer_class = ServiceOutput
    filterset_class = ServiceFilter
    lookup_value_regex = "[0-9]{1,18}"

    def get_queryset(self) -> QuerySet[Service]:
        """The services this principal may see, newest first."""
        services = Service.objects.order_by("-id")
        if self._sees_all:
            return services
        return services.filter(status=Service.Status.ACTIVE)

    @property
    def _sees_all(self) -> bool:
        by = self.principal
        return by.is_staff and by.user.has_perm("catalog.view_service")

    @extend_schema(responses=ServiceOutput(many=True))
    def list(self, request: Request) -> Response:
        """Services, newest first; for staff also `?status=`."""
        services = self.get_queryset()
        if self._sees_all:
            return self.page(narrowed(ServiceFilter, services, request))
        if request.query_params:
            return self.page(services)
        return self._first_page(services)

    def _first_page(self, services: QuerySet[Service]) -> Response:
        """What every client asks for first, from the cache; a list that goes on is not kept."""
        if (rows := kept_offer()) is not None:
            return Response(rows)
        answer = self.page(services)
        if "Link" not in answer:
            keep_offer(answer.data)
        return answer

    @extend_schema(request=ServiceInput, responses={201: ServiceOutput})
    def create(self, request: Request) -> Response:
        """Put a service on offer."""
        service = offering.add_service(**self.read(ServiceInput))
        return Response(self.get_serializer(service).data, status=201)

    @extend_schema(request=ServiceInput, responses={200: ServiceOutput})
    def update(self, request: Request, pk: str) -> Response:
        """Change parts of a service; clients may send the whole object back."""
        service = offering.change_service(
            service=self.get_object(), changes=self.read(ServiceInput, partial=True)
        )
        return Response(self.get_serializer(service).data)

    partial_update = update

    @extend_schema(responses={200: says("Deleted")})
    def destroy(self, request: Request, pk: str) -> Response:
        """Erase a service that no order names."""
        offering.erase_service(service=self.get_object())
        return Response({"msg": "Deleted"})
