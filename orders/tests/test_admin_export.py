"""Orders as a file, from their list."""

import datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from config.rest.principals import ANYONE
from orders.models import Order, Status
from orders.placing import Contact, Item, place_order
from tests.cast import moved
from tests.sheets import exported, rows_of
from tests.statements import statements

pytestmark = pytest.mark.django_db

EXPORT = "/admin/orders/order/export/"
HEADER = [
    "order_number",
    "customer_id",
    "name",
    "email",
    "phone",
    "services",
    "total_cost",
    "status",
    "status_changed_at",
    "pickup",
    "instructions",
    "source",
    "created_at",
    "deleted_at",
]


def guest_order(service, **more) -> Order:
    contact = Contact(name="=Guest", email="guest@example.com", phone="+1 777")
    return place_order(
        by=ANYONE, items=[Item(service.pk)], source=Order.Source.API, contact=contact, **more
    )


def numbers(office, query: str = "") -> list[str]:
    return [row[0] for row in rows_of(exported(office, EXPORT + query))[1:]]


def test_an_order_comes_out_as_its_page_tells_it_and_without_its_secret(office, order):
    Order.objects.filter(pk=order.pk).update(
        pickup_at=datetime.datetime(2026, 12, 1, 9, 30, tzinfo=datetime.UTC),
        instructions="-ring\r\ntwice",
    )
    order.refresh_from_db()
    placed = f"{timezone.localtime(order.created_at):%Y-%m-%d %H:%M:%S}"

    content = exported(office, EXPORT)

    assert rows_of(content) == [
        HEADER,
        [
            order.order_number,
            str(order.customer_id),
            "Asha Rao",
            "asha@example.com",
            "'+91 98450 12345",
            "Wash",
            "12.50",
            "created",
            placed,
            "2026-12-01 09:30:00",
            "'-ring\r\ntwice",
            "api",
            placed,
            "",
        ],
    ]
    assert order.token.encode() not in content


def test_money_and_moments_are_such_in_a_workbook_and_in_the_shops_time(office, order, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    Order.objects.filter(pk=order.pk).update(
        created_at=datetime.datetime(2026, 11, 22, 20, 0, tzinfo=datetime.UTC),
        pickup_at=datetime.datetime(2026, 11, 30, 18, 30, tzinfo=datetime.UTC),
        pickup_has_time=False,
    )

    header, row = rows_of(exported(office, EXPORT, "xlsx"))

    told = dict(zip(header, row, strict=True))
    assert told["total_cost"] == 12.5
    assert told["created_at"] == datetime.datetime(2026, 11, 23, 1, 30)  # noqa: DTZ001
    assert told["pickup"] == datetime.datetime(2026, 12, 1)  # noqa: DTZ001
    assert told["deleted_at"] is None


def test_filter_search_and_order_of_the_list_are_those_of_the_file(office, order, wash):
    guest = guest_order(wash)
    moved(guest, Status.PICKED_UP)

    assert numbers(office) == [guest.order_number, order.order_number]
    assert numbers(office, "?status__exact=picked_up") == [guest.order_number]
    assert numbers(office, "?q=asha") == [order.order_number]
    assert numbers(office, "?created_at__since=2000-01-01&created_at__until=2000-01-02") == []
    assert numbers(office, f"?service={wash.pk}&q=guest") == [guest.order_number]
    assert numbers(office, "?q=&p=9&o=7") == [order.order_number, guest.order_number]


def test_deleted_orders_are_in_no_file_unless_they_are_asked_for(office, order, owner):
    Order.objects.filter(pk=order.pk).update(deleted_at=timezone.now(), deleted_by=owner)

    assert numbers(office) == []
    assert numbers(office, "?deleted=yes") == [order.order_number]


def test_a_file_asks_no_more_of_the_database_for_more_orders(office, wash):
    def asked(count: int) -> int:
        for _n in range(count):
            guest_order(wash)
        exported(office, EXPORT)
        with statements() as seen:
            exported(office, EXPORT)
        return len(seen)

    assert asked(2) == asked(5)


def test_what_is_too_much_for_a_page_is_for_the_command(office, order, monkeypatch):
    monkeypatch.setattr("config.sheets.admin.MOST_EXPORTED", 0)

    page = office.post(EXPORT, {"format": "csv"}).content.decode()

    assert "These are more than 0 rows" in page
    assert "<code>manage.py export_orders</code>" in page
    assert not LogEntry.objects.exists()


def test_no_order_comes_in_by_a_file(office):
    with pytest.raises(NoReverseMatch):
        reverse("admin:orders_order_import")
    assert b">Import<" not in office.get("/admin/orders/order/").content
