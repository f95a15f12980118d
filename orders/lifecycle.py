"""How an order moves: one table, and one door.

`advance` is the only code that assigns `Order.status`. Scans, staff, owners, old
clients and commands all call it; every call leaves a track, also the refused ones.
"""

import datetime
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from config.counters import ORDER_STEPS
from config.database import retried
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal, invalid
from orders.models import Order, Status
from tracking.ledger import record
from tracking.models import Track

CUSTOMER, STAFF, WORKER, SYSTEM = "customer", "staff", "worker", "system"
_CARRIES = frozenset({WORKER, STAFF, SYSTEM})
_CANCELS = frozenset({STAFF, SYSTEM})

# from -> to -> who may. Skipping forward is allowed: a forgotten scan must not stop the
# shop, and the track says from where to where. Nothing leads out of the last two but a
# correction by staff with a reason.
TRANSITIONS: Mapping[Status, Mapping[Status, frozenset[str]]] = {
    Status.CREATED: {
        Status.PICKED_UP: _CARRIES,
        Status.PROCESSING: _CARRIES,
        Status.COMPLETED: _CARRIES,
        Status.DELIVERED: _CARRIES,
        Status.CANCELLED: _CANCELS | {CUSTOMER},
    },
    Status.PICKED_UP: {
        Status.PROCESSING: _CARRIES,
        Status.COMPLETED: _CARRIES,
        Status.DELIVERED: _CARRIES,
        Status.CANCELLED: _CANCELS,
    },
    Status.PROCESSING: {Status.COMPLETED: _CARRIES, Status.DELIVERED: _CARRIES},
    Status.COMPLETED: {Status.DELIVERED: _CARRIES},
    Status.DELIVERED: {},
    Status.CANCELLED: {},
}
# The way of an order that goes well; a status lies behind those after it.
STAGES = (
    Status.CREATED,
    Status.PICKED_UP,
    Status.PROCESSING,
    Status.COMPLETED,
    Status.DELIVERED,
)

# Beyond these a device's clock is taken to be wrong, and decides nothing.
CLOCK_AHEAD = datetime.timedelta(minutes=5)
CLOCK_BEHIND = datetime.timedelta(days=30)


def allowed_next(status: str, kind: str) -> list[str]:
    """The statuses to which this kind of principal may move an order, in stage order."""
    return [to.value for to, kinds in TRANSITIONS[Status(status)].items() if kind in kinds]


def order_state(order_number: str, status: str, kind: str) -> dict[str, Any]:
    """What an answer to a scan says of its order: number, status and the next steps."""
    return {
        "order_number": order_number,
        "status": status,
        "allowed": allowed_next(status, kind),
    }


def lies_behind(status: str, present: str) -> bool:
    """Whether a status comes before the present one; every one lies behind `cancelled`."""
    if present == Status.CANCELLED:
        return status != Status.CANCELLED
    if status == Status.CANCELLED:
        return False
    return STAGES.index(Status(status)) < STAGES.index(Status(present))


def _is_late(order: Order, action: str, scanned_at: datetime.datetime | None) -> bool:
    """Whether an offline device read the code before the order came where it is now."""
    if scanned_at is None or not lies_behind(action, order.status):
        return False
    now = timezone.now()
    if not now - CLOCK_BEHIND <= scanned_at <= now + CLOCK_AHEAD:
        return False
    return scanned_at < order.status_changed_at


def may_take(order: Order, action: str, by: Principal) -> bool:
    """Whether the table lets this principal take this step; words that move nothing pass."""
    if action not in Status.values:
        return True
    return by.kind in TRANSITIONS[Status(order.status)].get(Status(action), ())


def _may_correct(by: Principal, reason: str) -> bool:
    """Whether staff may set any status here.

    Raises `permission_denied` for a reason from who lacks the permission, `validation`
    where who holds it gives no reason.
    """
    if not by.is_staff:
        return False
    holds_permission = by.user.has_perm("orders.correct_status")
    if reason and not holds_permission:
        raise Refusal(Code.PERMISSION_DENIED)
    if holds_permission and not reason:
        raise invalid("reason", _("A step outside the life cycle needs a reason."))
    return holds_permission


def _decide(
    order: Order,
    action: str,
    by: Principal,
    scanned_at: datetime.datetime | None,
    reason: str,
) -> tuple[str, str]:
    """The result, and the track's reason: a refusal's code, or why staff correct."""
    if order.deleted_at is not None:
        return Track.Result.REFUSED, Code.ORDER_DELETED
    if may_take(order, action, by):
        return Track.Result.RECORDED, reason
    if action == order.status:
        return Track.Result.ALREADY, ""
    if by.kind in (WORKER, STAFF) and _is_late(order, action, scanned_at):
        return Track.Result.LATE, ""
    # A scan never corrects: who reads a code at the counter is asked for no reason.
    if scanned_at is None and _may_correct(by, reason):
        return Track.Result.RECORDED, reason
    return Track.Result.REFUSED, Code.TRANSITION_NOT_ALLOWED


def step(
    order: Order,
    *,
    action: str,
    by: Principal,
    scanned_at: datetime.datetime | None = None,
    reason: str = "",
    **facts: Any,
) -> Track:
    """Decide one action on a locked order and write what came of it, refused or not.

    For verbs that hold the row's lock in a transaction of their own. A refusal is
    written, not raised: the caller commits it first and then raises `refusal_of`. With a
    `reason`, staff who hold `orders.correct_status` may set any status; raises
    `validation` where that reason is missing.
    """
    result, reason = _decide(order, action, by, scanned_at, reason)
    moves = result == Track.Result.RECORDED and action in Status.values
    return _write(
        order,
        to=action if moves else order.status,
        by=by,
        action=action,
        result=result,
        reason=reason,
        scanned_at=scanned_at or timezone.now(),
        **facts,
    )


def _write(order: Order, *, to: str, by: Principal, **facts: Any) -> Track:
    """Move a locked order (or leave it where it is) and append the track of it."""
    before = order.status
    fields = ["last_seq"]
    if to != before:
        order.status = to
        order.status_changed_at = timezone.now()
        order.version += 1
        fields += ["status", "status_changed_at", "version", "updated_at"]
        transaction.on_commit(ORDER_STEPS.labels(to).inc, robust=True)
    order.last_seq += 1
    track = record(
        by=by,
        order=order,
        seq=order.last_seq,
        from_status=before,
        to_status=to,
        **facts,
    )
    order.save(update_fields=fields)
    return track


def newest_step(order: Order) -> Track | None:
    """The newest track that moved an order; its placing is one."""
    moves = Track.objects.filter(order=order, result=Track.Result.RECORDED)
    return moves.exclude(from_status=F("to_status")).order_by("-seq").first()


def step_to_undo(order: Order, by: Principal) -> Track:
    """The newest status step of an order, if this principal may undo it now.

    Raises `transition_not_allowed` and `permission_denied` as `undo` does.
    """
    newest = newest_step(order)
    if newest is None or newest.voids_id is not None or not newest.from_status:
        raise Refusal(Code.TRANSITION_NOT_ALLOWED, _("There is no step to undo."))
    if not _may_undo(newest, by):
        raise Refusal(Code.PERMISSION_DENIED, _("Only your own step, and only for a while."))
    return newest


@retried
def undo(*, order: Order, by: Principal, source: str, expected_version: int | None = None) -> Order:
    """Take the newest status step of an order back, by a new track that voids it.

    Who holds `orders.correct_status` may undo any step; others their own, within
    UNDO_MINUTES. Raises `transition_not_allowed` where nothing can be undone: only the
    placing stands, or the newest step is itself an undoing (scan again instead); and
    `precondition_failed` if the version is not the expected one.
    """
    with transaction.atomic(durable=True):
        order = locked(order, expected_version)
        newest = step_to_undo(order, by)
        _write(
            order,
            to=newest.from_status,
            by=by,
            action="undo",
            result=Track.Result.RECORDED,
            voids=newest,
            source=source,
        )
    return order


def _may_undo(track: Track, by: Principal) -> bool:
    if by.user.has_perm("orders.correct_status"):
        return True
    is_recent = timezone.now() - track.created_at <= settings.UNDO_WINDOW
    return track.actor_id == by.id and is_recent


def locked(order: Order, expected_version: int | None = None) -> Order:
    """The order's row as it is now, locked until the transaction ends.

    Raises `order_not_found` if it was deleted since it was read, `precondition_failed`
    if a version is expected and it has another.
    """
    row = Order.objects.select_for_update().present().filter(pk=order.pk).first()
    if row is None:
        raise Refusal(Code.ORDER_NOT_FOUND)
    if expected_version not in (None, row.version):
        raise Refusal(Code.PRECONDITION_FAILED)
    return row


def refusal_of(track: Track, kind: str) -> Refusal:
    """The refusal that a refused track stands for, the same however often it is told."""
    code = Code(track.reason)
    order_number = track.order.order_number if track.order else track.order_number
    if code != Code.TRANSITION_NOT_ALLOWED:
        return Refusal(code)
    allowed = allowed_next(track.from_status, kind)
    text = (
        _("The order is %(status)s and cannot become %(wanted)s; possible now: %(steps)s.")
        if allowed
        else _("The order is %(status)s and cannot become %(wanted)s; it takes no further step.")
    )
    told = {"status": track.from_status, "wanted": track.action, "steps": ", ".join(allowed)}
    return Refusal(
        code,
        text % told,
        order=order_state(order_number, track.from_status, kind),
    )


@retried
def advance(
    *,
    order_number: str,
    action: str,
    by: Principal,
    source: str,
    order_email: str = "",
    location: str = "",
    note: str = "",
    scanned_at: datetime.datetime | None = None,
    scan_id: uuid.UUID | None = None,
    scan_digest: str = "",
) -> Track:
    """Let an order take one step, and write its track in the same transaction.

    `action` is a status, which moves the order, or another short word, which is only
    recorded. `scanned_at` is when an offline device read the code. With a `scan_id`
    used before, the first answer is given again. A device that knows no number names an
    `order_email`: where no order is meant by it, that is recorded without one.

    Raises `order_not_found`, `order_deleted`, `transition_not_allowed` and
    `scan_id_reused`; each leaves a refused track.
    """
    facts: dict[str, Any] = {
        "by": by,
        "action": action,
        "source": source,
        "location": location,
        "note": note,
        "scanned_at": scanned_at,
    }
    unique: dict[str, Any] = {"scan_id": scan_id, "scan_digest": scan_digest}
    try:
        with transaction.atomic(durable=True):
            order = _locked_with(order_number)
            if order is not None:
                track = step(order, **facts, **unique)
            elif order_email and not order_number:
                track = _note(order_email, **facts, **unique)
            else:
                track = _refuse(None, order_number, Code.ORDER_NOT_FOUND, **facts, **unique)
    except IntegrityError:
        first = _track_with(scan_id)
        if first is None:
            raise  # Not the scan_id: the worker was erased meanwhile.
        # Two uploads of one scan meet at the unique key; the second gets the first's answer.
        track = first if first.scan_digest == scan_digest else _refuse_reuse(order_number, **facts)
    if track.result == Track.Result.REFUSED:
        raise refusal_of(track, by.kind)
    return track


def _locked_with(order_number: str) -> Order | None:
    return Order.objects.select_for_update().filter(order_number=order_number).first()


def _refuse(
    order: Order | None,
    order_number: str,
    code: Code,
    *,
    by: Principal,
    scanned_at: datetime.datetime | None,
    **facts: Any,
) -> Track:
    """Append a refused track, of the number as given where no order has it."""
    facts |= {
        "result": Track.Result.REFUSED,
        "reason": code,
        "scanned_at": scanned_at or timezone.now(),
    }
    if order is None:
        return record(by=by, order_number=order_number, **facts)
    return _write(order, to=order.status, by=by, **facts)


def _note(order_email: str, *, scanned_at: datetime.datetime | None, **facts: Any) -> Track:
    """Append a track that knows no order, only whose it may be."""
    result = Track.Result.RECORDED
    at = scanned_at or timezone.now()
    return record(order_email=order_email, result=result, scanned_at=at, **facts)


def _track_with(scan_id: uuid.UUID | None) -> Track | None:
    if scan_id is None:
        return None
    return Track.objects.select_related("order").filter(scan_id=scan_id).first()


def _refuse_reuse(order_number: str, **facts: Any) -> Track:
    """The refused track of a scan whose `scan_id` stood for another content before."""
    with transaction.atomic(durable=True):
        return _refuse(_locked_with(order_number), order_number, Code.SCAN_ID_REUSED, **facts)
