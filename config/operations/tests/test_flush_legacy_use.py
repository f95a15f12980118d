"""`manage.py flush_legacy_use`."""

import io

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from config.operations.models import LegacyUse

pytestmark = pytest.mark.django_db


def run() -> str:
    stdout = io.StringIO()
    call_command("flush_legacy_use", stdout=stdout)
    return stdout.getvalue()


def test_it_writes_down_what_waits_and_says_how_much(api: APIClient) -> None:
    for _ in range(3):
        api.get("/api/orders")
    assert run() == "3 calls written down.\n"
    assert LegacyUse.objects.get().calls == 3


def test_a_second_run_finds_nothing(api: APIClient) -> None:
    api.get("/api/orders")
    run()
    assert run() == "0 calls written down.\n"
    assert LegacyUse.objects.get().calls == 1
