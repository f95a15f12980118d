"""`/api/v1/auth/...`: customers and staff sign in and out."""

from typing import Any

from django.contrib import auth
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import confirmation, passwords, profile, registration, sessions
from accounts.authentication import bearer_of
from accounts.models import Session
from accounts.serializers import (
    AccessTokenOutput,
    CustomerOutput,
    LinkInput,
    LoginInput,
    PasswordChangeInput,
    PasswordResetConfirmInput,
    PasswordResetInput,
    ProfileInput,
    RefreshInput,
    RegisterInput,
    SignedInOutput,
)
from accounts.sessions import SignedIn
from config.rest.limits import AUTH
from config.rest.permissions import CUSTOMER, EVERYONE, STAFF, allow
from config.rest.refusals import Code, invalid
from config.rest.serializers import says
from config.rest.views import ApiViewSet


def signed_in_body(signed_in: SignedIn) -> dict[str, Any]:
    """The answer to a sign-in, as v1 clients read it."""
    return {
        "access_token": signed_in.access_token,
        "refresh_token": signed_in.refresh_token,
        "customer": CustomerOutput(signed_in.user).data,
    }


def user_agent_of(request: Request) -> str:
    """The program that calls, for the list of a user's sessions."""
    return str(request.headers.get("User-Agent", ""))


class AuthViewSet(ApiViewSet):
    """Registration, sign-in, and the account of who is signed in.

    The calls that make tokens read none: an old one sent along must not fail them.
    """

    access = {
        "register": EVERYONE,
        "login": EVERYONE,
        "refresh": EVERYONE,
        "logout": allow(CUSTOMER, STAFF),
        "me": allow(CUSTOMER, STAFF),
        "update_me": allow(CUSTOMER, STAFF),
        "change_password": allow(CUSTOMER, STAFF),
        "request_reset": EVERYONE,
        "reset_password": EVERYONE,
        "confirm_email": allow(CUSTOMER, STAFF),
    }
    refusals = {
        "register": (Code.EMAIL_TAKEN,),
        "login": (Code.BAD_CREDENTIALS, Code.OTP_REQUIRED),
        "refresh": (Code.TOKEN_INVALID,),
        "update_me": (Code.EMAIL_TAKEN,),
        "change_password": (Code.BAD_PASSWORD,),
        "reset_password": (Code.LINK_INVALID,),
        "confirm_email": (Code.LINK_INVALID,),
    }
    limits = {
        "register": AUTH,
        "login": AUTH,
        "refresh": AUTH,
        "request_reset": AUTH,
        "reset_password": AUTH,
        "confirm_email": AUTH,
    }
    account_fields = ("email", "uid")

    @extend_schema(request=RegisterInput, responses={201: SignedInOutput})
    @action(detail=False, methods=["post"], authentication_classes=[])
    def register(self, request: Request) -> Response:
        """Make a customer account and sign in."""
        data = self.read(RegisterInput)
        signed_in = registration.register(**data, user_agent=user_agent_of(request))
        return Response(signed_in_body(signed_in), status=201)

    @extend_schema(request=LoginInput, responses={200: SignedInOutput})
    @action(detail=False, methods=["post"], authentication_classes=[])
    def login(self, request: Request) -> Response:
        """Sign in by email and password; staff with a second factor also by its code.

        Without it, or with a wrong one, they get `otp_required`: ask for it, and call again.
        """
        data = self.read(LoginInput)
        return Response(signed_in_body(sessions.sign_in(**data, user_agent=user_agent_of(request))))

    @extend_schema(request=RefreshInput, responses={200: AccessTokenOutput})
    @action(detail=False, methods=["post"], authentication_classes=[])
    def refresh(self, request: Request) -> Response:
        """Get a new access token; the refresh token stays valid.

        A token in the body counts first: the header may hold the old access token, which
        many clients add to every call.
        """
        token = self.read(RefreshInput).get("refresh_token") or bearer_of(request)
        if not token:
            raise invalid("refresh_token", _("Send it here or as a bearer token."))
        return Response({"access_token": sessions.refresh(refresh_token=token)})

    @extend_schema(request=None, responses={200: says("Logged out")})
    @action(detail=False, methods=["post"])
    def logout(self, request: Request) -> Response:
        """End this session at once, with both its tokens."""
        if isinstance(request.auth, Session):
            sessions.sign_out(session=request.auth)
        else:
            auth.logout(request)  # Staff, by the admin's own session.
        return Response({"msg": "Logged out"})

    @extend_schema(responses={200: CustomerOutput})
    @action(detail=False, methods=["get"])
    def me(self, request: Request) -> Response:
        """The account of who is signed in."""
        return Response(CustomerOutput(request.user).data)

    @extend_schema(request=ProfileInput, responses={200: CustomerOutput})
    @me.mapping.patch
    def update_me(self, request: Request) -> Response:
        """Change one's name, phone or email; a changed email is unconfirmed again."""
        data = self.read(ProfileInput, partial=True, instance=self.principal.user)
        user = profile.update_profile(user=self.principal.user, **data)
        return Response(CustomerOutput(user).data)

    @extend_schema(request=PasswordChangeInput, responses={200: says("The password was changed.")})
    @action(detail=False, methods=["post"], url_path="password/change")
    def change_password(self, request: Request) -> Response:
        """Set a new password by the current one; all other sessions end."""
        data = self.read(PasswordChangeInput)
        session = request.auth if isinstance(request.auth, Session) else None
        user = passwords.change_password(user=self.principal.user, session=session, **data)
        if session is None:
            auth.update_session_auth_hash(request, user)  # Keeps the admin's own session.
        return Response({"msg": "The password was changed."})

    @extend_schema(
        request=PasswordResetInput,
        responses={202: says("If there is an account with this email, a link is on its way.")},
    )
    @action(detail=False, methods=["post"], url_path="password/reset", authentication_classes=[])
    def request_reset(self, request: Request) -> Response:
        """Ask for a mailed link to set a password; the answer is the same for every email."""
        passwords.request_reset(email=self.read(PasswordResetInput)["email"])
        return Response(
            {"msg": "If there is an account with this email, a link is on its way."}, status=202
        )

    @extend_schema(
        request=PasswordResetConfirmInput, responses={200: says("The password was set.")}
    )
    @action(
        detail=False,
        methods=["post"],
        url_path="password/reset/confirm",
        authentication_classes=[],
    )
    def reset_password(self, request: Request) -> Response:
        """Set a password by a mailed link; it confirms the email and ends all sessions."""
        passwords.reset_password(**self.read(PasswordResetConfirmInput))
        return Response({"msg": "The password was set."})

    @extend_schema(request=LinkInput, responses={200: says("The email was confirmed.")})
    @action(detail=False, methods=["post"], url_path="email/confirm")
    def confirm_email(self, request: Request) -> Response:
        """Confirm the email of who is signed in, by the link that was mailed to it."""
        confirmation.confirm_email(user=self.principal.user, **self.read(LinkInput))
        return Response({"msg": "The email was confirmed."})
