"""Sign-in by email or user name, in constant effort."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import make_password

from accounts.models import SignIn, User, normalise_email
from accounts.sign_ins import note_sign_in


class EmailOrUsernameBackend(ModelBackend):
    """Finds a user by email (in any case) or, for staff, by user name."""

    def authenticate(
        self,
        request: Any,
        username: str | None = None,
        password: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The active user with this password; None costs as much as a wrong password."""
        identity = (username or kwargs.get("email") or "").strip()
        if not identity or password is None:
            return None
        field = {"email": normalise_email(identity)} if "@" in identity else {"username": identity}
        user = User.objects.filter(**field).first()
        if user is None:
            make_password(password)
            return None
        if user.check_password(password) and self.user_can_authenticate(user):
            return user
        note_sign_in(user=user, outcome=SignIn.Outcome.REFUSED)
        return None
