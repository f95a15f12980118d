"""Services as old clients read and write them."""

from collections.abc import Callable
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from catalog import legacy, offering
from catalog.models import Service
from catalog.serializers import ServiceInput, ServiceOutput
from config.rest.legacy import LegacyAdminViewSet, LegacyViewSet
from config.rest.permissions import EVERYONE, allow
from config.rest.refusals import invalid

_SHARED = ("name", "price", "duration_minutes")


def renderer() -> Callable[[Service], dict[str, Any]]:
    """What turns services into the old shape; the use of all of them is counted once."""
    usage = legacy.usage_counts()

    def render(service: Service) -> dict[str, Any]:
        body = ServiceOutput(service).data
        return {
            "id": legacy.legacy_id_of(service),
            **{name: body[name] for name in _SHARED},
            "status": service.status.capitalize(),
            "duration": legacy.duration_text(service.duration_minutes),
            "usage_count": usage.get(service.pk, service.imported_usage_count),
        }

    return render


class ServiceCompat(LegacyViewSet):
    """`/api/services`: all of them, inactive ones too, as the old servers did."""

    access = {"list": EVERYONE}
    successors = {"list": "GET services"}

    def list(self, request: Request) -> Response:
        """All services, the oldest first."""
        return Response([*map(renderer(), Service.objects.order_by("pk"))])


class AdminServiceCompat(LegacyAdminViewSet):
    """`/admin/api/services`."""

    access = {
        "list": allow(permission="catalog.view_service"),
        "create": allow(permission="catalog.add_service"),
        "retrieve": allow(permission="catalog.view_service"),
        "change": allow(permission="catalog.change_service"),
        "remove": allow(permission="catalog.delete_service"),
    }
    successors = {
        "list": "GET services",
        "create": "POST services",
        "retrieve": "GET services/{id}",
        "change": "PUT services/{id}",
        "remove": "DELETE services/{id}",
    }

    def list(self, request: Request) -> Response:
        """All services, the newest first."""
        return self.whole(Service.objects.all(), renderer())

    def create(self, request: Request) -> Response:
        """Put a service on offer."""
        body = self._v1_body(self.sent())
        self.require(body, "name", "price")
        service = offering.add_service(**self.read(ServiceInput, data=body))
        return Response(renderer()(service), status=201)

    def retrieve(self, request: Request, legacy_id: str) -> Response:
        """One service."""
        return Response(renderer()(self._service(legacy_id)))

    def change(self, request: Request, legacy_id: str) -> Response:
        """Change parts of a service."""
        service = self._service(legacy_id)
        body = self._v1_body(self.sent(unchanged=renderer()(service)))
        changes = self.read(ServiceInput, data=body, partial=True)
        return Response(renderer()(offering.change_service(service=service, changes=changes)))

    def remove(self, request: Request, legacy_id: str) -> Response:
        """Erase a service that no order names."""
        offering.erase_service(service=self._service(legacy_id))
        return Response({"message": "Deleted"})

    def _service(self, legacy_id: str) -> Service:
        service = legacy.services_with([legacy_id]).get(legacy_id)
        if service is None:
            raise Http404
        return service

    def _v1_body(self, body: dict[str, Any]) -> dict[str, Any]:
        """The status in v1's letters, and a duration in words as minutes."""
        if isinstance(body.get("status"), str):
            body["status"] = body["status"].strip().lower()
        if "duration" in body:
            try:
                body["duration_minutes"] = legacy.minutes_of(str(body["duration"]))
            except ValueError as error:
                raise invalid("duration", "Write hours or minutes, as 24h or 90m.") from error
        return body
