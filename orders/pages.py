"""What the public sees of an order: its QR image and its tracking pages."""

import datetime
import hashlib
import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe

from config.rest.decorators import limited
from config.rest.errors import error_response
from config.rest.fields import utc_text
from config.rest.limits import DEFAULT, PUBLIC
from config.rest.refusals import Code, Refusal
from orders import qr
from orders.lifecycle import STAGES
from orders.models import Order, OrderLine, Status
from orders.numbers import normalise_number, read_payload
from orders.placing import Pickup
from orders.sentences import SENTENCES
from orders.serializers import PickupField
from tracking.ledger import timeline
from tracking.models import Track

View = Callable[..., HttpResponse]


def _present_order(order_number: str) -> Order:
    """The order of a public URL; raises Http404, also for a deleted one."""
    order = Order.objects.present().filter(order_number=normalise_number(order_number)).first()
    if order is None:
        raise Http404
    return order


@require_safe
@limited(PUBLIC, "qr")
def qr_image(request: HttpRequest, order_number: str) -> HttpResponse:
    """`/qr/<order_number>.png`: the public image, without token or personal data.

    Behind nginx the answer only names the kept file, and nginx sends it (`X-Accel-Redirect`).
    """
    image = qr.public_png(_present_order(order_number))
    headers = {"Cache-Control": "public, max-age=86400"}
    if settings.ACCEL_REDIRECT and image.kept_as is not None:
        headers["X-Accel-Redirect"] = f"{settings.ACCEL_REDIRECT}{image.kept_as}"
        return HttpResponse(content_type="image/png", headers=headers)
    etag = f'"{hashlib.sha256(image.content).hexdigest()[:32]}"'
    headers["ETag"] = etag
    response = HttpResponse(image.content, content_type="image/png", headers=headers)
    return get_conditional_response(request, etag=etag, response=response) or response


def _wants_json(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def _tracking(view: View) -> View:
    """Keep an answer, also a 404, out of search engines, caches and `Referer` fields."""

    @wraps(view)
    def wrapper(request: HttpRequest, **kwargs: str) -> HttpResponse:
        try:
            response = view(request, **kwargs)
        except Http404:
            if _wants_json(request):
                response = error_response(Refusal(Code.NOT_FOUND), request)
            else:
                response = render(request, "404.html", status=404)
        patch_vary_headers(response, ["Accept"])
        response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "no-referrer"
        response["Cache-Control"] = "private, no-cache"
        return response

    return wrapper


def _progress(status: Status, steps: list[Track] | None) -> list[dict[str, Any]]:
    """Where the order was, where it is and what is to come, first to last.

    `steps` is its timeline; without it (or with one that an import left incomplete) only
    the way up to the present stage is known, and not what of it was skipped.
    """
    past: list[tuple[Status, datetime.datetime | None]]
    if steps and steps[-1].to_status == status:
        past = [(Status(step.to_status), step.created_at) for step in steps]
    elif status == Status.CANCELLED:
        past = [(Status.CREATED, None), (status, None)]
    else:
        past = [(stage, None) for stage in STAGES[: STAGES.index(status) + 1]]
    to_come = () if status == Status.CANCELLED else STAGES[STAGES.index(status) + 1 :]
    present = len(past) - 1
    return [
        {
            "label": stage.label,
            "at": at,
            "is_done": index < present or (index == present and stage == Status.DELIVERED),
            "is_present": index == present,
        }
        for index, (stage, at) in enumerate([*past, *((stage, None) for stage in to_come)])
    ]


def _page(request: HttpRequest, order: Order, **detail: Any) -> HttpResponse:
    status = Status(order.status)
    context = {
        "order": order,
        "sentence": SENTENCES[status],
        "stages": _progress(status, detail.get("steps")),
        "lines": detail.get("lines"),
        "is_detailed": bool(detail),
    }
    return render(request, "orders/tracking.html", context)


def _stage(order: Order) -> dict[str, Any]:
    """The JSON of the page that shows the stage and nothing else."""
    return {"order_number": order.order_number, "status": order.status}


def _detail(order: Order, lines: list[OrderLine], steps: list[Track]) -> dict[str, Any]:
    """The JSON of the page with the token: also services, dates and the timeline."""
    pickup = PickupField().to_representation(Pickup(order.pickup_at, order.pickup_has_time))
    return _stage(order) | {
        "services": [{"name": line.service_name, "quantity": line.quantity} for line in lines],
        "pickup_date": pickup,
        "created_at": utc_text(order.created_at),
        "timeline": [{"status": step.to_status, "at": utc_text(step.created_at)} for step in steps],
    }


@require_safe
@limited(PUBLIC, "tracking")
@conditional_page
@_tracking
def tracking_page(request: HttpRequest, order_number: str) -> HttpResponse:
    """`/t/<order_number>`: the stage and nothing else."""
    order = _present_order(order_number)
    if _wants_json(request):
        return JsonResponse(_stage(order))
    return _page(request, order)


@require_safe
@limited(PUBLIC, "tracking")
@conditional_page
@_tracking
def tracking_page_with_token(request: HttpRequest, order_number: str, token: str) -> HttpResponse:
    """`/t/<order_number>/<token>`: services, dates and the timeline; no personal data."""
    order = _present_order(order_number)
    if not secrets.compare_digest(order.token.encode(), token.encode(errors="replace")):
        raise Http404
    lines, steps = list(order.lines.all()), list(timeline(order.pk))
    if _wants_json(request):
        return JsonResponse(_detail(order, lines, steps))
    return _page(request, order, lines=lines, steps=steps)


@require_safe
@limited(DEFAULT, "home")
def home(request: HttpRequest) -> HttpResponse:
    """`/`: a field to look an order's stage up by its number, or by what its code holds."""
    entered = request.GET.get("order", "").strip()
    problem = ""
    if entered:
        try:
            return redirect("tracking", order_number=read_payload(entered))
        except Refusal:
            problem = _("This cannot be an order number. It has letters and digits only.")
    return render(request, "orders/home.html", {"entered": entered, "problem": problem})
