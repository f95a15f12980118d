"""What comes in and goes out of the account endpoints."""

from rest_framework import serializers

from accounts.models import User
from config.rest.fields import Email, Identity, Instant, Phone, Secret, Text
from config.rest.openapi import shown_as
from config.rest.serializers import ChangeInput

CUSTOMER = {
    "id": 7,
    "name": "Asha Rao",
    "email": "asha@example.com",
    "phone": "+91 98450 12345",
    "is_active": True,
    "email_confirmed": True,
    "created_at": "2026-12-01T08:00:00Z",
    "updated_at": "2026-12-01T08:00:00Z",
}
ACCESS = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoiYWNjZXNzIn0.dBjftJeZ4CVP"
REFRESH = "eyJhbGciOiJIUzI1NiJ9.eyJ0b2tlbl90eXBlIjoicmVmcmVzaCJ9.mB92K27uhbUJ"
LINK = {"uid": "Nw", "token": "cx2k9d-5f0e4b1c2f0b4c4d8f2b9a7c1d3e5f60"}


@shown_as({"name": "Asha Rao", "email": "asha@example.com", "password": "a-copper-kettle"})
class RegisterInput(serializers.Serializer):
    """The body of `POST auth/register`."""

    name = Text(max_length=128)
    email = Email()
    password = Secret()
    phone = Phone(required=False, allow_blank=True)


class WithCode(serializers.Serializer):
    """What a sign-in may carry beside the password."""

    otp = Text(
        max_length=64,
        required=False,
        allow_blank=True,
        help_text="The code of the second factor's app, or a recovery code; ignored without one.",
    )


@shown_as({"email": "asha@example.com", "password": "a-copper-kettle"})
class LoginInput(WithCode):
    """The body of `POST auth/login`."""

    email = Identity(max_length=255)
    password = Secret()


class StaffLoginInput(WithCode):
    """The body of the old `POST /admin/login`: a user name or an email, and the password."""

    username = Identity(max_length=255)
    password = Secret()


@shown_as({"refresh_token": REFRESH})
class RefreshInput(serializers.Serializer):
    """The body of `POST auth/refresh`; empty where the token comes as a header."""

    refresh_token = Text(max_length=4096, required=False)


@shown_as({"phone": "+91 98450 12345"})
class ProfileInput(ChangeInput):
    """The body of `PATCH auth/me`; all of it is optional."""

    name = Text(max_length=128)
    email = Email()
    phone = Phone(allow_blank=True)


@shown_as({"current_password": "a-copper-kettle", "new_password": "two-copper-kettles"})
class PasswordChangeInput(serializers.Serializer):
    """The body of `POST auth/password/change`."""

    current_password = Secret()
    new_password = Secret()


@shown_as({"email": "asha@example.com"})
class PasswordResetInput(serializers.Serializer):
    """The body of `POST auth/password/reset`."""

    email = Email()


@shown_as(LINK)
class LinkInput(serializers.Serializer):
    """What a mailed link carries: the body of `POST auth/email/confirm`."""

    uid = Text(max_length=64)
    token = Text(max_length=128)


@shown_as(LINK | {"new_password": "two-copper-kettles"})
class PasswordResetConfirmInput(LinkInput):
    """The body of `POST auth/password/reset/confirm`."""

    new_password = Secret()


@shown_as(CUSTOMER)
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


@shown_as({"access_token": ACCESS, "refresh_token": REFRESH, "customer": CUSTOMER})
class SignedInOutput(serializers.Serializer):
    """The answer to a sign-in."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    customer = CustomerOutput()


@shown_as({"access_token": ACCESS})
class AccessTokenOutput(serializers.Serializer):
    """A new access token of the same session."""

    access_token = serializers.CharField()
