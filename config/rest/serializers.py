"""What the bodies and answers of several apps share."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers

from config.rest.fields import Text


class ChangeInput(serializers.Serializer):
    """The body of a change of `instance`, of which clients may send the whole back."""

    def to_internal_value(self, data: Any) -> Any:
        """Leave out texts that come back as they are: imported ones may fit no rule of today."""
        if self.instance is not None and isinstance(data, dict):
            data = {name: value for name, value in data.items() if not self._is_kept(name, value)}
        return super().to_internal_value(data)

    def _is_kept(self, name: str, value: Any) -> bool:
        is_text = isinstance(self.fields.get(name), Text) and hasattr(self.instance, name)
        return is_text and value == getattr(self.instance, name)


class NeedsOneOf(serializers.Serializer):
    """A body in which one of the fields `needs_one_of` must stand."""

    needs_one_of: tuple[str, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a body without any of them, by the first one's name."""
        if all(attrs.get(name) is None for name in self.needs_one_of):
            names = _(" or ").join(self.needs_one_of)
            raise serializers.ValidationError(
                {self.needs_one_of[0]: _("Send %(names)s.") % {"names": names}}
            )
        return attrs


class MessageOutput(serializers.Serializer):
    """What was done, in a word."""

    msg = serializers.CharField()


def says(text: str) -> OpenApiResponse:
    """How an answer of one text stands in the OpenAPI document."""
    return OpenApiResponse(MessageOutput, examples=[OpenApiExample("Example", value={"msg": text})])
