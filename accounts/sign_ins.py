"""Who of the staff came in, went out or was refused: noted with when, from where and by what.

Only names that staff have are noted of what is refused, and never a text that was typed: it may
be a password in the wrong field. Customers' sign-ins are their sessions.
"""

import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import SignIn
from config.history import current_request
from config.rest.addresses import client_address

# The routes' namespace -> the face; old clients' routes have none.
_FACES = {"admin": SignIn.Face.ADMIN, "v1": SignIn.Face.API}


def note_sign_in(*, user: Any, outcome: str = SignIn.Outcome.IN) -> None:
    """Note what the present request did to a member of staff's sign-in; of others nothing."""
    request = current_request()
    if request is None or not getattr(user, "is_staff", False):
        return
    namespace = request.resolver_match.namespace if request.resolver_match else ""
    SignIn.objects.create(
        user_id=user.pk,
        outcome=outcome,
        face=_FACES.get(namespace, SignIn.Face.LEGACY),
        address=client_address(request) or None,
    )


def note_signed_in(*, user: Any, **kwargs: Any) -> None:
    """Django opened a session of the admin (`user_logged_in`)."""
    note_sign_in(user=user)


def note_signed_out(*, user: Any, **kwargs: Any) -> None:
    """Django ended a session of the admin (`user_logged_out`)."""
    note_sign_in(user=user, outcome=SignIn.Outcome.OUT)


def noted_before(moment: datetime.datetime) -> QuerySet[SignIn]:
    """What was noted before a moment."""
    return SignIn.objects.filter(created_at__lt=moment)
