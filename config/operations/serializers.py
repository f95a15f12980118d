"""What comes in to the calls that span all apps."""

from django.utils.translation import gettext as _
from rest_framework import serializers

from config.rest.fields import Boolean, Email, Phone, Text
from config.rest.openapi import shown_as
from config.rest.serializers import ChangeInput


@shown_as({"name": "Asha Rao", "phone": "+91 98450 12345"})
class CustomerInput(ChangeInput):
    """The body of `PUT` and `PATCH customers...`: any part of a customer."""

    name = Text(max_length=128, required=False)
    phone = Phone(required=False, allow_blank=True)
    email = Email(required=False, allow_null=True)
    is_active = Boolean(required=False)

    def validate_email(self, email: str | None) -> str:
        """A customer without an email may come back as they are; none is taken away."""
        if email is None:
            raise serializers.ValidationError(_("An email cannot be taken away."))
        return email


@shown_as({"msg": "Customer deactivated", "result": "deactivated"})
class RemovedOutput(serializers.Serializer):
    """What became of a customer who was to go."""

    msg = serializers.CharField()
    result = serializers.ChoiceField(choices=["deleted", "deactivated", "anonymised"])
