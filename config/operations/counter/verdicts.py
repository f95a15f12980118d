"""What the counter is told of its scans: one verdict for each, in words for people."""

import uuid
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal
from orders.lifecycle import newest_step, undo
from orders.models import Order, Status
from tracking.models import Track
from workforce.scanning import Scan, peek, record_scan

# So many verdicts can still be looked over.
RECENT = 20


def scan_at_counter(*, by: Principal, scan: Scan) -> dict[str, Any]:
    """Record a scan, which has a `scan_id`, and say what came of it.

    A refusal is a verdict too: the page's queue is done with that scan.
    """
    try:
        track = record_scan(by=by, scan=scan)[0]
    except Refusal as refusal:
        # Of these, no track has this scan's id.
        if refusal.code in (Code.UNREADABLE_CODE, Code.SCAN_ID_REUSED):
            return refused(refusal, scan_id=scan.scan_id)
        track = _with_details().get(scan_id=scan.scan_id)
    return verdict_on(track)


def undo_at_counter(*, by: Principal, track_id: int) -> dict[str, Any]:
    """Take the step of a track back, if it is still its order's newest; say what came of it.

    Asked for again, the step stays undone once.
    """
    track = _with_details().filter(pk=track_id).first()
    if track is None or track.order is None:
        return refused(Refusal(Code.ORDER_NOT_FOUND))
    order = track.order
    try:
        if track.voided_by_pk is None:
            order = _undo(track, order, by)
    except Refusal as refusal:
        return refused(refusal, order=order)
    return _of_order(order) | {
        "verdict": "undone",
        "title": _("Undone"),
        "text": _("It is %(status)s again.") % {"status": Status(order.status).label},
    }


def _undo(track: Track, order: Order, by: Principal) -> Order:
    if newest_step(order) != track:
        raise Refusal(Code.TRANSITION_NOT_ALLOWED, _("The order went on since. Open it to see."))
    # What is newest now stays so: whoever moves the order meanwhile changes its version.
    return undo(order=order, by=by, source=Track.Source.ADMIN, expected_version=order.version)


def find_at_counter(*, by: Principal, code: str) -> dict[str, Any]:
    """The order of a scanned code, to be opened; nothing is written."""
    try:
        number = peek(by=by, qr=code)["order"]["order_number"]
    except Refusal as refusal:
        return refused(refusal)
    order = Order.objects.get(order_number=number)
    return _of_order(order) | {"verdict": "found", "title": _("Opening"), "text": ""}


def recent_scans(*, by: Principal) -> list[dict[str, Any]]:
    """The verdicts on this person's newest scans, the newest first."""
    tracks = _with_details().filter(actor=by.user, source=Track.Source.SCAN)
    return [verdict_on(track) for track in tracks.order_by("-pk")[:RECENT]]


def refused(
    refusal: Refusal, *, order: Order | None = None, scan_id: uuid.UUID | None = None
) -> dict[str, Any]:
    """The verdict on what left no track."""
    titles = {
        Code.UNREADABLE_CODE: _("Unreadable code"),
        Code.ORDER_NOT_FOUND: _("Unknown order"),
        Code.ORDER_DELETED: _("Deleted order"),
    }
    return _of_order(order) | {
        "verdict": Track.Result.REFUSED,
        "scan_id": scan_id and str(scan_id),
        "title": titles.get(refusal.code, _("Not done")),
        "text": refusal.detail,
    }


def verdict_on(track: Track) -> dict[str, Any]:
    """What a scan's track says, in a word and a sentence."""
    title, text = _WORDS[Track.Result(track.result)](track)
    voided = getattr(track, "voided_by_pk", None)  # A track just written has none.
    return _of_order(track.order) | {
        "number": track.order.order_number if track.order else track.order_number,
        "verdict": track.result,
        "scan_id": track.scan_id and str(track.scan_id),
        "title": title,
        "text": text,
        "at": track.scanned_at.isoformat(),
        "undo": track.pk if track.has_moved and not voided else None,
        "is_undone": voided is not None,
    }


def _with_details() -> Any:
    return Track.objects.with_details()


def _of_order(order: Order | None) -> dict[str, Any]:
    if order is None:
        return {"number": "", "name": "", "url": "", "labels": ""}
    labels = reverse("admin:orders_order_print", args=[order.pk, "roll"])
    return {
        "number": order.order_number,
        "name": order.name,
        "url": reverse("admin:orders_order_change", args=[order.pk]),
        "labels": "" if order.deleted_at else labels,
    }


def _label(action: str) -> str:
    """A status in words, or another word of the shop's."""
    is_status = action in Status.values
    return str(Status(action).label) if is_status else capfirst(action.replace("_", " "))


def _recorded(track: Track) -> tuple[str, str]:
    if not track.has_moved:
        return _label(track.action), _("Noted. The order stays as it is.")
    return _label(track.to_status), _("It was %(status)s.") % {"status": _label(track.from_status)}


def _already(track: Track) -> tuple[str, str]:
    status = _label(track.to_status)
    return _("Already %(status)s") % {"status": status}, _("Nothing was to be done.")


def _late(track: Track) -> tuple[str, str]:
    text = _("Scanned at %(time)s; it went on since and is %(status)s.")
    told = {
        "time": date_format(localtime(track.scanned_at), "TIME_FORMAT"),
        "status": _label(track.to_status),
    }
    return _("Too late for %(status)s") % {"status": _label(track.action)}, text % told


def _refused(track: Track) -> tuple[str, str]:
    if track.order is None:
        return _("Unknown order"), _("No order has this number.")
    if track.reason == Code.ORDER_DELETED:
        return _("Deleted order"), _("Restore it first, if it is to go on.")
    told = {"status": _label(track.from_status), "wanted": _label(track.action)}
    text = _("It is %(status)s and cannot become %(wanted)s.") % told
    return _("Still %(status)s") % {"status": told["status"]}, text


_WORDS = {
    Track.Result.RECORDED: _recorded,
    Track.Result.ALREADY: _already,
    Track.Result.LATE: _late,
    Track.Result.REFUSED: _refused,
    Track.Result.UNVERIFIED: _recorded,
}
