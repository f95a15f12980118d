"""The query parameters of track lists."""

from typing import Any

from django.db.models import Q, QuerySet
from django_filters import rest_framework as filters

from config.rest.filters import IdFilter
from config.rest.principals import principal_of
from tracking.models import Track


class TrackFilter(filters.FilterSet):
    """By order, worker, action and result; customers, who see no worker, not by worker."""

    order_number = filters.CharFilter(method="of_order", max_length=64)
    worker = IdFilter(field_name="worker_id")
    action = filters.CharFilter(max_length=64)
    result = filters.ChoiceFilter(choices=Track.Result.choices)

    class Meta:
        model = Track
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.request is not None and principal_of(self.request).is_customer:
            del self.filters["worker"]

    def of_order(self, tracks: QuerySet[Track], name: str, value: str) -> QuerySet[Track]:
        """The tracks of an order, or of a number that no order has."""
        given = value.strip()
        number = given.upper() if given.isascii() else given
        without_order = Q(order=None, order_number__in=[given, number])
        return tracks.filter(Q(order__order_number=number) | without_order)
