"""The figures of the admin's first page, and who sees which."""

import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin

from config.mail.models import OutgoingMail
from config.mail.outbox import MAX_ATTEMPTS
from config.operations import dashboard
from config.operations.dashboard import Alerts, Day, Money, Stage, Stay
from config.operations.models import LegacyUse
from orders.models import Order, Status
from tests.statements import statements
from tracking.models import Track
from workforce.devices import silent_devices
from workforce.models import DeviceToken, Worker

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)
# A Wednesday, 15:30 in Kolkata.
NOW = datetime.datetime(2026, 11, 18, 10, 0, tzinfo=datetime.UTC)
TODAY = datetime.date(2026, 11, 18)


@pytest.fixture(autouse=True)
def kolkata(settings):
    """A shop whose day begins at half past six in the evening, in UTC."""
    settings.TIME_ZONE = "Asia/Kolkata"


def make(
    *,
    placed: datetime.datetime = NOW,
    status: str = Status.CREATED,
    since: datetime.datetime | None = None,
    **more: object,
) -> Order:
    """An order placed at a moment, in its stage since another."""
    number = f"N{Order.objects.count() + 1:04}"
    order = Order.objects.create(
        order_number=number, token=number, status=status, status_changed_at=since or placed, **more
    )
    Order.objects.filter(pk=order.pk).update(created_at=placed)
    return order


def track(order: Order | None, at: datetime.datetime, **facts: object) -> Track:
    """A track of this moment."""
    seq = None if order is None else order.tracks.count() + 1
    given: dict[str, object] = {
        "result": Track.Result.RECORDED,
        "source": Track.Source.SCAN,
        "action": "x",
    }
    return Track.objects.create(order=order, seq=seq, created_at=at, **given | facts)


def walk(order: Order, *steps: tuple[str, datetime.datetime]) -> None:
    """The tracks of an order's moves."""
    before = ""
    for status, at in steps:
        track(order, at, from_status=before, to_status=status)
        before = status


def local(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime.datetime:
    """A moment of November by the shop's clock."""
    zone = ZoneInfo("Asia/Kolkata")
    return datetime.datetime(2026, 11, day, hour, minute, second, tzinfo=zone)


# --- Orders ---------------------------------------------------------------------------


def test_a_stage_tells_how_many_are_in_it_how_many_stuck_and_the_oldest(db, settings):
    settings.STUCK_AFTER = 48 * HOUR
    make(since=NOW - 47 * HOUR)
    oldest = make(since=NOW - 50 * HOUR)
    make(since=NOW - 48 * HOUR)
    ready = make(status=Status.COMPLETED, since=NOW - HOUR)

    assert dashboard.order_figures(now=NOW).stages == [
        Stage(Status.CREATED, 3, 2, "N0002", oldest.pk, NOW - 50 * HOUR),
        Stage(Status.PICKED_UP),
        Stage(Status.PROCESSING),
        Stage(Status.COMPLETED, 1, 0, "N0004", ready.pk, NOW - HOUR),
    ]


def test_the_first_of_two_that_came_at_the_same_moment_is_the_oldest(db):
    first = make(since=NOW - HOUR)
    make(since=NOW - HOUR)

    assert dashboard.order_figures(now=NOW).stages[0].oldest_id == first.pk


def test_deleted_orders_count_nowhere(db):
    make(deleted_at=NOW, total_cost=5, since=NOW - 100 * HOUR)
    make(deleted_at=NOW, status=Status.DELIVERED)

    figures = dashboard.order_figures(now=NOW)

    assert figures.is_quiet
    assert figures.stuck == 0
    assert figures.today == Day(TODAY)
    assert figures.money == [Money(n, Decimal(0), Decimal(0)) for n in (1, 7, 30)]


def test_a_day_begins_and_ends_at_midnight_by_the_shops_clock(db):
    make(placed=local(17, 23, 59, 59), total_cost=1)
    make(placed=local(18, 0), total_cost=2)
    make(placed=local(1, 0), status=Status.DELIVERED, since=local(18, 0))
    make(placed=local(1, 0), status=Status.DELIVERED, since=local(17, 23, 59, 59))
    make(placed=local(1, 0), status=Status.CANCELLED, since=local(17, 0))

    figures = dashboard.order_figures(now=NOW)

    assert figures.days[-2:] == [
        Day(datetime.date(2026, 11, 17), 1, Decimal(1), 1, 1),
        Day(TODAY, 1, Decimal(2), 1, 0),
    ]
    assert (figures.delivered, figures.cancelled) == (2, 1)


def test_thirty_days_are_told_and_today_is_the_last(db):
    make(placed=local(18, 0) - 29 * DAY)
    make(placed=local(18, 0) - 29 * DAY - HOUR)

    days = dashboard.order_figures(now=NOW).days

    assert len(days) == 30
    assert days[0] == Day(datetime.date(2026, 10, 20), 1)
    assert sum(day.placed for day in days) == 1


def test_a_day_of_25_hours_is_one_day(db, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    zone = ZoneInfo("Europe/Berlin")
    # The clocks went back in the night of the 25th of October.
    make(placed=datetime.datetime(2026, 10, 25, 0, 0, tzinfo=zone))
    make(placed=datetime.datetime(2026, 10, 25, 23, 59, tzinfo=zone))
    make(placed=datetime.datetime(2026, 10, 26, 0, 0, tzinfo=zone))

    days = {day.day.isoformat(): day.placed for day in dashboard.order_figures(now=NOW).days}

    assert (days["2026-10-24"], days["2026-10-25"], days["2026-10-26"]) == (0, 2, 1)


def test_money_is_told_against_as_much_time_before(db):
    for cost, placed in (
        (1, NOW - HOUR),
        (2, NOW - DAY - HOUR),
        (4, NOW - DAY + HOUR),
        (8, NOW - 7 * DAY),
        (16, NOW - 13 * DAY),
        (32, NOW - 14 * DAY),
        (64, NOW - 30 * DAY),
        (128, NOW - 59 * DAY),
        (256, NOW - 60 * DAY),
    ):
        make(placed=placed, total_cost=cost)

    assert dashboard.order_figures(now=NOW).money == [
        Money(1, Decimal(1), Decimal(2)),
        Money(7, Decimal(7), Decimal(24)),
        Money(30, Decimal(63), Decimal(192)),
    ]


def test_yesterday_is_told_once_at_midnight_sharp(db):
    make(placed=local(17, 0), total_cost=3)

    figures = dashboard.order_figures(now=local(18, 0))

    assert figures.days[-2] == Day(datetime.date(2026, 11, 17), 1, Decimal(3))
    assert figures.money[0] == Money(1, Decimal(0), Decimal(0))


@pytest.mark.parametrize(
    ("cost", "before", "percent"),
    [("15", "10", 50), ("5", "10", -50), ("10", "10", 0), ("0", "10", -100), ("1", "3", -67)],
)
def test_a_change_is_told_in_whole_percent(cost, before, percent):
    assert Money(7, Decimal(cost), Decimal(before)).percent == percent


def test_against_nothing_there_is_no_percent():
    assert Money(7, Decimal(5), Decimal(0)).percent is None


# --- Time in the stages ---------------------------------------------------------------


def test_the_time_in_a_stage_is_the_median_of_delivered_orders(db):
    for hours in (1, 2, 9):
        order = make(status=Status.DELIVERED, since=NOW - HOUR)
        start = NOW - 40 * HOUR
        walk(
            order,
            (Status.CREATED, start),
            (Status.PICKED_UP, start + hours * HOUR),
            (Status.COMPLETED, start + 10 * HOUR),
            (Status.DELIVERED, start + 14 * HOUR),
        )
    still_there = make()
    walk(still_there, (Status.CREATED, NOW - 90 * HOUR), (Status.PICKED_UP, NOW))

    assert dashboard.stays(now=NOW) == [
        Stay(Status.CREATED, 2 * HOUR),
        Stay(Status.PICKED_UP, 8 * HOUR),
        Stay(Status.PROCESSING, None),
        Stay(Status.COMPLETED, 4 * HOUR),
    ]


def test_an_order_that_came_back_to_a_stage_was_there_for_both_times(db):
    order = make(status=Status.DELIVERED)
    start = NOW - 20 * HOUR
    walk(
        order,
        (Status.CREATED, start),
        (Status.PICKED_UP, start + HOUR),
        (Status.CREATED, start + 2 * HOUR),
        (Status.DELIVERED, start + 5 * HOUR),
    )

    created, picked_up, *_others = dashboard.stays(now=NOW)

    assert (created.median, picked_up.median) == (4 * HOUR, HOUR)


def test_what_moved_nothing_says_nothing_of_the_stages(db):
    order = make(status=Status.DELIVERED)
    walk(order, (Status.CREATED, NOW - 3 * HOUR))
    track(order, NOW - 2 * HOUR, from_status="created", to_status="created")
    track(
        order,
        NOW - 2 * HOUR,
        from_status="created",
        to_status="created",
        result=Track.Result.REFUSED,
    )
    track(order, NOW, from_status="created", to_status="delivered")

    assert dashboard.stays(now=NOW)[0].median == 3 * HOUR


def test_orders_delivered_long_ago_say_nothing_of_the_stages(db):
    order = make(status=Status.DELIVERED, since=NOW - 31 * DAY)
    walk(order, (Status.CREATED, NOW - 40 * DAY), (Status.DELIVERED, NOW - 31 * DAY))

    assert [stay.median for stay in dashboard.stays(now=NOW)] == [None] * 4


# --- What to look at -------------------------------------------------------------------

EVERY_MODEL = set(admin.site._registry)


def test_refused_scans_are_those_of_today(db):
    refused = {"result": Track.Result.REFUSED, "order_number": "X"}
    track(None, local(18, 0), **refused)
    track(None, NOW, **refused, source=Track.Source.LEGACY)
    track(None, local(17, 23, 59), **refused)
    track(None, NOW, **refused, source=Track.Source.ADMIN)
    track(None, NOW)

    assert dashboard.alerts(now=NOW, models=EVERY_MODEL).refused_scans == 2


def device(worker: Worker, *, used: datetime.timedelta | None, **more: object) -> DeviceToken:
    """A device that was given out ten days ago and used so long ago."""
    made = DeviceToken.objects.create(
        worker=worker,
        prefix=str(DeviceToken.objects.count()),
        last_used_at=None if used is None else NOW - used,
        **more,
    )
    DeviceToken.objects.filter(pk=made.pk).update(created_at=NOW - 10 * DAY)
    return made


def test_a_device_is_silent_that_nobody_used_for_three_days(worker):
    silent = device(worker, used=3 * DAY + HOUR)
    never_used = device(worker, used=None)
    device(worker, used=3 * DAY - HOUR)
    device(worker, used=9 * DAY, revoked_at=NOW)
    device(worker, used=9 * DAY, expires_at=NOW)
    of_nobody = Worker.objects.create(name="Gone", is_active=False)
    device(of_nobody, used=9 * DAY)

    assert set(silent_devices(now=NOW)) == {silent, never_used}
    assert dashboard.alerts(now=NOW, models=EVERY_MODEL).silent_devices == 2


def test_legacy_calls_are_those_of_seven_days(db):
    for day, calls in ((18, 3), (12, 4), (11, 100)):
        LegacyUse.objects.create(day=datetime.date(2026, 11, day), endpoint="GET /x", calls=calls)

    assert dashboard.alerts(now=NOW, models=EVERY_MODEL).legacy_calls == 7


def test_unsent_mails_are_those_that_were_given_up(db):
    for attempts in (MAX_ATTEMPTS, 1):
        OutgoingMail.objects.create(recipient="a@b.example", subject="Hello", attempts=attempts)

    assert dashboard.alerts(now=NOW, models=EVERY_MODEL).unsent_mails == 1


def test_nothing_to_look_at_is_told_as_zero(db):
    assert dashboard.alerts(now=NOW, models=EVERY_MODEL) == Alerts(0, 0, 0, 0)


def test_nothing_is_asked_for_what_may_not_be_seen(db):
    with statements() as asked:
        assert dashboard.alerts(now=NOW, models={Order}) == Alerts()
    assert asked == []

    with statements() as asked:
        assert dashboard.alerts(now=NOW, models={DeviceToken}) == Alerts(silent_devices=0)
    assert len(asked) == 1
    assert "tracking_track" not in asked[0]
    assert "legacyuse" not in asked[0]
