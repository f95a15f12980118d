"""Taking workers on."""

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import normalise_email
from config.database import retried
from config.rest.refusals import Code, Refusal, invalid
from workforce.devices import issue_token
from workforce.models import Worker

MINIMUM_DIGITS = 6
MINIMUM_CHARACTERS = 8


def hash_new_pin(password: str | None) -> str:
    """The hash of a new PIN or password; of None an unusable one.

    Only digits are a PIN, at least 6 of them; any other text is a password, of at least 8
    characters. Raises `validation`.
    """
    if password is not None:
        is_pin = password.isascii() and password.isdigit()
        minimum = MINIMUM_DIGITS if is_pin else MINIMUM_CHARACTERS
        if len(password) < minimum:
            raise invalid(
                "password",
                _(
                    "Send a PIN of at least %(digits)d digits, "
                    "or a password of at least %(characters)d characters."
                )
                % {"digits": MINIMUM_DIGITS, "characters": MINIMUM_CHARACTERS},
            )
    return make_password(password)


def stored_email(email: str | None) -> str | None:
    """An email in the form in which it is stored; no email is none."""
    return normalise_email(email or "") or None


def email_taken() -> Refusal:
    """The refusal of an email that another worker has."""
    return Refusal(Code.EMAIL_TAKEN, _("There is already a worker with this email."))


@retried
def register_worker(
    *, name: str, email: str | None = None, password: str | None = None
) -> tuple[Worker, str]:
    """Make a worker and a first device token, whose text exists only in the answer.

    Without a PIN the worker signs no device in; staff hand them a token. Raises
    `email_taken` and, for a PIN that is too short, `validation`.
    """
    worker = Worker(name=name, email=stored_email(email), password=hash_new_pin(password))
    try:
        with transaction.atomic():
            worker.save()
            _device, token = issue_token(worker=worker)
    except IntegrityError as error:
        raise email_taken() from error
    return worker, token
