"""The alerts and the dashboard ask only for what `/metrics` of a busy shop tells."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
import yaml

from config.env import BASE_DIR
from tests.processes import ENV, run
from tests.server import Server, serving

ALERTS = BASE_DIR / "deploy/alerts.yml"
TESTS_OF_ALERTS = BASE_DIR / "deploy/alerts.test.yml"
DASHBOARD = BASE_DIR / "deploy/grafana/roundtrip.json"
# `name{label="value"}` of a query, and the labels that `by (...)` keeps.
SELECTOR = re.compile(r"\b((?:roundtrip|django)_\w+)(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)\s*(=~|=)\s*"([^"]*)"')
KEPT_LABELS = re.compile(r"\bby \(([^)]*)\)")
# What Prometheus adds to each series of its own.
OF_PROMETHEUS = {"instance", "job"}

alerts = {
    rule["alert"]: rule
    for group in yaml.safe_load(ALERTS.read_text())["groups"]
    for rule in group["rules"]
}
panels = json.loads(DASHBOARD.read_text())["panels"]
queries = {name: rule["expr"] for name, rule in alerts.items()} | {
    f"{panel['title']} ({target['refId']})": target["expr"]
    for panel in panels
    for target in panel["targets"]
}


def promtool(*arguments: str | Path) -> str:
    """What promtool says; fails the test where it finds a fault."""
    return run("/usr/bin/promtool", *map(str, arguments)).stdout


def test_the_alerts_are_rules() -> None:
    assert f"SUCCESS: {len(alerts)} rules found" in promtool("check", "rules", ALERTS)


def test_prometheus_can_be_started_with_them() -> None:
    promtool("check", "config", BASE_DIR / "deploy/prometheus.yml")


def test_the_alerts_fire_when_they_must_and_only_then() -> None:
    promtool("test", "rules", TESTS_OF_ALERTS)


def test_each_alert_is_tested_where_it_fires_and_where_it_does_not() -> None:
    tested = {
        (case["alertname"], bool(case["exp_alerts"]))
        for test in yaml.safe_load(TESTS_OF_ALERTS.read_text())["tests"]
        for case in test["alert_rule_test"]
    }
    assert tested == {(name, fires) for name in alerts for fires in (True, False)}


def test_the_queries_of_the_dashboard_can_be_read(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}", "expr": expr.replace("$__rate_interval", "5m")}
        for number, expr in enumerate(queries.values())
    ]
    file = tmp_path / "rules.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    promtool("check", "rules", file)


def test_the_panels_of_the_dashboard_are_told_apart_and_do_not_overlap() -> None:
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken))
    assert max(x for x, _y in taken) < 24


class Series(NamedTuple):
    """One series of a scrape."""

    name: str
    labels: dict[str, str]


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Series]]:
    """All that a shop tells in which everything happened that is counted."""
    folder = tmp_path_factory.mktemp("shop")
    for name in ("roundtrip-20260302T030000Z.zip", "roundtrip-20260302T030000Z.zip.verified"):
        (folder / name).touch()
    manage(folder, "prepare_demo")
    with serving(folder, BACKUP_DIR=str(folder), LOG_LEVEL="ERROR") as server:
        use(server, folder)
        yield [Series(name, dict(labels)) for name, labels in server.scrape()]


def manage(folder: Path, *arguments: str) -> None:
    environment = ENV | {"VAR_DIR": str(folder)}
    run(sys.executable, "manage.py", *arguments, cwd=BASE_DIR, env=environment)


def use(server: Server, folder: Path) -> None:
    """Place an order and carry it, scan what is no order, and call an old path."""
    manage(folder, "roundtrip", "--base-url", server.url)
    assert httpx.get(f"{server.url}/api/services").status_code == 200
    logins = json.loads((folder / "demo-logins.json").read_text())["logins"]
    worker = next(login for login in logins if login["role"] == "worker")
    body = {"worker_id": worker["id"], "password": worker["password"]}
    answer = httpx.post(f"{server.url}/api/v1/workers/login", json=body).json()
    refused = httpx.post(
        f"{server.url}/api/v1/workers/scan",
        json={"order_number": "ZZZZZZZZZZ", "action": "picked_up"},
        headers={"Authorization": f"Bearer {answer['worker_token']}"},
    )
    assert refused.status_code == 404


@pytest.mark.parametrize("name", queries)
def test_each_query_finds_what_it_asks_for(series: list[Series], name: str) -> None:
    expr = queries[name]
    kept = {label.strip() for group in KEPT_LABELS.findall(expr) for label in group.split(",")}
    asked = SELECTOR.findall(expr)
    assert asked or "up{" in expr
    for metric, matchers in asked:
        of_this_name = [one for one in series if one.name == metric]
        assert of_this_name, f"/metrics has no {metric}"
        for label, operator, value in MATCHER.findall(matchers):
            values = {one.labels.get(label) for one in of_this_name}
            if operator == "=" and label not in OF_PROMETHEUS:
                assert value in values, f"no {metric} has {label}={value}"
            assert None not in values
        for label in kept - OF_PROMETHEUS:
            assert all(label in one.labels for one in of_this_name), f"{metric} has no {label}"
