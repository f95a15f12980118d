"""The printed pages of orders: of one, of many, and what they refuse."""

from typing import Any

import pytest

from config.rest.principals import SYSTEM, Principal
from orders.editing import delete_order
from orders.models import Order
from orders.placing import Item, place_order
from tests.admin import office_of
from tests.cast import staff_in
from tests.statements import statements

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"
KINDS = ("ticket", "roll", "sheet")


def printed(order: Order, kind: str, query: str = "") -> str:
    return f"{LIST}{order.pk}/print/{kind}/{query}"


def all_printed(orders: list[Order], kind: str, query: str = "") -> str:
    return f"{LIST}print/{kind}/?ids={','.join(str(order.pk) for order in orders)}{query}"


def errors_of(answer: Any) -> dict[str, list[str]]:
    assert answer.status_code == 400
    return {name: list(texts) for name, texts in answer.context["form"].errors.items()}


@pytest.fixture
def orders(order, customer, wash) -> list[Order]:
    """Asha's order, and two more of hers."""
    more = [
        place_order(
            by=Principal("customer", user=customer),
            items=[Item(wash.pk, quantity)],
            source="api",
            customer=customer,
        )
        for quantity in (2, 3)
    ]
    return [order, *more]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_on_paper_leads_to_a_person(kind, office, order):
    page = office.get(printed(order, kind)).content.decode()
    assert f'aria-label="{order.order_number}"' in page
    assert "AR" in page
    for secret in ("Asha", "asha@", "98450", order.token):
        assert secret not in page


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_needs_no_more_of_our_policy_than_any_other(kind, office, orders):
    page = office.get(all_printed(orders, kind)).content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "onclick" not in page


def test_the_options_of_the_address_are_what_is_printed(office, order):
    page = office.get(printed(order, "roll", "?pieces=3&copies=2"))
    assert [label.piece for label in page.context["labels"]] == [1, 1, 2, 2, 3, 3]


def test_empty_options_are_as_ordered(office, orders):
    page = office.get(all_printed(orders, "sheet", "&pieces=&copies=&skip="))
    (sheet,) = page.context["sheets"]
    assert [label.pieces for label in sheet] == [1, 2, 2, 3, 3, 3]


def test_orders_are_printed_as_they_were_asked_for_and_each_once(office, orders):
    chosen = [orders[2], orders[0], orders[2]]
    page = office.get(all_printed(chosen, "ticket"))
    assert [ticket.order for ticket in page.context["tickets"]] == [orders[2], orders[0]]


def test_impossible_options_are_told_beside_their_fields(office, order):
    page = office.get(printed(order, "sheet", "?pieces=201&copies=x&skip=24"))
    assert errors_of(page) == {
        "pieces": ["Ensure this value is less than or equal to 200."],
        "copies": ["Enter a whole number."],
        "skip": ["Ensure this value is less than or equal to 23."],
    }
    assert "sheets" not in page.context


def test_five_hundred_labels_are_the_most_at_once(office, order):
    assert office.get(printed(order, "roll", "?pieces=125&copies=4")).status_code == 200
    page = office.get(printed(order, "roll", "?pieces=126&copies=4"))
    assert errors_of(page) == {"__all__": ["At most 500 labels are printed at once."]}


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_order_is_not_printed(kind, office, orders):
    delete_order(order=orders[1], by=SYSTEM, source="admin")
    for page in (printed(orders[1], kind), all_printed(orders, kind)):
        answer = office.get(page)
        assert answer.status_code == 400
        sentence = f"{orders[1].order_number} was deleted. Restore it before printing."
        assert sentence in answer.content.decode()
        assert "<article" not in answer.content.decode()


def test_a_missing_order_is_told_of(office, order):
    answer = office.get(f"{LIST}print/roll/?ids={order.pk},999999")
    assert answer.status_code == 400
    assert "1 of the orders is not there." in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "999999/print/ticket/",
        "print/ticket/",
        "print/ticket/?ids=",
        "print/ticket/?ids=1;2",
        "print/ticket/?ids=999999",
    ],
)
def test_no_order_is_no_page(path, office, order):
    assert office.get(LIST + path).status_code == 404


def test_another_format_is_no_page(office, order):
    assert office.get(printed(order, "poster")).status_code == 404
    assert office.get(all_printed([order], "poster")).status_code == 404


def test_a_hundred_orders_are_the_most_at_once(office, order):
    ids = ",".join(str(order.pk + number) for number in range(101))
    answer = office.get(f"{LIST}print/ticket/?ids={ids}")
    assert answer.status_code == 400
    assert "At most 100 orders are printed at once." in answer.content.decode()


@pytest.mark.parametrize("kind", KINDS)
def test_ticked_orders_are_printed_by_an_action(kind, office, orders):
    sent = {"action": f"print_{kind}", "index": 0, "_selected_action": [o.pk for o in orders]}
    answer = office.post(LIST, sent)
    assert (answer.status_code, answer["Location"]) == (302, all_printed(orders[::-1], kind))


def test_more_orders_take_no_more_statements(office, orders):
    office.get(all_printed(orders, "roll"))
    with statements() as for_three:
        office.get(all_printed(orders, "roll"))
    with statements() as for_one:
        office.get(all_printed(orders[:1], "roll"))
    assert len(for_three) == len(for_one)


def test_the_orders_page_leads_to_ticket_and_labels(office, order):
    page = office.get(f"{LIST}{order.pk}/change/").content.decode()
    assert printed(order, "ticket") in page
    assert printed(order, "roll") in page


def test_a_deleted_orders_page_offers_no_printing(office, order):
    delete_order(order=order, by=SYSTEM, source="admin")
    page = office.get(f"{LIST}{order.pk}/change/").content.decode()
    assert "/print/" not in page


def test_who_only_looks_prints_too(order):
    auditor = office_of(staff_in("Auditor", "Aud"))
    assert auditor.get(printed(order, "ticket")).status_code == 200


def test_an_order_of_a_number_that_no_database_holds_is_not_there(office):
    path = f"/admin/orders/order/{10**20}/print/ticket/"
    assert office.get(path).status_code == 404
