"""Tracks as a file: none comes in by one, as nobody writes the ledger by hand."""

from config.sheets.resources import Column, ShopResource
from tracking.models import Track


def number_of(track: Track) -> str:
    """The order's number, or the one that was given where there is no order."""
    return str(track.order or track.order_number)


def _name_of(attribute: str) -> Column:
    """A column with what somebody is called; empty where there is nobody."""
    return Column(attribute, value=lambda track: str(getattr(track, attribute) or ""))


class TrackResource(ShopResource):
    """What a track says on its page, without what its repeats are known by."""

    id = Column("id")
    order_number = Column("order_number", value=number_of)
    order_email = Column("order_email")
    seq = Column("seq")
    action = Column("action")
    from_status = Column("from_status")
    to_status = Column("to_status")
    result = Column("result")
    reason = Column("reason")
    is_voided = Column("is_voided", value=lambda track: track.voided_by_pk is not None)
    worker = _name_of("worker")
    device = _name_of("device")
    actor = _name_of("actor")
    legacy_worker = Column("legacy_worker")
    source = Column("source")
    location = Column("location")
    note = Column("note")
    scanned_at = Column("scanned_at")
    created_at = Column("created_at")

    class Meta(ShopResource.Meta):
        model = Track
