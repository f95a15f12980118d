"""What comes in and goes out of the account endpoints."""

from rest_framework import serializers

from accounts.models import User
from config.rest.fields import Email, Instant, Phone, Secret, Text


class RegisterInput(serializers.Serializer):
    """The body of `POST auth/register`."""

    name = Text(max_length=128)
    email = Email()
    password = Secret()
    phone = Phone(required=False, allow_blank=True)


class LoginInput(serializers.Serializer):
    """The body of `POST auth/login`."""

    email = Text(max_length=255)
    password = Secret()


class RefreshInput(serializers.Serializer):
    """The body of `POST auth/refresh`; empty where the token comes as a header."""

    refresh_token = Text(max_length=4096, required=False)


class ProfileInput(serializers.Serializer):
    """The body of `PATCH auth/me`; all of it is optional."""

    name = Text(max_length=128)
    email = Email()
    phone = Phone(allow_blank=True)


class PasswordChangeInput(serializers.Serializer):
    """The body of `POST auth/password/change`."""

    current_password = Secret()
    new_password = Secret()


class PasswordResetInput(serializers.Serializer):
    """The body of `POST auth/password/reset`."""

    email = Email()


class LinkInput(serializers.Serializer):
    """What a mailed link carries: the body of `POST auth/email/confirm`."""

    uid = Text(max_length=64)
    token = Text(max_length=128)


class PasswordResetConfirmInput(LinkInput):
    """The body of `POST auth/password/reset/confirm`."""

    new_password = Secret()


class CustomerOutput(serializers.ModelSerializer):
    """A customer, as they see themselves and as staff see them."""

    created_at = Instant()
    updated_at = Instant()

    class Meta:
        model = User
        fields = [
            "id",
            "name",
            "email",
            "phone",
            "is_active",
            "email_confirmed",
            "created_at",
            "updated_at",
        ]
