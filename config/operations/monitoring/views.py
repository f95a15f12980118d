"""`/readyz` and `/metrics`: what load balancers and Prometheus ask."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from config.operations.monitoring.figures import ShopCollector
from config.operations.monitoring.readiness import FAILED, readiness
from config.rest.addresses import is_within
from config.rest.errors import error_response
from config.rest.refusals import Code, Refusal

LOOPBACK = ["127.0.0.0/8", "::1"]
# A proxy on this machine passes on what strangers ask.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")


def require_monitor(request: HttpRequest) -> None:
    """Let in who shows METRICS_TOKEN, and this machine where nothing was forwarded.

    Raises `token_invalid` and `not_authenticated`.
    """
    given = request.headers.get("Authorization")
    if given is not None:
        scheme, _, token = given.partition(" ")
        expected = settings.METRICS_TOKEN
        is_bearer = scheme.lower() == "bearer"
        if not (expected and is_bearer and constant_time_compare(token.strip(), expected)):
            raise Refusal(Code.TOKEN_INVALID)
        return
    is_forwarded = any(name in request.headers for name in FORWARDED)
    if is_forwarded or not is_within(request.META.get("REMOTE_ADDR", ""), LOOPBACK):
        raise Refusal(Code.NOT_AUTHENTICATED)


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 while this server should be sent calls, else 503; who may watch it is told why."""
    found = readiness()
    is_ready = FAILED not in found.values()
    body = {"status": "ready" if is_ready else "not ready"}
    try:
        require_monitor(request)
        body |= found
    except Refusal:
        pass
    return JsonResponse(body, status=200 if is_ready else 503)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """All metrics in Prometheus's text format, those of all processes of this server."""
    try:
        require_monitor(request)
    except Refusal as refusal:
        return error_response(refusal, request)
    registry = CollectorRegistry()
    try:
        MultiProcessCollector(registry)
    except ValueError:  # This is the only process: gunicorn gave it no folder to share.
        registry.register(REGISTRY)
    registry.register(ShopCollector())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
