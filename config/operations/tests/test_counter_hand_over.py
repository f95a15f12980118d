"""Handing orders over at the counter: scan the ticket, choose, name the receiver."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config.rest.principals import Principal
from orders.models import Order
from orders.placing import Item, place_order
from tests.admin import office_of
from tests.cast import moved, staff_in
from tests.states import newest, put
from tests.unchanged import nothing_written
from tracking.models import Track

pytestmark = pytest.mark.django_db

PAGE = "/admin/counter/hand-over/"


@pytest.fixture
def browser(db: None) -> Client:
    """The browser of Cora, who serves customers."""
    return office_of(staff_in("Counter", "Cora"))


def another(order: Order, customer: User) -> Order:
    """One more order of the same kind, of this customer."""
    item = Item(order.lines.get().service_id or 0)
    by = Principal("customer", user=customer)
    return place_order(by=by, items=[item], source="api", customer=customer)


def opened(browser: Client, order: Order) -> Any:
    return browser.get(PAGE, {"order": order.order_number})


def sent(page: Any, *orders: Order, **more: str) -> dict[str, Any]:
    """What the form of an opened page sends with these orders chosen."""
    html = page.content.decode()
    hidden = dict(re.findall(r'name="(visit|opened_at)" value="([^"]+)"', html))
    assert len(hidden) == 2
    return {"orders": [order.order_number for order in orders], **hidden, **more}


def address(order: Order) -> str:
    return f"{PAGE}?order={order.order_number}"


def told(answer: Any) -> list[tuple[str, str, str]]:
    return [(o["number"], o["verdict"], o["title"]) for o in answer.context["outcomes"]]


def test_a_ticket_leads_to_its_orders_page_without_its_token_in_the_address(browser, order):
    answer = browser.post(PAGE, {"code": order.tracking_url})

    assert (answer.status_code, answer["Location"]) == (302, address(order))


@pytest.mark.parametrize(
    ("code", "title"), [("ZZZZZZZZZZ", "Unknown order"), ("???", "Unreadable code")]
)
def test_a_ticket_of_no_order_says_so(browser, code, title):
    answer = browser.post(PAGE, {"code": code})

    assert (answer.status_code, answer.context["verdict"]["title"]) == (200, title)


def test_the_customers_other_completed_orders_are_shown_too(
    browser, customer, other_customer, order
):
    second, third, fourth = (another(order, customer) for _ in range(3))
    foreign = another(order, other_customer)
    for one in (order, third, foreign):
        moved(one, "completed")
    moved(fourth, "delivered")

    rows = opened(browser, order).context["rows"]

    assert [row["order"] for row in rows] == [order, third]
    assert second not in [row["order"] for row in rows]


def test_an_order_without_a_customer_stands_alone(browser, customer, order):
    others = [moved(another(order, customer), "completed") for _ in range(2)]
    Order.objects.filter(pk__in=[order.pk, others[0].pk]).update(customer=None)

    assert [row["order"] for row in opened(browser, order).context["rows"]] == [order]


@pytest.mark.parametrize(
    ("status", "is_chosen"), [("completed", True), ("processing", False), ("delivered", False)]
)
def test_the_tickets_order_is_chosen_where_it_is_ready(browser, order, status, is_chosen):
    page = opened(browser, moved(order, status)).content.decode()

    box = re.search(r'<input type="checkbox"[^>]*>', page)
    assert box is not None
    assert (" checked" in box[0], " disabled" in box[0]) == (is_chosen, status == "delivered")


def test_the_chosen_orders_are_delivered_with_the_receivers_name_as_note(browser, customer, order):
    second, third = (another(order, customer) for _ in range(2))
    for one in (order, second, third):
        moved(one, "completed")
    page = opened(browser, order)

    answer = browser.post(address(order), sent(page, order, third, receiver="Ben from next door"))

    assert told(answer) == [
        (order.order_number, "recorded", "Delivered"),
        (third.order_number, "recorded", "Delivered"),
    ]
    for one in (order, third):
        track = newest(one)
        assert (track.to_status, track.note) == ("delivered", "Ben from next door")
        assert (track.source, track.actor and track.actor.name) == ("scan", "Cora")
    assert Order.objects.get(pk=second.pk).status == "completed"


def test_each_row_tells_what_came_of_it(browser, customer, order):
    second, third, fourth = (another(order, customer) for _ in range(3))
    for one in (order, second, third, fourth):
        moved(one, "completed")
    page = opened(browser, order)
    put(second, "cancelled")
    moved(third, "delivered")
    Order.objects.filter(pk=fourth.pk).update(deleted_at=timezone.now())

    answer = browser.post(address(order), sent(page, order, second, third, fourth))

    assert told(answer) == [
        (order.order_number, "recorded", "Delivered"),
        (second.order_number, "late", "Too late for Delivered"),
        (third.order_number, "already", "Already Delivered"),
        (fourth.order_number, "refused", "Deleted order"),
    ]


def test_an_order_of_another_customer_is_not_handed_over(browser, other_customer, order):
    foreign = moved(another(order, other_customer), "completed")
    moved(order, "completed")
    page = opened(browser, order)

    with nothing_written():
        answer = browser.post(address(order), sent(page, order, foreign))

    assert list(answer.context["form"].errors) == ["orders"]


def test_the_same_page_sent_twice_delivers_once(browser, customer, order):
    second = another(order, customer)
    for one in (order, second):
        moved(one, "completed")
    body = sent(opened(browser, order), order, second)
    first = told(browser.post(address(order), body))

    assert told(browser.post(address(order), body)) == first
    assert Track.objects.filter(action="delivered").count() == 2


def test_without_a_choice_nothing_is_done(browser, order):
    moved(order, "completed")
    page = opened(browser, order)

    with nothing_written():
        answer = browser.post(address(order), sent(page))

    assert answer.context["form"].errors["orders"] == ["Choose at least one order."]


@pytest.mark.parametrize("by_number", [True, False])
def test_a_code_scanned_into_the_name_hands_nothing_over(browser, order, by_number):
    moved(order, "completed")
    page = opened(browser, order)
    code = order.order_number if by_number else order.tracking_url

    with nothing_written():
        answer = browser.post(address(order), sent(page, order, receiver=code))

    assert answer.context["form"].errors["receiver"] == ["This is a code, not a name."]


@pytest.mark.parametrize("name", ["Ben", "BEN", "Ana María O'Neill", "李雷"])
def test_a_name_is_a_name(browser, order, name):
    moved(order, "completed")
    page = opened(browser, order)

    answer = browser.post(address(order), sent(page, order, receiver=name))

    assert told(answer) == [(order.order_number, "recorded", "Delivered")]
    assert newest(order).note == name


def test_a_page_that_was_tampered_with_does_nothing(browser, order):
    moved(order, "completed")
    body = sent(opened(browser, order), order)

    with nothing_written():
        browser.post(address(order), body | {"visit": "x", "opened_at": "yesterday"})

    assert Order.objects.get().status == "completed"


def test_an_unknown_number_in_the_address_asks_for_a_ticket(browser):
    assert "rows" not in browser.get(PAGE, {"order": "ZZZZZZZZZZ"}).context
