"""Tracks as a file, from their list."""

import pytest
from django.urls import NoReverseMatch, reverse

from tests.sheets import exported, rows_of
from tests.statements import statements
from tracking.models import Track

pytestmark = pytest.mark.django_db

EXPORT = "/admin/tracking/track/export/"


def told(office, query: str = "", kind: str = "csv") -> list[dict]:
    header, *rows = rows_of(exported(office, EXPORT + query, kind))
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_a_track_comes_out_as_its_page_tells_it(office, order, worker):
    Track.objects.create(
        order=order,
        seq=2,
        action="=weighed",
        result="late",
        reason="order_deleted",
        source="scan",
        location="@Depot",
        note="+1 kg",
        worker=worker,
        scan_digest="d" * 64,
    )

    newest, placed = told(office)

    assert list(newest) == [
        "id",
        "order_number",
        "order_email",
        "seq",
        "action",
        "from_status",
        "to_status",
        "result",
        "reason",
        "is_voided",
        "worker",
        "device",
        "actor",
        "legacy_worker",
        "source",
        "location",
        "note",
        "scanned_at",
        "created_at",
    ]
    assert (newest["order_number"], newest["worker"], newest["is_voided"]) == (
        order.order_number,
        "Wim Weaver",
        "false",
    )
    assert (newest["action"], newest["location"], newest["note"]) == (
        "'=weighed",
        "'@Depot",
        "'+1 kg",
    )
    assert (placed["actor"], placed["to_status"]) == ("Asha Rao", "created")


def test_what_the_list_is_narrowed_down_to_comes_out(office, order):
    Track.objects.create(action="scan", result="refused", source="scan", order_number="X1")

    assert [row["order_number"] for row in told(office, "?result__exact=refused")] == ["X1"]
    assert [row["order_number"] for row in told(office, f"?q={order.order_number}")] == [
        order.order_number
    ]


def test_numbers_are_numbers_in_a_workbook(office, order):
    (row,) = told(office, kind="xlsx")
    assert (row["seq"], row["is_voided"]) == (1, False)


def test_a_file_asks_no_more_of_the_database_for_more_tracks(office, order, worker):
    def asked() -> int:
        exported(office, EXPORT)
        with statements() as seen:
            exported(office, EXPORT)
        return len(seen)

    before = asked()
    for seq in range(2, 6):
        Track.objects.create(
            order=order, seq=seq, action="x", result="late", source="scan", worker=worker
        )
    assert asked() == before


def test_no_track_comes_in_by_a_file():
    with pytest.raises(NoReverseMatch):
        reverse("admin:tracking_track_import")
