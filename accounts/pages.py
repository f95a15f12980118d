"""The pages that mailed links open: they set a password, or confirm an email."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils.decorators import decorator_from_middleware
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.confirmation import confirm_email_by_password
from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, LinkKind, follow_link
from accounts.passwords import reset_password
from config.rest.decorators import limited
from config.rest.limits import AUTH
from config.rest.refusals import Code, Refusal


class SetPasswordForm(forms.Form):
    """The fields are the arguments of `reset_password`."""

    new_password = forms.CharField(
        label=_("New password"),
        help_text=_("At least 8 characters, not digits only, and none that many people use."),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "new-password", "autofocus": True}),
    )


class ConfirmEmailForm(forms.Form):
    """The fields are the arguments of `confirm_email_by_password`."""

    password = forms.CharField(
        label=_("Password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )


@dataclass(frozen=True)
class Page:
    """What one kind of link opens: its form, the verb behind it, and its templates."""

    link: LinkKind
    form: type[forms.Form]
    verb: Callable[..., Any]

    def render(
        self, request: HttpRequest, name: str, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """One of the page's templates: `form`, `done` or `invalid`."""
        template = f"accounts/{self.link.page}_{name}.html"
        return render(request, template, context, status=status)


RESET = Page(SET_PASSWORD, SetPasswordForm, reset_password)
CONFIRM = Page(CONFIRM_EMAIL, ConfirmEmailForm, confirm_email_by_password)


class NullOriginCsrf(CsrfViewMiddleware):
    """Django's CSRF check for pages with `Referrer-Policy: no-referrer`.

    Browsers post the form of such a page with `Origin: null` (Fetch standard, "append a
    request Origin header"), which Django refuses. The token of cookie and form is still
    asked for; a foreign page knows neither that nor the link.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        is_verified: bool = super()._origin_verified(request)  # type: ignore[misc]
        return request.META["HTTP_ORIGIN"] == "null" or is_verified


def _answer(request: HttpRequest, page: Page, uid: str, token: str) -> HttpResponse:
    """The form, or what came of it. A GET changes nothing: mail scanners follow links."""
    form = page.form(request.POST if request.method == "POST" else None)
    try:
        user = follow_link(page.link, uid=uid, token=token)
        if form.is_valid():
            page.verb(uid=uid, token=token, **form.cleaned_data)
            return page.render(request, "done", email=user.email)
    except Refusal as refusal:
        if refusal.code == Code.LINK_INVALID:
            return page.render(request, "invalid", status=refusal.status)
        [field] = form.fields
        form.add_error(field, (refusal.errors or {}).get(field, [refusal.detail]))
    status = 400 if form.errors else 200
    return page.render(request, "form", status=status, form=form, email=user.email)


_csrf_protect: Any = decorator_from_middleware(NullOriginCsrf)


def _link_page(page: Page) -> Callable[[HttpRequest, str, str], HttpResponse]:
    """The view of a page, with all that keeps the link to who holds it."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @never_cache
    @sensitive_post_parameters()
    @limited(AUTH, "account-link")
    @_csrf_protect
    def checked(request: HttpRequest, uid: str, token: str) -> HttpResponse:
        return _answer(request, page, uid, token)

    @csrf_exempt  # The check above stands in the place of Django's own.
    def view(request: HttpRequest, uid: str, token: str) -> HttpResponse:
        response = checked(request, uid, token)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        return response

    return view


# `/account/reset/<uid>/<token>` sets a password. `/account/confirm/<uid>/<token>` asks for
# the account's: the link proves the mailbox, not who made the account.
reset_page = _link_page(RESET)
confirm_page = _link_page(CONFIRM)
