"""How people become customers: by registering, or by placing an order as a guest."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import User, normalise_email
from accounts.sessions import SignedIn, open_session
from config.rest.refusals import Code, Refusal


def check_new_password(password: str, user: User, field: str = "password") -> None:
    """Hold a new password against the settings' validators; raises `validation`."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        text = " ".join(error.messages)
        raise Refusal(Code.VALIDATION, text, errors={field: list(error.messages)}) from error


def register(
    *, name: str, email: str, password: str, phone: str = "", user_agent: str = ""
) -> SignedIn:
    """Make a customer and sign them in.

    Raises `email_taken`, also where so far only guest orders or staff made the account,
    and `validation` for a password that is too weak.
    """
    user = User(name=name, email=normalise_email(email), phone=phone)
    check_new_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            return open_session(user=user, user_agent=user_agent)
    except IntegrityError as error:
        raise Refusal(Code.EMAIL_TAKEN) from error


def guest_of(*, email: str, name: str, phone: str = "") -> User:
    """The customer of an email that came without a sign-in; a new one if it is unknown.

    What is known of an existing customer is not changed. Two first orders at the same
    moment meet at the unique key: the second finds what the first one made. Call it
    inside the transaction of the order.
    """
    email = normalise_email(email)
    existing = User.objects.filter(email=email).first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, name=name, phone=phone)
    except IntegrityError:
        return User.objects.get(email=email)
