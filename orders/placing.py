"""Placing orders."""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User, normalise_email
from accounts.registration import guest_of, heir_of
from catalog.models import Service
from config.counters import ORDERS_PLACED
from config.database import retried
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal, invalid
from orders.models import Order, OrderLine, Status
from orders.numbers import new_order_number, new_token
from tracking.ledger import record
from tracking.models import Track

MAX_LINES = 50
MAX_QUANTITY = 9999
MAX_TOTAL = Decimal("99999999.99")


class Item(NamedTuple):
    """What is wanted, and how often (1 to 9999)."""

    service_id: int
    quantity: int = 1


class Pickup(NamedTuple):
    """When to fetch the goods: a moment, or (without a time) the start of a day."""

    at: datetime.datetime | None = None
    has_time: bool = True


class Contact(NamedTuple):
    """Whose order it is, as it was given."""

    name: str = ""
    email: str = ""
    phone: str = ""


NO_PICKUP = Pickup()
NOBODY = Contact()


def service_named(name: str) -> Service:
    """The one active service of this name.

    Raises `unknown_service`, `service_inactive`, and `service_ambiguous` for two of a name.
    """
    services = list(Service.objects.filter(name=name.strip()))
    active = [service for service in services if service.is_active]
    if len(active) == 1:
        return active[0]
    if active:
        raise Refusal(Code.SERVICE_AMBIGUOUS)
    raise Refusal(Code.SERVICE_INACTIVE if services else Code.UNKNOWN_SERVICE)


def services_of(items: Sequence[Item]) -> dict[int, Service]:
    """The services of the items by id; raises `unknown_service` and `service_inactive`."""
    services = Service.objects.in_bulk([item.service_id for item in items])
    for item in items:
        service = services.get(item.service_id)
        if service is None:
            raise Refusal(
                Code.UNKNOWN_SERVICE, _("There is no service %(id)s.") % {"id": item.service_id}
            )
        if not service.is_active:
            raise Refusal(
                Code.SERVICE_INACTIVE,
                _("%(service)s is not offered at present.") % {"service": service.name},
            )
    return services


def lines_of(items: Sequence[Item], services: dict[int, Service]) -> list[OrderLine]:
    """Lines, not yet saved, with the services' names and prices of today."""
    return [
        OrderLine(
            position=position,
            service=services[item.service_id],
            service_name=services[item.service_id].name,
            unit_price=services[item.service_id].price,
            quantity=item.quantity,
        )
        for position, item in enumerate(items, start=1)
    ]


def summary_of(lines: Sequence[OrderLine]) -> dict[str, Any]:
    """The order's fields that follow from its lines; raises `validation` past all bounds."""
    total = sum((line.unit_price or 0) * line.quantity for line in lines)
    if total > MAX_TOTAL:
        raise invalid("items", _("The total is above %(most)s.") % {"most": MAX_TOTAL})
    return {
        "service": lines[0].service,
        "service_name": ", ".join(line.service_name for line in lines),
        "total_cost": total,
    }


def _customer_of(
    by: Principal, customer: User | None, contact: Contact
) -> tuple[User | None, bool, Contact]:
    """Whose order it becomes, whether that is certain, and the snapshot to keep."""
    if customer is not None:
        own = Contact(customer.name, customer.email or "", customer.phone)
        return customer, True, own
    contact = contact._replace(email=normalise_email(contact.email))
    if not contact.email:
        return None, False, contact
    guest = guest_of(email=contact.email, name=contact.name, phone=contact.phone)
    owner = heir_of(guest)
    if owner.is_staff:
        # An order is a customer's; that staff share the email gives them no claim to it.
        return None, False, contact
    return owner, guest.email_confirmed, contact


def _insert(**fields: Any) -> Order:
    """Save a new order under a free number."""
    for _attempt in range(5):
        try:
            with transaction.atomic():
                return Order.objects.create(
                    order_number=new_order_number(), token=new_token(), **fields
                )
        except IntegrityError:
            continue
    raise Refusal(Code.UNAVAILABLE, _("No free order number was found."))


@retried
def place_order(
    *,
    by: Principal,
    items: Sequence[Item],
    source: str,
    customer: User | None = None,
    contact: Contact = NOBODY,
    pickup: Pickup = NO_PICKUP,
    instructions: str = "",
) -> Order:
    """Place an order: its lines, its customer and its first track, or nothing at all.

    `customer` is who is signed in, or whom staff chose; without one the order belongs to
    the customer of the contact's email, made if it is new, and is theirs to see once that
    email is confirmed. Raises `unknown_service` and `service_inactive`.
    """
    with transaction.atomic():
        services = services_of(items)
        lines = lines_of(items, services)
        owner, is_certain, snapshot = _customer_of(by, customer, contact)
        order = _insert(
            customer=owner,
            customer_confirmed=is_certain,
            **snapshot._asdict(),
            **summary_of(lines),
            pickup_at=pickup.at,
            pickup_has_time=pickup.has_time,
            instructions=instructions,
            status=Status.CREATED,
            status_changed_at=timezone.now(),
            source=source,
            last_seq=1,
        )
        for line in lines:
            line.order = order
        OrderLine.objects.bulk_create(lines)
        record(
            by=by,
            order=order,
            seq=1,
            action=Status.CREATED,
            to_status=Status.CREATED,
            result=Track.Result.RECORDED,
            source=_TRACK_SOURCE[Order.Source(source)],
        )
        transaction.on_commit(ORDERS_PLACED.labels(source).inc, robust=True)
    return order


_TRACK_SOURCE = {
    Order.Source.API: Track.Source.API,
    Order.Source.LEGACY: Track.Source.LEGACY,
    Order.Source.ADMIN: Track.Source.ADMIN,
    Order.Source.COUNTER: Track.Source.ADMIN,
    Order.Source.IMPORT: Track.Source.IMPORT,
}
