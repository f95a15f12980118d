"""Orders as old clients place, read and change them."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.legacy import legacy_id_of, services_with
from config.rest.addresses import is_trusted
from config.rest.fields import Text
from config.rest.idempotency import idempotent
from config.rest.legacy import (
    LegacyAdminViewSet,
    LegacyViewSet,
    is_missing,
)
from config.rest.limits import LOOKUP, ORDERS
from config.rest.permissions import ANYONE, CUSTOMER, STAFF, WORKER, allow, require
from config.rest.refusals import Code, Refusal, invalid
from orders import editing
from orders.guests import orders_of_email
from orders.legacy_statuses import reason_of_step, status_from
from orders.models import Order, OrderLine, OrderQuerySet, Status
from orders.placing import service_named
from orders.serializers import EditOrderInput, GuestOrderOutput, OrderOutput, PlaceOrderInput
from orders.views import changes_of, customer_of_edit, find_order, place_from

INVALID_SERVICES = "One or more services are invalid"
NO_SERVICES = "serviceIds must be a non-empty list"
NO_EMAIL = "Email query param is required"
ALIASES = {
    "customerName": "name",
    "customerEmail": "email",
    "customerPhone": "phone",
    "pickupDate": "pickup_date",
    "specialInstructions": "instructions",
    "serviceId": "service_ids",
    "serviceIds": "service_ids",
}
SERVICES = ("service_ids", "service_id", "service_name")
# A body with one of these is of the camel dialect.
CAMEL = frozenset({"customerName", "customerEmail", "customerPhone", "serviceIds"})


class LegacyShape(OrderOutput):
    """Both dialects' keys of an order; `id` is its number, as old clients build paths by it."""

    def to_representation(self, instance: Order) -> dict[str, Any]:
        """The order as v1 shows it to this reader, and the same in the camel dialect."""
        body = super().to_representation(instance)
        lines = list(instance.lines.all())
        return body | {
            "id": instance.order_number,
            "order_id": instance.pk,
            "customerName": body["name"],
            "customerEmail": body["email"],
            "customerPhone": body["phone"],
            "serviceId": [_service_id(line) for line in lines],
            "service": [line.service_name for line in lines],
            "pickupDate": _pickup_text(instance),
            "specialInstructions": body["instructions"],
            "total": body["total_cost"],
            "createdAt": body["created_at"],
        }


class LegacyGuestShape(LegacyShape, GuestOrderOutput):
    """The same, masked: the camel keys are made from what the masking left."""


class ServiceName(serializers.Serializer):
    """A service by its name."""

    service_name = Text(max_length=128)


def _service_id(line: OrderLine) -> str:
    return legacy_id_of(line.service) if line.service else ""


def _pickup_text(order: Order) -> str:
    """The pickup in the shop's time; "" where there is none."""
    if order.pickup_at is None:
        return ""
    form = "%Y-%m-%dT%H:%M" if order.pickup_has_time else "%Y-%m-%d"
    return timezone.localtime(order.pickup_at).strftime(form)


def present_orders() -> OrderQuerySet:
    """Orders with all that the old shape shows."""
    return Order.objects.present().order_by("-id").prefetch_related("lines__service")


def _texts(value: Any) -> list[str]:
    """Service ids out of a list, a comma list or a single one; none of anything else."""
    parts = value if isinstance(value, list) else str(value).split(",")
    is_known = all(type(part) in (int, str) for part in parts)
    return [str(part).strip() for part in parts if str(part).strip()] if is_known else []


def items_from(value: Any, now: Mapping[Any, int] | None = None) -> list[dict[str, int]]:
    """v1's items for old service ids; a service that stays keeps its quantity (`now`).

    Raises `unknown_service` in the old words, also for a repeated id.
    """
    ids = _texts(value)
    services = services_with(ids)
    numbers = [services[text].pk for text in ids if text in services]
    if not ids or len(set(numbers)) < len(ids):
        raise Refusal(Code.UNKNOWN_SERVICE, INVALID_SERVICES)
    return [{"service_id": n, "quantity": (now or {}).get(n, 1)} for n in numbers]


class OrderTranslation(LegacyViewSet):
    """What both old order endpoints share: bodies in, orders out."""

    aliases = ALIASES
    texts = {
        Code.UNKNOWN_SERVICE: INVALID_SERVICES,
        Code.SERVICE_INACTIVE: INVALID_SERVICES,
        Code.BAD_CREDENTIALS: "Unauthorized (email mismatch)",
    }

    def shown(self, order: Order, shape: type[OrderOutput] = LegacyShape) -> dict[str, Any]:
        """An order in the old shape, as who calls may see it."""
        body: dict[str, Any] = shape(order, context=self.get_serializer_context()).data
        return body

    def v1_body(self, body: dict[str, Any], order: Order | None = None) -> dict[str, Any]:
        """The body with v1's items, in whichever of the old forms services are named."""
        given = {name: body.pop(name, None) for name in ("service_ids", "service_id", "items")}
        named = next((given[name] for name in SERVICES if not is_missing(given.get(name))), None)
        if named is None and order is not None and not is_missing(body.get("service_name")):
            named = service_named(self.read(ServiceName, data=body)["service_name"]).pk
        if named is not None:
            now = {line.service_id: line.quantity for line in order.lines.all()} if order else {}
            body["items"] = items_from(named, now)
            body.pop("service_name", None)
        return body

    def changes_sent(self, order: Order) -> dict[str, Any]:
        """What differs from the present answer, under v1's names."""
        return self.v1_body(self.sent(unchanged=self.shown(order)), order)

    def place(self, body: dict[str, Any]) -> Order:
        """Place an order as v1 does."""
        data = self.read(PlaceOrderInput, data=body)
        order = place_from(data, by=self.principal, source=Order.Source.LEGACY)
        return present_orders().get(pk=order.pk)

    def edit(self, order: Order, body: dict[str, Any]) -> dict[str, Any]:
        """Change an order as v1 does."""
        data = self.read(EditOrderInput, data=body, instance=order)
        status = data.get("status", "")
        editing.edit_order(
            order=order,
            by=self.principal,
            source=Order.Source.LEGACY,
            changes=changes_of(data) | customer_of_edit(data, order=order, by=self.principal),
            status=status,
            reason=reason_of_step(order, status, self.principal) if status else "",
        )
        return self.shown(present_orders().get(pk=order.pk))


class OrderCompat(OrderTranslation):
    """`/api/orders`: anybody places an order, and finds or withdraws it by its email."""

    access = {
        "create": allow(ANYONE, CUSTOMER, permission="orders.add_order"),
        "list": allow(ANYONE, CUSTOMER, permission="orders.view_order"),
        "change": allow(CUSTOMER),
        "withdraw": allow(ANYONE, CUSTOMER, STAFF, WORKER),
    }
    limits = {"create": ORDERS, "list": LOOKUP, "withdraw": LOOKUP}
    successors = {
        "list": "GET orders",
        "create": "POST orders",
        "change": "PUT orders/{order_number}",
        "withdraw": "DELETE orders/{order_number}",
    }

    def limit_account(self, request: Request) -> str:
        """The email that is looked up."""
        return request.query_params.get("email", "")

    def list(self, request: Request) -> Response:
        """The orders of an email: the guest view, or all of an order to whom it belongs."""
        orders = orders_of_email(self._email()).prefetch_related("lines__service")
        sees_all = is_trusted(request) or self.principal.is_staff
        user = self.principal.user
        return Response(
            [
                self.shown(
                    order,
                    LegacyShape if sees_all or order.is_owned_by(user) else LegacyGuestShape,
                )
                for order in orders
            ]
        )

    @idempotent
    def create(self, request: Request) -> Response:
        """Place an order; the customer of the answer is what was submitted, and the id."""
        body = self.sent()
        self._require_all(body)
        order = self.place(self.v1_body(body))
        answer = self.shown(order)
        customer = {key: answer[key] for key in ("name", "email", "phone")}
        customer["id"] = order.customer_id
        return Response(answer | {"order": answer, "customer": customer}, status=201)

    def change(self, request: Request, number: str) -> Response:
        """Change one's own order while it waits."""
        order = find_order(present_orders(), number, by_number_only=True)
        if not order.is_owned_by(self.principal.user):
            raise Refusal(Code.PERMISSION_DENIED, "Unauthorized")
        body = self.changes_sent(order)
        body.pop("status", None)
        return Response(self.edit(order, body))

    def withdraw(self, request: Request, number: str) -> Response:
        """Cancel and hide an order that has not moved, by its email alone."""
        email = self._email()
        order = find_order(Order.objects.present(), number, by_number_only=True)
        editing.withdraw_order(order=order, email=email, source=Order.Source.LEGACY)
        return Response({"message": "Deleted"})

    def _email(self) -> str:
        """The email of the query; raises `gone` while look-ups are off, and `validation`."""
        if not settings.LEGACY_EMAIL_LOOKUP:
            raise Refusal(Code.GONE, "Orders are no longer found by an email alone: sign in.")
        self.require(self.request.query_params, "email", text=NO_EMAIL)
        return str(self.request.query_params["email"])

    def _require_all(self, body: dict[str, Any]) -> None:
        """The keys that each dialect needs; who is signed in need not say who they are."""
        is_camel = not CAMEL.isdisjoint(self.request.data)
        if not self.principal.is_customer:
            self.require(body, "name", "email", *(["phone"] if is_camel else []))
        if all(is_missing(body.get(name)) for name in SERVICES):
            self.require(body, "service_ids")
        listed = self.request.data.get("serviceIds")
        if listed is not None and not (isinstance(listed, list) and listed):
            raise Refusal(Code.VALIDATION, NO_SERVICES)


class AdminOrderCompat(OrderTranslation, LegacyAdminViewSet):
    """`/admin/api/orders`."""

    access = {
        "list": allow(permission="orders.view_order"),
        "create": allow(permission="orders.add_order"),
        "retrieve": allow(permission="orders.view_order"),
        "change": allow(permission="orders.change_order"),
        "remove": allow(permission="orders.delete_order"),
    }
    limits = {"create": ORDERS}
    successors = {
        "list": "GET orders",
        "create": "POST orders",
        "retrieve": "GET orders/{order_number}",
        "change": "PUT orders/{order_number}",
        "remove": "DELETE orders/{order_number}",
    }

    def list(self, request: Request) -> Response:
        """All orders, the newest first."""
        return self.whole(present_orders(), self.shown)

    def create(self, request: Request) -> Response:
        """Place an order at the counter, and take it as far as it is said to be."""
        body = self._new_body()
        status = body.get("status", Status.CREATED)
        if status != Status.CREATED:
            require(self.principal.user, "orders.change_order")
        order = self.place(body)
        shown = self.edit(order, {"status": status}) if status != order.status else None
        return Response(shown or self.shown(order), status=201)

    def retrieve(self, request: Request, number: str) -> Response:
        """One order."""
        return Response(self.shown(self._order(number)))

    def change(self, request: Request, number: str) -> Response:
        """Change parts of an order."""
        order = self._order(number)
        return Response(self.edit(order, self._with_status(self.changes_sent(order))))

    def remove(self, request: Request, number: str) -> Response:
        """Hide an order; nothing is erased."""
        order = self._order(number)
        editing.delete_order(order=order, by=self.principal, source=Order.Source.LEGACY)
        return Response({"message": "Order deleted"})

    def _new_body(self) -> dict[str, Any]:
        """The body of a new order: a name, a way to reach them, and a service."""
        body = self._with_status(self.v1_body(self.sent()))
        self.require(body, "name", "items" if is_missing(body.get("service_name")) else "name")
        if all(is_missing(body.get(name)) for name in ("email", "phone", "customer_id")):
            self.require(body, "email")
        return body

    def _with_status(self, body: dict[str, Any]) -> dict[str, Any]:
        """The body with a status of ours; raises `validation` for an unknown text."""
        if "status" in body:
            body["status"] = status_from(str(body["status"]))
            if body["status"] is None:
                raise invalid("status", "There is no such status.")
        return body

    def _order(self, number: str) -> Order:
        return find_order(present_orders(), number, by_number_only=True)
