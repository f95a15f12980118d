"""The query parameters of the customer list, and what staff search people by."""

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from accounts.models import Customer, User, normalise_email, reverse_digits

MINIMUM_DIGITS = 4


def search(people: QuerySet[User], text: str) -> QuerySet[User]:
    """People by what staff type: never in the middle of a column, so an index answers.

    The beginning of a name or an email; with four or more digits also the end of a phone
    number.
    """
    text = text.strip()
    # istartswith: Django's startswith is LIKE BINARY on MariaDB, which no index answers.
    found = Q(name__istartswith=text) | Q(email__istartswith=normalise_email(text))
    if len(digits := reverse_digits(text)) >= MINIMUM_DIGITS:
        found |= Q(phone_reversed__istartswith=digits)
    return people.filter(found) if text else people


class CustomerFilter(filters.FilterSet):
    """What staff narrow the customer list by."""

    q = filters.CharFilter(method="searched", max_length=255)

    class Meta:
        model = Customer
        fields: list[str] = []

    def searched(self, customers: QuerySet[User], name: str, value: str) -> QuerySet[User]:
        """The search of the contract's `q`."""
        return search(customers, value)
