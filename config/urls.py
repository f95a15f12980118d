"""Where every path leads; the API's viewsets are on one router."""

from django.contrib import admin
from django.urls import include, path, re_path

from accounts import pages as account_pages
from accounts.views import AuthViewSet
from catalog.views import ServiceViewSet
from config.operations import health
from config.operations.monitoring import views as monitoring
from config.operations.views import CustomerViewSet
from config.rest.decorators import limited
from config.rest.docs import DocsView, schema
from config.rest.languages import switch_language
from config.rest.limits import DEFAULT, PUBLIC
from config.rest.views import SlashTolerantRouter
from orders import pages
from orders.views import OrderViewSet
from tracking.views import TrackViewSet
from workforce.views import ID, OwnDeviceViewSet, WorkerDeviceViewSet, WorkerViewSet

router = SlashTolerantRouter()
router.register("auth", AuthViewSet, basename="auth")
router.register("customers", CustomerViewSet, basename="customer")
router.register("services", ServiceViewSet, basename="service")
router.register("orders", OrderViewSet, basename="order")
router.register("tracks", TrackViewSet, basename="track")
router.register("workers", WorkerViewSet, basename="worker")
router.register("workers/devices", OwnDeviceViewSet, basename="own-device")
router.register(
    f"workers/(?P<worker_id>{ID})/devices", WorkerDeviceViewSet, basename="worker-device"
)

handler500 = "config.rest.errors.server_error"

urlpatterns = [
    re_path(r"^api/v1/schema/?$", limited(DEFAULT, "schema")(schema), name="schema"),
    re_path(r"^api/v1/docs/?$", limited(DEFAULT, "docs")(DocsView.as_view()), name="docs"),
    path("api/v1/", include((router.urls, "v1"))),
    # Before the admin, which would answer /admin/api/... and /admin/login by pages.
    path("", include("config.legacy_urls")),
    path("admin/", admin.site.urls),
    re_path(
        r"^(?:static/)?qr/(?P<order_number>[^/]{1,64})\.png/?$",
        pages.qr_image,
        name="qr",
    ),
    re_path(r"^t/(?P<order_number>[^/]{1,64})/?$", pages.tracking_page, name="tracking"),
    re_path(
        r"^t/(?P<order_number>[^/]{1,64})/(?P<token>[^/]{1,64})/?$",
        pages.tracking_page_with_token,
        name="tracking-with-token",
    ),
    re_path(
        r"^account/reset/(?P<uid>[^/]{1,64})/(?P<token>[^/]{1,128})/?$",
        account_pages.reset_page,
        name="account-reset",
    ),
    re_path(
        r"^account/confirm/(?P<uid>[^/]{1,64})/(?P<token>[^/]{1,128})/?$",
        account_pages.confirm_page,
        name="account-confirm",
    ),
    re_path(r"^healthz/?$", health.healthz, name="healthz"),
    re_path(r"^readyz/?$", monitoring.readyz, name="readyz"),
    re_path(r"^metrics/?$", monitoring.metrics, name="metrics"),
    re_path(r"^ping/?$", health.ping, name="ping"),
    re_path(r"^language/?$", limited(PUBLIC, "language")(switch_language), name="language"),
    path("", pages.home, name="home"),
]
