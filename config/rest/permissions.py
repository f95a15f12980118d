"""Who may call what, as class attributes of the views."""

from dataclasses import dataclass, field
from typing import Any

from rest_framework.permissions import BasePermission

from config.rest.principals import principal_of, require_second_factor
from config.rest.refusals import Code, Refusal

ANYONE, CUSTOMER, STAFF, WORKER = "anyone", "customer", "staff", "worker"


@dataclass(frozen=True)
class Access:
    """The kinds of principal that may make a call, and what staff need for it.

    `permission` is the Django permission (`app.codename`) that a staff user must hold;
    superusers hold all of them.
    """

    kinds: frozenset[str] = field(default_factory=frozenset)
    permission: str = ""


def allow(*kinds: str, permission: str = "") -> Access:
    """Let these kinds in; with `permission`, staff who hold it too."""
    return Access(frozenset(kinds) | ({STAFF} if permission else set()), permission)


EVERYONE = allow(ANYONE, CUSTOMER, STAFF, WORKER)


class PrincipalPermission(BasePermission):
    """Hold every call against the view's `access`: one entry an action, or one for all.

    An action without an entry is closed to everybody: forgetting one shows at once.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        """Return True, or raise 401 `not_authenticated`, `otp_required` or 403.

        Staff whose role needs a second factor that they have not set up may call nothing, by
        whatever session.
        """
        access = view.access
        if isinstance(access, dict):
            if view.action in (None, "metadata"):
                return True  # No such method here, or OPTIONS: which ones there are.
            access = access.get(view.action, Access())
        principal = principal_of(request)
        if principal.is_staff:
            require_second_factor(principal.user)
        if principal.kind not in access.kinds:
            code = Code.NOT_AUTHENTICATED if principal.kind == ANYONE else Code.PERMISSION_DENIED
            raise Refusal(code)
        if principal.is_staff and access.permission:
            require(principal.user, access.permission)
        return True


def require(user: Any, permission: str) -> None:
    """Raise `permission_denied` unless this staff user holds the Django permission."""
    if not user.has_perm(permission):
        raise Refusal(Code.PERMISSION_DENIED)
