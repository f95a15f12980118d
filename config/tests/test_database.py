"""A transaction that the database gave up runs anew, a few times, and leaves no trace."""

import ast
from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction

from accounts.models import User
from catalog.models import Service
from config.database import ATTEMPTS, retried
from config.rest.models import IdempotencyKey
from orders import placing
from orders.models import Order
from tests.house import our_apps
from tests.threads import PATIENCE_SECONDS, at_the_same_moment
from tracking import ledger
from tracking.models import Track

DEADLOCK = OperationalError(1213, "Deadlock found when trying to get lock")
LOCK_WAIT = OperationalError(1205, "Lock wait timeout exceeded")
GONE = OperationalError(2006, "Server has gone away")


def given_up(error: Exception, times: int) -> tuple[Callable[[str], str], list[str]]:
    """A verb that the database gives up so many times and then lets through; its calls."""
    calls: list[str] = []

    @retried
    def verb(answer: str) -> str:
        calls.append(answer)
        if len(calls) <= times:
            raise error
        return answer

    return verb, calls


@pytest.fixture
def outside(transactional_db: None) -> None:
    """No transaction of somebody else's around."""


@pytest.mark.parametrize("error", [DEADLOCK, LOCK_WAIT])
def test_what_was_given_up_runs_anew(outside, error):
    verb, calls = given_up(error, times=ATTEMPTS - 1)

    assert verb("done") == "done"
    assert len(calls) == ATTEMPTS == 3


@pytest.mark.parametrize("error", [DEADLOCK, LOCK_WAIT])
def test_but_not_for_ever(outside, error):
    verb, calls = given_up(error, times=ATTEMPTS)

    with pytest.raises(OperationalError) as raised:
        verb("done")

    assert raised.value is error
    assert len(calls) == ATTEMPTS


@pytest.mark.parametrize("error", [GONE, OperationalError()], ids=["gone", "says nothing"])
def test_another_failure_is_not_tried_again(outside, error):
    verb, calls = given_up(error, times=1)

    with pytest.raises(OperationalError) as raised:
        verb("done")

    assert raised.value is error
    assert len(calls) == 1


def test_within_anothers_transaction_it_is_theirs_to_run_anew(outside):
    verb, calls = given_up(DEADLOCK, times=1)

    with pytest.raises(OperationalError), transaction.atomic():
        verb("done")

    assert len(calls) == 1


def test_two_who_lock_two_rows_crosswise_both_get_through(outside, wash: Service, ironing: Service):
    both_hold_one, begun = Barrier(2), list[Service]()

    @retried
    def raise_both(first: Service, second: Service) -> None:
        with transaction.atomic():
            raise_price(first)
            begun.append(first)
            # SQLite has one writer: there the second has not even begun.
            if connection.vendor == "mysql" and len(begun) <= both_hold_one.parties:
                both_hold_one.wait(PATIENCE_SECONDS)
            raise_price(second)

    assert at_the_same_moment(
        partial(raise_both, wash, ironing), partial(raise_both, ironing, wash)
    ) == [None, None]
    assert len(begun) == (3 if connection.vendor == "mysql" else 2)
    for service, price in ((wash, 14.5), (ironing, 6)):
        service.refresh_from_db()
        assert service.price == price


def raise_price(service: Service) -> None:
    row = Service.objects.select_for_update().get(pk=service.pk)
    row.price += 1
    row.save(update_fields=["price"])


@pytest.fixture
def given_up_once(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The first track that is written meets a deadlock, after the order's row is there."""
    numbers: list[str] = []
    record = ledger.record

    def fail_once(**facts: Any) -> Track:
        numbers.append(facts["order"].order_number)
        if len(numbers) == 1:
            raise DEADLOCK
        return record(**facts)

    monkeypatch.setattr(placing, "record", fail_once)
    return numbers


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "a-copper-kettle"}])
def test_an_order_that_was_given_up_is_placed_once(
    outside, customer: User, as_customer, wash: Service, given_up_once, headers
):
    answer = as_customer.post(
        "/api/v1/orders", {"service_id": wash.pk}, format="json", headers=headers
    )

    assert answer.status_code == 201
    assert given_up_once[1:] == [answer.json()["order_number"]]
    assert [order.order_number for order in Order.objects.all()] == given_up_once[1:]
    assert Track.objects.count() == 1
    assert IdempotencyKey.objects.count() == len(headers)


def test_one_that_is_given_up_each_time_is_answered_503_and_leaves_nothing(
    outside, as_customer, wash: Service, monkeypatch: pytest.MonkeyPatch
):
    calls = []

    def fail(**facts: Any) -> None:
        calls.append(1)
        raise DEADLOCK

    monkeypatch.setattr(placing, "record", fail)
    headers = {"Idempotency-Key": "a-copper-kettle"}
    answer = as_customer.post(
        "/api/v1/orders", {"service_id": wash.pk}, format="json", headers=headers
    )

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"] == "5"
    assert len(calls) == ATTEMPTS
    assert Order.objects.count() == IdempotencyKey.objects.count() == 0


# These run within a verb's transaction, or are no verbs of the shop's work.
NOT_RETRIED = {
    "accounts/registration.py": {"_offer_claim", "guest_of"},
    "orders/lifecycle.py": {"_refuse_reuse"},
    "orders/placing.py": {"_insert"},
    "workforce/devices.py": {"_made"},
}


def test_every_verb_that_opens_a_transaction_is_retried():
    forgotten: dict[str, set[str]] = {}
    for app in our_apps():
        if app.label in ("operations", "rest", "mail"):
            continue
        for path in Path(app.path).glob("*.py"):
            name = path.relative_to(settings.BASE_DIR).as_posix()
            functions = (
                n for n in ast.parse(path.read_text()).body if isinstance(n, ast.FunctionDef)
            )
            for function in functions:
                decorators = map(ast.unparse, function.decorator_list)
                if "atomic(" in ast.unparse(function) and "retried" not in decorators:
                    forgotten.setdefault(name, set()).add(function.name)
    assert forgotten == NOT_RETRIED
