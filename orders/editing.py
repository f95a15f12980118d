"""Changing, deleting and restoring orders that were placed."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import normalise_email
from config.database import retried
from config.history import note
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal, invalid
from orders.lifecycle import locked, may_take, refusal_of, step
from orders.models import Order, OrderLine, Status
from orders.placing import Item, lines_of, services_of, summary_of
from tracking.models import Track

# What an order's owner may change, while it waits.
OWNER_FIELDS = frozenset({"pickup_at", "pickup_has_time", "instructions", "items"})


def _items_now(order: Order) -> list[Item]:
    # No service has the number 0: it stands for the unknown one of an imported line.
    return [Item(line.service_id or 0, line.quantity) for line in order.lines.all()]


def _real_changes(order: Order, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What differs from the order as it is: clients send the whole object back."""
    now = {name: getattr(order, name) for name in wanted if name != "items"}
    if "items" in wanted:
        now["items"] = _items_now(order)
    return {name: value for name, value in wanted.items() if value != now[name]}


def _told(lines: Iterable[OrderLine]) -> list[tuple[int, str, Decimal | None]]:
    """Lines, as the history keeps them."""
    return [(line.quantity, line.service_name, line.unit_price) for line in lines]


def _replace_lines(order: Order, items: list[Item]) -> dict[str, Any]:
    """Put new lines in the place of the old ones, at the prices of today."""
    if not all(item.service_id for item in items):
        raise invalid("items", _("Every item needs a service_id."))
    lines = lines_of(items, services_of(items))
    summary = summary_of(lines)
    note(order, lines=(_told(order.lines.all()), _told(lines)))
    order.lines.all().delete()
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    return summary


def _apply(order: Order, changes: dict[str, Any], *, version: int) -> None:
    """Write changed fields of a locked order, narrowly, as this version.

    A customer whom staff choose is the order's owner at once (contract, "Whose order").
    """
    if "customer" in changes:
        changes["customer_confirmed"] = changes["customer"] is not None
    if "items" in changes:
        changes |= _replace_lines(order, changes.pop("items"))
    for name, value in changes.items():
        setattr(order, name, value)
    order.version = version
    order.save(update_fields=[*changes, "version", "updated_at"])


@retried
def edit_order(
    *,
    order: Order,
    by: Principal,
    source: str,
    changes: Mapping[str, Any],
    status: str = "",
    reason: str = "",
    expected_version: int | None = None,
) -> Order:
    """Change an order's fields and, if asked, its status: all of it or nothing.

    `changes` maps model fields to values, and `items` to a list of `Item`. Owners change
    `OWNER_FIELDS` while the order is `created`; staff every field. What equals the
    present value is no change.

    Raises `precondition_failed` if the version is not the expected one, `not_editable`,
    the refusals of services, and those of `lifecycle.step` (a refused step leaves its
    track, and nothing else).
    """
    with transaction.atomic(durable=True):
        order = locked(order, expected_version)
        # A status that moves along with the fields is not a version of its own.
        next_version = order.version + 1
        real = _real_changes(order, changes)
        if not by.is_staff:
            real = {name: value for name, value in real.items() if name in OWNER_FIELDS}
            if real and order.status != Status.CREATED:
                raise Refusal(Code.NOT_EDITABLE)
        track = None
        if status and status != order.status:
            track = step(order, action=status, by=by, reason=reason, source=source)
        is_refused = track is not None and track.result == Track.Result.REFUSED
        if real and not is_refused:
            _apply(order, real, version=next_version)
    if track is not None and is_refused:
        raise refusal_of(track, by.kind)
    return order


@retried
def change_fields(
    *, order: Order, changes: Mapping[str, Any], expected_version: int | None = None
) -> Order:
    """Change an order's fields as staff may, also within a transaction of the caller's.

    For the admin, which wraps its forms in one: no status moves here, so there is no
    refused track to keep. Raises `order_not_found` if it was deleted since it was read,
    `precondition_failed` if the version is not the expected one, the refusals of services.
    """
    with transaction.atomic():
        order = locked(order, expected_version)
        if real := _real_changes(order, changes):
            _apply(order, real, version=order.version + 1)
    return order


@retried
def delete_order(
    *, order: Order, by: Principal, source: str, expected_version: int | None = None
) -> None:
    """Hide an order from every API call and page; staff can restore it.

    An owner's deletion of a `created` order cancels it first. Raises `already_picked_up`
    for an owner once it moved, `precondition_failed` if the version is not the expected one.
    """
    with transaction.atomic(durable=True):
        order = locked(order, expected_version)
        if not by.is_staff and order.status != Status.CANCELLED:
            if not may_take(order, Status.CANCELLED, by):
                raise Refusal(Code.ALREADY_PICKED_UP)
            step(order, action=Status.CANCELLED, by=by, source=source)
        _hide(order, by, source)


@retried
def withdraw_order(*, order: Order, email: str, source: str) -> None:
    """Cancel and hide an order for somebody of whom only its email is known.

    Raises `bad_credentials` for another email than the order's, `already_picked_up` once
    it moved or was scanned.
    """
    # It is the customer who speaks, but nobody has shown that: no account is named.
    by = Principal("customer")
    with transaction.atomic(durable=True):
        order = locked(order)
        if not order.email or normalise_email(email) != order.email:
            raise Refusal(Code.BAD_CREDENTIALS, _("This is not the order's email."))
        if order.status != Status.CREATED or order.tracks.filter(source=Track.Source.SCAN).exists():
            raise Refusal(Code.ALREADY_PICKED_UP)
        step(order, action=Status.CANCELLED, by=by, source=source)
        _hide(order, by, source)


def _hide(order: Order, by: Principal, source: str) -> None:
    step(order, action="deleted", by=by, source=source)
    order.deleted_at = timezone.now()
    order.deleted_by = by.user
    order.version += 1
    order.save(update_fields=["deleted_at", "deleted_by", "version", "updated_at"])


@retried
def restore_order(*, order: Order, by: Principal, source: str) -> Order:
    """Bring a deleted order back, in the status it had; one that is there stays as it is."""
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update().get(pk=order.pk)
        if order.deleted_at is None:
            return order
        order.deleted_at = order.deleted_by = None
        order.version += 1
        order.save(update_fields=["deleted_at", "deleted_by", "version", "updated_at"])
        step(order, action="restored", by=by, source=source)
    return order
