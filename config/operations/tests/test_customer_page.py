"""Customers in the admin, with what they ordered."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, User
from config.operations.customer_page import ORDERS_SHOWN, Figures, figures_of
from orders.models import Order, Status
from tests.admin import statements_of
from tests.cast import staff_holding, staff_in

LIST = "/admin/accounts/customer/"


def placed(customer: User, total: str = "10", **columns: Any) -> Order:
    """An order of this customer."""
    number = f"N{Order.objects.count()}"
    order = Order.objects.create(
        order_number=number,
        token=number,
        customer=customer,
        name=customer.name,
        total_cost=Decimal(total),
        status_changed_at=timezone.now(),
    )
    Order.objects.filter(pk=order.pk).update(**columns)
    return order


@pytest.fixture
def page(customer) -> str:
    """Asha's page."""
    return f"{LIST}{customer.pk}/change/"


def figures(answer) -> Figures:
    return answer.context["figures"]


def test_the_page_tells_how_many_orders_for_how_much_and_when_last(
    office, page, customer, other_customer
):
    first, last = (datetime.datetime(2026, 11, day, tzinfo=datetime.UTC) for day in (1, 20))
    placed(customer, "12.50", created_at=last)
    placed(customer, "7.25", created_at=first, status=Status.DELIVERED)
    placed(other_customer, "99")

    assert figures(office.get(page)) == Figures(2, Decimal("19.75"), last)


def test_cancelled_orders_count_and_cost_nothing(office, page, customer):
    placed(customer, "12.50", status=Status.CANCELLED)

    found = figures(office.get(page))

    assert (found.orders, found.spent) == (1, 0)


def test_deleted_orders_neither_count_nor_show(office, page, customer):
    placed(customer, "12.50", deleted_at=timezone.now())

    answer = office.get(page)

    assert figures(answer) == Figures(0, Decimal(0), None)
    assert list(answer.context["orders"]) == []
    assert "None yet." in answer.content.decode()


def test_the_newest_orders_stand_first_and_lead_to_their_pages(office, page, customer):
    older, newer = placed(customer, "1250.5"), placed(customer, status=Status.CANCELLED)

    answer = office.get(page)

    content = answer.content.decode()
    assert list(answer.context["orders"]) == [newer, older]
    assert f'<a href="/admin/orders/order/{newer.pk}/change/">{newer.order_number}</a>' in content
    assert '<span class="badge badge-cancelled">Cancelled</span>' in content
    assert '<td class="money">1,250.50</td>' in content


def test_of_many_orders_the_newest_are_shown_and_the_list_has_all(
    office, page, customer, other_customer
):
    for _time in range(ORDERS_SHOWN + 1):
        placed(customer)
    placed(other_customer)
    everything = f"/admin/orders/order/?customer__id__exact={customer.pk}"

    answer = office.get(page)

    assert len(answer.context["orders"]) == ORDERS_SHOWN == 20
    assert f'href="{everything}"' in answer.content.decode()
    assert office.get(everything).context["cl"].result_count == 21


def test_the_list_of_a_customers_orders_says_whose_they_are(office, customer, other_customer):
    placed(customer)
    placed(other_customer)
    path = "/admin/orders/order/"

    answer = office.get(path, {"customer__id__exact": customer.pk})

    assert [order.customer_id for order in answer.context["cl"].result_list] == [customer.pk]
    assert "Customer: <strong>Asha Rao</strong>" in answer.content.decode()
    assert "Customer: <strong>" not in office.get(path).content.decode()


@pytest.mark.parametrize("key", ["999999", "nobody"])
def test_the_orders_of_no_customer_are_no_crash(key, office, customer):
    answer = office.get("/admin/orders/order/", {"customer__id__exact": key}, follow=True)

    assert answer.status_code == 200


def test_the_list_tells_orders_and_last_visit(office, customer, other_customer):
    moment = datetime.datetime(2026, 11, 20, 9, 30, tzinfo=datetime.UTC)
    placed(customer, created_at=moment)

    content = office.get(LIST).content.decode()

    assert '<td class="field-orders">1</td>' in content
    assert '<td class="field-orders">0</td>' in content
    assert "20 Nov 2026, 09:30" in content


def test_nobody_has_figures_of_others(customer, other_customer):
    placed(other_customer)

    assert figures_of([customer.pk]) == {}


def test_who_may_not_see_orders_sees_the_customer_alone(page, customer):
    placed(customer)
    browser = Client()
    browser.force_login(staff_holding("Vera", "accounts.view_customer"))

    shown, listed = browser.get(page), browser.get(LIST)

    assert "Asha Rao" in shown.content.decode()
    assert "figures" not in shown.context
    assert "/admin/orders/" not in shown.content.decode()
    assert "field-orders" not in listed.content.decode()


@pytest.mark.parametrize("role", ["Manager", "Counter", "Auditor"])
def test_every_role_sees_what_a_customer_ordered(role, page, customer):
    placed(customer)
    browser = Client()
    browser.force_login(staff_in(role, "Mia"))

    assert figures(browser.get(page)).orders == 1


def test_a_new_customer_has_no_figures(office):
    answer = office.get(f"{LIST}add/")

    assert (answer.status_code, "figures" in answer.context) == (200, False)


def test_the_page_takes_as_many_statements_for_a_thousand_orders_as_for_ten(office, page, customer):
    for _time in range(10):
        placed(customer)
    for_ten = statements_of(office, page)
    for _time in range(990):
        placed(customer)
    for_more = statements_of(office, page)

    assert len(for_more) == len(for_ten), (for_ten, for_more)


def test_the_list_takes_as_many_statements_for_a_thousand_customers_as_for_ten(office):
    def add(first: int, last: int) -> None:
        for number in range(first, last):
            placed(User.objects.create_user(f"c{number}@example.com", name=f"Customer {number}"))

    add(0, 10)
    for_ten = statements_of(office, LIST)
    add(10, 1000)
    for_more = statements_of(office, LIST)

    assert Customer.objects.count() == 1000
    assert len(for_more) == len(for_ten), (for_ten, for_more)
