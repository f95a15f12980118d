"""Taking workers on."""

from django.db import IntegrityError, transaction

from config.rest.refusals import Code, Refusal
from workforce.devices import issue_token
from workforce.models import Worker


def register_worker(
    *, name: str, email: str | None = None, password: str | None = None
) -> tuple[Worker, str]:
    """Make a worker and a first device token, whose text exists only in the answer.

    Without a PIN the worker signs no device in; staff hand them a token. Raises
    `email_taken`.
    """
    worker = Worker(name=name, email=(email or "").strip().lower() or None)
    worker.set_password(password)
    try:
        with transaction.atomic():
            worker.save()
            _device, token = issue_token(worker=worker)
    except IntegrityError as error:
        raise Refusal(Code.EMAIL_TAKEN, "There is already a worker with this email.") from error
    return worker, token
