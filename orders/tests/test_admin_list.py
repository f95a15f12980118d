"""The admin's list of orders: what it shows, finds and asks of the database."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import Service
from config.rest.principals import Principal
from config.rest.refusals import Refusal
from orders.editing import delete_order
from orders.lifecycle import advance
from orders.models import Order, OrderLine
from orders.placing import Contact, Item, place_order
from tests.admin import office_of, statements_of
from tests.cast import staff_in
from tests.states import put, take
from tracking.models import Track

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"


def names(browser: Client, query: str = "") -> list[str]:
    """Whose orders the list shows, first to last."""
    answer = browser.get(LIST + query)
    assert answer.status_code == 200
    return [order.name for order in answer.context["cl"].result_list]


@pytest.fixture
def walk_in(wash, owner) -> Order:
    """Zoe's order at the counter, without an email."""
    return place_order(
        by=Principal("staff", user=owner),
        items=[Item(wash.pk)],
        source=Order.Source.COUNTER,
        contact=Contact("Zoe Zed", "", "+44 20 7946 0018"),
    )


def numbers(answer) -> list[str]:
    return [order.order_number for order in answer.context["cl"].result_list]


@pytest.mark.parametrize("text", ["{number}", "{lower}", "{prefix}", "asha r", "ASHA@ex", "12345"])
def test_orders_are_found_as_by_the_api(text, office, order, walk_in):
    q = text.format(
        number=order.order_number,
        lower=order.order_number.lower(),
        prefix=order.order_number[:8],
    )

    assert numbers(office.get(LIST, {"q": q})) == [order.order_number]


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({"status__exact": "picked_up", "deleted": "any"}, ["Zoe Zed"]),
        ({"source__exact": "api"}, ["Asha Rao"]),
        ({}, ["Asha Rao"]),
        ({"deleted": "yes"}, ["Zoe Zed"]),
        ({"deleted": "any"}, ["Zoe Zed", "Asha Rao"]),
    ],
)
def test_orders_are_narrowed_by_status_source_and_deletion(
    narrowing, found, office, order, walk_in, owner
):
    staff = Principal("staff", user=owner)
    take(walk_in, "picked_up", staff)
    delete_order(order=walk_in, by=staff, source="admin")

    orders = office.get(LIST, narrowing).context["cl"].result_list

    assert [order.name for order in orders] == found


def test_a_total_is_written_as_everywhere(office, order):
    Order.objects.update(total_cost="2640")

    assert '<td class="field-total">2,640.00</td>' in office.get(LIST).content.decode()


def test_a_pickup_without_a_time_is_listed_as_its_day(office, order):
    midnight = datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC)
    Order.objects.update(pickup_at=midnight, pickup_has_time=False)
    assert ">24 Dec 2026<" in office.get(LIST).content.decode()

    Order.objects.update(pickup_has_time=True)
    assert ">24 Dec 2026, 00:00<" in office.get(LIST).content.decode()


@pytest.mark.parametrize("many", [0, 10_000])
def test_orders_are_narrowed_to_those_with_a_line_of_a_service(
    many, office, order, walk_in, wash, ironing, monkeypatch
):
    monkeypatch.setattr("orders.admin.listing.MANY", many)
    OrderLine.objects.create(order=order, position=2, service=ironing, service_name="Ironing")
    OrderLine.objects.create(order=order, position=3, service=ironing, service_name="Ironing")

    assert names(office, f"?service={ironing.pk}") == ["Asha Rao"]
    assert names(office, f"?service={wash.pk}") == ["Zoe Zed", "Asha Rao"]
    assert names(office, f"?service={wash.pk}&source__exact=api") == ["Asha Rao"]


@pytest.mark.parametrize("value", ["0", "abc", "-1", "9" * 30])
def test_what_is_no_service_has_no_orders(value, office, order):
    assert names(office, f"?service={value}") == []


def test_services_on_offer_stand_first_in_their_filter(office, order, wash, ironing):
    Service.objects.filter(pk=ironing.pk).update(status=Service.Status.INACTIVE)

    specs = office.get(LIST).context["cl"].filter_specs
    (services,) = [spec for spec in specs if getattr(spec, "parameter_name", "") == "service"]

    assert [name for _key, name in services.lookup_choices] == ["Wash", "Ironing"]


def test_orders_are_narrowed_by_the_days_of_placing_and_pickup(office, order, walk_in):
    noon = datetime.datetime(2026, 11, 5, 12, tzinfo=datetime.UTC)
    Order.objects.filter(pk=order.pk).update(created_at=noon, pickup_at=noon)

    assert names(office, "?created_at__since=2026-11-05&created_at__until=2026-11-05") == [
        "Asha Rao"
    ]
    assert names(office, "?created_at__since=2026-11-06") == ["Zoe Zed"]
    assert names(office, "?pickup_at__since=2026-11-05") == ["Asha Rao"]
    assert names(office, "?pickup_at__since=2026-11-06") == []


def test_the_pickups_of_some_days_stand_in_the_order_of_their_times(office, order, walk_in):
    noon = datetime.datetime(2026, 11, 5, 12, tzinfo=datetime.UTC)
    Order.objects.filter(pk=order.pk).update(pickup_at=noon)
    Order.objects.filter(pk=walk_in.pk).update(pickup_at=noon + datetime.timedelta(hours=1))

    assert names(office) == ["Zoe Zed", "Asha Rao"]
    assert names(office, "?pickup_at__since=2026-11-05") == ["Asha Rao", "Zoe Zed"]


@pytest.mark.parametrize(
    ("status", "hours", "is_stuck"),
    [
        ("created", 49, True),
        ("completed", 49, True),
        ("created", 47, False),
        ("delivered", 49, False),
        ("cancelled", 49, False),
    ],
)
def test_who_is_longer_in_a_stage_than_allowed_is_stuck(
    status, hours, is_stuck, office, order, walk_in
):
    put(order, status, since=timezone.now() - datetime.timedelta(hours=hours))

    assert names(office, "?stuck=yes") == (["Asha Rao"] if is_stuck else [])
    assert ('class="stuck"' in office.get(LIST).content.decode()) is is_stuck


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0 min"), (59, "59 min"), (250, "4 h 10 min"), (3120, "2 d 4 h")]
)
def test_the_age_in_the_stage_is_told_in_its_two_largest_units(minutes, text, office, order):
    put(order, "created", since=timezone.now() - datetime.timedelta(minutes=minutes))

    assert f">{text}<" in office.get(LIST).content.decode()


def test_the_last_scan_tells_who_where_and_when(office, order, worker, other_worker, owner):
    def scan(action: str, who: Any, **facts: Any) -> None:
        by = Principal("worker", worker=who)
        advance(order_number=order.order_number, action=action, by=by, source="scan", **facts)

    scan("picked_up", worker, location="Van 2")
    with pytest.raises(Refusal):
        scan("created", other_worker, location="Depot")
    take(order, "processing", Principal("staff", user=owner))

    content = office.get(LIST).content.decode()

    cell = (
        '<td class="field-last_scan">Xenia Xu<br><span class="secondary">Depot · 0 min ago</span>'
    )
    assert cell in content
    assert "Van 2" not in content


def test_a_stage_can_be_sorted_by_age_and_the_whole_list_cannot(office, order):
    def sortable(query: str) -> list[str]:
        content = office.get(LIST + query).content.decode()
        headings = content.split("<thead>")[1].split("</thead>")[0].split("<th ")[1:]
        return [th.split("column-")[1].split('"')[0] for th in headings if "sortable" in th]

    assert [name.split()[0] for name in sortable("")] == ["pickup"]
    assert [name.split()[0] for name in sortable("?status__exact=created")] == ["age", "pickup"]


def test_orders_of_the_same_moment_go_the_way_of_the_sorting(office, order, walk_in):
    Order.objects.update(pickup_at=timezone.now())

    assert names(office, "?o=7") == ["Asha Rao", "Zoe Zed"]
    assert names(office, "?o=-7") == ["Zoe Zed", "Asha Rao"]


def more_orders(numbers: range, like: Order, workers: list[Any]) -> None:
    """Orders of one line each, which all these workers have scanned."""
    past = timezone.now() - datetime.timedelta(days=9)
    orders = Order.objects.bulk_create(
        Order(order_number=f"BULK{n:06}", token=f"t{n}", name="Bulk", status_changed_at=past)
        for n in numbers
    )
    # MariaDB tells no keys of rows that were inserted in bulk.
    orders = list(Order.objects.filter(order_number__in=[one.order_number for one in orders]))
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=1, service=like.service, service_name="Wash")
        for order in orders
    )
    Track.objects.bulk_create(
        Track(order=order, seq=seq, action="x", result="recorded", source="scan", worker=who)
        for order in orders
        for seq, who in enumerate(workers, start=1)
    )


@pytest.mark.parametrize("query", ["", "?service={wash}", "?q=Bulk"])
def test_the_list_asks_as_much_for_a_thousand_orders_as_for_ten(
    query, office, order, wash, worker, other_worker
):
    path = LIST + query.format(wash=wash.pk)
    more_orders(range(10), order, [worker])
    for_ten = statements_of(office, path)
    more_orders(range(10, 1000), order, [worker, other_worker])
    for_a_thousand = statements_of(office, path)

    assert len(for_a_thousand) == len(for_ten), (for_ten, for_a_thousand)


def test_nothing_counts_all_rows(office, order):
    counts = [sql for sql in statements_of(office, LIST) if "COUNT(" in sql]

    assert counts
    assert all("LIMIT 10001" in sql for sql in counts)


def test_who_may_only_look_is_offered_nothing_but_to_print(order):
    answer = office_of(staff_in("Auditor", "Aud")).get(LIST)

    offered = answer.context["action_form"].fields["action"].choices
    assert {name for name, _label in offered if name} == {
        "print_ticket",
        "print_roll",
        "print_sheet",
    }
