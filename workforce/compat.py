"""What old worker apps and the old web admin know of workers and scans."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from config.rest.fields import Email, Text
from config.rest.legacy import LegacyAdminViewSet, LegacyViewSet, is_missing, slug
from config.rest.limits import AUTH, PUBLIC
from config.rest.permissions import ANYONE, EVERYONE, WORKER, allow
from config.rest.refusals import Code, invalid
from orders.compat import LegacyShape, present_orders
from orders.guests import CLOSED
from orders.legacy_statuses import status_from
from orders.models import OrderQuerySet
from tracking.models import Track
from tracking.serializers import TrackOutput
from workforce import devices, staffing
from workforce.models import Worker
from workforce.registration import register_worker
from workforce.scanning import (
    Scan,
    record_scan,
    record_scan_by_email,
    record_unverified_scan,
    scan_id_of,
)
from workforce.serializers import (
    DeviceLoginInput,
    ScanInput,
    WorkerBrief,
    WorkerInput,
    WorkerOutput,
    WorkerRegisterInput,
)

MISSING_REQUIRED = "Missing required fields"
LONGEST_WORK_LIST = 500


class LegacyTrackShape(TrackOutput):
    """A track with both dialects' keys."""

    def to_representation(self, instance: Track) -> dict[str, Any]:
        """The track as v1 shows it to this reader, and the same in the camel dialect."""
        body = super().to_representation(instance)
        named = instance.legacy_worker
        return body | {
            "workerId": instance.worker_id or (int(named) if named.isdecimal() else named or None),
            "orderEmail": body["order_email"],
            "orderStatus": body["action"],
            "scannedAt": body["scanned_at"],
        }


class LegacyScanInput(ScanInput):
    """A scan by an old worker app, which may know an email alone."""

    worker_id = Text(max_length=64, required=False)
    email = Email(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The view says what is missing, in the old words."""
        return attrs


class ScanCompat(LegacyViewSet):
    """`/worker/scan`: with a device's token a scan as in v1, without one a mere note."""

    access = {"scan": allow(ANYONE, WORKER)}
    limits = {"scan": PUBLIC}
    successors = {"scan": "POST workers/scan"}
    aliases = {
        "workerId": "worker_id",
        "orderEmail": "email",
        "orderStatus": "action",
        "scannedAt": "scanned_at",
    }

    def scan(self, request: Request) -> Response:
        """Record what a worker did."""
        body = self.sent()
        if isinstance(body.get("action"), str | int):
            body["action"] = slug(str(body["action"]))
        names_order = not (is_missing(body.get("order_number")) and is_missing(body.get("qr")))
        if not self.principal.is_worker:
            self.require(body, "worker_id", "email", "action", text=MISSING_REQUIRED)
        else:
            self.require(body, "action", *([] if names_order else ["email"]), text=MISSING_REQUIRED)
        track = self._record(self.read(LegacyScanInput, data=body), names_order=names_order)
        shown = LegacyTrackShape(track, context=self.get_serializer_context()).data
        if "orderStatus" in request.data:
            return Response({"message": "Scan recorded", "track": shown}, status=201)
        return Response({"message": "Scan updated", "track": shown})

    def _record(self, data: dict[str, Any], *, names_order: bool) -> Track:
        worker_id = data.pop("worker_id", "")
        if not self.principal.is_worker:
            names = ("action", "email", "location", "note")
            scan = Scan(**{name: data[name] for name in names if name in data})
            return record_unverified_scan(scan=scan, legacy_worker=worker_id)
        key = self.request.headers.get("Idempotency-Key")
        if key is not None and data.get("scan_id") is None:
            data["scan_id"] = scan_id_of(key, worker_id=self.principal.id)
        if names_order:
            data.pop("email", None)
            return record_scan(by=self.principal, scan=Scan(**data))[0]
        return record_scan_by_email(by=self.principal, scan=Scan(**data))


class EmployeeCompat(LegacyViewSet):
    """`/employee/login` and `/employee/api/orders`: what is left of the old worker pages."""

    access = {"login": EVERYONE, "orders": allow(WORKER)}
    limits = {"login": AUTH}
    successors = {"login": "POST workers/login", "orders": "POST workers/peek"}
    texts = {Code.BAD_CREDENTIALS: "Invalid credentials"}

    def login(self, request: Request) -> Response:
        """Sign a device in by the worker's PIN."""
        body = self.sent()
        self.require(body, "email", "password")
        data = self.read(
            DeviceLoginInput, data={name: body[name] for name in ("email", "password")}
        )
        device_name = str(request.headers.get("User-Agent", ""))[:64]
        device, token = devices.sign_in_device(**data, device_name=device_name)
        worker = WorkerOutput(device.worker).data
        shown = WorkerBrief(device.worker).data | {"createdAt": worker["created_at"]}
        return Response({"token": token, "worker": shown})

    def orders(self, request: Request) -> Response:
        """The open orders, newest first; `?all=1` the closed ones too, or those of `?status=`."""
        found = self._asked(present_orders())[:LONGEST_WORK_LIST]
        shape = LegacyShape(found, many=True, context=self.get_serializer_context())
        return Response(shape.data)

    def _asked(self, orders: OrderQuerySet) -> QuerySet:
        status = self.request.query_params.get("status", "").strip()
        if status:
            wanted = status_from(status)
            if wanted is None:
                raise invalid("status", "There is no such status.")
            return orders.filter(status=wanted)
        wants_all = self.request.query_params.get("all", "").strip().lower()
        if wants_all not in ("", "0", "1", "false", "true"):
            raise invalid("all", "Send 1 or 0.")
        return orders if wants_all in ("1", "true") else orders.exclude(status__in=CLOSED)


def worker_body(worker: Worker) -> dict[str, Any]:
    """A worker with both dialects' keys."""
    body = WorkerOutput(worker).data
    return body | {"createdAt": body["created_at"]}


class AdminWorkerCompat(LegacyAdminViewSet):
    """`/admin/api/workers`: those who still work here."""

    access = {
        "list": allow(permission="workforce.view_worker"),
        "create": allow(permission="workforce.add_worker"),
        "retrieve": allow(permission="workforce.view_worker"),
        "change": allow(permission="workforce.change_worker"),
        "remove": allow(permission="workforce.delete_worker"),
    }
    successors = {
        "list": "GET workers",
        "create": "POST workers/register",
        "retrieve": "GET workers/{id}",
        "change": "PUT workers/{id}",
        "remove": "DELETE workers/{id}",
    }
    texts = {Code.EMAIL_TAKEN: "Email exists"}

    def list(self, request: Request) -> Response:
        """All active workers, the newest first."""
        return self.whole(Worker.objects.filter(is_active=True), worker_body)

    def create(self, request: Request) -> Response:
        """Take a worker on; the device token is shown this once."""
        body = self._body()
        self.require(body, "name")
        worker, token = register_worker(**self.read(WorkerRegisterInput, data=body))
        return Response(worker_body(worker) | {"token": token}, status=201)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One worker."""
        return Response(worker_body(self._worker(pk)))

    def change(self, request: Request, pk: str) -> Response:
        """Change a worker's name, email or PIN."""
        worker = self._worker(pk)
        data = self.read(WorkerInput, data=self._body(worker_body(worker)), partial=True)
        changes = {name: data[name] for name in ("name", "email", "password") if name in data}
        return Response(worker_body(staffing.change_worker(worker=worker, changes=changes)))

    def remove(self, request: Request, pk: str) -> Response:
        """Let a worker go; one whom tracks name is kept, and shown no more."""
        staffing.remove_worker(worker=self._worker(pk))
        return Response({"message": "Worker deleted"})

    def _body(self, unchanged: dict[str, Any] | None = None) -> dict[str, Any]:
        """The body; old forms send an empty password for "as it is"."""
        body = self.sent(unchanged)
        return {
            name: value
            for name, value in body.items()
            if name not in ("password", "email") or not is_missing(value)
        }

    def _worker(self, pk: str) -> Worker:
        worker = Worker.objects.filter(pk=int(pk), is_active=True).first()
        if worker is None:
            raise Http404
        return worker
