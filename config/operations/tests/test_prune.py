"""`manage.py prune`."""

import datetime
import io
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.sessions.models import Session as AdminSession
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone

from accounts.models import Session, SignIn, User
from config.mail.models import OutgoingMail
from config.mail.outbox import MAX_ATTEMPTS
from config.operations.models import LegacyUse
from config.rest.models import IdempotencyKey
from orders.models import Order
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    stdout = io.StringIO()
    call_command("prune", *arguments, stdout=stdout)
    return stdout.getvalue().splitlines()


def ago(**age: float) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(**age)


def session(user: User, expires_at: datetime.datetime, ended: Any = None) -> Model:
    return Session.objects.create(user=user, expires_at=expires_at, revoked_at=ended)


def admin_session(expires_at: datetime.datetime) -> Model:
    return AdminSession.objects.create(
        session_key=f"key-{expires_at.timestamp()}", session_data="", expire_date=expires_at
    )


def sign_in(user: User, at: datetime.datetime) -> Model:
    note = SignIn.objects.create(user=user, outcome="in", face="admin")
    SignIn.objects.filter(pk=note.pk).update(created_at=at)
    return note


def key(at: datetime.datetime) -> Model:
    record = IdempotencyKey.objects.create(key_hash=str(at), body_hash="", status=201, answer={})
    IdempotencyKey.objects.filter(pk=record.pk).update(created_at=at)
    return record


def mail(**fields: Any) -> Model:
    return OutgoingMail.objects.create(recipient="a@example.com", **fields)


def legacy_use(at: datetime.datetime) -> Model:
    day = timezone.localdate(at)
    return LegacyUse.objects.create(day=day, endpoint="GET /api/orders", calls=1)


@pytest.fixture
def kept(owner: User) -> list[Model]:
    """What is not old enough, or never goes."""
    future = ago(days=-20)
    return [
        session(owner, future),
        session(owner, ago(days=29)),
        session(owner, future, ended=ago(days=29)),
        admin_session(ago(minutes=-1)),
        sign_in(owner, ago(days=364)),
        key(ago(hours=23)),
        mail(sent_at=ago(days=29)),
        mail(next_attempt_at=ago(days=40)),
        mail(attempts=MAX_ATTEMPTS, next_attempt_at=ago(days=29)),
        legacy_use(ago(days=90)),
    ]


@pytest.fixture
def old(owner: User) -> list[Model]:
    """Two of each kind that goes."""
    return [
        session(owner, ago(days=31)),
        session(owner, ago(days=-20), ended=ago(days=31)),
        admin_session(ago(minutes=1)),
        admin_session(ago(days=1)),
        sign_in(owner, ago(days=366)),
        sign_in(owner, ago(days=367)),
        key(ago(hours=25)),
        key(ago(hours=26)),
        mail(sent_at=ago(days=31)),
        mail(attempts=MAX_ATTEMPTS, next_attempt_at=ago(days=31)),
        legacy_use(ago(days=91)),
        legacy_use(ago(days=92)),
    ]


KINDS = (
    "sessions of the API",
    "sessions of the admin",
    "notes of staff's sign-ins",
    "idempotency keys",
    "mails",
    "counts of old calls",
)


def are_there(rows: list[Model]) -> set[bool]:
    return {type(row)._default_manager.filter(pk=row.pk).exists() for row in rows}


def test_it_removes_what_is_old_and_nothing_else(kept: list[Model], old: list[Model]) -> None:
    assert run() == [f"2 {kind} removed." for kind in KINDS]
    assert are_there(old) == {False}
    assert are_there(kept) == {True}


def test_a_second_run_finds_nothing(kept: list[Model], old: list[Model]) -> None:
    run()
    with nothing_written():
        assert run() == [f"0 {kind} removed." for kind in KINDS]


def test_a_dry_run_counts_and_removes_nothing(kept: list[Model], old: list[Model]) -> None:
    with nothing_written():
        assert run("--dry-run") == [f"2 {kind} would be removed." for kind in KINDS]


def test_many_go_in_batches(old: list[Model]) -> None:
    with patch("config.operations.maintenance.pruning.MANY", 1):
        assert run() == [f"2 {kind} removed." for kind in KINDS]
    assert are_there(old) == {False}


def test_orders_tracks_and_users_stay(order: Order, old: list[Model]) -> None:
    Order.objects.update(created_at=ago(days=4000), deleted_at=ago(days=3999))
    run()
    assert Order.objects.get().tracks.count() == 1
    assert User.objects.count() == 2
