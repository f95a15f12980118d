"""Taking another's second factor away, on the page of a member of staff: for a lost phone."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from accounts.enrolment import reset
from config.admin_confirmation import confirmation, is_confirmed


class SecondFactorPage(admin.ModelAdmin):
    """Adds the page that asks, and then takes a second factor away."""

    def get_urls(self) -> list[URLPattern]:
        """The page of the button, beside the admin's own."""
        view = self.admin_site.admin_view(self.reset_second_factor)
        name = "accounts_user_reset_second_factor"
        return [path("<int:user_id>/second-factor/", view, name=name), *super().get_urls()]

    def reset_second_factor(self, request: Any, user_id: int) -> HttpResponse:
        """Take a second factor away, once that was confirmed, for who may set a password too.

        One's own is taken away on its own page, which asks for a code.
        """
        if not self.has_change_permission(request):
            raise PermissionDenied
        user = self.get_queryset(request).filter(pk=user_id).first()
        if user is None:
            raise Http404
        if not self.has_change_permission(request, user):
            raise PermissionDenied
        if user == request.user:
            return redirect("admin:second_factor")
        back = reverse("admin:accounts_user_change", args=(user.pk,))
        if user.second_factor_at is None:
            return redirect(back)
        if is_confirmed(request):
            reset(user=user, by=request.user)
            self.message_user(request, _("The second factor was taken away."), messages.SUCCESS)
            return redirect(back)
        return confirmation(
            self,
            request,
            title=_("Reset the second factor"),
            effect=_(
                "They are signed out everywhere, and sign in by the password alone until they "
                "set up another. Make sure who asks you for it."
            ),
            lines=[user],
            back=back,
        )
