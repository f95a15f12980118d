"""How the strict fields stand in the OpenAPI document."""

from typing import Any

from django.core.validators import RegexValidator
from drf_spectacular.extensions import OpenApiSerializerFieldExtension

from config.rest.fields import YEARS


class TextExtension(OpenApiSerializerFieldExtension):
    """How a text that is stripped is described."""

    target_class = "config.rest.fields.Text"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A string, with something in it where it must not be blank."""
        schema: dict[str, Any] = {"type": "string"}
        if not self.target.allow_blank:
            schema["minLength"] = 1
            if not any(isinstance(rule, RegexValidator) for rule in self.target.validators):
                schema["pattern"] = r"\S"
        return schema


class EmailExtension(OpenApiSerializerFieldExtension):
    """How an email address is described."""

    target_class = "config.rest.fields.Email"
    priority = 1

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """An address whose domain has a top level, which the format alone does not ask for."""
        pattern = r"@(localhost|.+\.[^.]{2,63}|\[.+\])\s*$"
        return {"type": "string", "format": "email", "pattern": pattern}


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
        low, high = self.target.min_value, self.target.max_value
        schema = {"type": "integer", "format": "int64", "minimum": low, "maximum": high}
        # So many digits stay below the maximum, whatever they are.
        digits = len(str(high + 1)) - 1
        from_one = f"^[1-9][0-9]{{0,{digits - 1}}}$"
        return _or_text(schema, from_one if low == 1 else f"^[0-9]{{1,{digits}}}$")


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
        """A date-time; of those that come in, within the years that are taken."""
        schema = {"type": "string", "format": "date-time"}
        return schema | ({"pattern": YEARS} if direction == "request" else {})


class PickupExtension(OpenApiSerializerFieldExtension):
    """How a pickup is described."""

    target_class = "orders.serializers.PickupField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """A date or a date-time; of those that come in, also none."""
        forms: list[dict[str, Any]] = [
            {"type": "string", "format": "date"},
            {"type": "string", "format": "date-time"},
        ]
        if direction == "request":
            forms = [form | {"pattern": YEARS} for form in forms]
            forms.append({"type": "string", "maxLength": 0})
        return {"oneOf": forms, "examples": ["2026-12-24"]}
