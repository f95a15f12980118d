"""A day's close: its figures, and `manage.py day_report`."""

import csv
import datetime
import io
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from catalog.models import Service
from config.operations import dashboard
from config.operations.day_report.figures import (
    MOST_STUCK,
    DayReport,
    Refused,
    ServiceRow,
    ServiceTable,
    Steps,
    Tally,
    day_report,
)
from config.operations.day_report.rows import csv_of
from orders.models import Order, OrderLine, Status
from tests.statements import statements
from tracking.models import Track
from workforce.models import Worker

HOUR = datetime.timedelta(hours=1)
ZONE = ZoneInfo("Asia/Kolkata")
DAY = datetime.date(2026, 11, 18)
# A Wednesday afternoon in the shop.
NOW = datetime.datetime(2026, 11, 18, 15, 30, tzinfo=ZONE)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kolkata(settings):
    """A shop whose day begins at half past six in the evening, in UTC."""
    settings.TIME_ZONE = "Asia/Kolkata"


def local(day: int, hour: int, minute: int = 0) -> datetime.datetime:
    """A moment of November by the shop's clock."""
    return datetime.datetime(2026, 11, day, hour, minute, tzinfo=ZONE)


def make(
    *lines: tuple[str, int, str | None],
    placed: datetime.datetime = NOW,
    since: datetime.datetime | None = None,
    **columns: object,
) -> Order:
    """An order of these lines (service, quantity, price), placed then, in its stage since."""
    number = f"N{Order.objects.count() + 1:04}"
    total = sum(quantity * Decimal(price or 0) for _name, quantity, price in lines)
    order = Order.objects.create(
        order_number=number,
        token=number,
        status_changed_at=since or placed,
        **{"total_cost": total, **columns},
    )
    Order.objects.filter(pk=order.pk).update(created_at=placed)
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            position=position,
            service=Service.objects.filter(name=name).first(),
            service_name=name,
            quantity=quantity,
            unit_price=price,
        )
        for position, (name, quantity, price) in enumerate(lines, start=1)
    )
    return order


def track(order: Order | None, at: datetime.datetime = NOW, **facts: object) -> Track:
    """A track of this moment."""
    given = {"result": "recorded", "source": "scan", "action": "x"}
    seq = None if order is None else order.tracks.count() + 1
    return Track.objects.create(order=order, seq=seq, created_at=at, **given | facts)


def report(day: datetime.date = DAY, now: datetime.datetime = NOW) -> DayReport:
    return day_report(day=day, now=now)


# --- Placed, delivered, cancelled -----------------------------------------------------


def test_a_day_goes_from_midnight_to_midnight_of_the_shop(db):
    make(("Wash", 1, "1.00"), placed=local(17, 23, 59))
    make(("Wash", 1, "2.00"), placed=local(18, 0))
    make(("Wash", 1, "4.00"), placed=local(18, 23, 59))
    make(("Wash", 1, "8.00"), placed=local(19, 0))

    assert report().placed == Tally(2, Decimal("6.00"))


@pytest.mark.parametrize(
    ("day", "hours"), [(datetime.date(2026, 3, 29), 23), (datetime.date(2026, 10, 25), 25)]
)
def test_a_day_on_which_the_clock_is_changed_is_whole(settings, day, hours):
    settings.TIME_ZONE = "Europe/Berlin"
    begin, end = dashboard.bounds(day)
    make(placed=begin - HOUR / 60)
    make(placed=begin)
    make(placed=end - HOUR / 60)
    make(placed=end)

    assert (end.astimezone(datetime.UTC) - begin.astimezone(datetime.UTC)) == hours * HOUR
    assert report(day, now=end + HOUR).placed.orders == 2


def test_delivered_and_cancelled_are_those_that_became_so_that_day_and_still_are(db):
    before = local(10, 9)
    make(("Wash", 1, "5.00"), placed=before, since=NOW, status=Status.DELIVERED)
    make(("Wash", 1, "7.00"), placed=before, since=NOW, status=Status.CANCELLED)
    make(("Wash", 1, "9.00"), placed=before, since=before, status=Status.DELIVERED)
    make(("Wash", 1, "9.00"), placed=before, since=NOW, status=Status.COMPLETED)

    found = report()

    assert (found.placed, found.delivered, found.cancelled) == (
        Tally(),
        Tally(1, Decimal("5.00")),
        Tally(1, Decimal("7.00")),
    )


def test_an_order_that_was_placed_and_cancelled_on_one_day_counts_as_both(db):
    make(("Wash", 1, "5.00"), status=Status.CANCELLED)

    found = report()

    assert found.placed == found.cancelled == Tally(1, Decimal("5.00"))


def test_the_figures_are_those_of_the_first_page(db):
    make(("Wash", 1, "5.10"))
    make(("Wash", 3, "0.20"), status=Status.DELIVERED)
    make(("Wash", 1, "9.00"), status=Status.CANCELLED, placed=local(17, 8), since=NOW)
    make(since=NOW - 90 * HOUR, placed=local(10, 8))
    track(None, result=Track.Result.REFUSED, order_number="X", reason="order_not_found")

    found = report()
    figures = dashboard.order_figures(now=NOW)

    assert figures.today == (
        DAY,
        found.placed.orders,
        found.placed.amount,
        found.delivered.orders,
        found.cancelled.orders,
    )
    assert found.stuck_orders == figures.stuck == 1
    assert found.refused_scans == 1


def test_deleted_orders_count_nowhere(db):
    deleted = {"deleted_at": NOW}
    make(("Wash", 1, "5.00"), **deleted)
    make(("Wash", 1, "5.00"), status=Status.DELIVERED, **deleted)
    make(("Wash", 1, "5.00"), since=local(1, 8), **deleted)

    assert report().is_quiet


def test_a_day_without_anything_is_quiet(db):
    assert report() == DayReport(
        day=DAY,
        placed=Tally(),
        delivered=Tally(),
        cancelled=Tally(),
        placed_by_service=ServiceTable([], Decimal(0)),
        delivered_by_service=ServiceTable([], Decimal(0)),
        stuck=[],
        stuck_orders=0,
        refused=[],
        steps=[],
    )
    assert report().is_quiet


# --- Money by service -----------------------------------------------------------------


def test_money_by_service_is_quantity_times_price_the_most_first(wash, ironing):
    make(("Wash", 2, "12.50"), ("Ironing", 1, "4.00"))
    make(("Ironing", 10, "4.10"))
    make(("Wash", 1, "12.50"), since=NOW, placed=local(10, 8), status=Status.DELIVERED)

    found = report()

    assert found.placed_by_service == ServiceTable(
        [
            ServiceRow("Ironing", 2, 11, Decimal("45.00")),
            ServiceRow("Wash", 1, 2, Decimal("25.00")),
        ],
        Decimal("0.00"),
    )
    assert found.delivered_by_service.rows == [ServiceRow("Wash", 1, 1, Decimal("12.50"))]


def test_lines_without_a_price_leave_their_orders_total_as_the_rest(wash):
    make(("Wash", 2, "12.50"))
    make(("Wash, old", 3, None), total_cost=Decimal("30.00"))

    found = report()

    assert found.placed_by_service == ServiceTable(
        [ServiceRow("Wash", 1, 2, Decimal("25.00")), ServiceRow("Wash, old", 1, 3, None)],
        Decimal("30.00"),
    )


def test_rows_and_rest_add_up_to_the_money_placed(wash, ironing):
    make(("Wash", 7, "0.10"), ("Ironing", 3, None), total_cost=Decimal("99.99"))
    make(("Wash", 3, "0.20"), ("Ironing", 1, "0.01"))

    table = report().placed_by_service
    known = sum(row.amount for row in table.rows if row.amount is not None)

    assert known + table.rest == report().placed.amount == Decimal("100.60")


def test_a_service_stands_under_the_name_it_was_sold_by(wash):
    make(("Wash", 1, "12.50"))
    Service.objects.update(name="Washing")
    OrderLine.objects.create(
        order=make(total_cost=13),
        position=1,
        service=wash,
        service_name="Washing",
        unit_price=13,
    )

    assert [row.name for row in report().placed_by_service.rows] == ["Washing", "Wash"]


# --- Refused scans, stuck orders, steps -----------------------------------------------


def test_refused_scans_are_counted_by_reason(db):
    refused: dict[str, Any] = {"result": Track.Result.REFUSED, "order_number": "X"}
    for _time in range(2):
        track(None, **refused, reason="order_not_found")
    track(None, **refused, reason="order_deleted", source=Track.Source.LEGACY)
    track(None, local(17, 23, 59), **refused, reason="order_not_found")
    track(None, local(19, 0), **refused, reason="order_not_found")
    track(None, **refused, reason="order_not_found", source=Track.Source.ADMIN)

    found = report()

    assert found.refused == [Refused("order_not_found", 2), Refused("order_deleted", 1)]
    assert found.refused_scans == 3
    assert found.refused[0].text == "There is no such order."


def test_stuck_orders_stand_by_how_long_they_are_where_they_are(settings):
    settings.STUCK_AFTER = 48 * HOUR
    shorter = make(placed=local(10, 8), since=NOW - 48 * HOUR)
    longer = make(placed=local(10, 8), since=NOW - 72 * HOUR, status=Status.COMPLETED)
    make(placed=local(10, 8), since=NOW - 47 * HOUR)
    make(placed=local(10, 8), since=NOW - 72 * HOUR, status=Status.DELIVERED)

    found = report()

    assert (found.stuck, found.stuck_orders) == ([longer, shorter], 2)


def test_of_a_past_day_those_are_stuck_that_were_so_at_its_end_and_have_not_moved(settings):
    settings.STUCK_AFTER = 48 * HOUR
    then = make(placed=local(10, 8), since=local(16, 23, 59))
    make(placed=local(10, 8), since=local(17, 0, 1))

    found = report(now=local(25, 8))

    assert (found.stuck, found.stuck_orders) == ([then], 1)


def test_of_many_stuck_orders_some_are_listed_and_all_counted(db):
    for _order in range(MOST_STUCK + 2):
        make(placed=local(1, 8))

    found = report()

    assert (len(found.stuck), found.stuck_orders) == (MOST_STUCK, MOST_STUCK + 2)


def test_steps_are_those_of_workers_and_staff_that_still_stand(worker, owner, customer):
    order = make(placed=local(10, 8))
    moved: dict[str, Any] = {"from_status": "created", "to_status": "picked_up"}
    for _time in range(2):
        track(order, worker=worker, **moved)
    track(order, actor=owner, **moved)
    track(order, actor=customer, **moved)
    undone = track(order, worker=worker, **moved)
    track(order, actor=owner, from_status="picked_up", to_status="created", voids=undone)
    track(order, worker=worker, from_status="created", to_status="created")
    track(order, actor=owner, to_status="created")
    track(order, local(17, 8), worker=worker, **moved)

    assert report().steps == [Steps("Wim Weaver", 2), Steps("Olga Owner", 1)]


def test_two_of_one_name_and_one_without_are_told_apart(db):
    order = make(placed=local(10, 8))
    nameless = User.objects.create_user("n@example.com", name="", is_staff=True)
    for who in (Worker.objects.create(name="Kim"), Worker.objects.create(name="Kim")):
        track(order, worker=who, from_status="created", to_status="picked_up")
    track(order, actor=nameless, from_status="created", to_status="picked_up")

    assert report().steps == [Steps(f"#{nameless.pk}", 1), Steps("Kim", 1), Steps("Kim", 1)]


def test_who_may_not_see_tracks_is_told_nothing_of_them(db):
    with statements() as asked:
        found = day_report(day=DAY, now=NOW, with_tracks=False)

    assert (found.refused, found.steps, found.refused_scans) == (None, None, 0)
    assert not any("tracking_track" in statement for statement in asked)


def test_a_full_day_asks_as_much_as_an_empty_one(wash, worker):
    with statements() as of_none:
        report()
    for _order in range(20):
        order = make(("Wash", 1, "12.50"), since=local(1, 8))
        track(order, worker=worker, from_status="created", to_status="picked_up")
    with statements() as of_many:
        report()

    assert len(of_none) == len(of_many) == 6


# --- As CSV ---------------------------------------------------------------------------


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def written(found: DayReport) -> list[list[str]]:
    return rows_of(csv_of(found).decode("utf-8-sig"))


@pytest.fixture
def full_day(wash, worker) -> None:
    """One of everything."""
    make(("Wash", 2, "12.50"), ("Old", 1, None), total_cost=Decimal("27.00"))
    stuck = make(placed=local(10, 8), since=local(11, 9), total_cost=Decimal("5.00"))
    track(stuck, worker=worker, from_status="created", to_status="picked_up")
    track(None, result=Track.Result.REFUSED, order_number="X", reason="order_not_found")


def test_csv_has_a_row_for_each_figure(full_day):
    assert written(report()) == [
        ["day", "part", "name", "number", "pieces", "amount", "status", "since"],
        ["2026-11-18", "placed", "", "1", "", "27.00", "", ""],
        ["2026-11-18", "delivered", "", "0", "", "0.00", "", ""],
        ["2026-11-18", "cancelled", "", "0", "", "0.00", "", ""],
        ["2026-11-18", "placed_by_service", "Wash", "1", "2", "25.00", "", ""],
        ["2026-11-18", "placed_by_service", "Old", "1", "1", "", "", ""],
        ["2026-11-18", "placed_by_service_rest", "", "", "", "2.00", "", ""],
        ["2026-11-18", "refused_scans", "order_not_found", "1", "", "", "", ""],
        ["2026-11-18", "stuck", "N0002", "", "", "5.00", "created", "2026-11-11 09:00:00"],
        ["2026-11-18", "steps", "Wim Weaver", "1", "", "", "", ""],
    ]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_name_becomes_a_formula(first):
    make((f'{first}HYPERLINK("x")', 1, "1.00"))

    (row,) = (row for row in written(report()) if row[1] == "placed_by_service")

    assert row[2] == f'\'{first}HYPERLINK("x")'


# --- The command ----------------------------------------------------------------------


@pytest.fixture
def today(monkeypatch) -> None:
    """It is that Wednesday afternoon."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def run(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("day_report", *arguments, stdout=stdout)
    return stdout.getvalue()


def test_the_command_prints_today(today, full_day):
    words = " ".join(run().replace("│", " ").split())

    assert "Wednesday, 18 November 2026" in words
    assert "placed 1 INR 27.00" in words
    assert "Wash 1 2 INR 25.00" in words
    assert "not known by service INR 2.00" in words
    assert "Refused scans: 1" in words
    assert "Stuck orders: 1" in words
    assert "N0002 created 2026-11-11 09:00" in words
    assert "Wim Weaver 1" in words


def test_the_command_prints_a_quiet_day_without_empty_tables(today):
    text = run("--date", "2026-11-01")

    assert "placed" in text
    assert "Stuck" not in text


def test_the_command_prints_brackets_as_they_are(today):
    make(("[bold]Wash[/bold]", 1, "1.00"))

    assert "[bold]Wash[/bold]" in run()


def test_the_command_writes_the_same_csv(today, full_day):
    assert rows_of(run("--csv")) == written(report())


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yesterday", "Give a day as 2026-11-22."),
        ("2026-02-30", "Give a day as 2026-11-22."),
        ("2026-11-19", "This day has not come yet."),
        ("1969-12-31", "There are no days before 1970."),
    ],
)
def test_a_day_that_is_none_ends_the_command_with_a_sentence(today, text, answer):
    with pytest.raises(CommandError) as caught:
        run("--date", text)

    assert (str(caught.value), caught.value.returncode) == (answer, 2)
