"""The staff's face: Django's admin as a site of our own."""

from functools import wraps
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UsernameField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.second_factor import is_of_app, plain, recovery_codes_left
from accounts.sessions import end_sessions, staff_user_with
from config.operations.front_page import front_page
from config.operations.navigation import navigation
from config.rest.decorators import limited
from config.rest.limits import AUTH
from config.rest.refusals import Code, Refusal

# What is open to who has to set a second factor up before anything else.
ALWAYS_OPEN = ("second_factor", "logout")


class SignInForm(AdminAuthenticationForm):
    """Signing in by email or user name, a password, and a code for who has a second factor."""

    username = UsernameField(
        label=_("Email or user name"), widget=forms.TextInput(attrs={"autofocus": True})
    )
    otp = forms.CharField(
        label=_("Code"),
        help_text=_("Only with a second factor: from your app, or a recovery code."),
        max_length=64,
        required=False,
        widget=forms.TextInput(
            {"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _(
            "There is no member of staff with this email or user name and this password."
        ),
    }

    def clean(self) -> dict[str, Any]:
        """Whose credentials these are; of a code that is missing or wrong its field tells."""
        data = self.cleaned_data
        if not (data.get("username") and data.get("password") and "otp" in data):
            return data
        try:
            user = staff_user_with(**data)
        except Refusal as refusal:
            if refusal.code == Code.BAD_CREDENTIALS:
                raise self.get_invalid_login_error() from refusal
            self.add_error("otp", refusal.detail)
            # The browser forgot the password: this is where to go on.
            del self.fields["username"].widget.attrs["autofocus"]
            self.fields["password"].widget.attrs["autofocus"] = True
            return data
        self.user_cache = user
        if self.request and user.second_factor_at and not is_of_app(plain(data["otp"])):
            text = _("You signed in by a recovery code; %(left)d are left.")
            messages.warning(self.request, text % {"left": recovery_codes_left(user)})
        return data


class RoundtripAdminSite(AdminSite):
    """The admin, in the shop's name."""

    site_header = settings.SHOP_NAME
    site_title = settings.SHOP_NAME
    index_title = _("Today")
    # Our own navigation stands beside every page.
    enable_nav_sidebar = False
    login_form = SignInForm
    # What staff open most stands first.
    apps_in_order = ("orders", "accounts", "catalog", "workforce", "tracking")

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        # What is erased is erased one by one, by who looks at it.
        self.disable_action("delete_selected")

    def get_urls(self) -> list[Any]:
        """The pages of our own, and Django's."""
        # These import models, which are not there yet when the site is made.
        from config.operations.counter import pages as counter
        from config.operations.day_report import pages as day
        from config.operations.second_factor import pages as second_factor
        from config.operations.walk_in import views as walk_in

        parts = (counter, walk_in, day, second_factor)
        return [*(url for part in parts for url in part.urls(self)), *super().get_urls()]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """A page for staff: who lacks a second factor that they need is led to set it up."""

        @wraps(view)
        def inner(request: Any, *args: Any, **kwargs: Any) -> Any:
            is_open = request.resolver_match.url_name in ALWAYS_OPEN
            if request.user.lacks_second_factor and not is_open:
                return redirect("admin:second_factor")
            return view(request, *args, **kwargs)

        return super().admin_view(inner, cacheable)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page shows: also the way to every list that may be seen."""
        context = super().each_context(request)
        if getattr(request.user, "lacks_second_factor", False):
            context["has_permission"] = False  # Nothing that the frame leads to would open.
        return context | {"navigation": navigation(context["available_apps"], request)}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """The first page: the shop's figures, as far as they may be seen."""
        models = {
            model
            for model, options in self._registry.items()
            if options.has_view_permission(request)
        }
        page = front_page(request=request, now=timezone.now(), models=models)
        return super().index(request, {"dashboard": page, **(extra_context or {})})

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in; attempts are limited for each address and each account."""
        view = super().login
        if request.method == "POST":
            view = limited(AUTH, "admin-login", "username")(view)
        return view(request, extra_context)

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Change one's own password, which signs one out of the API everywhere."""
        response = super().password_change(request, extra_context)
        if response.status_code == 302 and isinstance(request.user, User):
            end_sessions(user=request.user)
        return response

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[dict[str, Any]]:
        """The apps in the order of the shop's work, the technical ones last."""
        apps = super().get_app_list(request, app_label)
        first = self.apps_in_order
        return sorted(
            apps,
            key=lambda app: (
                first.index(app["app_label"]) if app["app_label"] in first else len(first)
            ),
        )
