"""What befell an old order, as tracks: from its placing to the status that it has."""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from config.operations.legacy_import.run import Run
from config.operations.legacy_import.snapshot import Row
from config.operations.legacy_import.values import read_email, read_text, slug
from orders.legacy_statuses import status_from
from orders.lifecycle import lies_behind
from orders.models import Order, Status
from tracking.models import Track

LOCATION_LENGTH = 128
NOTE_LENGTH = 500
LEGACY_WORKER_LENGTH = 64
# Why an order's last track stands there: the order said so, and no scan did.
OLD_STATUS = "old status"


def track_from(run: Run, row: Row, at: datetime.datetime, remarks: list[str]) -> Track:
    """A scan of an old server as a track, not yet saved, of no order and no status yet.

    `at` stands in for a moment that cannot be read.
    """
    if row["remark"]:
        remarks.append(row["remark"])
    action = slug(read_text(row["status"]))
    if not action:
        remarks.append("status: none, recorded as a scan")
    wanted = read_text(row["worker_id"])
    worker = run.workers.get(wanted)
    if wanted and worker is None:
        remarks.append(f"worker {wanted[:40]!r}: not in the file, kept as text")
    scanned_at = run.moment(row["scanned_at"], "scanned", remarks) or at
    return Track(
        worker=worker,
        legacy_worker="" if worker else wanted[:LEGACY_WORKER_LENGTH],
        action=action or "scan",
        location=read_text(row["location"], LOCATION_LENGTH, "location", remarks),
        note=read_text(row["note"], NOTE_LENGTH, "note", remarks),
        result=Track.Result.RECORDED,
        source=Track.Source.IMPORT,
        scanned_at=scanned_at,
        created_at=scanned_at,
    )


def stray_track_from(run: Run, row: Row, remarks: list[str]) -> Track:
    """A scan that belongs to no order, as a track that names the email it came with."""
    track = track_from(run, row, run.started, remarks)
    track.order_email = read_email(row["order_email"], remarks)
    return track


class History:
    """An old order's tracks, its status after them, and since when it has it.

    Each scan whose text stands for a status moved the order there. In the end it has the
    status that its row says, unless its tracks have gone further: old servers did not
    write every scan to the order.
    """

    def __init__(self, run: Run, row: Row, placed_at: datetime.datetime, note: str) -> None:
        self._run = run
        self._row = row
        self.tracks: list[Track] = []
        first = _own_track(Status.CREATED, placed_at)
        first.note = note
        self._append(first, "", Status.CREATED)

    @property
    def status(self) -> Status:
        """The order's status after its last track."""
        return Status(self.tracks[-1].to_status)

    @property
    def since(self) -> datetime.datetime:
        """When it got that status."""
        return next(track.scanned_at for track in reversed(self.tracks) if track.has_moved)

    def add(self, row: Row, remarks: list[str]) -> Track:
        """Append a scan of the old server."""
        track = track_from(self._run, row, self.since, remarks)
        self._append(track, self.status, status_from(read_text(row["status"])) or self.status)
        return track

    def close(self, remarks: list[str]) -> None:
        """Take the order to the status that its row says."""
        text = read_text(self._row["status"])
        if not text:
            return
        said = status_from(text)
        if said is None:
            remarks.append(f"status {text[:40]!r}: unknown, {self.status} by its tracks")
        elif lies_behind(said, self.status):
            remarks.append(f"status {text[:40]!r}: behind its tracks, {self.status} by them")
        elif said != self.status:
            changed_at = self._run.moment(self._row["updated_at"], "updated", remarks)
            track = _own_track(said, changed_at or self.tracks[-1].scanned_at)
            track.reason = OLD_STATUS
            self._append(track, self.status, said)

    def _append(self, track: Track, before: str, after: Status) -> None:
        track.seq = len(self.tracks) + 1
        track.from_status, track.to_status = before, after
        self.tracks.append(track)

    def belong_to(self, order: Order) -> list[Track]:
        """The tracks, as those of an order that is saved."""
        for track in self.tracks:
            track.order = order
        return self.tracks


def _own_track(action: Status, at: datetime.datetime) -> Track:
    """A track that the import itself makes."""
    return Track(
        action=action,
        result=Track.Result.RECORDED,
        source=Track.Source.IMPORT,
        scanned_at=at,
        created_at=at,
    )


def later_tracks(
    run: Run, order: Order, rows: Mapping[str, Row], remarks: Mapping[str, list[str]]
) -> Sequence[Any]:
    """The tracks of a later file for an order that is here already: they move nothing.

    The order's row must be locked; its `last_seq` is counted on, not yet saved.
    """
    tracks = []
    for old_id, row in rows.items():
        track = track_from(run, row, run.started, remarks[old_id])
        order.last_seq += 1
        track.order, track.seq = order, order.last_seq
        track.from_status = track.to_status = order.status
        tracks.append(track)
    return tracks
