"""`/admin/walk-in/`: the page, and the calls that it makes."""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import StaffSessionAuthentication
from accounts.filters import search
from accounts.models import Customer
from accounts.registration import add_customer
from catalog.models import Service
from config.operations.admin_pages import page_of
from config.operations.walk_in.serializers import WalkInInput
from config.rest.errors import refusal_of
from config.rest.idempotency import idempotent, key_of
from config.rest.limits import ORDERS
from config.rest.permissions import allow
from config.rest.refusals import invalid
from config.rest.views import ApiViewSet
from config.shop_tags import money
from orders.models import Order
from orders.views import place_from

PERMISSION = "orders.add_order"
# So many customers are offered, for so many characters or more.
OFFERED = 8
SHORTEST = 2


def walk_in_page(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    """The page on which an order is taken."""
    services = Service.objects.filter(status=Service.Status.ACTIVE).order_by("name", "pk")
    page |= {"title": _("Walk-in"), "services": services, "currency": settings.CURRENCY}
    return TemplateResponse(request, "admin/walk_in/page.html", page)


class WalkInViewSet(ApiViewSet):
    """The calls of the walk-in page, by the admin's session."""

    schema = None
    basename = "walk-in"
    authentication_classes = [StaffSessionAuthentication]
    access = {
        "customers": allow(permission="accounts.view_customer"),
        "create": allow(permission=PERMISSION),
    }
    limits = {"create": ORDERS}

    def handle_exception(self, exc: Exception) -> Response:
        """A refusal, also by field, as the page shows it beside them."""
        response = super().handle_exception(exc)
        refusal = refusal_of(exc)
        if refusal is not None and refusal.errors:
            response.data["errors"] = refusal.errors
        return response

    def customers(self, request: Request) -> Response:
        """The customers whom `q` may mean: the end of a phone number, or a name's beginning."""
        text = request.query_params.get("q", "").strip()[:255]
        found = Customer.objects.filter(is_active=True).order_by("name", "pk")
        offered = search(found, text)[:OFFERED] if len(text) >= SHORTEST else []
        rows = [{"id": c.pk, "name": c.name, "phone": c.phone} for c in offered]
        return Response({"customers": rows})

    @idempotent
    def _place(self, request: Request) -> Response:
        data = self.read(WalkInInput)
        with transaction.atomic():
            is_new = data.get("customer_id") is None
            if is_new and self.principal.user.has_perm("accounts.add_customer"):
                new = add_customer(name=data["name"], phone=data["phone"])
                data["customer_id"] = new.pk
            order = place_from(data, by=self.principal, source=Order.Source.COUNTER)
        return Response(_placed(order), status=201)

    def create(self, request: Request) -> Response:
        """Place the order, once for each `Idempotency-Key`; who is new becomes a customer."""
        if key_of(request) is None:
            raise invalid("Idempotency-Key", _("This field is required."))
        return self._place(request)


def _placed(order: Order) -> dict[str, Any]:
    """What the page says of an order that was placed, and where it leads to."""
    return {
        "order_number": order.order_number,
        "name": order.name,
        "total": money(order.total_cost),
        "order": reverse("admin:orders_order_change", args=(order.pk,)),
        "ticket": reverse("admin:orders_order_print", args=(order.pk, "ticket")),
        "labels": reverse("admin:orders_order_print", args=(order.pk, "roll")),
    }


def urls(site: AdminSite) -> list[URLPattern]:
    """The walk-in order's part of the admin."""
    page = page_of(site, walk_in_page, permission=PERMISSION)
    customers = WalkInViewSet.as_view({"get": "customers"})
    place = WalkInViewSet.as_view({"post": "create"})
    return [
        path("walk-in/", page, name="walk_in"),
        path("walk-in/customers/", customers, name="walk_in_customers"),
        path("walk-in/place/", place, name="walk_in_place"),
    ]
