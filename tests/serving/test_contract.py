"""The contract's tables and golden answers, their calls going through nginx to gunicorn.

What they hold stands with the tests that always run; here the way of the calls is another.
Left out are the golden cases that switch a setting of this process, which a served shop
does not see.
"""

from collections.abc import Iterator
from itertools import starmap
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.client import ClientHandler
from redis import Redis
from rest_framework.test import APIClient

from config.env import env
from tests.answers import assert_problem
from tests.golden_answers import differences, filled
from tests.legacy_cast import GIVEN, Shop
from tests.permission_table import PRINCIPALS, STATUSES
from tests.serving.conftest import CACHE_KEY_PREFIX
from tests.serving.machine import Nginx
from tests.serving.through import Through
from tests.test_legacy_golden import called, cases
from tests.test_permissions import REFUSALS, clients, make, orders, things  # noqa: F401

# The states of the golden files that are a setting, not a row.
SWITCHES = {
    "there is no look-up by email",
    "the old paths are switched off",
    "the call comes from the counter",
    "there is a sunset",
    "staff need a second factor",
}
CASES = [case.values for case in cases() if not SWITCHES & set(case.values[2].get("given", []))]


def writes(endpoint: str, method: str, case: dict[str, Any]) -> bool:
    """Whether a case leaves another shop behind than it found."""
    return bool(case.get("given")) or (method != "GET" and case["answer"]["status"] < 400)


class ServedShop(Shop):
    """The shop of the golden files, whose own pages come by HTTPS."""

    def things(self) -> dict[str, Any]:
        """What a golden file names."""
        return super().things() | {"origin": "https://testserver"}


@pytest.fixture(autouse=True)
def through(served: Nginx, monkeypatch: pytest.MonkeyPatch) -> Iterator[Through]:
    """Every call of every client goes to the served shop."""
    way = Through(served)
    monkeypatch.setattr(ClientHandler, "__call__", lambda _handler, environ: way(environ))
    yield way
    assert way.calls > 0


def forget_rows() -> None:
    """Empty the tables, but for what `migrate` puts there. Quicker than truncating them."""
    kept = {"contenttypes", "auth"}
    models = [model for model in apps.get_models() if model._meta.app_label not in kept]
    joins = [field.remote_field.through for m in models for field in m._meta.many_to_many]
    tables = {model._meta.db_table for model in (*models, *filter(None, joins))}
    with connection.cursor() as cursor:
        cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
        for table in tables:
            cursor.execute(f"DELETE FROM `{table}`")  # noqa: S608
        cursor.execute("SET FOREIGN_KEY_CHECKS = 1")


@pytest.fixture
def db(served: Nginx, django_db_blocker: Any) -> Iterator[None]:
    """Rows that the served shop sees, and that are gone afterwards."""
    with django_db_blocker.unblock():
        yield
        forget_rows()
    cache = Redis.from_url(env("CACHE_URL"))
    for key in cache.scan_iter(f"{CACHE_KEY_PREFIX}:*"):
        cache.delete(key)


def problems(shop: Shop, method: str, case: dict[str, Any]) -> list[str]:
    """In what an answer is not the golden one."""
    answer = called(shop, method, case)
    golden = filled(case["answer"], shop.things())
    where = f"{method} {case['request']['path']}, {case['name']}"
    found = [
        f"{name}: {answer.get(name)!r} instead of {value!r}"
        for name, value in golden.get("headers", {}).items()
        if answer.get(name) != value
    ]
    if answer.status_code != golden["status"]:
        found.append(f"{answer.status_code} instead of {golden['status']}")
    elif "body" in golden:
        found += differences(golden["body"], answer.json())
    elif answer["Location"] != golden["location"]:
        found.append(f"to {answer['Location']} instead of {golden['location']}")
    return [f"{where}: {problem}" for problem in found]


def test_every_old_call_that_changes_nothing_is_answered_as_its_golden_file_says(db: None):
    shop = ServedShop()
    asked = [case for case in CASES if not writes(*case)]
    assert len(asked) > 200
    found = starmap(lambda _endpoint, method, case: problems(shop, method, case), asked)
    assert [problem for of_case in found for problem in of_case] == []


@pytest.mark.parametrize(
    ("method", "case"),
    [
        pytest.param(method, case, id=f"{endpoint} {method}: {case['name']}")
        for endpoint, method, case in CASES
        if writes(endpoint, method, case)
    ],
)
def test_every_old_call_that_changes_something_too(
    db: None, settings: Any, method: str, case: dict[str, Any]
):
    shop = ServedShop()
    for given in case.get("given", []):
        GIVEN[given](shop, settings)
    assert problems(shop, method, case) == []


@pytest.mark.usefixtures("db")
def test_everybody_is_refused_what_the_table_of_permissions_says(
    clients: dict[str, list[APIClient]],  # noqa: F811
    things: dict[str, Any],  # noqa: F811
):
    asked = 0
    for call, row in STATUSES.items():
        for principal in PRINCIPALS:
            if row[principal] not in REFUSALS:
                continue
            code = "token_invalid" if principal == "deactivated" else REFUSALS[row[principal]]
            for who in clients[principal]:
                answer = make(call, who, things)
                assert answer.status_code == row[principal], (call, principal, answer.content)
                assert_problem(answer, code)
                asked += 1
    assert asked > 300
