"""What the public sees of an order: its QR image and its tracking pages."""

import datetime
import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from config.rest.fields import utc_text
from orders import qr
from orders.lifecycle import STAGES
from orders.models import Order, Status
from orders.numbers import normalise_number
from orders.placing import Pickup
from orders.serializers import PickupField
from tracking.ledger import timeline


def _present_order(order_number: str) -> Order:
    """The order of a public URL; raises Http404, also for a deleted one."""
    order = Order.objects.present().filter(order_number=normalise_number(order_number)).first()
    if order is None:
        raise Http404
    return order


@require_safe
def qr_image(request: HttpRequest, order_number: str) -> HttpResponse:
    """`/qr/<order_number>.png`: the public image, without token or personal data."""
    image = qr.public_png(_present_order(order_number))
    etag = f'"{hashlib.sha256(image).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "public, max-age=86400"}
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers=headers)
    return HttpResponse(image, content_type="image/png", headers=headers)


def _progress(order: Order, reached: dict[str, datetime.datetime]) -> list[dict[str, Any]]:
    """The stages from first to last: which are done, which is the present one."""
    if order.status == Status.CANCELLED:
        stages = [Status.CREATED, Status.CANCELLED]
    else:
        stages = list(STAGES)
    present = stages.index(Status(order.status))
    return [
        {
            "status": stage.value,
            "label": stage.label,
            "is_done": index < present or stage == Status.DELIVERED == order.status,
            "is_present": index == present,
            "reached_at": reached.get(stage.value),
        }
        for index, stage in enumerate(stages)
    ]


def _answer(
    request: HttpRequest,
    order: Order,
    stages: list[dict[str, Any]],
    detail: dict[str, Any],
) -> HttpResponse:
    """The page, or with `Accept: application/json` the same as JSON."""
    if request.accepts("text/html"):
        context = {
            "order": order,
            "stages": stages,
            "is_detailed": bool(detail),
            "timeline": detail.get("timeline"),
            "lines": detail.get("lines"),
            "shop_name": settings.SHOP_NAME,
        }
        response = render(request, "orders/tracking.html", context)
    else:
        body = {"order_number": order.order_number, "status": order.status}
        response = JsonResponse(body | detail)
    patch_vary_headers(response, ["Accept"])
    response["X-Robots-Tag"] = "noindex"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-cache"
    response["Last-Modified"] = http_date(order.updated_at.timestamp())
    return response


@require_safe
def tracking_page(request: HttpRequest, order_number: str) -> HttpResponse:
    """`/t/<order_number>`: the stage and nothing else."""
    order = _present_order(order_number)
    return _answer(request, order, _progress(order, {}), {})


@require_safe
def tracking_page_with_token(request: HttpRequest, order_number: str, token: str) -> HttpResponse:
    """`/t/<order_number>/<token>`: services, dates and the timeline; no personal data."""
    order = _present_order(order_number)
    if not secrets.compare_digest(order.token.encode(), token.encode(errors="replace")):
        raise Http404
    steps = list(timeline(order.pk))
    reached = {track.to_status: track.created_at for track in steps}
    lines = list(order.lines.all())
    pickup = Pickup(order.pickup_at, order.pickup_has_time)
    detail = {
        "services": [{"name": line.service_name, "quantity": line.quantity} for line in lines],
        "pickup_date": PickupField().to_representation(pickup),
        "created_at": utc_text(order.created_at),
        "timeline": [
            {"status": track.to_status, "at": utc_text(track.created_at)} for track in steps
        ],
    }
    if not request.accepts("text/html"):
        return _answer(request, order, [], detail)
    return _answer(request, order, _progress(order, reached), {"timeline": steps, "lines": lines})


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """`/`: the shop's name, and a field to look an order's stage up by its number."""
    number = normalise_number(request.GET.get("order", ""))
    if number:
        return redirect("tracking", order_number=number)
    return render(request, "orders/home.html", {"shop_name": settings.SHOP_NAME})
