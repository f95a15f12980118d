"""What the old clients' endpoints share: two dialects, one error shape, and a way to v1.

Every old path leads to a view of some app's `compat` module, which translates shapes and
calls the verbs that v1 calls. `LEGACY_API=off` closes them all.
"""

import datetime
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import http_date
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import Cursor
from rest_framework.response import Response

from config.counters import LEGACY_CALLS
from config.rest.legacy_counts import Call, client_of, count, origin_of
from config.rest.pagination import KeysetPagination
from config.rest.permissions import EVERYONE
from config.rest.refusals import Code, Refusal
from config.rest.views import ApiViewSet

# When v1 came and the old paths became the second choice (RFC 9745).
DEPRECATED_SINCE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
LONGEST_LIST = 10_000
MISSING_FIELDS = "Missing fields"
EXPECTED_JSON = "Expected JSON"
# The words of the old servers, on every path of theirs. Of a second factor they knew nothing:
# a client that learns of it reads the code.
OLD_TEXTS = {
    Code.NOT_AUTHENTICATED: "Unauthorized",
    Code.MALFORMED_BODY: EXPECTED_JSON,
    Code.OTP_REQUIRED: Code.OTP_REQUIRED.value,
}


def slug(text: str) -> str:
    """`picked_up` for `Picked Up`: a status of old clients as an action, "" if none is left."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")[:64]


def is_missing(value: Any) -> bool:
    """Whether old clients left a value out: null and blank texts count as that."""
    return value is None or (isinstance(value, str) and not value.strip())


def refuse_cross_site(request: HttpRequest) -> None:
    """Raise `csrf_failed` for a call that another site's page makes with our cookie.

    Old admin clients send no CSRF token, but every browser says where a call comes from:
    `Origin` (RFC 6454), or without one `Sec-Fetch-Site` (Fetch Metadata).
    """
    origin = request.headers.get("Origin")
    if origin is None:
        is_ours = request.headers.get("Sec-Fetch-Site") != "cross-site"
    else:
        public = urlsplit(settings.PUBLIC_URL)
        own = {f"{request.scheme}://{request.get_host()}", f"{public.scheme}://{public.netloc}"}
        is_ours = origin in own | set(settings.CSRF_TRUSTED_ORIGINS)
    if not is_ours:
        raise Refusal(Code.CSRF_FAILED, "This call comes from another site.")


class LegacyViewSet(ApiViewSet):
    """The base of all compat views.

    `successors` maps each action to the v1 call that replaces it (`PUT orders/{number}`),
    `aliases` the camel dialect's keys to v1's, `texts` codes to the words that old clients
    know. `endpoint` is the path as the counts name it.
    """

    endpoint = ""
    successors: Mapping[str, str] = {}
    aliases: Mapping[str, str] = {}
    texts: Mapping[Code, str] = {}
    # What LEGACY_API=off leaves alone.
    always_on: frozenset[str] = frozenset()

    @property
    def is_deprecated(self) -> bool:
        """Whether this call ends with the old API."""
        return self.action not in self.always_on

    @property
    def successor(self) -> str:
        """The v1 call that replaces this one; "" where there is none."""
        given = self.successors.get(self.action or "")
        return given or next(iter(self.successors.values()), "")

    def get_authenticators(self) -> list[Any]:
        """Bearer tokens only: a cookie that a browser adds is no intention."""
        found = super().get_authenticators()
        return [one for one in found if not isinstance(one, SessionAuthentication)]

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Close the door while LEGACY_API is off; raises `gone` with the v1 call to use."""
        if not settings.LEGACY_API and self.is_deprecated:
            hint = f" Use {self._v1_call()}." if self.successor else ""
            raise Refusal(Code.GONE, f"This endpoint is gone.{hint}")
        super().initial(request, *args, **kwargs)

    def _v1_call(self) -> str:
        method, path = self.successor.split(" ")
        return f"{method} {settings.PUBLIC_URL}/api/v1/{path}"

    def reworded(self, refusal: Refusal) -> Refusal:
        """A refusal in the words that old clients know."""
        text = self.texts.get(refusal.code) or OLD_TEXTS.get(refusal.code, refusal.detail)
        return Refusal(refusal.code, text, headers=refusal.headers)

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say on every answer that it is deprecated, what replaces it, and until when."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.is_deprecated and self.action not in (None, "metadata"):
            self._count(is_refused=response.status_code >= 400)
        if self.is_deprecated:
            response["Deprecation"] = f"@{int(DEPRECATED_SINCE.timestamp())}"
            if settings.LEGACY_SUNSET:
                response["Sunset"] = http_date(sunset().timestamp())
            if self.successor:
                address = self._v1_call().split(" ")[1].split("/{")[0]
                links = [response.get("Link"), f'<{address}>; rel="successor-version"']
                response["Link"] = ", ".join(link for link in links if link)
        return response

    def _count(self, *, is_refused: bool) -> None:
        request = self.request._request
        method = "GET" if request.method == "HEAD" else request.method
        client, origin = client_of(request), origin_of(request)
        call = Call(f"{method} {self.endpoint}", self.successor, client, origin, is_refused)
        count(call)
        LEGACY_CALLS.labels(call.endpoint, "yes" if is_refused else "no").inc()

    def get_serializer_context(self) -> dict[str, Any]:
        """Have the strict fields read numbers as text, as the old servers did."""
        return super().get_serializer_context() | {"legacy": True}

    def sent(self, unchanged: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The body under v1's names, without nulls; raises `malformed_body` for no object.

        Old clients change one key of what they were answered and send all of it back, both
        dialects' keys: what equals `unchanged`, the present answer, says nothing.
        """
        if not isinstance(self.request.data, dict):
            raise Refusal(Code.MALFORMED_BODY, EXPECTED_JSON)
        now = unchanged or {}
        given = {
            key: value
            for key, value in self.request.data.items()
            if value is not None and (key not in now or value != now[key])
        }
        camel = {self.aliases[key]: value for key, value in given.items() if key in self.aliases}
        return {key: value for key, value in given.items() if key not in self.aliases} | camel

    def require(self, body: Mapping[str, Any], *names: str, text: str = MISSING_FIELDS) -> None:
        """Raise `validation` with this text unless the body has all of these."""
        if any(is_missing(body.get(name)) for name in names):
            raise Refusal(Code.VALIDATION, text)


class AdminSession(SessionAuthentication):
    """The admin's session of a staff user, for calls that come from the shop's own pages."""

    def authenticate(self, request: Any) -> tuple[Any, None] | None:
        """The staff user; None without such a session; raises `csrf_failed`."""
        user = request._request.user
        if not (user.is_authenticated and user.is_active and user.is_staff):
            return None
        refuse_cross_site(request._request)
        return user, None


class LegacyAdminViewSet(LegacyViewSet):
    """The base of the old web admin's calls: an admin session, and its permissions."""

    def get_authenticators(self) -> list[Any]:
        """The session of the admin, and nothing else."""
        return [AdminSession()]

    def whole(self, rows: Any, render: Any) -> Response:
        """A list in one piece, newest first: at most 10,000 rows, and then a link to v1's."""
        found = list(rows.order_by("-pk")[: LONGEST_LIST + 1])
        shown, headers = found[:LONGEST_LIST], {}
        if len(found) > LONGEST_LIST:
            pages = KeysetPagination()
            pages.base_url = self._v1_call().split(" ")[1]
            after = pages.encode_cursor(Cursor(0, reverse=False, position=shown[-1].pk))
            headers = {"Link": f'<{after}>; rel="next"', "X-Truncated": "true"}
        return Response([render(row) for row in shown], headers=headers)


class GoneView(LegacyViewSet):
    """Old paths that were open to anybody, or that nothing replaces: 410, and why."""

    access = {"gone": EVERYONE}
    authentication_classes = []
    reason = ""

    def gone(self, request: Any, **kwargs: str) -> Response:
        """Refuse; raises `gone`."""
        raise Refusal(Code.GONE, self.reason)


class UnknownView(LegacyViewSet):
    """What lies below an old path and was never there: a 404 before any other answers."""

    access = {"unknown": EVERYONE}
    authentication_classes = []

    def unknown(self, request: Any, **kwargs: str) -> Response:
        """Refuse; raises `not_found`."""
        raise Refusal(Code.NOT_FOUND)


def sunset() -> datetime.datetime:
    """The start of the day named by LEGACY_SUNSET, in UTC; raises ValueError."""
    day = datetime.date.fromisoformat(settings.LEGACY_SUNSET)
    return datetime.datetime.combine(day, datetime.time(), datetime.UTC)
