"""How the strict fields stand in the OpenAPI document."""

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension


class TextExtension(OpenApiSerializerFieldExtension):
    """How a text that is stripped is described."""

    target_class = "config.rest.fields.Text"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A string, with something in it where it must not be blank."""
        is_blankable = self.target.allow_blank
        return {"type": "string"} | ({} if is_blankable else {"minLength": 1, "pattern": r"\S"})


class PhoneExtension(OpenApiSerializerFieldExtension):
    """How a telephone number is described."""

    target_class = "config.rest.fields.Phone"
    priority = 1

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A string of what telephone numbers are written with."""
        return {"type": "string", "pattern": r"^[0-9+()./ \-]+$"}


def _or_text(schema: dict[str, Any], pattern: str) -> dict[str, Any]:
    """A number, or the same number as a string, as published clients send it."""
    return {"oneOf": [schema, {"type": "string", "pattern": pattern}]}


class IntegerExtension(OpenApiSerializerFieldExtension):
    """How a strict integer is described."""

    target_class = "config.rest.fields.Integer"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A 64-bit integer within the field's bounds, or its text."""
        bounds = {"minimum": self.target.min_value, "maximum": self.target.max_value}
        return _or_text({"type": "integer", "format": "int64"} | bounds, "^[0-9]{1,19}$")


class MoneyExtension(OpenApiSerializerFieldExtension):
    """How an amount of money is described."""

    target_class = "config.rest.fields.Money"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """An amount with at most 2 decimals, or its text."""
        number = {"type": "number", "minimum": 0, "maximum": 99999999.99, "multipleOf": 0.01}
        return _or_text(number, r"^[0-9]{1,8}(\.[0-9]{1,2})?$")


class InstantExtension(OpenApiSerializerFieldExtension):
    """How a moment is described."""

    target_class = "config.rest.fields.Instant"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A date-time."""
        return {"type": "string", "format": "date-time"}


class PickupExtension(OpenApiSerializerFieldExtension):
    """How a pickup is described."""

    target_class = "orders.serializers.PickupField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A date or a date-time."""
        return {
            "oneOf": [
                {"type": "string", "format": "date"},
                {"type": "string", "format": "date-time"},
            ],
            "examples": ["2026-12-24"],
        }
