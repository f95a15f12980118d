"""`manage.py prune_sessions`."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Session, User
from accounts.sessions import Pruned, prune_sessions

DAY = datetime.timedelta(days=1)


def run(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("prune_sessions", *arguments, stdout=stdout)
    return stdout.getvalue()


def session(user: User, *, expires_in: int, ended: int | None = None) -> Session:
    """A session that expires in so many days and was ended that many days ago."""
    now = timezone.now()
    return Session.objects.create(
        user=user,
        expires_at=now + expires_in * DAY,
        revoked_at=None if ended is None else now - ended * DAY,
    )


@pytest.fixture
def kept(customer: User) -> set[Session]:
    """What thirty days are too short for."""
    return {
        session(customer, expires_in=20),
        session(customer, expires_in=-29),
        session(customer, expires_in=20, ended=29),
        session(customer, expires_in=-29, ended=29),
    }


@pytest.fixture
def old(customer: User) -> set[Session]:
    """Two that ran out, one of them ended before, and one that was ended."""
    return {
        session(customer, expires_in=-31),
        session(customer, expires_in=-31, ended=40),
        session(customer, expires_in=20, ended=31),
    }


def test_it_removes_what_ended_more_than_thirty_days_ago(
    kept: set[Session], old: set[Session]
) -> None:
    assert run() == "2 expired and 1 ended sessions removed.\n"
    assert set(Session.objects.all()) == kept


def test_a_second_run_finds_nothing(kept: set[Session], old: set[Session]) -> None:
    run()
    assert run() == "0 expired and 0 ended sessions removed.\n"
    assert set(Session.objects.all()) == kept


def test_a_dry_run_counts_and_removes_nothing(kept: set[Session], old: set[Session]) -> None:
    assert run("--dry-run") == "2 expired and 1 ended sessions would be removed.\n"
    assert set(Session.objects.all()) == kept | old


def test_the_days_can_be_given(kept: set[Session], old: set[Session]) -> None:
    assert run("--days", "35") == "0 expired and 1 ended sessions removed.\n"
    assert run("--days", "0") == "3 expired and 2 ended sessions removed.\n"
    [living] = Session.objects.all()
    assert living.revoked_at is None
    assert living.expires_at > timezone.now()


@pytest.mark.parametrize("days", ["-1", "x", "1.5", "36501"])
def test_a_bad_number_of_days_is_refused(days: str) -> None:
    with pytest.raises(CommandError, match="is no number of days from 0 to 36500"):
        run(f"--days={days}")


def test_users_stay(customer: User, old: set[Session]) -> None:
    run()
    assert User.objects.get() == customer


def test_the_moment_itself_is_kept(customer: User) -> None:
    now = timezone.now()
    Session.objects.create(user=customer, expires_at=now)
    Session.objects.create(user=customer, expires_at=now + DAY, revoked_at=now)
    assert prune_sessions(before=now) == Pruned(expired=0, ended=0)
    later = now + datetime.timedelta(microseconds=1)
    assert prune_sessions(before=later) == Pruned(expired=1, ended=1)
