"""Mails stand in the database before anybody sends them, and go out exactly once."""

import datetime
import logging
import smtplib
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone

from config.mail import outbox
from config.mail.models import OutgoingMail
from config.mail.outbox import MAX_ATTEMPTS, Report, queue_mail, send_due, wait_after
from tests.threads import at_the_same_moment

NOW = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def frozen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def queue(name: str = "Asha", recipient: str = "asha@example.com") -> OutgoingMail:
    return queue_mail(
        recipient=recipient, template="greeting", language="en", context={"name": name}
    )


def only_mail() -> OutgoingMail:
    return OutgoingMail.objects.get()


# --- Writing ----------------------------------------------------------------------------


def test_a_queued_mail_is_rendered_in_the_shops_name(db: None, settings: Any) -> None:
    settings.SHOP_NAME, settings.PUBLIC_URL = "Wash & Go", "https://shop.example"
    queue("Asha")
    mail = only_mail()
    assert mail.recipient == "asha@example.com"
    assert mail.subject == "Hello Asha, Wash & Go greets you"
    assert mail.text == "Dear Asha: https://shop.example/hello\n"
    assert mail.html == "<p>Dear Asha</p>\n"
    assert (mail.attempts, mail.sent_at, mail.last_error) == (0, None, "")


def test_only_the_html_is_escaped(db: None) -> None:
    queue("<b>O'Neil</b>")
    mail = only_mail()
    assert mail.subject.startswith("Hello <b>O'Neil</b>, ")
    assert mail.text.startswith("Dear <b>O'Neil</b>: ")
    assert mail.html == "<p>Dear &lt;b&gt;O&#x27;Neil&lt;/b&gt;</p>\n"


def test_a_line_break_in_a_name_makes_no_header(db: None) -> None:
    queue("Asha\r\nBcc: everybody@example.com")
    assert only_mail().subject == "Hello Asha Bcc: everybody@example.com, Roundtrip greets you"


def test_an_endless_subject_is_cut_to_its_column(db: None) -> None:
    queue("x" * 300)
    assert only_mail().subject == "Hello " + "x" * 249


@pytest.mark.django_db(transaction=True)
def test_a_change_that_is_rolled_back_takes_its_mail_along(mailoutbox: list[Any]) -> None:
    with transaction.atomic():
        queue()
        transaction.set_rollback(True)
    assert OutgoingMail.objects.count() == 0
    assert mailoutbox == []


# --- Sending at once --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_mail_goes_out_right_after_the_commit(mailoutbox: list[Any]) -> None:
    with transaction.atomic():
        queue()
        assert mailoutbox == []
    assert [message.to for message in mailoutbox] == [["asha@example.com"]]
    mail = only_mail()
    assert mail.attempts == 1
    assert mail.sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_what_goes_out_has_both_forms_and_the_headers_of_a_machine(
    mailoutbox: list[Any], settings: Any
) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    settings.DEFAULT_FROM_EMAIL = "Wash & Go <hello@shop.example>"
    queue()
    [message] = mailoutbox
    mail = only_mail()
    assert message.from_email == "Wash & Go <hello@shop.example>"
    assert message.body == mail.text
    assert [tuple(alternative) for alternative in message.alternatives] == [
        (mail.html, "text/html")
    ]
    headers = message.message()
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"] == f"<{mail.pk}.{mail.created_at.timestamp():.6f}@shop.example>"


@pytest.mark.django_db(transaction=True)
def test_a_mail_server_that_is_away_fails_nothing(absent_server: None, frozen: None) -> None:
    with transaction.atomic():
        queue()
    mail = only_mail()
    assert mail.attempts == 1
    assert mail.sent_at is None
    assert mail.next_attempt_at == NOW + datetime.timedelta(minutes=2)
    assert mail.last_error.startswith("ConnectionRefusedError: ")


@pytest.mark.django_db(transaction=True)
def test_while_a_mail_server_hangs_only_the_first_request_waits_for_it(deaf_server: None) -> None:
    queue(recipient="first@example.com")
    queue(recipient="second@example.com")
    attempts = OutgoingMail.objects.order_by("id").values_list("recipient", "attempts")
    assert list(attempts) == [("first@example.com", 1), ("second@example.com", 0)]


# --- The queue --------------------------------------------------------------------------


def test_the_queue_sends_what_is_due_and_nothing_twice(db: None, mailoutbox: list[Any]) -> None:
    queue()
    assert send_due(limit=100) == Report(sent=1, failed=0)
    assert send_due(limit=100) == Report(sent=0, failed=0)
    assert len(mailoutbox) == 1


def test_the_longest_due_go_first_and_the_limit_holds(db: None, mailoutbox: list[Any]) -> None:
    for minutes in (1, 3, 2):
        mail = queue(recipient=f"{minutes}@example.com")
        mail.next_attempt_at = timezone.now() - datetime.timedelta(minutes=minutes)
        mail.save()
    assert send_due(limit=2) == Report(sent=2, failed=0)
    assert [message.to for message in mailoutbox] == [["3@example.com"], ["2@example.com"]]


def test_a_mail_whose_time_has_not_come_is_left_alone(db: None, mailoutbox: list[Any]) -> None:
    mail = queue()
    mail.next_attempt_at = timezone.now() + datetime.timedelta(minutes=1)
    mail.save()
    assert send_due(limit=100) == Report(sent=0, failed=0)
    assert mailoutbox == []


def test_each_wait_is_twice_the_one_before_up_to_six_hours() -> None:
    minutes = [wait_after(attempts) // datetime.timedelta(minutes=1) for attempts in range(1, 12)]
    assert minutes == [2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360]


def test_a_failed_attempt_puts_the_next_one_off(
    db: None, absent_server: None, frozen: None
) -> None:
    mail = queue()
    OutgoingMail.objects.filter(pk=mail.pk).update(attempts=4, next_attempt_at=NOW)
    assert send_due(limit=100) == Report(sent=0, failed=1)
    mail.refresh_from_db()
    assert (mail.attempts, mail.sent_at) == (5, None)
    assert mail.next_attempt_at == NOW + datetime.timedelta(minutes=32)


def test_one_bad_mail_does_not_stop_the_others(
    db: None, mailoutbox: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    send = EmailMessage.send

    def send_to_all_but_bert(message: EmailMessage, *args: Any) -> int:
        if message.to == ["bert@example.com"]:
            raise ValueError("no such mailbox")
        return send(message, *args)

    monkeypatch.setattr(EmailMessage, "send", send_to_all_but_bert)
    for name in ("asha", "bert", "chloe"):
        queue(recipient=f"{name}@example.com")
    assert send_due(limit=100) == Report(sent=2, failed=1)
    assert [message.to for message in mailoutbox] == [["asha@example.com"], ["chloe@example.com"]]
    assert OutgoingMail.objects.get(sent_at=None).last_error == "ValueError: no such mailbox"


def test_the_twelfth_failure_is_the_last(
    db: None, absent_server: None, caplog: pytest.LogCaptureFixture
) -> None:
    mail = queue()
    OutgoingMail.objects.filter(pk=mail.pk).update(attempts=MAX_ATTEMPTS - 1)
    assert send_due(limit=100) == Report(sent=0, failed=1)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    OutgoingMail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now())
    assert send_due(limit=100) == Report(sent=0, failed=0)
    assert list(outbox.waiting()) == []
    assert list(outbox.given_up()) == [mail]


def test_no_log_line_names_the_recipient_or_the_text(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(message: EmailMessage, *args: Any) -> int:
        raise smtplib.SMTPRecipientsRefused({"asha@example.com": (550, b"No such user")})

    monkeypatch.setattr(EmailMessage, "send", refuse)
    mail = queue()
    assert send_due(limit=100) == Report(sent=0, failed=1)
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [f"Mail {mail.pk}: attempt 1 failed: SMTPRecipientsRefused"]
    assert only_mail().last_error == (
        "SMTPRecipientsRefused: {'asha@example.com': (550, b'No such user')}"
    )


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_each_mail_once(mailoutbox: list[Any]) -> None:
    with transaction.atomic():
        for number in range(10):
            queue(recipient=f"{number}@example.com")
        transaction.get_connection().run_on_commit.clear()

    reports = at_the_same_moment(lambda: send_due(limit=100), lambda: send_due(limit=100))

    assert sum(report.sent for report in reports) == 10
    assert sum(report.failed for report in reports) == 0
    assert sorted(message.to[0] for message in mailoutbox) == [
        f"{number}@example.com" for number in range(10)
    ]
    assert set(OutgoingMail.objects.values_list("attempts", flat=True)) == {1}


def test_a_mail_claimed_by_another_sender_is_not_ours(db: None, mailoutbox: list[Any]) -> None:
    mail = queue()
    OutgoingMail.objects.filter(pk=mail.pk).update(attempts=1)
    outbox._send_at_once(mail)
    assert mailoutbox == []
