"""The query parameters of service lists."""

from django_filters import rest_framework as filters

from catalog.models import Service


class ServiceFilter(filters.FilterSet):
    """By status."""

    status = filters.ChoiceFilter(choices=Service.Status.choices)

    class Meta:
        model = Service
        fields: list[str] = []
