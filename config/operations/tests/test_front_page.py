"""The admin's first page: what it shows to whom, and what it asks of the database."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts.models import User
from config.mail.models import OutgoingMail
from config.mail.outbox import MAX_ATTEMPTS
from config.operations.models import LegacyUse
from orders.models import Order, Status
from tests.cast import staff_holding, staff_in
from tests.statements import statements
from tracking.models import Track
from workforce.devices import issue_token
from workforce.models import DeviceToken

MOST_STATEMENTS = 12


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def page(browser: Client) -> str:
    answer = browser.get("/admin/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def orders_of_every_kind(number: int) -> None:
    """So many more orders in every stage, with the tracks of their way and a refused scan each."""
    now = timezone.now()
    first = Order.objects.count()
    for status in Status:
        rows = Order.objects.bulk_create(
            Order(
                order_number=f"{status}-{first + n}".upper(),
                token="t",
                status=status,
                status_changed_at=now,
                total_cost=10,
            )
            for n in range(number)
        )
        Track.objects.bulk_create(
            Track(
                order=order,
                seq=seq,
                from_status=before,
                to_status=after,
                result=result,
                source=Track.Source.SCAN,
                action=after,
            )
            for order in rows
            for seq, (before, after, result) in enumerate(
                [
                    ("", "created", "recorded"),
                    ("created", "created", "refused"),
                    ("created", status, "recorded"),
                ],
                start=1,
            )
        )


# --- What it asks of the database -------------------------------------------------------


@pytest.mark.parametrize("role", ["Owner", "Counter"])
def test_it_asks_the_same_of_a_thousand_orders_as_of_ten(role, db):
    browser = browser_of(staff_in(role, "Rita"))
    orders_of_every_kind(2)
    page(browser)
    with statements() as for_few:
        page(browser)

    orders_of_every_kind(170)
    with statements() as for_many:
        page(browser)

    assert Order.objects.count() == 12 + 1020
    assert len(for_many) == len(for_few), for_many
    assert len(for_many) <= MOST_STATEMENTS, for_many


def test_it_asks_no_more_on_the_first_day(db):
    browser = browser_of(staff_in("Owner", "Rita"))
    page(browser)

    with statements() as asked:
        page(browser)

    assert len(asked) <= MOST_STATEMENTS, asked


def test_it_asks_for_nothing_that_is_not_shown(db):
    orders_of_every_kind(1)
    browser = browser_of(staff_holding("Vera", "workforce.view_devicetoken"))
    page(browser)

    with statements() as asked:
        content = page(browser)

    assert not any(table in sql for sql in asked for table in ("orders_order", "tracking_track"))
    assert "Silent devices" in content
    assert "Placed today" not in content


# --- Who sees what ----------------------------------------------------------------------


def test_the_owner_sees_every_part(office):
    orders_of_every_kind(1)

    content = page(office)

    for part in (
        *("Placed today", "Delivered today", "Stuck orders", "Refused scans today"),
        *("Silent devices", "Legacy calls", "Orders by stage", "Money placed"),
        *("Placed and delivered, 30 days", "Time in each stage"),
    ):
        assert part in content, part


def test_the_counter_sees_no_devices_and_no_old_clients(db):
    orders_of_every_kind(1)

    content = page(browser_of(staff_in("Counter", "Rita")))

    assert "Money placed" in content
    assert "Silent devices" not in content
    assert "Legacy calls" not in content
    assert "Unsent mails" not in content


def test_who_may_not_see_tracks_sees_no_time_in_the_stages(db):
    orders_of_every_kind(1)

    content = page(browser_of(staff_holding("Vera", "orders.view_order")))

    assert "Placed and delivered" in content
    assert "Time in each stage" not in content
    assert "Refused scans" not in content


def test_who_has_no_role_is_told_so(staff_without_permissions):
    content = page(browser_of(staff_without_permissions))

    assert "you have no role in the shop" in content
    assert "tile" not in content


def test_a_role_without_figures_is_shown_the_way_to_its_lists(db):
    content = page(browser_of(staff_holding("Vera", "catalog.view_service")))

    assert "Your role has no figures" in content
    assert "tile" not in content


def test_unsent_mails_show_only_where_there_are_some(office):
    assert "Unsent mails" not in page(office)

    OutgoingMail.objects.create(recipient="a@b.example", subject="Hello", attempts=MAX_ATTEMPTS)

    assert "Unsent mails" in page(office)
    (tile,) = (t for t in office.get("/admin/").context["dashboard"]["tiles"] if t.number)
    assert office.get(tile.url).context["cl"].result_count == 1


# --- The first day ----------------------------------------------------------------------


def test_a_shop_without_orders_shows_how_to_start(office):
    content = page(office)

    assert "no order has come yet" in content
    assert 'href="/admin/catalog/service/add/"' in content
    assert 'href="/admin/workforce/worker/add/"' in content
    assert '<svg class="chart"' not in content
    assert "Money placed" not in content


def test_what_is_done_of_the_start_is_said(office, wash):
    steps = office.get("/admin/").context["dashboard"]["steps"]

    assert [step.is_done for step in steps] == [True, False, False]


def test_who_may_add_nothing_is_led_to_no_form(db):
    content = page(browser_of(staff_in("Auditor", "Rita")))

    assert "no order has come yet" in content
    assert "/add/" not in content


def test_a_shop_whose_orders_are_old_shows_figures_again(office, order):
    long_ago = timezone.now() - datetime.timedelta(days=90)
    Order.objects.update(created_at=long_ago, status_changed_at=long_ago, status=Status.DELIVERED)

    content = page(office)

    assert "no order has come yet" not in content
    assert "Orders by stage" in content
    assert "the 30 days before: nothing" in content


# --- What the figures lead to -------------------------------------------------------------


def links(browser: Client) -> list[tuple[int, str]]:
    """Each number of the page that is a count of rows, with its address."""
    shown = browser.get("/admin/").context["dashboard"]
    tiles = [(tile.number, tile.url) for tile in shown["tiles"]]
    stages = [(stage.orders, stage.url) for stage in shown["stages"]]
    stuck = [(stage.stuck, stage.stuck_url) for stage in shown["stages"] if stage.stuck]
    days = [
        pair
        for day in shown["chart_days"][:6]
        for pair in ((day.placed, day.placed_url), (day.delivered, day.delivered_url))
    ]
    return [*tiles, *stages, *stuck, *days]


def test_every_figure_leads_to_the_rows_that_it_counts(office, worker):
    orders_of_every_kind(2)
    silent, _token = issue_token(worker=worker, name="Scanner")
    long_ago = timezone.now() - datetime.timedelta(days=5)
    DeviceToken.objects.filter(pk=silent.pk).update(created_at=long_ago)
    issue_token(worker=worker, name="New")
    LegacyUse.objects.create(day=timezone.localdate(), endpoint="GET /x", calls=1)
    Order.objects.filter(order_number__in=["CREATED-0", "DELIVERED-8"]).update(
        created_at=long_ago, status_changed_at=long_ago
    )
    Order.objects.filter(order_number="CREATED-1").update(deleted_at=timezone.now())

    wrong = [
        (number, url)
        for number, url in links(office)
        if office.get(url).status_code != 200
        or office.get(url).context["cl"].result_count != number
    ]

    assert wrong == []


def test_the_oldest_order_of_a_stage_has_its_link(office, order):
    assert f'href="/admin/orders/order/{order.pk}/change/">{order.order_number}<' in page(office)


def test_money_leads_to_the_orders_of_its_days(office, order):
    for days_ago in (1, 8, 40):
        placed = timezone.now() - datetime.timedelta(days=days_ago)
        earlier = make_another(order, number=f"AGO-{days_ago}")
        Order.objects.filter(pk=earlier.pk).update(created_at=placed)

    content = page(office)
    counts = []
    for tile in office.get("/admin/").context["dashboard"]["money"]:
        for url in (tile.url, tile.before_url):
            assert f'href="{escape(url)}"' in content
            counts.append(office.get(url).context["cl"].result_count)

    # Today and yesterday, seven days and those before, thirty days and those before.
    assert counts == [1, 1, 2, 1, 3, 1]


def test_money_is_told_with_the_change_against_the_time_before(office, order):
    Order.objects.update(total_cost=30)
    last_week = make_another(order, total_cost=40)
    Order.objects.filter(pk=last_week.pk).update(
        created_at=timezone.now() - datetime.timedelta(days=8)
    )

    today, week, month = office.get("/admin/").context["dashboard"]["money"]

    assert (today.amount, today.change) == ("INR 30.00", "")
    assert today.before == "yesterday until this time: nothing"
    assert (week.amount, week.change, week.is_more) == ("INR 30.00", "−25%", False)
    assert week.before == "the 7 days before: INR 40.00"
    assert (month.amount, month.before) == ("INR 70.00", "the 30 days before: nothing")


def make_another(order: Order, number: str = "ANOTHER", **more: object) -> Order:
    """One more order like this one."""
    return Order.objects.create(
        order_number=number, token=number, status_changed_at=order.status_changed_at, **more
    )


def test_money_is_written_in_the_shops_currency(office, order, settings):
    settings.CURRENCY = "EUR"
    Order.objects.update(total_cost="1234567.5")

    assert "EUR 1,234,567.50" in page(office)
