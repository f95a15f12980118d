"""`manage.py prune_legacy_use`."""

import datetime
import io

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.operations.models import LegacyUse

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("prune_legacy_use", *arguments, stdout=stdout)
    return stdout.getvalue()


@pytest.fixture
def ages() -> None:
    """Counts of today, and of 90 and 91 days ago."""
    for days in (0, 90, 91):
        day = timezone.localdate() - datetime.timedelta(days=days)
        LegacyUse.objects.create(day=day, endpoint="GET /api/orders", calls=days + 1)


def left() -> list[int]:
    return sorted(LegacyUse.objects.values_list("calls", flat=True))


def test_it_removes_what_is_more_than_ninety_days_old(ages: None) -> None:
    assert run() == "1 counts removed.\n"
    assert left() == [1, 91]


def test_a_second_run_finds_nothing(ages: None) -> None:
    run()
    assert run() == "0 counts removed.\n"


def test_a_dry_run_counts_and_removes_nothing(ages: None) -> None:
    assert run("--dry-run") == "1 counts would be removed.\n"
    assert left() == [1, 91, 92]


def test_the_days_can_be_given(ages: None) -> None:
    assert run("--days", "0") == "2 counts removed.\n"
    assert left() == [1]


@pytest.mark.parametrize("days", ["-1", "x", "1.5", "36501", "\u0663"])
def test_a_bad_number_of_days_is_refused(days: str) -> None:
    with pytest.raises(CommandError, match="is no number of days from 0 to 36500"):
        run(f"--days={days}")
