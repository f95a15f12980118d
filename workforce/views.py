"""`/api/v1/workers`: workers sign their devices in and scan."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from config.rest.errors import refusal_of
from config.rest.idempotency import key_of
from config.rest.limits import AUTH
from config.rest.openapi import IDEMPOTENCY_KEY
from config.rest.permissions import EVERYONE, WORKER, allow
from config.rest.refusals import Code, Refusal
from config.rest.serializers import says
from config.rest.views import ApiViewSet
from tracking.models import Track
from tracking.serializers import TrackOutput
from workforce import devices, staffing
from workforce.models import DeviceToken, Worker
from workforce.registration import register_worker
from workforce.scanning import Scan, peek, record_scan, scan_id_of
from workforce.serializers import (
    DeviceLoginInput,
    DeviceOutput,
    DeviceSignedInOutput,
    OwnDeviceOutput,
    PeekInput,
    PeekOutput,
    RegisteredOutput,
    RemovedWorkerOutput,
    ScanInput,
    ScannedOutput,
    ScansInput,
    VerdictOutput,
    WorkerBrief,
    WorkerInput,
    WorkerOutput,
    WorkerRegisterInput,
)

# Every such number fits a column of 64 bits.
ID = "[0-9]{1,18}"


def _echo(sent: Any) -> str | None:
    """The `scan_id` as the device wrote it, if it is a text that could be one."""
    scan_id = sent.get("scan_id") if isinstance(sent, dict) else None
    if not isinstance(scan_id, str) or len(scan_id) > 64:
        return None
    return scan_id if scan_id.isascii() and scan_id.isprintable() else None


@extend_schema_view(
    list=extend_schema(summary="Workers, the newest first."),
    retrieve=extend_schema(summary="One worker."),
)
class WorkerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Workers and their devices."""

    access = {
        "list": allow(permission="workforce.view_worker"),
        "retrieve": allow(permission="workforce.view_worker"),
        "update": allow(permission="workforce.change_worker"),
        "partial_update": allow(permission="workforce.change_worker"),
        "destroy": allow(permission="workforce.delete_worker"),
        "login": EVERYONE,
        "logout": allow(WORKER),
        "register": allow(permission="workforce.add_worker"),
        "scan": allow(WORKER),
        "scans": allow(WORKER),
        "peek": allow(WORKER),
    }

    refusals = {
        "update": (Code.EMAIL_TAKEN,),
        "partial_update": (Code.EMAIL_TAKEN,),
        "login": (Code.BAD_CREDENTIALS,),
        "register": (Code.EMAIL_TAKEN,),
        "scan": (
            Code.ORDER_NOT_FOUND,
            Code.ORDER_DELETED,
            Code.TRANSITION_NOT_ALLOWED,
            Code.SCAN_ID_REUSED,
            Code.UNREADABLE_CODE,
        ),
        "peek": (Code.ORDER_NOT_FOUND, Code.ORDER_DELETED, Code.UNREADABLE_CODE),
    }
    limits = {"login": AUTH}
    # In the order in which a sign-in reads them: a made-up email beside it hides no number.
    account_fields = ("worker_id", "email")
    queryset = Worker.objects.order_by("-id")
    serializer_class = WorkerOutput
    lookup_value_regex = ID

    @extend_schema(request=WorkerInput, responses={200: WorkerOutput})
    def update(self, request: Request, pk: str) -> Response:
        """Change parts of a worker; `{"locked": false}` lets them sign devices in again."""
        worker = self.get_object()
        data = self.read(WorkerInput, partial=True, instance=worker)
        worker = staffing.change_worker(worker=worker, changes=data)
        return Response(self.get_serializer(worker).data)

    partial_update = update

    @extend_schema(responses={200: RemovedWorkerOutput})
    def destroy(self, request: Request, pk: str) -> Response:
        """Erase a worker, or deactivate one whom tracks name; the answer says which."""
        kept = staffing.remove_worker(worker=self.get_object())
        if kept is None:
            return Response({"msg": "Deleted"})
        return Response({"msg": "Deactivated", "worker": self.get_serializer(kept).data})

    @extend_schema(request=DeviceLoginInput, responses={200: DeviceSignedInOutput})
    @action(detail=False, methods=["post"], authentication_classes=[])
    def login(self, request: Request) -> Response:
        """Sign a device in by the worker's PIN."""
        device, token = devices.sign_in_device(**self.read(DeviceLoginInput))
        return Response({"worker_token": token, "worker": WorkerBrief(device.worker).data})

    @extend_schema(request=None, responses={200: says("Logged out")})
    @action(detail=False, methods=["post"])
    def logout(self, request: Request) -> Response:
        """End this device's token at once."""
        devices.revoke_device(device=self.principal.device)
        return Response({"msg": "Logged out"})

    @extend_schema(request=WorkerRegisterInput, responses={201: RegisteredOutput})
    @action(detail=False, methods=["post"])
    def register(self, request: Request) -> Response:
        """Make a worker; the device token is shown this once."""
        worker, token = register_worker(**self.read(WorkerRegisterInput))
        return Response(WorkerOutput(worker).data | {"token": token}, status=201)

    @extend_schema(
        request=ScanInput,
        responses={200: ScannedOutput},
        parameters=[IDEMPOTENCY_KEY],
    )
    @action(detail=False, methods=["post"])
    def scan(self, request: Request) -> Response:
        """Record a scan, which may move the order."""
        data = self.read(ScanInput)
        key = key_of(request)
        if key is not None and data.get("scan_id") is None:
            data["scan_id"] = scan_id_of(key, worker_id=self.principal.id)
        track, order = record_scan(by=self.principal, scan=Scan(**data))
        return Response({"msg": "Scan recorded", "track": self._track(track), "order": order})

    @extend_schema(request=ScansInput, responses={200: VerdictOutput(many=True)}, filters=False)
    @action(detail=False, methods=["post"])
    def scans(self, request: Request) -> Response:
        """Record an offline device's queue, each scan for itself."""
        return Response([self._result(scan) for scan in self.read(ScansInput)["scans"]])

    @extend_schema(request=PeekInput, responses={200: PeekOutput})
    @action(detail=False, methods=["post"])
    def peek(self, request: Request) -> Response:
        """What a scan would do; writes nothing."""
        found = peek(by=self.principal, **self.read(PeekInput))
        last = found["last_track"]
        return Response(found | {"last_track": last and self._track(last)})

    def _track(self, track: Track) -> dict[str, Any]:
        return TrackOutput(track, context=self.get_serializer_context()).data

    def _result(self, sent: Any) -> dict[str, Any]:
        """The verdict on one scan of a queue; a refusal is a verdict too."""
        verdict = {"scan_id": _echo(sent)}
        serializer = ScanInput(data=sent, context=self.get_serializer_context())
        try:
            serializer.is_valid(raise_exception=True)
            scan = Scan(**serializer.validated_data)
            track, order = record_scan(by=self.principal, scan=scan)
        except (Refusal, ValidationError) as error:
            refusal = refusal_of(error)
            assert refusal is not None  # noqa: S101  (both kinds have one)
            return verdict | {
                "status": refusal.status,
                "code": refusal.code.value,
                "detail": refusal.detail,
                **refusal.extra,
            }
        return verdict | {"status": 200, "track": self._track(track), "order": order}


class DeviceViewSet(mixins.ListModelMixin, ApiViewSet):
    """The devices of one worker, whoever asks; deleting one ends its token at once."""

    lookup_value_regex = ID

    @extend_schema(responses={200: says("Deleted")})
    def destroy(self, request: Request, **kwargs: str) -> Response:
        """Take a device's token back; the tracks go on naming it."""
        devices.revoke_device(device=self.get_object())
        return Response({"msg": "Deleted"})


@extend_schema_view(list=extend_schema(summary="Where the calling worker is signed in."))
class OwnDeviceViewSet(DeviceViewSet):
    """`workers/devices`: where a worker is signed in."""

    access = {"list": allow(WORKER), "destroy": allow(WORKER)}
    serializer_class = OwnDeviceOutput

    def get_queryset(self) -> QuerySet[DeviceToken]:
        """The calling worker's devices."""
        return devices.devices_of(self.principal.worker)


@extend_schema_view(list=extend_schema(summary="Where a worker is signed in."))
class WorkerDeviceViewSet(DeviceViewSet):
    """`workers/{id}/devices`: the same for staff."""

    access = {
        "list": allow(permission="workforce.view_devicetoken"),
        "destroy": allow(permission="workforce.delete_devicetoken"),
    }
    serializer_class = DeviceOutput

    def get_queryset(self) -> QuerySet[DeviceToken]:
        """The devices of the worker in the path; raises Http404."""
        return devices.devices_of(get_object_or_404(Worker, pk=self.kwargs["worker_id"]))
