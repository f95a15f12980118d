"""`manage.py send_mail_queue`."""

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from config.mail.models import OutgoingMail
from config.mail.outbox import MAX_ATTEMPTS, queue_mail


def queue(recipient: str) -> OutgoingMail:
    return queue_mail(
        recipient=recipient, template="greeting", language="en", context={"name": "Asha"}
    )


def run(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("send_mail_queue", *arguments, stdout=stdout)
    return stdout.getvalue()


def test_it_sends_what_is_due_and_counts(db: None, mailoutbox: list[Any]) -> None:
    queue("asha@example.com")
    queue("bert@example.com")
    assert run() == "2 sent, 0 failed, 0 waiting, 0 given up.\n"
    assert len(mailoutbox) == 2


def test_an_empty_queue_is_no_failure(db: None) -> None:
    assert run() == "0 sent, 0 failed, 0 waiting, 0 given up.\n"


def test_the_limit_bounds_a_run(db: None, mailoutbox: list[Any]) -> None:
    queue("asha@example.com")
    queue("bert@example.com")
    assert run("--limit", "1") == "1 sent, 0 failed, 1 waiting, 0 given up.\n"
    assert [message.to for message in mailoutbox] == [["asha@example.com"]]


def test_a_failed_attempt_is_exit_code_1(db: None, absent_server: None) -> None:
    queue("asha@example.com")
    given_up = queue("bert@example.com")
    OutgoingMail.objects.filter(pk=given_up.pk).update(attempts=MAX_ATTEMPTS)
    with pytest.raises(CommandError) as failure:
        run()
    assert str(failure.value) == "0 sent, 1 failed, 1 waiting, 1 given up."
    assert failure.value.returncode == 1


@pytest.mark.parametrize("limit", ["0", "-1", "many"])
def test_a_limit_below_one_is_refused(limit: str) -> None:
    with pytest.raises(CommandError, match="is no whole number above zero"):
        run(f"--limit={limit}")
