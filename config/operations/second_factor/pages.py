"""`/admin/second-factor/`: one's own second factor."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.enrolment import new_seed, renew_recovery_codes, switch_off, switch_on
from accounts.second_factor import FEW_CODES, key_address, key_text, recovery_codes_left
from config.rest.decorators import limited
from config.rest.limits import AUTH
from config.rest.refusals import Code, Refusal
from orders import qr

# Where the session keeps what the key is made of, until a code confirms it.
SEED = "second_factor_seed"


class ProofForm(forms.Form):
    """The password and a code; the fields are arguments of the verbs of `accounts.enrolment`."""

    password = forms.CharField(
        label=_("Your password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    otp = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def done(self, verb: Callable[..., Any], **given: Any) -> Any:
        """What a verb answers; False where the form is wrong, or the verb refused it."""
        if not self.is_valid():
            return False
        try:
            return verb(**given, **self.cleaned_data)
        except Refusal as refusal:
            field = "password" if refusal.code == Code.BAD_PASSWORD else "otp"
            self.add_error(field, refusal.detail)
            return False


def second_factor_page(request: Any, site: AdminSite) -> HttpResponse:
    """One's own second factor: set it up, or renew the recovery codes and take it away."""
    if request.user.second_factor_at is None:
        return _set_up(request, site)
    return _look_after(request, site)


def _set_up(request: Any, site: AdminSite) -> HttpResponse:
    """The code for the app; and once the app's first code is there, the recovery codes."""
    seed = request.session.setdefault(SEED, new_seed())
    form = ProofForm(request.POST or None)
    if codes := form.done(switch_on, user=request.user, seed=seed):
        del request.session[SEED]
        update_session_auth_hash(request, request.user)
        return _show(request, site, "codes", title=_("Recovery codes"), codes=codes)
    key = key_text(seed)
    return _show(
        request,
        site,
        "set_up",
        form=form,
        image=qr.svg_address(key_address(user=request.user, seed=seed)),
        key=" ".join(key[start : start + 4] for start in range(0, len(key), 4)),
    )


def _look_after(request: Any, site: AdminSite) -> HttpResponse:
    """How many recovery codes are left, and the two buttons."""
    form = ProofForm(request.POST or None)
    is_end = "off" in request.POST
    done = form.done(switch_off if is_end else renew_recovery_codes, user=request.user)
    if done is False:
        left = recovery_codes_left(request.user)
        return _show(request, site, "look_after", form=form, left=left, is_few=left <= FEW_CODES)
    if not is_end:
        return _show(request, site, "codes", title=_("Recovery codes"), codes=done)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("You sign in by your password alone from now on."))
    return redirect("admin:second_factor")


def _show(request: Any, site: AdminSite, name: str, **more: Any) -> HttpResponse:
    context = site.each_context(request) | {"title": _("Second factor")} | more
    return TemplateResponse(request, f"admin/second_factor/{name}.html", context)


def urls(site: AdminSite) -> list[URLPattern]:
    """The page of the second factor."""

    @sensitive_post_parameters()
    def page(request: HttpRequest) -> HttpResponse:
        view = second_factor_page
        if request.method == "POST":
            view = limited(AUTH, "second-factor")(view)
        return view(request, site)

    return [path("second-factor/", site.admin_view(page), name="second_factor")]
