"""Handing orders over to who comes for them: which are ready, and to whom they went."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from config.operations.counter.verdicts import scan_at_counter
from config.rest.principals import Principal
from orders.lifecycle import may_take
from orders.models import Order, OrderQuerySet, Status
from workforce.scanning import Scan

# Nobody carries more, and a page can still be read.
MOST = 50


def orders_of_same_customer(order: Order) -> OrderQuerySet:
    """An order and all others of its customer; of an unknown one's, only that order."""
    is_theirs = Q(customer=order.customer_id) if order.customer_id else Q(pk=order.pk)
    return Order.objects.filter(is_theirs).order_by("pk")


def orders_for(order: Order, by: Principal) -> list[dict[str, Any]]:
    """A ticket's order, then its customer's other completed ones, the oldest first.

    Each with whether it can be handed over, and whether it is ready to be: a customer may
    also fetch what is not done.
    """
    ready = orders_of_same_customer(order).present().filter(status=Status.COMPLETED)
    rows = [order, *ready.exclude(pk=order.pk)[: MOST - 1]]
    return [
        {
            "order": row,
            "label": Status(row.status).label,
            "is_possible": may_take(row, Status.DELIVERED, by),
            "is_ready": row.status == Status.COMPLETED,
        }
        for row in rows
    ]


def hand_over(
    *,
    by: Principal,
    orders: Iterable[Order],
    receiver: str,
    visit: uuid.UUID,
    opened_at: datetime.datetime,
) -> list[dict[str, Any]]:
    """Mark orders delivered, with the receiver's name as note; answer a verdict for each.

    Each is done by itself. `visit` stands for the page that was filled in, opened at that
    moment: sent twice, it is done once, and the first verdicts are given again.
    """
    return [
        scan_at_counter(
            by=by,
            scan=Scan(
                order_number=order.order_number,
                action=Status.DELIVERED,
                note=receiver,
                scanned_at=opened_at,
                scan_id=uuid.uuid5(visit, order.order_number),
            ),
        )
        for order in orders
    ]
