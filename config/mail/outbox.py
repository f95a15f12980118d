"""The outbox: a mail is written with the change it tells of, and sent after it.

Sending is at least once: a process that dies between the mail server's yes and our note
of it sends the mail again, under the same Message-ID.
"""

import datetime
import logging
import smtplib
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.template import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.translation import override

from config.mail.models import OutgoingMail

logger = logging.getLogger(__name__)

# The wait doubles from the first to the longest: the twelfth attempt is the last, 26 hours
# after the first. The first wait outlasts a slow attempt, or a second sender would join in.
FIRST_WAIT = datetime.timedelta(minutes=2)
LONGEST_WAIT = datetime.timedelta(hours=6)
MAX_ATTEMPTS = 12

# While a mail server hangs, requests only queue: one a minute pays the time-out.
_SERVER_HANGS = "mail:server-hangs"
_HANGS_FOR_SECONDS = 60


class Report(NamedTuple):
    """What one run of the queue did, in mails."""

    sent: int
    failed: int


def queue_mail(
    *,
    recipient: str,
    template: str,
    language: str,
    context: dict[str, Any],
    at_once: bool = True,
) -> OutgoingMail:
    """Write a mail in the caller's transaction; after its commit, try to send it at once.

    Who queues many says not `at_once`: the next `send_due` sends them, and no request waits.

    `templates/mail/<template>.subject`, `.txt` and `.html` make it; beside `context` they
    know `shop_name` and `public_url`. A mail that cannot be sent now fails nothing: it
    waits for `send_due`.
    """
    values = {"shop_name": settings.SHOP_NAME, "public_url": settings.PUBLIC_URL} | context
    with override(language):
        mail = OutgoingMail.objects.create(
            recipient=recipient,
            # A line break in a name must not become a header of its own.
            subject=" ".join(_render(f"mail/{template}.subject", values).split())[:255],
            text=_render(f"mail/{template}.txt", values),
            html=_render(f"mail/{template}.html", values),
        )
    if at_once:
        transaction.on_commit(partial(_send_at_once, mail), robust=True)
    return mail


def _render(name: str, values: dict[str, Any]) -> str:
    """A template's text; only HTML is escaped."""
    template = get_template(name).template  # type: ignore[attr-defined]
    text: str = template.render(Context(values, autoescape=name.endswith(".html")))
    return text.strip() + "\n"


def _send_at_once(mail: OutgoingMail) -> None:
    if not cache.get(_SERVER_HANGS):
        _attempt(mail)


def waiting() -> QuerySet[OutgoingMail]:
    """The mails that are still to be sent, now or later."""
    return OutgoingMail.objects.filter(sent_at=None, attempts__lt=MAX_ATTEMPTS)


def given_up() -> QuerySet[OutgoingMail]:
    """The mails that no attempt could send; `last_error` says why."""
    return OutgoingMail.objects.filter(sent_at=None, attempts__gte=MAX_ATTEMPTS)


def done_before(moment: datetime.datetime) -> QuerySet[OutgoingMail]:
    """The mails that were sent before a moment, or given up a while before it."""
    is_given_up = Q(sent_at=None, attempts__gte=MAX_ATTEMPTS, next_attempt_at__lt=moment)
    return OutgoingMail.objects.filter(Q(sent_at__lt=moment) | is_given_up)


class Queue(NamedTuple):
    """The unsent mails: how many wait, since when the oldest of them, how many were given up."""

    waiting: int
    oldest: datetime.datetime | None
    given_up: int


def queue() -> Queue:
    """How the outbox stands, by one query of the unsent mails."""
    waits = Q(attempts__lt=MAX_ATTEMPTS)
    counted = OutgoingMail.objects.filter(sent_at=None).aggregate(
        waiting=Count("pk", filter=waits),
        oldest=Min("created_at", filter=waits),
        given_up=Count("pk", filter=~waits),
    )
    return Queue(**counted)


def send_due(*, limit: int) -> Report:
    """Try to send at most `limit` mails whose time has come, the longest due first.

    Any number of senders may run at once: each mail goes to the one that claims it.
    """
    due = waiting().filter(next_attempt_at__lte=timezone.now())
    outcomes = [_attempt(mail) for mail in due.order_by("next_attempt_at", "id")[:limit]]
    return Report(sent=outcomes.count(True), failed=outcomes.count(False))


def wait_after(attempts: int) -> datetime.timedelta:
    """How long a mail rests after this many attempts."""
    return min(FIRST_WAIT * 2 ** (attempts - 1), LONGEST_WAIT)


def _claim(mail: OutgoingMail) -> bool:
    """Take the next attempt at a mail; False where another sender was faster.

    The count of attempts is compared and set in one statement, and no lock is held while
    the mail server takes its time.
    """
    unclaimed = OutgoingMail.objects.filter(pk=mail.pk, sent_at=None, attempts=mail.attempts)
    mail.attempts += 1
    mail.next_attempt_at = timezone.now() + wait_after(mail.attempts)
    return bool(unclaimed.update(attempts=mail.attempts, next_attempt_at=mail.next_attempt_at))


def _attempt(mail: OutgoingMail) -> bool | None:
    """Send one mail; True if it went out, False if it failed, None if it was not ours."""
    if not _claim(mail):
        return None
    try:
        _message(mail).send()
    except Exception as error:  # noqa: BLE001  (one bad mail must not stop the others)
        if isinstance(error, TimeoutError | smtplib.SMTPServerDisconnected):
            cache.set(_SERVER_HANGS, True, _HANGS_FOR_SECONDS)
        kind = type(error).__name__
        OutgoingMail.objects.filter(pk=mail.pk).update(last_error=f"{kind}: {error}"[:1000])
        # The error's text may name the recipient, so it stays out of the log.
        level = logging.ERROR if mail.attempts >= MAX_ATTEMPTS else logging.WARNING
        logger.log(level, "Mail %s: attempt %s failed: %s", mail.pk, mail.attempts, kind)
        return False
    OutgoingMail.objects.filter(pk=mail.pk).update(sent_at=timezone.now())
    return True


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {
        # The same at every attempt, so that a repeat can be recognised as one.
        "Message-ID": f"<{mail.pk}.{mail.created_at.timestamp():.6f}@{host}>",
        # RFC 3834: keeps holiday notes and ticket systems from answering.
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, to=[mail.recipient], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
