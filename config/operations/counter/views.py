"""The calls that the counter's page makes."""

from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import StaffSessionAuthentication
from config.operations.counter.serializers import CodeInput, CounterScanInput, UndoInput
from config.operations.counter.verdicts import (
    find_at_counter,
    recent_scans,
    scan_at_counter,
    undo_at_counter,
)
from config.rest.permissions import allow
from config.rest.views import ApiViewSet
from workforce.scanning import Scan

PERMISSION = "orders.change_order"


class CounterViewSet(ApiViewSet):
    """The calls of the counter's page, by the admin's session."""

    schema = None
    basename = "counter"
    authentication_classes = [StaffSessionAuthentication]
    access = {
        name: allow(permission=PERMISSION) for name in ("scan", "undo_step", "find", "recent")
    }

    def scan(self, request: Request) -> Response:
        """Record a scan; 403 if somebody else than its maker is signed in by now."""
        data = self.read(CounterScanInput)
        if data.pop("made_by") != self.principal.id:
            return Response({"signed_in": str(self.principal.user.name)}, status=403)
        return Response(scan_at_counter(by=self.principal, scan=Scan(**data)))

    def undo_step(self, request: Request) -> Response:
        """Take a step back."""
        track_id = self.read(UndoInput)["track"]
        return Response(undo_at_counter(by=self.principal, track_id=track_id))

    def find(self, request: Request) -> Response:
        """The order of a code."""
        return Response(find_at_counter(by=self.principal, code=self.read(CodeInput)["qr"]))

    def recent(self, request: Request) -> Response:
        """The newest verdicts."""
        return Response({"scans": recent_scans(by=self.principal)})
