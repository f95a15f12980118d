"""A day's close in the admin: the page, its file, and who sees what."""

import csv
import datetime
import io
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from orders.models import Order
from tests.admin import office_of, statements_of
from tests.cast import staff_holding, staff_in
from tracking.models import Track

PAGE = "/admin/day/"
CSV = "/admin/day/csv/"

pytestmark = pytest.mark.django_db


def day(age: int = 0) -> str:
    return (timezone.localdate() - datetime.timedelta(days=age)).isoformat()


def tiles(answer: Any) -> dict[str, tuple[Any, str]]:
    """Label -> number and address."""
    return {str(tile.label): (tile.number, tile.url) for tile in answer.context["tiles"]}


def test_the_page_opens_with_today_and_leads_to_the_lists(office: Client, order: Order):
    answer = office.get(PAGE)

    today = f"since={day()}&created_at__until={day()}"
    moved = f"status_changed_at__since={day()}&status_changed_at__until={day()}"
    orders = "/admin/orders/order/"
    assert tiles(answer) == {
        "Placed": (1, f"{orders}?created_at__{today}"),
        "Delivered": (0, f"{orders}?status__exact=delivered&{moved}"),
        "Cancelled": (0, f"{orders}?status__exact=cancelled&{moved}"),
        "Refused scans": (
            0,
            "/admin/tracking/track/?result__exact=refused&source__in=scan%2Clegacy"
            f"&created_at__{today}",
        ),
    }
    assert "INR 12.50" in answer.content.decode()


def test_each_list_behind_a_figure_opens(office: Client, order: Order):
    for _number, url in tiles(office.get(PAGE)).values():
        assert office.get(url).status_code == 200


def test_the_days_before_and_after_are_a_click_away_and_no_day_to_come(
    office: Client, order: Order
):
    past = office.get(PAGE, {"day": day(3)}).content.decode()
    today = office.get(PAGE).content.decode()

    assert f'href="?day={day(4)}" rel="prev"' in past
    assert f'href="?day={day(2)}" rel="next"' in past
    assert 'rel="next"' not in today


def test_a_quiet_day_says_so(office: Client):
    content = office.get(PAGE, {"day": day(1)}).content.decode()
    assert "Nothing was placed, delivered or cancelled on this day." in content


@pytest.mark.parametrize("path", [PAGE, CSV])
@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("soon", "Give a day as 2026-11-22."),
        ("2999-01-01", "This day has not come yet."),
        ("0001-01-01", "There are no days before 1970."),
    ],
)
def test_what_is_no_day_is_told_beside_the_field(office: Client, path: str, text: str, error: str):
    answer = office.get(path, {"day": text})

    assert answer.status_code == 400
    assert error in answer.content.decode()
    assert f'value="{text}"' in answer.content.decode()


def test_the_file_holds_the_same_day(office: Client, order: Order):
    answer = office.get(CSV, {"day": day()})

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="day-{day()}.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["part"], row["number"], row["amount"]) for row in rows] == [
        ("placed", "1", "12.50"),
        ("delivered", "0", "0.00"),
        ("cancelled", "0", "0.00"),
        ("placed_by_service", "1", "12.50"),
    ]


def test_a_stuck_order_leads_to_its_page(office: Client, order: Order):
    Order.objects.update(status_changed_at=timezone.now() - datetime.timedelta(days=9))

    content = office.get(PAGE).content.decode()

    assert f'<a href="/admin/orders/order/{order.pk}/change/">{order.order_number}</a>' in content
    assert "/admin/orders/order/?stuck=yes" in content


@pytest.mark.parametrize("role", ["Owner", "Manager", "Counter", "Auditor"])
def test_every_role_sees_the_day_and_finds_it_at_the_side(role: str, order: Order):
    browser = office_of(staff_in(role, f"The{role}"))

    assert browser.get(PAGE).status_code == 200
    assert browser.get(CSV).status_code == 200
    assert f'<a href="{PAGE}">' in browser.get("/admin/").content.decode()


@pytest.mark.parametrize("path", [PAGE, CSV])
def test_who_may_not_see_orders_sees_no_day(path: str, staff_without_permissions: User):
    browser = office_of(staff_without_permissions)

    assert browser.get(path).status_code == 403
    assert PAGE not in browser.get("/admin/").content.decode()


def test_who_sees_orders_but_no_tracks_is_told_nothing_of_scans(order: Order):
    Track.objects.create(result="refused", source="scan", order_number="X", reason="not_found")
    browser = office_of(staff_holding("Ola", "orders.view_order"))

    answer = browser.get(PAGE)

    assert list(tiles(answer)) == ["Placed", "Delivered", "Cancelled"]
    assert "not_found" not in answer.content.decode()
    assert "refused_scans" not in browser.get(CSV).content.decode()


def test_the_page_asks_as_much_for_many_orders_as_for_one(office: Client, order: Order):
    one = len(statements_of(office, PAGE))
    long_ago = timezone.now() - datetime.timedelta(days=9)
    for number in range(20):
        Order.objects.create(
            order_number=f"N{number}", token=str(number), status_changed_at=long_ago
        )

    assert len(statements_of(office, PAGE)) == one
