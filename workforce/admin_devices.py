"""What a worker's page does beside its form: unlock, hand a device out, take one back."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.admin_confirmation import confirmation, is_confirmed
from config.rest.refusals import Refusal
from orders import qr
from workforce.devices import PREFIX_LENGTH, hand_out_token, new_prefix, revoke_device
from workforce.models import DeviceToken, Worker
from workforce.staffing import change_worker

# The page of a worker shows so many devices; the list shows them all.
DEVICES_SHOWN = 20


class DeviceForm(forms.Form):
    """What a device is called. Its token begins as the form says, so that there is only one."""

    name = forms.CharField(
        label=_("Device"),
        max_length=64,
        required=False,
        help_text=_("What you call it: Van 2, the scanner at the door."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )
    beginning = forms.RegexField(
        rf"^[0-9a-f]{{{PREFIX_LENGTH}}}\Z", widget=forms.HiddenInput, initial=new_prefix
    )


def device_line(device: DeviceToken) -> Any:
    """A device, as the pages that ask tell of it."""
    used = device.last_used_at
    when = date_format(localtime(used), "DATETIME_FORMAT") if used else _("never")
    return _("%(worker)s: %(device)s, last used: %(when)s") % {
        "worker": device.worker,
        "device": device,
        "when": when,
    }


def enrolment_code(token: str) -> str:
    """The QR image, as an address, by which a device enrols: where the shop is, and the token.

    JSON and no link, so that no browser opens it and keeps it, and no scan takes it for an
    order's (docs/workers.md).
    """
    return qr.svg_address(json.dumps({"url": settings.PUBLIC_URL, "token": token}))


class WorkerPages(admin.ModelAdmin):
    """Adds the devices to a worker's page, and the pages that its buttons lead to."""

    def get_urls(self) -> list[URLPattern]:
        """The pages of the buttons, beside the admin's own."""
        pages = (
            ("unlock/", self.unlock_one, "unlock"),
            ("devices/add/", self.hand_out, "hand_out"),
            ("devices/<int:device_id>/revoke/", self.take_back, "take_back"),
        )
        return [
            path(
                f"<int:worker_id>/{page}",
                self.admin_site.admin_view(view),
                name=f"workforce_worker_{name}",
            )
            for page, view, name in pages
        ] + super().get_urls()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The form, and the worker's devices for who may see them."""
        worker = context.get("original")
        if worker is not None and request.user.has_perm("workforce.view_devicetoken"):
            # The revoked ones last, the latest of them first.
            devices = worker.devices.select_related("worker").order_by(
                F("revoked_at").desc(nulls_first=True), "-id"
            )
            shown = list(devices[: DEVICES_SHOWN + 1])
            context |= {
                "devices": shown[:DEVICES_SHOWN],
                "has_more_devices": len(shown) > DEVICES_SHOWN,
            }
        return super().render_change_form(request, context, *args, **kwargs)

    def unlock_one(self, request: HttpRequest, worker_id: int) -> HttpResponse:
        """Let a worker's PIN sign devices in again."""
        worker = self._worker(request, worker_id, "workforce.change_worker")
        if request.method == "POST":
            change_worker(worker=worker, changes={"locked": False})
            self.log_change(request, worker, gettext("Unlocked."))
            self.message_user(request, _("The PIN lets new devices in again."), messages.SUCCESS)
        return self._page_of(worker)

    def take_back(self, request: HttpRequest, worker_id: int, device_id: int) -> HttpResponse:
        """End a device's token at once, once that was confirmed."""
        worker = self._worker(request, worker_id, "workforce.delete_devicetoken")
        device = worker.devices.select_related("worker").filter(pk=device_id).first()
        if device is None:
            raise Http404
        if is_confirmed(request):
            revoke_device(device=device)
            self.log_change(
                request, worker, gettext("Took the device %(device)s back.") % {"device": device}
            )
            text = _("The device %(device)s was taken back.") % {"device": device}
            self.message_user(request, text, messages.SUCCESS)
            return self._page_of(worker)
        return confirmation(
            self,
            request,
            title=_("Take the device back"),
            effect=_("It is signed out at once, for good: its token lets nobody in again."),
            lines=[device_line(device)],
            back=self._address_of(worker),
        )

    def hand_out(self, request: HttpRequest, worker_id: int) -> HttpResponse:
        """Make a token for a device, and show it this once.

        The admin's pages are kept by no browser (`no-store`), and the token stands in
        nothing but the answer: its form, sent again, makes no other and shows none.
        """
        worker = self._worker(request, worker_id, "workforce.add_devicetoken")
        form = DeviceForm(request.POST or None)
        context = {"form": form, "title": _("Device token for %(worker)s") % {"worker": worker}}
        if not form.is_valid():
            return self._show(request, worker, "hand_out", **context)
        try:
            device, token = hand_out_token(
                worker=worker,
                name=form.cleaned_data["name"],
                prefix=form.cleaned_data["beginning"],
            )
        except Refusal as refusal:
            self.message_user(request, refusal.detail, messages.ERROR)
            return self._page_of(worker)
        self.log_change(
            request,
            worker,
            gettext("Handed a token out for the device %(device)s.") % {"device": device},
        )
        context |= {"device": device, "token": token, "code": enrolment_code(token)}
        return self._show(request, worker, "token", **context)

    def _worker(self, request: HttpRequest, worker_id: int, permission: str) -> Worker:
        """The worker, for who holds this permission; raises PermissionDenied and Http404."""
        if not self.has_view_permission(request) or not request.user.has_perm(permission):
            raise PermissionDenied
        worker = Worker.objects.filter(pk=worker_id).first()
        if worker is None:
            raise Http404
        return worker

    def _address_of(self, worker: Worker) -> str:
        return reverse("admin:workforce_worker_change", args=(worker.pk,))

    def _page_of(self, worker: Worker) -> HttpResponse:
        return redirect(self._address_of(worker))

    def _show(
        self, request: HttpRequest, worker: Worker, name: str, **context: Any
    ) -> TemplateResponse:
        context |= self.admin_site.each_context(request)
        context |= {"opts": self.opts, "worker": worker, "back": self._address_of(worker)}
        return TemplateResponse(request, f"admin/workforce/worker/{name}.html", context)
