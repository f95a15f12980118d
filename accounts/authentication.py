"""How the API recognises customers and staff."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Session, User
from accounts.sessions import session_of


def bearer_of(request: Any) -> str | None:
    """The token of `Authorization: Bearer <token>`; None without such a header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def is_jwt(token: str) -> bool:
    """Whether a bearer token has a JWT's three parts (RFC 7519); device tokens have not."""
    return token.count(".") == 2


class AccessTokenAuthentication(BaseAuthentication):
    """A signed-in customer's or staff user's access token."""

    def authenticate(self, request: Any) -> tuple[User, Session] | None:
        """The user and session; None leaves the request to the next class."""
        token = bearer_of(request)
        if token is None or not is_jwt(token):
            return None
        session = session_of(token, AccessToken)
        return session.user, session

    def authenticate_header(self, request: Any) -> str:
        """What a 401 asks for."""
        return "Bearer"


class StaffSessionAuthentication(SessionAuthentication):
    """The admin's own session cookie, for staff; unsafe calls need the CSRF token."""

    def authenticate(self, request: Any) -> tuple[User, None] | None:
        """The staff user of the admin session, if there is one."""
        user = request._request.user
        if not (user.is_authenticated and user.is_active and user.is_staff):
            return None
        self.enforce_csrf(request)
        return user, None
