"""The lines of an order in the admin: changed while it waits, and only shown from then on."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from catalog.models import Service
from orders.models import Order, OrderLine
from tests.admin import fill, office_of, statements_of
from tests.cast import moved, staff_holding, staff_in
from tests.states import columns

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(order) -> str:
    """The order's page."""
    return f"/admin/orders/order/{order.pk}/change/"


def lines() -> list[tuple[str, Decimal | None, int]]:
    """Every line, first to last."""
    return list(OrderLine.objects.values_list("service_name", "unit_price", "quantity"))


def change(browser: Client, path: str, *rows: dict[str, Any], **fields: Any) -> Any:
    """Change rows of the lines' table by their place, and fields above it."""
    sent = {f"lines-{n}-{name}": v for n, row in enumerate(rows) for name, v in row.items()}
    return fill(browser, path, **({"lines-TOTAL_FORMS": len(rows)} | sent | fields))


def complaints(answer: Any) -> list[Any]:
    """What is said of the lines: of all together, then beside each row."""
    assert answer.status_code == 200
    (inline,) = answer.context["inline_admin_formsets"]
    rows = [{name: list(texts) for name, texts in row.items()} for row in inline.formset.errors]
    return [list(inline.formset.non_form_errors()), *rows]


def test_a_quantity_is_changed_and_the_total_follows(office, path, order):
    answer = change(office, path, {"quantity": 3})

    assert answer.status_code == 302
    assert lines() == [("Wash", Decimal("12.50"), 3)]
    changed = Order.objects.get()
    assert (changed.total_cost, changed.version) == (Decimal("37.50"), order.version + 1)


def test_lines_are_added_exchanged_and_removed(office, path, order, wash, ironing):
    change(office, path, {}, {"service": ironing.pk, "quantity": 2})
    assert lines() == [("Wash", Decimal("12.50"), 1), ("Ironing", Decimal("4.00"), 2)]
    assert Order.objects.get().service_name == "Wash, Ironing"

    change(office, path, {"DELETE": "on"}, {"service": wash.pk})
    assert lines() == [("Wash", Decimal("12.50"), 2)]
    assert Order.objects.get().total_cost == Decimal("25.00")


def test_fields_and_lines_are_one_version(office, path, order):
    change(office, path, {"quantity": 2}, instructions="Ring twice.")

    changed = Order.objects.get()
    assert (changed.instructions, changed.version) == ("Ring twice.", order.version + 1)
    assert lines() == [("Wash", Decimal("12.50"), 2)]


def test_changed_lines_have_the_prices_of_today(office, path, order, wash):
    Service.objects.update(price="20.00")
    change(office, path, {}, instructions="Ring twice.")
    assert lines() == [("Wash", Decimal("12.50"), 1)]

    change(office, path, {"quantity": 2})
    assert lines() == [("Wash", Decimal("20.00"), 2)]
    assert Order.objects.get().total_cost == Decimal("40.00")


@pytest.mark.parametrize("quantity", ["0", "-1", "10000", "", "many", "1.5"])
def test_a_bad_quantity_is_told_beside_its_row_and_nothing_is_saved(quantity, office, path, order):
    before = columns(order)

    answer = change(office, path, {"quantity": quantity}, instructions="Ring twice.")

    overall, row = complaints(answer)
    assert overall == []
    assert list(row) == ["quantity"]
    assert columns(order) == before
    assert lines() == [("Wash", Decimal("12.50"), 1)]


@pytest.mark.parametrize("quantity", [0, 10_000])
def test_what_a_quantity_can_be_is_told(quantity, office, path, order):
    answer = change(office, path, {"quantity": quantity})

    assert complaints(answer) == [[], {"quantity": ["From 1 to 9999."]}]


def test_a_new_line_without_a_service_is_told_beside_its_row(office, path, order):
    answer = change(office, path, {}, {"service": "", "quantity": 2})

    assert complaints(answer) == [[], {}, {"service": ["This field is required."]}]


def test_an_unknown_service_is_told_beside_its_row(office, path, order):
    answer = change(office, path, {"service": "999999"})

    assert list(complaints(answer)[1]) == ["service"]


def test_a_service_that_is_offered_no_more_stays_until_the_lines_change(
    office, path, order, wash, ironing
):
    Service.objects.filter(pk=wash.pk).update(status=Service.Status.INACTIVE)
    assert "Wash (not offered at present)" in office.get(path).content.decode()

    assert change(office, path, {}, name="Asha R.").status_code == 302
    answer = change(office, path, {"quantity": 2})

    text = "Not offered at present: choose another service, or remove the line."
    assert complaints(answer) == [[], {"service": [text]}]
    assert lines() == [("Wash", Decimal("12.50"), 1)]

    assert change(office, path, {"service": ironing.pk}).status_code == 302
    assert lines() == [("Ironing", Decimal("4.00"), 1)]


def test_a_line_that_came_without_a_service_needs_one_when_lines_change(office, path, order, wash):
    OrderLine.objects.update(service=None, service_name="Old wash", unit_price=None)
    assert "Old wash (not offered at present)" in office.get(path).content.decode()

    answer = change(office, path, {"quantity": 2})
    text = "Not offered at present: choose another service, or remove the line."
    assert complaints(answer) == [[], {"service": [text]}]

    assert change(office, path, {"service": wash.pk}).status_code == 302
    assert lines() == [("Wash", Decimal("12.50"), 1)]


def test_a_line_that_came_without_a_service_keeps_no_field_from_being_changed(office, path, order):
    OrderLine.objects.update(service=None, service_name="Old wash", unit_price=None)

    assert fill(office, path, instructions="Ring twice.").status_code == 302

    assert Order.objects.get().instructions == "Ring twice."
    assert lines() == [("Old wash", None, 1)]


def test_an_order_keeps_a_line(office, path, order):
    answer = change(office, path, {"DELETE": "on"})

    assert complaints(answer)[0] == ["An order has from 1 to 50 lines."]
    assert len(lines()) == 1


def test_an_order_has_at_most_fifty_lines(office, path, order, wash):
    answer = change(office, path, {}, *[{"service": wash.pk, "quantity": 1}] * 50)

    assert complaints(answer)[0] == ["An order has from 1 to 50 lines."]
    assert len(lines()) == 1


def test_a_total_past_all_bounds_is_told(office, path, order):
    Service.objects.update(price="99999999.00")

    answer = change(office, path, {"quantity": 2})

    assert complaints(answer)[0] == ["The total is above 99999999.99."]


def test_lines_changed_meanwhile_are_shown_as_they_are(office, path, order):
    seen = order.version
    change(office, path, {"quantity": 5})

    answer = change(office, path, {"quantity": 2}, seen_version=seen)

    assert complaints(answer)[0] == []
    (inline,) = answer.context["inline_admin_formsets"]
    assert [form["quantity"].value() for form in inline.formset.initial_forms] == [5]
    assert lines() == [("Wash", Decimal("12.50"), 5)]


@pytest.mark.parametrize("status", ["picked_up", "delivered", "cancelled"])
def test_lines_of_an_order_that_waits_no_more_are_only_shown(status, office, path, order):
    moved(order, status)

    page = office.get(path)

    (inline,) = page.context["inline_admin_formsets"]
    assert not inline.has_add_permission
    assert not inline.has_change_permission
    assert not inline.has_delete_permission
    for text in ("Wash", "12.50"):
        assert text in page.content.decode()


def test_lines_sent_by_hand_change_nothing_once_the_order_moved(office, path, order):
    line = order.lines.get()
    moved(order, "picked_up")

    answer = fill(
        office,
        path,
        **{
            "lines-INITIAL_FORMS": "1",
            "lines-TOTAL_FORMS": "2",
            "lines-0-id": line.pk,
            "lines-0-order": order.pk,
            "lines-0-quantity": "99",
            "lines-0-DELETE": "on",
            "lines-1-order": order.pk,
            "lines-1-service": line.service_id,
            "lines-1-quantity": "1",
        },
    )

    assert answer.status_code == 302
    assert lines() == [("Wash", Decimal("12.50"), 1)]


def test_who_may_change_orders_changes_their_lines(path, order):
    assert change(office_of(staff_in("Counter", "Cora")), path, {"quantity": 2}).status_code == 302
    assert lines() == [("Wash", Decimal("12.50"), 2)]


def test_who_may_only_look_is_shown_the_lines(path, order):
    browser = office_of(staff_holding("Vera", "orders.view_order", "orders.view_orderline"))

    content = browser.get(path).content.decode()

    assert "Wash" in content
    assert 'name="lines-0-quantity"' not in content


def test_the_page_takes_as_many_statements_for_fifty_lines_as_for_one(office, path, order, wash):
    for_one = statements_of(office, path)
    OrderLine.objects.bulk_create(
        OrderLine(order=order, position=n, service=wash, service_name="Wash", unit_price=1)
        for n in range(2, 51)
    )
    for_fifty = statements_of(office, path)

    assert len(for_fifty) == len(for_one), (for_one, for_fifty)
