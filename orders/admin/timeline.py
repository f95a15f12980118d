"""What happened to an order, as its page tells it: newest first."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from config.rest.refusals import Code
from orders.models import Order, Status
from tracking.admin import who_did
from tracking.models import Track

# An order has about ten tracks. Of one that a broken scanner fed, the newest are shown.
MOST = 200
# Below this, the time it took to hear of a scan is the network's.
HEARD_LATER = datetime.timedelta(minutes=1)

_WORDS = {
    "undo": _("Undo"),
    "deleted": _("Deleted"),
    "restored": _("Restored"),
}


@dataclass(frozen=True)
class Entry:
    """One track in words. `kind` is `moved`, `noted` or what it counts for nothing as."""

    track: Track
    kind: str
    title: Any
    explanation: Any

    @property
    def badge(self) -> Any:
        """What is to be seen at once: that it did not count, or counts no more."""
        if self.kind == "voided":
            return _("undone")
        return "" if self.kind in ("moved", "noted") else self.track.get_result_display()

    @property
    def moved(self) -> Any:
        """Where the order came from; of a step that was taken back, where it went."""
        track = self.track
        if not track.has_moved or not track.from_status:
            return ""
        if track.voids_id is not None:
            return _("back to %(status)s") % {"status": _label(track.to_status)}
        return _("from %(status)s") % {"status": _label(track.from_status)}

    @property
    def who(self) -> str:
        """Who did it."""
        return who_did(self.track)

    @property
    def scanned_at(self) -> datetime.datetime | None:
        """When the device read the code, where that is not when we heard of it."""
        track = self.track
        is_later = abs(track.created_at - track.scanned_at) >= HEARD_LATER
        return track.scanned_at if is_later else None


def entries_of(order: Order) -> tuple[list[Entry], bool]:
    """The newest tracks of an order, and whether there are older ones."""
    tracks = order.tracks.with_details().select_related("worker", "actor")
    newest = list(tracks.order_by("-seq")[: MOST + 1])
    return [_entry(track) for track in newest[:MOST]], len(newest) > MOST


def _entry(track: Track) -> Entry:
    return Entry(track, _kind(track), _title(track), _explanation(track))


def _kind(track: Track) -> str:
    if track.voided_by_pk is not None:  # type: ignore[attr-defined]
        return "voided"
    if track.result != Track.Result.RECORDED:
        return track.result
    return "moved" if track.has_moved else "noted"


def _title(track: Track) -> Any:
    """What was done or asked for."""
    return _WORDS.get(track.action) or _label(track.action)


def _label(word: str) -> Any:
    """A status's name; a word of the shop's own, or of an old server's, as it can be read."""
    return Status(word).label if word in Status.values else capfirst(word.replace("_", " "))


def _explanation(track: Track) -> Any:
    """Why it was refused, or why staff did it."""
    if track.result == Track.Result.REFUSED and track.reason in Code.values:
        return Code(track.reason).label
    return track.reason
