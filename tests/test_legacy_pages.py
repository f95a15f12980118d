"""`docs/legacy.md` and `docs/porting-map.md` say what the code does."""

import re
from typing import Any

import pytest

from config.env import BASE_DIR
from config.legacy_urls import urlpatterns
from orders.legacy_statuses import OLD_STATUSES

LEGACY = (BASE_DIR / "docs" / "legacy.md").read_text("utf-8")
MAP = (BASE_DIR / "docs" / "porting-map.md").read_text("utf-8")
ROUTES: list[Any] = list(urlpatterns)


def test_the_page_has_the_table_of_old_statuses() -> None:
    section = LEGACY.partition("## Statuses in old words")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([A-Z][\w ]*) \| `(\w+)` \|$", section, re.MULTILINE)
    assert [(old.lower(), new) for old, new in rows] == [
        (old, status.value) for old, status in OLD_STATUSES.items()
    ]


def replaced() -> dict[str, str]:
    """Each old call of the map, and the cell beside it."""
    section = MAP.partition("## Endpoints")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([A-Z*]+ /[^`]*)` \| (.*) \|$", section, re.MULTILINE))


def test_the_map_has_every_old_call_and_no_other() -> None:
    calls = set()
    for route in ROUTES:
        methods = {method.upper() for method in route.callback.actions}
        endpoint = route.callback.initkwargs["endpoint"]
        calls |= {f"{'*' if len(methods) > 4 else m} {endpoint}" for m in methods - {"HEAD"}}
    assert set(replaced()) == calls


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.callback.initkwargs["endpoint"])
def test_the_map_names_the_v1_call_that_answers_name(route: Any) -> None:
    callback = route.callback
    successors = callback.initkwargs.get("successors", callback.cls.successors)
    always_on = callback.cls.always_on
    table = replaced()
    for method, action in callback.actions.items():
        if method == "head" or action in always_on or action not in successors:
            continue
        name = f"{method.upper()} {callback.initkwargs['endpoint']}"
        cell = table.get(name) or table[f"* {callback.initkwargs['endpoint']}"]
        verb, path = successors[action].split(" ")
        assert f"`{verb} /api/v1/{path}`" in cell


@pytest.mark.parametrize(
    "difference",
    [
        "admin password",
        "password for customers",
        "asks for the PIN",
        "`total`",
        "Fields of others",
        "not deleted by email",
        "masked",
        "without a token moves no order",
        "401, not 422",
        "answers in place",
        "carry `Z`",
        "our values",
        "Access-Control-Allow-Origin",
        "Errors are JSON",
        "no personal data",
        "answer 410",
        "another site's page",
    ],
)
def test_every_deliberate_difference_is_listed_with_its_reason(difference: str) -> None:
    section = LEGACY.partition("## What is different on purpose")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.*?) \| (.+) \|$", section, re.MULTILINE)
    [reason] = [reason for what, reason in rows if difference in what]
    assert len(reason) > 20
