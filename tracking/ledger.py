"""Writing and reading the ledger of what happened."""

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from config.rest.principals import Principal
from tracking.models import Track


def record(*, by: Principal, **facts: Any) -> Track:
    """Append one track. `facts` are the model's fields; who did it comes from `by`."""
    return Track.objects.create(worker=by.worker, device=by.device, actor=by.user, **facts)


def visible_to(principal: Principal) -> QuerySet[Track]:
    """The tracks that this principal may read.

    Staff read all; workers all (which of them a list shows, its view decides); customers
    those of the orders they own, without refused, voided or unverified ones.
    """
    tracks = Track.objects.with_details()
    if principal.is_staff or principal.is_worker:
        return tracks
    if not principal.is_customer:
        return tracks.none()
    return public(tracks).filter(
        order__customer=principal.user,
        order__customer_confirmed=True,
        order__deleted_at=None,
    )


def public(tracks: QuerySet[Track]) -> QuerySet[Track]:
    """What a customer may know: no refused, unverified or voided step."""
    hidden = [Track.Result.REFUSED, Track.Result.UNVERIFIED]
    return tracks.exclude(result__in=hidden).filter(voided_by=None)


def timeline(order_id: int) -> QuerySet[Track]:
    """The steps of an order that stand today, first to last, for its public page.

    Only what moved it, and neither half of a step that was undone.
    """
    return (
        public(Track.objects.filter(order_id=order_id, result=Track.Result.RECORDED, voids=None))
        .exclude(from_status=F("to_status"))
        .order_by("seq")
    )


def _personal(order_ids: Iterable[int], emails: Iterable[str]) -> tuple[QuerySet[Track], ...]:
    """The tracks that may tell of a customer, beyond the model's own manager."""
    tracks: QuerySet[Track] = QuerySet(Track)
    return tracks.filter(order_id__in=order_ids), tracks.filter(order=None, order_email__in=emails)


def count_personal_data(*, order_ids: Iterable[int], emails: Iterable[str]) -> int:
    """How many tracks hold what `blank_personal_data` would blank."""
    return sum(
        tracks.exclude(note="", order_email="").count() for tracks in _personal(order_ids, emails)
    )


def blank_personal_data(*, order_ids: Iterable[int], emails: Iterable[str]) -> None:
    """Blank notes and emails of an anonymised customer: the one write that touches a track.

    It goes around the model's own manager, which refuses every change.
    """
    for tracks in _personal(order_ids, emails):
        tracks.update(note="", order_email="")


def last_track(order_id: int) -> Track | None:
    """The newest track of an order, whatever its result."""
    tracks = Track.objects.with_details().filter(order_id=order_id)
    return tracks.order_by("-seq").first()
