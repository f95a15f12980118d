import datetime
from zoneinfo import ZoneInfo

import pytest

from config.operations import demo_data

SHOP = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize("hour", [0, 7, 9, 12, 18, 23])
def test_no_story_ends_in_the_future_whatever_the_hour_of_the_start(settings, hour):
    settings.TIME_ZONE = SHOP.key
    now = datetime.datetime(2026, 3, 4, hour, 30, tzinfo=SHOP)

    plans = demo_data.plans(now)

    moments = [moment for plan in plans for moment, _step in plan.steps]
    assert max([*moments, *(plan.placed_at for plan in plans)]) <= now


def test_the_orders_are_spread_over_the_last_weeks():
    now = datetime.datetime(2026, 3, 4, 20, 0, tzinfo=datetime.UTC)

    days_ago = [(now.date() - plan.placed_at.date()).days for plan in demo_data.plans(now)]

    assert (min(days_ago), max(days_ago)) == (0, 27)
    assert len(set(days_ago)) == 27


def test_every_story_runs_forward_in_time():
    now = datetime.datetime(2026, 3, 4, 20, 0, tzinfo=datetime.UTC)

    for plan in demo_data.plans(now):
        moments = [plan.placed_at, *(moment for moment, _step in plan.steps)]
        assert moments == sorted(set(moments))


def test_two_starts_at_the_same_moment_plan_the_same():
    now = datetime.datetime(2026, 3, 4, 20, 0, tzinfo=datetime.UTC)

    assert demo_data.plans(now) == demo_data.plans(now)


def test_only_customers_with_an_account_cancel_their_own_orders():
    now = datetime.datetime(2026, 3, 4, 20, 0, tzinfo=datetime.UTC)

    cancelled = [
        plan
        for plan in demo_data.plans(now)
        if any(step.by == "customer" for _moment, step in plan.steps)
    ]

    assert [plan.placed_by for plan in cancelled] == ["customer", "customer"]
