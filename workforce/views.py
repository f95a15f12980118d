"""`/api/v1/workers`: workers sign their devices in and scan."""

from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config.rest.permissions import EVERYONE, WORKER, allow
from config.rest.views import ApiViewSet
from tracking.serializers import TrackOutput
from workforce import devices
from workforce.registration import register_worker
from workforce.scanning import Scan, record_scan
from workforce.serializers import (
    LoginInput,
    RegisterInput,
    ScanInput,
    WorkerBrief,
    WorkerOutput,
)


class WorkerViewSet(ApiViewSet):
    """Workers and their devices."""

    access = {
        "login": EVERYONE,
        "register": allow(permission="workforce.add_worker"),
        "scan": allow(WORKER),
    }

    @action(detail=False, methods=["post"], authentication_classes=[])
    def login(self, request: Request) -> Response:
        """Sign a device in by the worker's PIN."""
        device, token = devices.sign_in_device(**self.read(LoginInput))
        return Response({"worker_token": token, "worker": WorkerBrief(device.worker).data})

    @action(detail=False, methods=["post"])
    def register(self, request: Request) -> Response:
        """Make a worker; the device token is shown this once."""
        worker, token = register_worker(**self.read(RegisterInput))
        return Response(WorkerOutput(worker).data | {"token": token}, status=201)

    @action(detail=False, methods=["post"])
    def scan(self, request: Request) -> Response:
        """Record a scan, which may move the order."""
        track, order = record_scan(by=self.principal, scan=Scan(**self.read(ScanInput)))
        context = self.get_serializer_context() | {"principal": self.principal}
        track_body = TrackOutput(track, context=context).data
        return Response({"msg": "Scan recorded", "track": track_body, "order": order})
