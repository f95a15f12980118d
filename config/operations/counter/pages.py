"""`/admin/counter/`: the pages in front of the customer."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from config.operations.admin_pages import page_of
from config.operations.counter.forms import HandOverForm
from config.operations.counter.hand_over import hand_over, orders_for
from config.operations.counter.verdicts import find_at_counter
from config.operations.counter.views import PERMISSION, CounterViewSet
from config.rest.principals import principal_of
from orders.lifecycle import STAGES
from orders.models import Order


def counter_page(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """The page of the scanner."""
    page |= {"title": _("Scan"), "stages": STAGES[1:]}
    return TemplateResponse(request, "admin/counter/page.html", page)


def hand_over_page(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """Scan a ticket, see what is ready, and mark it delivered.

    The address holds the order's number, never the ticket's code with its secret token.
    """
    by = principal_of(request)
    page |= {"title": _("Hand over")}
    if "code" in request.POST:
        found = find_at_counter(by=by, code=request.POST["code"])
        if found["verdict"] == "found":
            query = urlencode({"order": found["number"]})
            return redirect(f"{reverse('admin:counter_hand_over')}?{query}")
        page |= {"verdict": found}
    order = Order.objects.present().filter(order_number=request.GET.get("order", "")).first()
    if order is not None and "verdict" not in page:
        rows = orders_for(order, by)
        form = HandOverForm(order, request.POST or None)
        page |= {"order": order, "rows": rows, "form": form, "chosen": form["orders"].value()}
        if form.is_valid():
            page |= {"outcomes": hand_over(by=by, **form.cleaned_data)}
    return TemplateResponse(request, "admin/counter/hand_over.html", page)


def offline_script(request: HttpRequest) -> HttpResponse:
    """The script that opens the counter's page without a network.

    Browsers let it speak for the folder it comes from only, so it is no static file.
    """
    response = render(request, "admin/counter/offline.js", content_type="text/javascript")
    response["Cache-Control"] = "no-cache"
    return response


def urls(site: AdminSite) -> list[URLPattern]:
    """The counter's part of the admin."""

    def page(show: Any) -> Any:
        return page_of(site, show, permission=PERMISSION)

    def call(name: str, **methods: Any) -> URLPattern:
        view = CounterViewSet.as_view(methods)
        return path(f"counter/{name}/", view, name=f"counter_{name}")

    return [
        path("counter/", page(counter_page), name="counter"),
        path("counter/hand-over/", page(hand_over_page), name="counter_hand_over"),
        path("counter/offline.js", offline_script, name="counter_offline"),
        call("scan", post="scan"),
        call("undo", post="undo_step"),
        call("find", post="find"),
        call("recent", get="recent"),
    ]
