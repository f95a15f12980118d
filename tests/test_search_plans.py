"""What staff type is answered by indexes, however many orders and customers there are.

MariaDB tells by which. SQLite's indexes know no letters' case: it reads all rows, and only
has to find the same.
"""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from accounts.filters import search as search_people
from accounts.models import Customer, User, reverse_digits
from orders.filters import search as search_orders
from orders.models import Order

# MariaDB ends a transaction to count a table's rows.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def crowd() -> None:
    """So many customers and orders that to read all of them is the worse plan."""
    customers, orders = [], []
    for n in range(1000, 2000):
        who = {"name": f"Name {n}", "email": f"mail{n}@example.com", "phone": f"49-{n}"}
        who["phone_reversed"] = reverse_digits(who["phone"])
        customers.append(User(password="!", **who))
        since = timezone.now()
        orders.append(Order(order_number=f"N{n}", token="t", status_changed_at=since, **who))
    User.objects.bulk_create(customers)
    Order.objects.bulk_create(orders)
    if connection.vendor == "mysql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE TABLE accounts_user, orders_order")


def assert_read_by_index(rows: QuerySet) -> None:
    """Not the whole table, and not its newest rows until enough of them fit."""
    if connection.vendor == "mysql":
        assert " index_merge " in rows.explain()


def test_a_search_of_orders_reads_what_it_finds(crowd: None) -> None:
    for text in ("N1234", "n1234", "mail1234@", "MAIL1234", "name 1234", "1234", "49-1234"):
        found = search_orders(Order.objects.present(), text).order_by("-id")[:101]
        assert [order.order_number for order in found] == ["N1234"], text
        assert_read_by_index(found)


def test_a_search_of_customers_reads_what_it_finds(crowd: None) -> None:
    for text in ("mail1234@", "MAIL1234", "name 1234", "1234", "49-1234"):
        found = search_people(Customer.objects.all(), text).order_by("-id")[:101]
        assert [customer.email for customer in found] == ["mail1234@example.com"], text
        assert_read_by_index(found)
