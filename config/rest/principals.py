"""Who is calling: the one answer that permissions, verbs, limits and logs share."""

from dataclasses import dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _

from config.rest.refusals import Code, Refusal

Kind = Literal["anyone", "customer", "staff", "worker", "system"]


@dataclass(frozen=True)
class Principal:
    """Who does something, as the verbs take it.

    `user` is set for customers and staff, `worker` for workers, and `device` where a
    device token spoke for the worker.  They are models of apps above this one.
    """

    kind: Kind
    user: Any = None
    worker: Any = None
    device: Any = None

    @property
    def id(self) -> int | None:
        """The number of the user or worker; None for anyone and the system."""
        who = self.user or self.worker
        return who.pk if who else None

    @property
    def is_staff(self) -> bool:
        """Whether this is a member of the shop's staff."""
        return self.kind == "staff"

    @property
    def is_worker(self) -> bool:
        """Whether this is a worker."""
        return self.kind == "worker"

    @property
    def is_customer(self) -> bool:
        """Whether this is a signed-in customer."""
        return self.kind == "customer"


ANYONE = Principal("anyone")
SYSTEM = Principal("system")


def principal_of(request: Any) -> Principal:
    """The principal of a request, from what its authentication found.

    Users and workers name their own kind (`principal_kind`), so nothing here knows
    their models.
    """
    user = request.user
    kind: Kind = getattr(user, "principal_kind", "anyone")
    if kind == "worker":
        return Principal("worker", worker=user, device=request.auth)
    return Principal(kind, user=user) if kind != "anyone" else ANYONE


def require_second_factor(user: Any) -> None:
    """Raise `otp_required` for staff whose role needs a second factor, until they have one."""
    if user.lacks_second_factor:
        raise Refusal(
            Code.OTP_REQUIRED, _("Your role needs a second factor: set it up in the admin first.")
        )
