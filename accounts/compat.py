"""Signing up and in as old clients do it, and customers in their shape."""

from typing import Any

from django.contrib import auth
from django.http import HttpResponse
from django.shortcuts import redirect
from rest_framework.parsers import FormParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import registration, sessions
from accounts.models import User
from accounts.serializers import CustomerOutput, LoginInput, RegisterInput, StaffLoginInput
from accounts.sessions import SignedIn
from accounts.views import signed_in_body, user_agent_of
from config.rest.legacy import (
    EXPECTED_JSON,
    LegacyAdminViewSet,
    LegacyViewSet,
    refuse_cross_site,
)
from config.rest.limits import AUTH
from config.rest.parsers import StrictJSONParser
from config.rest.permissions import EVERYONE, STAFF, allow
from config.rest.principals import require_second_factor
from config.rest.refusals import Code, Refusal


def customer_body(customer: User) -> dict[str, Any]:
    """A customer with both dialects' keys."""
    body = CustomerOutput(customer).data
    return body | {"createdAt": body["created_at"]}


def _signed_in(signed_in: SignedIn) -> dict[str, Any]:
    body = signed_in_body(signed_in)
    return body | {"token": body["access_token"], "customer": customer_body(signed_in.user)}


class AuthCompat(LegacyViewSet):
    """`/auth/signup` and `/auth/login`."""

    access = {"signup": EVERYONE, "login": EVERYONE}
    limits = {"signup": AUTH, "login": AUTH}
    authentication_classes = []
    successors = {"signup": "POST auth/register", "login": "POST auth/login"}
    texts = {
        Code.EMAIL_TAKEN: "Email exists",
        Code.BAD_CREDENTIALS: "Invalid credentials",
        Code.UNSUPPORTED_MEDIA_TYPE: EXPECTED_JSON,
    }

    def signup(self, request: Request) -> Response:
        """Make a customer account and sign in."""
        body = self.sent()
        self.require(body, "name", "email", "phone", "password")
        data = self.read(RegisterInput, data=body)
        signed_in = registration.register(**data, user_agent=user_agent_of(request))
        return Response(_signed_in(signed_in), status=201)

    def login(self, request: Request) -> Response:
        """Sign in by email and password."""
        body = self.sent()
        self.require(body, "email", "password")
        data = self.read(LoginInput, data=body)
        return Response(_signed_in(sessions.sign_in(**data, user_agent=user_agent_of(request))))


class AdminLoginCompat(LegacyViewSet):
    """`/admin/login` without a slash: staff sign in to the admin, by JSON or by a form."""

    access = {"lead_on": EVERYONE, "sign_in": EVERYONE}
    limits = {"sign_in": AUTH}
    account_fields = ("username", "email")
    authentication_classes = []
    parser_classes = [StrictJSONParser, FormParser]
    successors = {"sign_in": "POST auth/login"}
    texts = {Code.BAD_CREDENTIALS: "Invalid credentials"}
    always_on = frozenset({"lead_on"})

    def lead_on(self, request: Request) -> HttpResponse:
        """Lead people to the admin's own form."""
        return redirect("admin:login")

    def sign_in(self, request: Request) -> HttpResponse:
        """Open an admin session; a form is led on to the admin, or back to its form."""
        refuse_cross_site(request._request)
        is_form = request.content_type.startswith("application/x-www-form-urlencoded")
        try:
            auth.login(request._request, self._staff_user())
        except Refusal:
            if is_form:
                return redirect("admin:login")
            raise
        if is_form:
            return redirect("admin:index")
        return Response({"message": "Admin login successful", "msg": "ok"})

    def _staff_user(self) -> User:
        body = self.sent()
        body["username"] = body.get("username") or body.get("email")
        self.require(body, "username", "password")
        user = sessions.staff_user_with(**self.read(StaffLoginInput, data=body))
        require_second_factor(user)
        return user


class AdminLogoutCompat(LegacyAdminViewSet):
    """`/admin/logout` without a slash."""

    access = {"sign_out": allow(STAFF)}
    successors = {"sign_out": "POST auth/logout"}

    def sign_out(self, request: Request) -> Response:
        """End the admin session."""
        auth.logout(request._request)
        return Response({"message": "Admin logged out", "msg": "logged out"})
