"""Query parameters, as strict as fields."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidParameters

from config.rest.fields import MAX_INTEGER, YEARS, Instant, Integer


class _InstantFormField(forms.Field):
    """A moment in a query, read as in a body: with its offset, or in the shop's time."""

    def to_python(self, value: Any) -> Any:
        """The moment; None for an empty parameter."""
        if value in self.empty_values:
            return None
        try:
            # A plus sign that was not escaped arrives as a blank.
            return Instant().to_internal_value(value.strip().replace(" ", "+"))
        except serializers.ValidationError as error:
            raise ValidationError([str(text) for text in error.detail]) from error


class _IntegerFormField(forms.Field):
    """A whole number in a query, read as in a body."""

    def to_python(self, value: Any) -> Any:
        """The number; None for an empty parameter."""
        if value in self.empty_values:
            return None
        try:
            return Integer(min_value=0).run_validation(value)
        except serializers.ValidationError as error:
            raise ValidationError([str(text) for text in error.detail]) from error


@extend_schema_field(
    {"type": "string", "anyOf": [{"format": "date-time", "pattern": YEARS}, {"maxLength": 0}]}
)
class InstantFilter(filters.Filter):
    """Compares a column with a moment."""

    field_class = _InstantFormField


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": MAX_INTEGER})
class IdFilter(filters.Filter):
    """Compares a column with the number of a row; django-filter's own also takes 1.5 and 1e1."""

    field_class = _IntegerFormField


def narrowed(filter_class: type[filters.FilterSet], rows: Any, request: Any) -> Any:
    """The rows that a request's parameters leave; raises `validation` for a bad one."""
    narrowing = filter_class(request.query_params, rows, request=request)
    if not narrowing.is_valid():
        raise InvalidParameters(narrowing.errors)
    return narrowing.qs
