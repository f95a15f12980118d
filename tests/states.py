"""Orders in any state, their steps, and all that is known of them."""

import datetime
from typing import Any

import pytest
from django.utils import timezone

from config.rest.principals import Principal
from config.rest.refusals import Refusal
from orders.lifecycle import advance
from orders.models import Order
from tracking.models import Track


def put(order: Order, status: str, *, since: datetime.datetime | None = None) -> Order:
    """Set an order's status past the life cycle, as if it had stood so since then."""
    Order.objects.filter(pk=order.pk).update(
        status=status, status_changed_at=since or timezone.now()
    )
    order.refresh_from_db()
    return order


def take(order: Order, action: str, by: Principal, **facts: Any) -> Track:
    """One step of an order."""
    return advance(
        order_number=order.order_number, action=action, by=by, source=Track.Source.API, **facts
    )


def refused(order: Order, action: str, by: Principal, code: str, **facts: Any) -> Refusal:
    """The refusal of one step, which must have this code."""
    with pytest.raises(Refusal) as caught:
        take(order, action, by, **facts)
    assert caught.value.code == code
    return caught.value


def newest(order: Order) -> Track:
    """The newest track of an order."""
    return Track.objects.filter(order=order).order_by("-seq")[0]


def columns(order: Order) -> dict[str, Any]:
    """Every column of an order's row as it is now, but `last_seq`."""
    row = Order.objects.values().get(pk=order.pk)
    return {name: value for name, value in row.items() if name != "last_seq"}


def facts(track: Track) -> dict[str, Any]:
    """Every column of a track but its id and the moment we heard of it."""
    row = Track.objects.values().get(pk=track.pk)
    return {name: value for name, value in row.items() if name not in ("id", "created_at")}
