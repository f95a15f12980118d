"""Old servers' orders, with their lines and their history, as ours."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.models import normalise_email, reverse_digits
from config.operations.legacy_import.history import History, later_tracks, stray_track_from
from config.operations.legacy_import.people import NAME_LENGTH, PHONE_LENGTH, Owners
from config.operations.legacy_import.run import Run
from config.operations.legacy_import.saving import Brought, save_all
from config.operations.legacy_import.snapshot import Row, first_remarks, ids_in, old_id_of
from config.operations.legacy_import.values import read_money, read_pickup, read_text
from config.operations.models import ImportedRow
from orders.models import Order, OrderLine
from orders.numbers import new_order_number, new_token, normalise_number
from orders.placing import MAX_LINES
from tracking.models import Track

ORDERS, TRACKS = ImportedRow.Table.ORDERS, ImportedRow.Table.TRACKS
EMAIL_LENGTH = 255
SERVICE_LENGTH = 128
# An order has lines, or it could not be read and sent back.
UNKNOWN_SERVICE = "Unknown service"
# What the API takes back.
MAX_INSTRUCTIONS = 4000


def bring_orders(run: Run, rows: list[Row]) -> None:
    """Bring orders over, with lines and tracks."""
    batch = _Batch(run, rows)
    batch.make()
    batch.save()
    _bring_later_tracks(run, batch.later)


class _Batch:
    """The orders of one transaction."""

    def __init__(self, run: Run, rows: list[Row]) -> None:
        self._run = run
        self.new = run.memory.unknown(ORDERS, rows)
        self._emails = {
            old_id: normalise_email(read_text(row["email"], EMAIL_LENGTH))
            for old_id, row in self.new.items()
        }
        self._owners = Owners(run, self.new, self._emails)
        self._taken = _taken_numbers(self.new.values())
        self._read_tracks(rows)
        self._brought: list[Brought] = []
        self._lines: list[OrderLine] = []
        self._histories: list[tuple[Order, History]] = []
        self._brought_tracks: list[Brought] = []

    def _read_tracks(self, rows: list[Row]) -> None:
        """Sort the tracks that have not come yet by whether their order has."""
        by_row = {row["row"]: old_id for old_id, row in self.new.items()}
        old_ids = {row["row"]: old_id_of(row) for row in rows}
        self._tracks: dict[str, dict[str, Row]] = defaultdict(dict)
        self.later: dict[str, dict[str, Row]] = defaultdict(dict)
        unknown = self._run.memory.unknown(TRACKS, self._run.snapshot.tracks_of(rows))
        for track_id, track in unknown.items():
            if track["home"] in by_row:
                self._tracks[by_row[track["home"]]][track_id] = track
            else:
                self.later[old_ids[track["home"]]][track_id] = track

    def make(self) -> None:
        """Turn rows into orders, lines and tracks, not yet saved."""
        self._owners.bring_guests()
        for old_id, row in self.new.items():
            self._make(old_id, row)

    def _make(self, old_id: str, row: Row) -> None:
        remarks = first_remarks(row)
        number, note = self._number(row, remarks)
        placed_at = self._run.moment(row["created_at"], "created", remarks) or self._run.started
        history = History(self._run, row, placed_at, note)
        for track_id, track in self._tracks[old_id].items():
            track_remarks = first_remarks(track)
            made = history.add(track, track_remarks)
            self._brought_tracks.append(Brought(track_id, made, remarks=track_remarks))
        history.close(remarks)
        lines = _lines(self._run, row, remarks)
        owner = self._owners.of(old_id, remarks)
        order = Order(
            order_number=number,
            token=new_token(),
            customer=owner.customer,
            customer_confirmed=owner.is_certain,
            service=lines[0].service,
            service_name=", ".join(line.service_name for line in lines),
            email=self._emails[old_id],
            status=history.status,
            status_changed_at=history.since,
            source=Order.Source.IMPORT,
            last_seq=len(history.tracks),
            created_at=placed_at,
            **_told(row, remarks),
        )
        for line in lines:
            line.order = order
        self._lines += lines
        self._histories.append((order, history))
        self._brought.append(Brought(old_id, order, remarks=remarks))

    def _number(self, row: Row, remarks: list[str]) -> tuple[str, str]:
        """The order's number, and the note of its first track where that is a new one."""
        old = _old_number(row)
        number = normalise_number(old)
        if number and number not in self._taken:
            self._taken.add(number)
            return number, ""
        what = "taken here" if number else "cannot be scanned"
        number = new_order_number()
        remarks.append(f"number {old[:64]!r}: {what}, came as {number}")
        return number, f"Old number: {old[:64]}"

    def save(self) -> None:
        """Save all of it, and remember what it came from."""
        save_all([order for order, _history in self._histories])
        save_all(self._lines)
        save_all([t for order, history in self._histories for t in history.belong_to(order)])
        self._run.memory.remember(ORDERS, self._brought)
        self._run.memory.remember(TRACKS, self._brought_tracks)


def _old_number(row: Row) -> str:
    return read_text(row["number"]) or read_text(row["id"])


def _taken_numbers(rows: Iterable[Row]) -> set[str]:
    numbers = {normalise_number(_old_number(row)) for row in rows}
    found = Order.objects.filter(order_number__in=numbers)
    return set(found.values_list("order_number", flat=True))


def _told(row: Row, remarks: list[str]) -> dict[str, Any]:
    """The fields that are as they were told when the order was placed."""
    phone = read_text(row["phone"], PHONE_LENGTH, "phone", remarks)
    pickup, unread = read_pickup(row["pickup"], remarks)
    instructions = read_text(row["instructions"], MAX_INSTRUCTIONS, "instructions", remarks)
    if unread:
        instructions = f"Pickup: {unread}\n{instructions}"[:MAX_INSTRUCTIONS].rstrip()
    total = read_money(row["total"], "total", remarks)
    if total is None:
        remarks.append("set to 0")
    return {
        "name": read_text(row["name"], NAME_LENGTH, "name", remarks),
        "phone": phone,
        "phone_reversed": reverse_digits(phone),
        "pickup_at": pickup.at,
        "pickup_has_time": pickup.has_time,
        "instructions": instructions,
        "total_cost": total or 0,
    }


def _lines(run: Run, row: Row, remarks: list[str]) -> list[OrderLine]:
    """An order's lines, not yet saved: their prices are unknown, the total is kept as it is."""
    ids, names = ids_in(row["service_ids"]), read_text(row["service_names"])
    if not ids and not names:
        remarks.append("services: none, kept as an unknown one")
        names = UNKNOWN_SERVICE
    ids = ids or [""]
    # The name of a single service may hold a comma itself.
    listed = names.split(",") if len(ids) > 1 else [names]
    if len(listed) != len(ids):
        listed = [""] * len(ids)
    wanted = list(zip(ids, map(str.strip, listed), strict=True))
    if len(wanted) > MAX_LINES:
        remarks.append(f"services: only the first {MAX_LINES} of {len(wanted)}")
    return [
        _line(run, position, old_id, name, remarks)
        for position, (old_id, name) in enumerate(wanted[:MAX_LINES], start=1)
    ]


def _line(run: Run, position: int, old_id: str, name: str, remarks: list[str]) -> OrderLine:
    service = run.services.get(old_id) if old_id else run.service_named(name)
    if old_id and service is None:
        remarks.append(f"service {old_id[:40]!r}: not in the file, kept by name")
    name = name or (service.name if service else old_id)
    return OrderLine(
        position=position,
        service=service,
        service_name=read_text(name, SERVICE_LENGTH, "service name", remarks),
    )


def _bring_later_tracks(run: Run, tracks: Mapping[str, Mapping[str, Row]]) -> None:
    """Append what a later file knows of orders that came from an earlier one."""
    if not tracks:
        return
    known = run.memory.known(ORDERS, tracks)
    keys = {row.object_id for row in known.values()}
    orders = {order.pk: order for order in Order.objects.select_for_update().filter(pk__in=keys)}
    for old_id, rows in tracks.items():
        order = orders.get(known[old_id].object_id or 0)
        remarks = {track_id: first_remarks(row) for track_id, row in rows.items()}
        if order is None:
            continue
        made = later_tracks(run, order, rows, remarks)
        save_all(made)
        order.save(update_fields=["last_seq"])
        run.memory.remember(
            TRACKS,
            [
                Brought(track_id, track, remarks=remarks[track_id])
                for track_id, track in zip(rows, made, strict=True)
            ],
        )


def bring_stray_tracks(run: Run, rows: list[Row]) -> None:
    """Bring tracks over that belong to no order."""
    brought = []
    for old_id, row in run.memory.unknown(TRACKS, rows).items():
        remarks = first_remarks(row)
        track: Track = stray_track_from(run, row, remarks)
        brought.append(Brought(old_id, track, remarks=remarks))
    save_all([each.into for each in brought])
    run.memory.remember(TRACKS, brought)
