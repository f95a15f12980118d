"""Scans: what a worker's device read, and what the worker did."""

import datetime
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from config.counters import SCANS
from config.rest.principals import ANYONE, Principal
from config.rest.refusals import Code, Refusal
from orders.guests import open_order_number
from orders.lifecycle import advance, order_state
from orders.models import Order
from orders.numbers import normalise_number, read_payload
from tracking.ledger import last_track, record
from tracking.models import Track


@dataclass(frozen=True)
class Scan:
    """One scan as the device sent it: `order_number`, or the raw text of the code.

    Old devices may know no more than the `email` of whose order it is.
    """

    action: str
    order_number: str = ""
    qr: str = ""
    location: str = ""
    note: str = ""
    scanned_at: datetime.datetime | None = None
    scan_id: uuid.UUID | None = None
    email: str = ""

    @property
    def number(self) -> str:
        """The given order number as it is stored; as it was given if it cannot be one."""
        return normalise_number(self.order_number) or self.order_number.strip()

    def digest(self, worker_id: int | None) -> str:
        """What a repeat with the same `scan_id` must equal: the content and the worker."""
        content = {
            "worker": worker_id,
            "order_number": self.number,
            "qr": self.qr,
            "action": self.action,
            "location": self.location,
            "note": self.note,
            "scanned_at": self.scanned_at.isoformat() if self.scanned_at else None,
        }
        if self.email:
            content["email"] = self.email
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def scan_id_of(key: str, *, worker_id: int | None) -> uuid.UUID:
    """The `scan_id` that an `Idempotency-Key` stands for: a UUID as it is, else a uuid5.

    Of worker id and text, so that the same word of two workers is two scans.
    """
    try:
        return uuid.UUID(key)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{worker_id}:{key}")


@contextmanager
def _counting_refusals() -> Iterator[None]:
    try:
        yield
    except Refusal as refusal:
        SCANS.labels(Track.Result.REFUSED.value, refusal.code.value).inc()
        raise


@_counting_refusals()
def record_scan(*, by: Principal, scan: Scan) -> tuple[Track, dict[str, Any]]:
    """Record one scan; answer its track, and the order's number, status and next steps.

    Raises `unreadable_code` (nothing is written) and the refusals of
    `orders.lifecycle.advance` (each leaves a refused track).
    """
    number = read_payload(scan.qr) if scan.qr else scan.number
    track = _advance(by, scan, number)
    return track, order_state(number, track.to_status, by.kind)


@_counting_refusals()
def record_scan_by_email(*, by: Principal, scan: Scan) -> Track:
    """Record a scan of the one open order under the scan's email.

    Where there is none, or more than one, the track is kept without an order. Raises the
    refusals of `orders.lifecycle.advance`.
    """
    return _advance(by, scan, open_order_number(scan.email))


def record_unverified_scan(*, scan: Scan, legacy_worker: str) -> Track:
    """Record what somebody without a token says that a worker did: it moves no order."""
    track = record(
        by=ANYONE,
        action=scan.action,
        result=Track.Result.UNVERIFIED,
        source=Track.Source.LEGACY,
        order_email=scan.email,
        legacy_worker=legacy_worker,
        location=scan.location,
        note=scan.note,
    )
    SCANS.labels(track.result, "").inc()
    return track


def _advance(by: Principal, scan: Scan, number: str) -> Track:
    track = advance(
        order_number=number,
        order_email=scan.email,
        action=scan.action,
        by=by,
        source=Track.Source.SCAN,
        location=scan.location,
        note=scan.note,
        scanned_at=scan.scanned_at,
        scan_id=scan.scan_id,
        scan_digest=scan.digest(by.id),
    )
    SCANS.labels(track.result, "").inc()
    return track


def peek(*, by: Principal, order_number: str = "", qr: str = "") -> dict[str, Any]:
    """What a scan would find: the order's state and its last track. Writes nothing.

    Raises `unreadable_code`, `order_not_found` and `order_deleted`.
    """
    number = read_payload(qr) if qr else normalise_number(order_number)
    order = Order.objects.filter(order_number=number).first()
    if order is None:
        raise Refusal(Code.ORDER_NOT_FOUND)
    if order.deleted_at is not None:
        raise Refusal(Code.ORDER_DELETED)
    return {
        "order": order_state(order.order_number, order.status, by.kind),
        "last_track": last_track(order.pk),
    }
