"""Orders as a file. None comes in by one: placing and moving them does more than write rows."""

import datetime

from django.utils import timezone

from config.sheets.resources import Column, ShopResource
from orders.models import Order


def pickup_of(order: Order) -> datetime.datetime | datetime.date | None:
    """The pickup as it was given: a moment, or a day of the shop."""
    if order.pickup_at is None or order.pickup_has_time:
        return order.pickup_at
    return timezone.localdate(order.pickup_at)


class OrderResource(ShopResource):
    """What an order says on its page, without the secret token that opens its public one."""

    order_number = Column("order_number")
    customer_id = Column("customer_id")
    name = Column("name")
    email = Column("email")
    phone = Column("phone")
    services = Column("services", attribute="service_name")
    total_cost = Column("total_cost")
    status = Column("status")
    status_changed_at = Column("status_changed_at")
    pickup = Column("pickup", value=pickup_of)
    instructions = Column("instructions")
    source = Column("source")
    created_at = Column("created_at")
    deleted_at = Column("deleted_at")

    class Meta(ShopResource.Meta):
        model = Order
