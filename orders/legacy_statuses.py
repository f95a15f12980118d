"""What old servers called the stages of an order.

`docs/legacy.md` shows the table. The old web admin and the import of old data read by it.
"""

from config.rest.principals import Principal
from orders.lifecycle import may_take
from orders.models import Order, Status

CORRECTION = "legacy admin"

# The camel server followed the goods from place to place; ours follows what was done.
OLD_STATUSES = {
    "pending": Status.CREATED,
    "placed": Status.CREATED,
    "created": Status.CREATED,
    "at store": Status.PICKED_UP,
    "picked up": Status.PICKED_UP,
    "in transit to factory": Status.PICKED_UP,
    "at factory": Status.PROCESSING,
    "in progress": Status.PROCESSING,
    "processing": Status.PROCESSING,
    "in transit to store": Status.COMPLETED,
    "ready": Status.COMPLETED,
    "ready for delivery": Status.COMPLETED,
    "completed": Status.COMPLETED,
    "delivered": Status.DELIVERED,
    "cancelled": Status.CANCELLED,
    "canceled": Status.CANCELLED,
}


def status_from(text: str) -> Status | None:
    """Our status for one of ours or an old text, in any case; None for an unknown one."""
    return OLD_STATUSES.get(" ".join(text.lower().replace("_", " ").split()))


def reason_of_step(order: Order, status: str, by: Principal) -> str:
    """Why staff take a step: a correction where the table has no such step, else nothing.

    Only for who may correct; without a reason the life cycle refuses everybody else.
    """
    is_correction = status != order.status and not may_take(order, status, by)
    return CORRECTION if is_correction and by.user.has_perm("orders.correct_status") else ""
