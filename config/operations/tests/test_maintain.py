"""`manage.py maintain`: the commands of one timer."""

import io

import pytest
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from config.operations.models import LegacyUse
from orders.models import Order
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> list[str]:
    stdout = io.StringIO()
    call_command("maintain", *arguments, stdout=stdout)
    return stdout.getvalue().splitlines()


def test_it_writes_counts_down_forgets_and_verifies(api: APIClient, order: Order) -> None:
    api.get("/api/orders")
    first, *pruned, last = run()
    assert first == "1 calls written down."
    assert "0 mails removed." in pruned
    assert last.endswith(" rows: 0 faults, 0 of them mended.")
    assert LegacyUse.objects.count() == 1


def test_a_dry_run_changes_nothing(api: APIClient, order: Order) -> None:
    api.get("/api/orders")
    with nothing_written():
        first, *_others = run("--dry-run")
    assert first == "0 sessions of the API would be removed."


def test_what_does_not_hold_ends_it_with_an_error(order: Order) -> None:
    Order.objects.update(last_seq=7)
    with pytest.raises(CommandError, match="1 faults, 0 of them mended"):
        run()
