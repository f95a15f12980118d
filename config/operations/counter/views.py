"""`/admin/counter/`: the page, and the calls that it makes."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
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
from orders.lifecycle import STAGES
from workforce.scanning import Scan

PERMISSION = "orders.change_order"


def may_serve(request: HttpRequest) -> bool:
    """Whether this member of staff works at the counter."""
    return bool(request.user.has_perm(PERMISSION))


def counter_page(request: HttpRequest, site: AdminSite) -> HttpResponse:
    """The page of the scanner."""
    if not may_serve(request):
        raise PermissionDenied
    context = site.each_context(request) | {"title": _("Scan"), "stages": STAGES[1:]}
    return TemplateResponse(request, "admin/counter/page.html", context)


def offline_script(request: HttpRequest) -> HttpResponse:
    """The script that opens the counter's page without a network.

    Browsers let it speak for the folder it comes from only, so it is no static file.
    """
    response = render(request, "admin/counter/offline.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


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


def urls(site: AdminSite) -> list[URLPattern]:
    """The counter's part of the admin."""

    def page(request: HttpRequest) -> HttpResponse:
        return counter_page(request, site)

    def call(name: str, **methods: Any) -> URLPattern:
        view = CounterViewSet.as_view(methods)
        return path(f"counter/{name}/", view, name=f"counter_{name}")

    return [
        path("counter/", site.admin_view(page), name="counter"),
        path("counter/offline.js", offline_script, name="counter_offline"),
        call("scan", post="scan"),
        call("undo", post="undo_step"),
        call("find", post="find"),
        call("recent", get="recent"),
    ]
