"""How people become customers: by registering, or by placing an order as a guest."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, mail_link
from accounts.models import User, normalise_email
from accounts.passwords import check_new_password
from accounts.sessions import SignedIn, open_session
from config.database import retried
from config.rest.refusals import Code, Refusal


@retried
def register(
    *, name: str, email: str, password: str, phone: str = "", user_agent: str = ""
) -> SignedIn:
    """Make a customer, sign them in, and mail the link that confirms the email.

    Raises `validation` for a password that is too weak, and `email_taken`, also where so
    far only a guest's order, staff or an import made the account: then the link that sets
    its first password goes to its mailbox, since nothing yet shows whose it is.
    """
    user = User(name=name, email=normalise_email(email), phone=phone)
    check_new_password(password, user)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            mail_link(CONFIRM_EMAIL, user=user)
            return open_session(user=user, user_agent=user_agent)
    except IntegrityError as error:
        _offer_claim(user.email)
        # The same whoever made the account: the answer must not tell.
        raise Refusal(
            Code.EMAIL_TAKEN,
            _(
                "There is already an account with this email. If it is yours, "
                "set a password by the link that a password reset mails."
            ),
        ) from error


@retried
def add_customer(
    *, name: str, email: str | None = None, phone: str = "", is_active: bool = True
) -> User:
    """Make a customer for staff, with an unusable password; raises `email_taken`.

    They claim the account by the link that a password reset mails.
    """
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email, None, name=name, phone=phone, is_active=is_active
            )
    except IntegrityError as error:
        raise Refusal(Code.EMAIL_TAKEN) from error


def _offer_claim(email: str | None) -> None:
    """Mail the link that sets a first password, if this email's account has none yet."""
    with transaction.atomic():
        user = User.objects.filter(email=email, is_active=True).first()
        if user is not None and not user.has_usable_password():
            mail_link(SET_PASSWORD, user=user)


def guest_of(*, email: str, name: str, phone: str = "") -> User:
    """The customer of an email that came without a sign-in; a new one if it is unknown.

    What is known of an existing customer is not changed. Two first orders at the same
    moment meet at the unique key: the second finds what the first one made. Call it
    inside the transaction of the order: the row stays locked, so that the email is not
    confirmed between here and the order's commit, which would leave the order unmarked.
    """
    email = normalise_email(email)
    users = User.objects.select_for_update()
    existing = users.filter(email=email).first()
    if existing is not None:
        return existing
    try:
        with transaction.atomic():
            return User.objects.create_user(email, None, name=name, phone=phone)
    except IntegrityError:
        # By number: all who lost this race share a lock on the email's index entry, and two
        # who both ask to own it would wait for each other.
        number = User.objects.values_list("pk", flat=True).get(email=email)
        return users.get(pk=number)


def heir_of(customer: User) -> User:
    """Whom staff found a merged customer to be; whoever is not merged is their own heir.

    Call it inside the transaction of an order, as `guest_of`: the row stays locked.
    """
    while customer.is_merged:
        customer = User.objects.select_for_update().get(merged=customer.pk)
    return customer
