"""What the shop forgets, and after how long: nothing that anybody still needs."""

import datetime
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.contrib.sessions.models import Session as AdminSession
from django.db.models import QuerySet
from django.utils import timezone

from accounts.sessions import over_before
from accounts.sign_ins import noted_before
from config.mail.outbox import done_before
from config.operations.legacy_use import counted_before
from config.rest.models import IdempotencyKey

# One statement would hold all their rows, and those who want to write beside them.
MANY = 1000


class Rule(NamedTuple):
    """What is forgotten: its name, how long it is kept, and which of it is older than a moment."""

    name: str
    days: int
    older_than: Callable[[datetime.datetime], QuerySet[Any]]


RULES = (
    Rule("sessions of the API", 30, over_before),
    Rule("sessions of the admin", 0, lambda at: AdminSession.objects.filter(expire_date__lt=at)),
    Rule("notes of staff's sign-ins", 365, noted_before),
    Rule(
        "idempotency keys",
        IdempotencyKey.KEPT_FOR.days,
        lambda at: IdempotencyKey.objects.filter(created_at__lt=at),
    ),
    Rule("mails", 30, done_before),
    Rule("counts of old calls", 90, counted_before),
)


def prune(*, dry_run: bool = False) -> Iterator[tuple[Rule, int]]:
    """Remove what is too old, in batches; tell of each rule how many rows it was.

    What is stopped in the middle is gone on with the next time.
    """
    now = timezone.now()
    for rule in RULES:
        old = rule.older_than(now - datetime.timedelta(days=rule.days))
        yield rule, old.count() if dry_run else _delete(old)


def _delete(rows: QuerySet[Any]) -> int:
    deleted = 0
    manager = rows.model._default_manager
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:MANY]):
        deleted += manager.filter(pk__in=keys).delete()[0]
    return deleted
