"""Pages of the admin that are no model's."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse


def page_of(
    site: AdminSite, show: Callable[[HttpRequest, dict[str, Any]], HttpResponse], *, permission: str
) -> Any:
    """A page for those staff who have a permission; `show` gets what every page shows."""

    @permission_required(permission, raise_exception=True)
    def view(request: HttpRequest) -> HttpResponse:
        return show(request, site.each_context(request))

    return site.admin_view(view)
