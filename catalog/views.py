"""`/api/v1/services`: what the shop sells."""

from django.db.models import QuerySet
from rest_framework import mixins

from catalog.models import Service
from catalog.serializers import ServiceOutput
from config.rest.permissions import EVERYONE
from config.rest.views import ApiViewSet


class ServiceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Everybody sees the active services; staff see all."""

    access = {"list": EVERYONE, "retrieve": EVERYONE}
    serializer_class = ServiceOutput
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Service]:
        """The services this principal may see, newest first."""
        services = Service.objects.order_by("-id")
        if self.principal.is_staff:
            return services
        return services.filter(status=Service.Status.ACTIVE)
