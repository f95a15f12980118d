"""`manage.py prune_sign_ins`."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import SignIn, User


def run(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("prune_sign_ins", *arguments, stdout=stdout)
    return stdout.getvalue()


@pytest.fixture(autouse=True)
def notes(owner: User) -> None:
    """Notes of 10, 364, 366 and 400 days ago."""
    for days in (10, 364, 366, 400):
        note = SignIn.objects.create(user=owner, outcome="in", face="admin")
        moment = timezone.now() - datetime.timedelta(days=days)
        SignIn.objects.filter(pk=note.pk).update(created_at=moment)


def test_it_removes_what_is_older_than_a_year() -> None:
    assert run() == "2 sign-ins removed.\n"
    assert run() == "0 sign-ins removed.\n"
    assert SignIn.objects.count() == 2


def test_a_dry_run_counts_and_removes_nothing() -> None:
    assert run("--dry-run") == "2 sign-ins would be removed.\n"
    assert SignIn.objects.count() == 4


def test_the_days_can_be_given() -> None:
    assert run("--days", "30") == "3 sign-ins removed.\n"


def test_a_bad_number_of_days_is_refused() -> None:
    with pytest.raises(CommandError, match="is no number of days from 0 to 36500"):
        run("--days=-1")
