"""Customers with what they ordered, which the accounts alone do not know."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Max, Q, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import CustomerAdmin
from accounts.models import Customer
from orders.models import Order, Status

# The page of a customer shows so many orders; the list shows them all.
ORDERS_SHOWN = 20


class Figures(NamedTuple):
    """What a customer ordered, without deleted orders: how many, for how much, and when last.

    Cancelled orders cost nothing. The last visit is when the newest order was placed.
    """

    orders: int = 0
    spent: Decimal = Decimal(0)
    last_visit: datetime.datetime | None = None


def figures_of(customers: Iterable[int]) -> dict[int, Figures]:
    """The figures of these customers, in one query; who ordered nothing has none."""
    rows = (
        Order.objects.present()
        .filter(customer__in=list(customers))
        .order_by()
        .values_list("customer")
        .annotate(
            placed=Count("pk"),
            spent=Sum("total_cost", filter=~Q(status=Status.CANCELLED)),
            newest=Max("created_at"),
        )
    )
    return {
        customer: Figures(placed, spent or Decimal(0), newest)
        for customer, placed, spent, newest in rows
    }


class CustomerList(ChangeList):
    """A page of the list, whose customers come with their figures."""

    def get_results(self, request: HttpRequest) -> None:
        """The customers of the page; their figures are one more query for all of them."""
        super().get_results(request)
        customers = list(self.result_list)
        found = figures_of(customer.pk for customer in customers)
        for customer in customers:
            customer.figures = found.get(customer.pk, Figures())
        self.result_list = customers


class CustomerPage(CustomerAdmin):
    """The shop's customers, with their orders for who may see orders."""

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The columns; what was ordered for who may see it."""
        may_see = self._may_see_orders(request)
        return [*self.list_display, *(("orders", "last_visit") if may_see else ())]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list, with the figures that these columns need."""
        return CustomerList if self._may_see_orders(request) else ChangeList

    @staticmethod
    def _may_see_orders(request: HttpRequest) -> bool:
        return bool(request.user.has_perm("orders.view_order"))

    @admin.display(description=_("orders"))
    def orders(self, customer: Customer) -> int:
        """How many they placed."""
        return int(customer.figures.orders)  # type: ignore[attr-defined]

    @admin.display(description=_("last visit"))
    def last_visit(self, customer: Customer) -> datetime.datetime | None:
        """When they placed the newest."""
        moment: datetime.datetime | None = customer.figures.last_visit  # type: ignore[attr-defined]
        return moment

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The form, with the customer's newest orders and their figures."""
        customer = context.get("original")
        if customer is not None and self._may_see_orders(request):
            orders = Order.objects.present().filter(customer=customer.pk).order_by("-pk")
            context |= {
                "figures": figures_of([customer.pk]).get(customer.pk, Figures()),
                "orders": orders[:ORDERS_SHOWN],
            }
        return super().render_change_form(request, context, *args, **kwargs)
