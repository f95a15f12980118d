"""The shop's workers and their devices, as staff see them."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from config.admin import HasHappenedFilter, KeptAdmin, RecordAdmin, badges
from config.admin_confirmation import ask_for_many, is_confirmed
from config.rest.refusals import Refusal, refusals_as_pages
from workforce.admin_devices import WorkerPages, device_line
from workforce.devices import revoke_device, silent_devices
from workforce.models import DeviceToken, Worker
from workforce.registration import hash_new_pin
from workforce.staffing import change_worker


def state_badge(row: Worker | DeviceToken) -> SafeString:
    """The state of a worker or a device, told apart by colour too."""
    return badges([row.state])


class WorkerForm(forms.ModelForm):
    """A worker; a new PIN is typed, and the present one is never shown."""

    email = forms.EmailField(
        label=_("Email"), max_length=255, required=False, widget=AdminEmailInputWidget
    )
    pin = forms.CharField(
        label=_("New PIN or password"),
        max_length=256,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        help_text=_("6 digits or more, or a password of 8 characters or more. It also unlocks."),
    )

    class Meta:
        model = Worker
        fields = ["name", "email", "is_active"]
        help_texts = {"is_active": _("Who is not takes no device, and loses all they have.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "pin" in self.fields:
            self.fields["pin"].required = self.instance.pk is None

    def clean_pin(self) -> str:
        """The PIN, by the rules of the verbs."""
        pin: str = self.cleaned_data["pin"]
        try:
            hash_new_pin(pin or None)
        except Refusal as refusal:
            raise ValidationError(refusal.detail) from refusal
        return pin


@admin.register(Worker)
class WorkerAdmin(WorkerPages, KeptAdmin):
    """Who carries. Deactivating a worker takes all their devices back."""

    form = WorkerForm
    list_display = ("name", "email", "state", "created_at")
    list_filter = ("is_active", ("locked_at", HasHappenedFilter))
    search_fields = ("name__istartswith", "email__istartswith")
    search_help_text = _("The beginning of a name or an email.")
    ordering = ("name", "id")
    readonly_fields = ("locked_at", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("name", "email", "pin", "is_active")}),
        (_("Times"), {"fields": (readonly_fields,)}),
    )
    actions = ("unlock",)

    def get_fieldsets(self, request: HttpRequest, obj: Worker | None = None) -> Any:
        """The form's parts; without the PIN for who may not set one."""
        (title, first), *others = super().get_fieldsets(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            first = first | {"fields": [name for name in first["fields"] if name != "pin"]}
        return [(title, first), *others]

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool
    ) -> None:
        """Change what was changed, by the verb; a new worker signs devices in by the PIN."""
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if "pin" in changes:
            changes["password"] = changes.pop("pin")
        if change:
            with refusals_as_pages():
                change_worker(worker=obj, changes=changes)
        else:
            obj.password = hash_new_pin(changes["password"])
            obj.save()

    @admin.display(description=_("state"), ordering="is_active")
    def state(self, worker: Worker) -> SafeString:
        """Whether they take devices."""
        return state_badge(worker)

    @admin.action(
        description=_("Let the selected workers sign devices in again"), permissions=["change"]
    )
    def unlock(self, request: HttpRequest, workers: QuerySet[Worker]) -> None:
        """Take back the lock that too many wrong PINs brought."""
        for worker in workers:
            if worker.is_locked:
                change_worker(worker=worker, changes={"locked": False})
                self.log_change(request, worker, gettext("Unlocked."))
        self.message_user(request, _("The selected workers are unlocked."))


class SilentFilter(admin.SimpleListFilter):
    """Devices that are let in and that nobody uses."""

    title = _("silent")
    parameter_name = "silent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Only those that are."""
        return [("yes", _("Yes"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[DeviceToken]
    ) -> QuerySet[DeviceToken]:
        """The silent ones."""
        if self.value() != "yes":
            return queryset
        return queryset.filter(pk__in=silent_devices(now=timezone.now()).values("pk"))


@admin.register(DeviceToken)
class DeviceTokenAdmin(RecordAdmin):
    """The devices of workers; of a token only its beginning is known."""

    list_display = ("name_or_prefix", "worker", "prefix", "state", "last_used_at", "created_at")
    list_filter = ("worker", SilentFilter, ("revoked_at", HasHappenedFilter))
    list_select_related = ("worker",)
    search_fields = ("worker__name__istartswith", "prefix__istartswith")
    search_help_text = _("The beginning of a worker's name or of a token.")
    ordering = ("-id",)
    fields = (
        ("worker", "name"),
        ("prefix", "state"),
        ("created_at", "last_used_at"),
        ("expires_at", "revoked_at"),
    )
    readonly_fields = ("state",)
    actions = ("revoke",)

    @admin.display(description=_("device"), ordering="name")
    def name_or_prefix(self, device: DeviceToken) -> str:
        """What it is called; the beginning of its token where it has no name."""
        return str(device)

    @admin.display(description=_("state"))
    def state(self, device: DeviceToken) -> SafeString:
        """Whether it is let in."""
        return state_badge(device)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Who may delete devices may take them back."""
        return request.user.has_perm("workforce.delete_devicetoken")

    @admin.action(description=_("Take the selected devices back"), permissions=["revoke"])
    def revoke(
        self, request: HttpRequest, devices: QuerySet[DeviceToken]
    ) -> TemplateResponse | None:
        """End tokens at once, once that was confirmed."""
        if not is_confirmed(request):
            return ask_for_many(
                self,
                request,
                devices.select_related("worker"),
                title=_("Take devices back"),
                effect=_("Each is signed out at once, for good: its token lets nobody in again."),
                line=device_line,
            )
        in_use = list(devices.filter(revoked_at=None).select_related("worker"))
        for device in in_use:
            revoke_device(device=device)
            self.log_change(
                request,
                device.worker,
                gettext("Took the device %(device)s back.") % {"device": device},
            )
        text = ngettext(
            "%(number)d device was taken back.", "%(number)d devices were taken back.", len(in_use)
        )
        self.message_user(request, text % {"number": len(in_use)})
        return None
