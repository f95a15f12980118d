"""Every old path, and the view that answers it; with and without the trailing slash.

Matched before the Django admin's own paths, of which `/admin/login/` and `/admin/logout/`
with the slash remain.
"""

import re
from typing import Any

from django.urls import URLPattern, re_path

from accounts.compat import AdminLoginCompat, AdminLogoutCompat, AuthCompat
from catalog.compat import AdminServiceCompat, ServiceCompat
from config.operations.compat import AdminCustomerCompat
from config.rest.legacy import GoneView, LegacyViewSet, UnknownView
from orders.compat import AdminOrderCompat, OrderCompat
from workforce.compat import AdminWorkerCompat, EmployeeCompat, ScanCompat

ANY_METHOD = ("get", "post", "put", "patch", "delete")
COLLECTION = {"get": "list", "post": "create"}
MEMBER = {"get": "retrieve", "put": "change", "delete": "remove"}
# What stands in a path, by its name.
PARAMETERS = {"number": "[^/]{1,64}", "legacy_id": "[^/]{1,32}", "pk": "[0-9]{1,18}"}


def old(
    path: str, view: type[LegacyViewSet], actions: dict[str, Any], *, slash: str = "/?", **more: Any
) -> URLPattern:
    """The route of an old path, such as `/api/orders/<number>`: each method has its action."""
    pattern = re.sub(r"<(\w+)>", lambda found: f"(?P<{found[1]}>{PARAMETERS[found[1]]})", path)
    basename = "legacy" + re.sub(r"\W+", "-", path).rstrip("-")
    callback = view.as_view(actions, basename=basename, endpoint=path, **more)
    return re_path(f"^{pattern.removeprefix('/')}{slash}$", callback, name=basename)


def beyond(path: str, view: type[LegacyViewSet], action: str, **more: Any) -> URLPattern:
    """The route of a path and everything below it, which has no answer but a refusal."""
    callback = view.as_view(
        dict.fromkeys(ANY_METHOD, action),
        basename="legacy" + path.replace("/", "-"),
        endpoint=f"{path}/...",
        **more,
    )
    return re_path(f"^{path.removeprefix('/')}(?:/.*)?$", callback)


EMPLOYEE_GONE = (
    "The old worker pages were open to anybody. Workers scan by /api/v1/workers/scan, and "
    "batches in transit come as manifests."
)
CUSTOMERS_GONE = "The list of customers was open to anybody. Staff read it by /api/v1/customers."

urlpatterns = [
    old("/api/services", ServiceCompat, {"get": "list"}),
    old("/api/orders", OrderCompat, COLLECTION),
    old("/api/orders/<number>", OrderCompat, {"put": "change", "delete": "withdraw"}),
    old(
        "/api/customers/public",
        GoneView,
        dict.fromkeys(ANY_METHOD, "gone"),
        reason=CUSTOMERS_GONE,
        successors={"gone": "GET customers"},
    ),
    old("/auth/signup", AuthCompat, {"post": "signup"}),
    old("/auth/login", AuthCompat, {"post": "login"}),
    old("/worker/scan", ScanCompat, {"post": "scan"}),
    old("/employee/login", EmployeeCompat, {"post": "login"}, authentication_classes=[]),
    old("/employee/api/orders", EmployeeCompat, {"get": "orders"}),
    beyond(
        "/employee",
        GoneView,
        "gone",
        reason=EMPLOYEE_GONE,
        successors={"gone": "POST workers/scan"},
    ),
    old("/admin/login", AdminLoginCompat, {"get": "lead_on", "post": "sign_in"}, slash=""),
    old("/admin/logout", AdminLogoutCompat, {"post": "sign_out"}, slash=""),
    old("/admin/api/services", AdminServiceCompat, COLLECTION),
    old("/admin/api/services/<legacy_id>", AdminServiceCompat, MEMBER),
    old("/admin/api/customers", AdminCustomerCompat, COLLECTION),
    old("/admin/api/customers/<pk>", AdminCustomerCompat, MEMBER),
    old("/admin/api/orders", AdminOrderCompat, COLLECTION),
    old("/admin/api/orders/<number>", AdminOrderCompat, MEMBER),
    old("/admin/api/workers", AdminWorkerCompat, COLLECTION),
    old("/admin/api/workers/<pk>", AdminWorkerCompat, MEMBER),
    beyond("/admin/api", UnknownView, "unknown"),
]
