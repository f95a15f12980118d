"""The query parameters of the order list."""

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from accounts.models import normalise_email, reverse_digits
from config.rest.filters import IdFilter, InstantFilter
from orders.models import Order, OrderLine, Status

MINIMUM_DIGITS = 4


def search(orders: QuerySet[Order], text: str) -> QuerySet[Order]:
    """Orders by what staff type: never in the middle of a column, so an index answers.

    An order number or its beginning; the beginning of an email; four or more digits: the
    end of the phone number; else the beginning of the name.
    """
    text = text.strip()
    # istartswith: Django's startswith is LIKE BINARY on MariaDB, which no index answers.
    found = Q(order_number__istartswith=text.upper())
    if "@" in text:
        found |= Q(email__istartswith=normalise_email(text))
    elif len(digits := reverse_digits(text)) >= MINIMUM_DIGITS and not _has_letters(text):
        found |= Q(phone_reversed__istartswith=digits)
    else:
        found |= Q(name__istartswith=text) | Q(email__istartswith=normalise_email(text))
    return orders.filter(found) if text else orders


def _has_letters(text: str) -> bool:
    return any(character.isalpha() for character in text)


class OrderFilter(filters.FilterSet):
    """What staff narrow the order list by."""

    status = filters.ChoiceFilter(choices=Status.choices)
    service = IdFilter(method="with_service")
    email = filters.CharFilter(method="of_email", max_length=255)
    q = filters.CharFilter(
        method="searched",
        max_length=255,
        help_text="An order number or its beginning; the beginning of an email or a name; "
        "or the last 4 or more digits of a phone number.",
    )
    created_after = InstantFilter(field_name="created_at", lookup_expr="gte")
    created_before = InstantFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = Order
        fields: list[str] = []

    def with_service(self, orders: QuerySet[Order], name: str, value: int) -> QuerySet[Order]:
        """Orders with a line of this service."""
        return orders.filter(pk__in=OrderLine.objects.filter(service=value).values("order"))

    def of_email(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """Orders placed under exactly this email."""
        return orders.filter(email=normalise_email(value))

    def searched(self, orders: QuerySet[Order], name: str, value: str) -> QuerySet[Order]:
        """The search of the contract's `q`."""
        return search(orders, value)
