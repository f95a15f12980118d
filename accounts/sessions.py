"""Signing in and out: a session row, and the two tokens that carry its id."""

import datetime
import uuid
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import authenticate
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import Session, SignIn, User
from accounts.second_factor import prove, refusal_of
from accounts.sign_ins import note_sign_in
from config.database import retried
from config.rest.principals import require_second_factor
from config.rest.refusals import Code, Refusal


class SignedIn(NamedTuple):
    """The answer to a sign-in: who it is, and the two tokens."""

    user: User
    access_token: str
    refresh_token: str


def _carrying(token: Token, session: Session) -> str:
    token["sid"] = str(session.pk)
    token["sub"] = str(session.user_id)
    return str(token)


def open_session(*, user: User, user_agent: str = "") -> SignedIn:
    """Start a session for a user who has just shown who they are."""
    session = Session.objects.create(
        user=user,
        expires_at=timezone.now() + settings.REFRESH_TOKEN_LIFETIME,
        user_agent=user_agent[:255],
    )
    return SignedIn(user, _carrying(AccessToken(), session), _carrying(RefreshToken(), session))


@retried
def sign_in(*, email: str, password: str, otp: str = "", user_agent: str = "") -> SignedIn:
    """Open a session by email and password, and the second factor's code of who has one.

    Raises `bad_credentials` alike for an unknown email, a wrong password and a
    deactivated account; once the password was right, `otp_required` without a code or with a
    wrong one, and for staff whose role needs a second factor that they have not set up, and
    `rate_limited` after too many wrong codes.
    """
    # Twice, because another sign-in may have hashed an old password anew meanwhile.
    for _attempt in range(2):
        user = authenticate(username=email, password=password) if "@" in email else None
        if not isinstance(user, User):
            break
        require_second_factor(user)
        with transaction.atomic():
            refusal = refusal_of(user=user, otp=otp)
            if refusal is None:
                if _note_last_login(user):
                    note_sign_in(user=user)
                    return open_session(user=user, user_agent=user_agent)
                transaction.set_rollback(True)  # The code was used for nothing.
        if refusal is not None:
            _note_wrong_code(user, otp)
            raise refusal
    raise Refusal(Code.BAD_CREDENTIALS)


def _note_last_login(user: User) -> bool:
    """Write when this user signed in; False if what was verified no longer holds.

    Verifying takes long. A password change, a deactivation or another second factor that came
    meanwhile has ended all sessions, and this one must not open after it; one that comes now
    waits for the row.
    """
    unchanged = User.objects.filter(
        pk=user.pk,
        password=user.password,
        is_active=True,
        second_factor_at=user.second_factor_at,
    )
    user.last_login = timezone.now()
    return bool(unchanged.update(last_login=user.last_login))


def staff_user_with(*, username: str, password: str, otp: str = "") -> User:
    """The member of staff with this user name or email, this password, and this code.

    Raises `bad_credentials` alike for an unknown name, a wrong password, a deactivated
    account, and a customer's; then `otp_required` and `rate_limited` as `sign_in` does. Who
    lacks a second factor that their role needs is let in: to set it up.
    """
    user = authenticate(username=username, password=password)
    if not isinstance(user, User) or not user.is_staff:
        raise Refusal(Code.BAD_CREDENTIALS)
    try:
        prove(user=user, otp=otp)
    except Refusal:
        _note_wrong_code(user, otp)
        raise
    return user


def _note_wrong_code(user: User, otp: str) -> None:
    """Note a code that let nobody in; to be asked for one is no refusal."""
    if otp:
        note_sign_in(user=user, outcome=SignIn.Outcome.REFUSED)


def session_of(token: str, token_class: type[Token]) -> Session:
    """The living session of a token, with its user, in one query.

    Raises `token_invalid` for a forged, expired or wrong kind of token, an ended
    session and a deactivated user.
    """
    try:
        session_id = uuid.UUID(str(token_class(token).get("sid")))  # type: ignore[arg-type]
        session = Session.objects.select_related("user").get(
            pk=session_id,
            revoked_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
        )
    except (TokenError, ValueError, Session.DoesNotExist) as error:
        raise Refusal(Code.TOKEN_INVALID) from error
    return session


def refresh(*, refresh_token: str) -> str:
    """A new access token of the same session. The refresh token stays valid."""
    return _carrying(AccessToken(), session_of(refresh_token, RefreshToken))


def sign_out(*, session: Session) -> None:
    """End one's own session."""
    end_session(session=session)
    note_sign_in(user=session.user, outcome=SignIn.Outcome.OUT)


def end_session(*, session: Session) -> None:
    """End a session: its access and refresh tokens are worth nothing from now on."""
    Session.objects.filter(pk=session.pk, revoked_at=None).update(revoked_at=timezone.now())


def end_sessions(*, user: User, keep: Session | None = None) -> int:
    """End all sessions of a user but the one to keep; answer how many it ended."""
    sessions = Session.objects.filter(user=user, revoked_at=None)
    if keep is not None:
        sessions = sessions.exclude(pk=keep.pk)
    return sessions.update(revoked_at=timezone.now())


def over_before(moment: datetime.datetime) -> QuerySet[Session]:
    """The sessions that ran out or were ended before a moment: they let nobody in any more."""
    return Session.objects.filter(Q(expires_at__lt=moment) | Q(revoked_at__lt=moment))
