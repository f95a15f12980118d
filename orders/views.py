"""`/api/v1/orders`: placing, reading and changing orders."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Customer, User
from config.rest.addresses import is_trusted
from config.rest.filters import narrowed
from config.rest.idempotency import idempotent
from config.rest.limits import LOOKUP, ORDERS
from config.rest.openapi import IDEMPOTENCY_KEY, IF_MATCH
from config.rest.permissions import ANYONE, CUSTOMER, WORKER, allow
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal, invalid
from config.rest.serializers import says
from config.rest.views import ApiViewSet
from orders import editing, lifecycle, qr
from orders.filters import OrderFilter
from orders.guests import orders_of_email
from orders.models import Order, OrderQuerySet
from orders.numbers import normalise_number
from orders.placing import NO_PICKUP, Contact, Item, place_order, service_named
from orders.serializers import (
    EditOrderInput,
    GuestOrderOutput,
    OrderOutput,
    PlaceOrderInput,
    UpdatedOutput,
)


def find_order(orders: OrderQuerySet, key: str, *, by_number_only: bool = False) -> Order:
    """The order with this number, or with this id where no order has that number.

    Raises Http404.
    """
    order = orders.filter(order_number=normalise_number(key)).first()
    may_be_id = key.isascii() and key.isdigit() and not by_number_only
    # A number that is another's, or deleted, is still no id.
    if order is None and may_be_id and not Order.objects.filter(order_number=key).exists():
        order = orders.filter(pk=int(key)).first()
    if order is None:
        raise Http404
    return order


def items_of(data: dict[str, Any]) -> list[Item]:
    """What a placing body asks for, in whichever of its three forms."""
    if data.get("items"):
        return [Item(**item) for item in data["items"]]
    if data.get("service_id") is not None:
        return [Item(data["service_id"])]
    return [Item(service_named(data["service_name"]).pk)]


def customer_with(customer_id: int) -> User:
    """The active customer whom staff name; raises `validation`."""
    customer = Customer.objects.filter(pk=customer_id, is_active=True).first()
    if customer is None:
        raise invalid("customer_id", _("There is no such customer."))
    return customer


def place_from(data: dict[str, Any], *, by: Principal, source: str) -> Order:
    """Place what a validated body asks for: for who is signed in, whom staff chose, or a guest."""
    customer = by.user if by.is_customer else None
    if by.is_staff and data.get("customer_id") is not None:
        customer = customer_with(data["customer_id"])
    return place_order(
        by=by,
        items=items_of(data),
        source=source,
        customer=customer,
        contact=Contact(data.get("name", ""), data.get("email", ""), data.get("phone", "")),
        pickup=data.get("pickup_date") or NO_PICKUP,
        instructions=data.get("instructions") or "",
    )


def customer_of_edit(data: dict[str, Any], *, order: Order, by: Principal) -> dict[str, Any]:
    """The customer to whom staff give an order by an edit's body, if it is another one."""
    chosen = data.get("customer_id")
    if not by.is_staff or "customer_id" not in data or chosen == order.customer_id:
        return {}
    return {"customer": None if chosen is None else customer_with(chosen)}


def changes_of(data: dict[str, Any]) -> dict[str, Any]:
    """An edit's body as the verb takes it: model fields, and items."""
    plain = ("name", "email", "phone")
    changes = {name: data[name] for name in plain if name in data}
    if "instructions" in data:
        changes["instructions"] = data["instructions"] or ""
    if "pickup_date" in data:
        pickup = data["pickup_date"] or NO_PICKUP
        changes |= {"pickup_at": pickup.at, "pickup_has_time": pickup.has_time}
    if "items" in data:
        changes["items"] = [Item(i["service_id"] or 0, i["quantity"]) for i in data["items"]]
    return changes


_EDIT_REFUSALS = (
    Code.NOT_EDITABLE,
    Code.TRANSITION_NOT_ALLOWED,
    Code.UNKNOWN_SERVICE,
    Code.SERVICE_INACTIVE,
    Code.PRECONDITION_FAILED,
    Code.ORDER_NOT_FOUND,
)


def _etag(order: Order) -> dict[str, str]:
    """The order's version as its entity tag (RFC 9110, section 8.8.3)."""
    return {"ETag": f'"{order.version}"'}


def _expected_version(request: Request, order: Order) -> int | None:
    """The order's version, which `If-Match` must name; None where any will do.

    Raises `precondition_failed`.
    """
    tags = parse_etags(request.headers.get("If-Match", "*"))
    if tags == ["*"]:
        return None
    if _etag(order)["ETag"] not in tags:
        raise Refusal(Code.PRECONDITION_FAILED)
    return order.version


class OrderViewSet(ApiViewSet):
    """Anyone places an order; owners, staff and workers read it; owners and staff change it."""

    access = {
        "create": allow(ANYONE, CUSTOMER, permission="orders.add_order"),
        "list": allow(ANYONE, CUSTOMER, permission="orders.view_order"),
        "retrieve": allow(CUSTOMER, WORKER, permission="orders.view_order"),
        "update": allow(CUSTOMER, permission="orders.change_order"),
        "partial_update": allow(CUSTOMER, permission="orders.change_order"),
        "destroy": allow(CUSTOMER, permission="orders.delete_order"),
        "undo": allow(permission="orders.change_order"),
        "restore": allow(permission="orders.restore_order"),
        "qr": allow(CUSTOMER, WORKER, permission="orders.view_order"),
    }
    refusals = {
        "create": (
            Code.UNKNOWN_SERVICE,
            Code.SERVICE_INACTIVE,
            Code.SERVICE_AMBIGUOUS,
            Code.IDEMPOTENCY_KEY_REUSED,
            Code.IDEMPOTENCY_IN_PROGRESS,
        ),
        "list": (Code.NOT_AUTHENTICATED,),
        "update": _EDIT_REFUSALS,
        "partial_update": _EDIT_REFUSALS,
        "destroy": (Code.ALREADY_PICKED_UP, Code.ORDER_NOT_FOUND, Code.PRECONDITION_FAILED),
        "undo": (Code.TRANSITION_NOT_ALLOWED, Code.ORDER_NOT_FOUND, Code.PRECONDITION_FAILED),
    }
    limits = {"create": ORDERS}
    serializer_class = OrderOutput
    filterset_class = OrderFilter
    lookup_value_regex = "[^/]{1,64}"
    lookup_help = "The order's number, in any case, or its id."

    def get_queryset(self) -> OrderQuerySet:
        """The orders this principal may see."""
        orders = Order.objects.order_by("-id").prefetch_related("lines")
        if self.principal.is_customer:
            return orders.owned_by(self.principal.user)
        return orders if self.action == "restore" else orders.present()

    def get_object(self) -> Order:
        """The order of the path, by its number or id (workers: by its number)."""
        by_number_only = self.principal.is_worker
        return find_order(self.get_queryset(), self.kwargs["pk"], by_number_only=by_number_only)

    def limit_policy(self, request: Request, principal: Principal) -> str:
        """A look-up by email has a limit of its own."""
        is_lookup = self.action == "list" and principal.kind == "anyone"
        return LOOKUP if is_lookup else super().limit_policy(request, principal)

    def limit_account(self, request: Request) -> str:
        """The email that is looked up."""
        return request.query_params.get("email", "")

    @extend_schema(responses=OrderOutput(many=True))
    def list(self, request: Request) -> Response:
        """Own orders; for staff all, filtered; for anyone with `?email=` the guest view."""
        if self.principal.is_staff:
            return self.page(narrowed(OrderFilter, self.get_queryset(), request))
        if self.principal.is_customer:
            return self.page(self.get_queryset())
        email = request.query_params.get("email", "").strip()
        if not email or not settings.LEGACY_EMAIL_LOOKUP:
            raise Refusal(Code.NOT_AUTHENTICATED)
        output = OrderOutput if is_trusted(request) else GuestOrderOutput
        orders = orders_of_email(email)
        return Response(output(orders, many=True, context=self.get_serializer_context()).data)

    @extend_schema(
        request=PlaceOrderInput, responses={201: OrderOutput}, parameters=[IDEMPOTENCY_KEY]
    )
    @idempotent
    def create(self, request: Request) -> Response:
        """Place an order."""
        order = place_from(self.read(PlaceOrderInput), by=self.principal, source=Order.Source.API)
        return self._answer(order, status=201)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One order."""
        return self._answer(self.get_object())

    @extend_schema(request=EditOrderInput, responses={200: UpdatedOutput}, parameters=[IF_MATCH])
    def update(self, request: Request, pk: str) -> Response:
        """Change parts of an order; clients may send the whole object back."""
        order = self.get_object()
        data = self.read(EditOrderInput, instance=order)
        order = editing.edit_order(
            order=order,
            by=self.principal,
            source=self._source,
            changes=changes_of(data) | customer_of_edit(data, order=order, by=self.principal),
            status=data.get("status", ""),
            reason=data.get("reason", ""),
            expected_version=_expected_version(request, order),
        )
        body = {"msg": "Updated", "order": self.get_serializer(order).data}
        return Response(body, headers=_etag(order))

    partial_update = update

    @extend_schema(responses={200: says("Deleted")}, parameters=[IF_MATCH])
    def destroy(self, request: Request, pk: str) -> Response:
        """Hide an order; nothing is erased."""
        order = self.get_object()
        editing.delete_order(
            order=order,
            by=self.principal,
            source=self._source,
            expected_version=_expected_version(request, order),
        )
        return Response({"msg": "Deleted"})

    @extend_schema(request=None, responses={200: OrderOutput}, parameters=[IF_MATCH])
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: str) -> Response:
        """Take the newest step back."""
        order = self.get_object()
        order = lifecycle.undo(
            order=order,
            by=self.principal,
            source=self._source,
            expected_version=_expected_version(request, order),
        )
        return self._answer(order)

    @extend_schema(request=None, responses={200: OrderOutput})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a deleted order back."""
        order = self.get_object()
        return self._answer(
            editing.restore_order(order=order, by=self.principal, source=self._source)
        )

    @extend_schema(
        parameters=[OpenApiParameter("form", str, OpenApiParameter.PATH, enum=["png", "svg"])],
        responses={
            (200, "image/png"): OpenApiTypes.BINARY,
            (200, "image/svg+xml"): OpenApiTypes.BINARY,
        },
    )
    @action(detail=True, url_path=r"qr\.(?P<form>png|svg)")
    def qr(self, request: Request, pk: str, form: str) -> HttpResponse:
        """The order's QR image with its secret token."""
        text = qr.payload_of(self.get_object(), with_token=True)
        image = qr.png(text) if form == "png" else qr.svg(text)
        content_type = {"png": "image/png", "svg": "image/svg+xml"}[form]
        headers = {"Cache-Control": "private, max-age=86400"}
        return HttpResponse(image, content_type=content_type, headers=headers)

    _source = Order.Source.API

    def _answer(self, order: Order, status: int = 200) -> Response:
        return Response(self.get_serializer(order).data, status=status, headers=_etag(order))
