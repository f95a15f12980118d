"""`/api/v1/orders`: placing and reading orders."""

from typing import Any

from django.http import Http404
from rest_framework import mixins
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer, User
from config.rest.permissions import ANYONE, CUSTOMER, WORKER, allow
from config.rest.refusals import invalid
from config.rest.views import ApiViewSet
from orders.models import Order, OrderQuerySet
from orders.numbers import normalise_number
from orders.placing import Contact, Item, Pickup, place_order, service_named
from orders.serializers import OrderOutput, PlaceOrderInput


def find_order(orders: OrderQuerySet, key: str, *, by_number_only: bool = False) -> Order:
    """The order with this number, or with this id where no order has that number.

    Raises Http404.
    """
    order = orders.filter(order_number=normalise_number(key)).first()
    if order is None and key.isascii() and key.isdigit() and not by_number_only:
        if not Order.objects.filter(order_number=key).exists():
            order = orders.filter(pk=int(key)).first()
    if order is None:
        raise Http404
    return order


def items_of(data: dict[str, Any]) -> list[Item]:
    """What a placing body asks for, in whichever of its three forms."""
    if data.get("items"):
        return [Item(**item) for item in data["items"]]
    if data.get("service_id"):
        return [Item(data["service_id"])]
    return [Item(service_named(data["service_name"]).pk)]


class OrderViewSet(mixins.ListModelMixin, ApiViewSet):
    """Anyone places an order; owners, staff and workers read it."""

    access = {
        "create": allow(ANYONE, CUSTOMER, permission="orders.add_order"),
        "list": allow(CUSTOMER, permission="orders.view_order"),
        "retrieve": allow(CUSTOMER, WORKER, permission="orders.view_order"),
    }
    serializer_class = OrderOutput
    lookup_value_regex = "[^/]{1,64}"

    def get_queryset(self) -> OrderQuerySet:
        """The orders this principal may see."""
        orders = Order.objects.order_by("-id").prefetch_related("lines")
        if self.principal.is_customer:
            return orders.owned_by(self.principal.user)
        return orders.present()

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializers who reads."""
        return super().get_serializer_context() | {"principal": self.principal}

    def create(self, request: Request) -> Response:
        """Place an order."""
        data = self.read(PlaceOrderInput)
        order = place_order(
            by=self.principal,
            items=items_of(data),
            source=Order.Source.API,
            customer=self._customer(data),
            contact=Contact(data.get("name", ""), data.get("email", ""), data.get("phone", "")),
            pickup=data.get("pickup_date") or Pickup(),
            instructions=data.get("instructions") or "",
        )
        return Response(self.get_serializer(order).data, status=201)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One order, by its number or id (workers: by its number)."""
        order = find_order(self.get_queryset(), pk, by_number_only=self.principal.is_worker)
        return Response(self.get_serializer(order).data)

    def _customer(self, data: dict[str, Any]) -> User | None:
        """Who is signed in, or whom staff chose; raises `validation`."""
        if self.principal.is_customer:
            return self.principal.user
        if not self.principal.is_staff or data.get("customer_id") is None:
            return None
        customer = Customer.objects.filter(pk=data["customer_id"], is_active=True).first()
        if customer is None:
            raise invalid("customer_id", "There is no such customer.")
        return customer
