"""What happens to orders when something happens elsewhere."""

from typing import Any

from accounts.models import User
from orders.models import Order


def mark_orders_of_confirmed_email(*, user: User, **kwargs: Any) -> None:
    """Give a customer the orders placed with exactly the email they have just confirmed.

    Runs in the transaction of the confirmation (contract, "Whose order").
    """
    orders = Order.objects.filter(customer=user, email=user.email, customer_confirmed=False)
    orders.update(customer_confirmed=True)
