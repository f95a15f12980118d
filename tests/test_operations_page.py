"""`docs/operations.md` says what to do when an alert fires."""

import re

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from config.env import BASE_DIR

PAGE = (BASE_DIR / "docs/operations.md").read_text("utf-8")
RULES = yaml.safe_load((BASE_DIR / "deploy/alerts.yml").read_text("utf-8"))
ALERTS = [rule["alert"] for group in RULES["groups"] for rule in group["rules"]]
PARAGRAPHS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL))


def test_each_alert_has_a_paragraph_and_each_paragraph_of_a_word_an_alert() -> None:
    wrong = PAGE.partition("## When things go wrong")[2]
    headings = re.findall(r"^### (\w+)$", wrong, re.MULTILINE)
    assert headings == ALERTS


@pytest.mark.parametrize("alert", ALERTS)
def test_the_paragraph_of_an_alert_says_why_and_has_a_command(alert: str) -> None:
    text, command, *_more = PARAGRAPHS[alert].split("```")
    assert len(text.split()) > 8
    assert command.strip()


def test_the_page_names_no_command_that_is_not_there() -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", PAGE))
    assert named <= get_commands().keys()
    assert named >= {"backup", "restore", "maintain", "verify_data", "ensure_admin"}


def test_the_page_names_no_metric_that_no_alert_or_code_knows() -> None:
    code = "".join(
        path.read_text("utf-8")
        for path in (
            BASE_DIR / "config/counters.py",
            BASE_DIR / "config/operations/monitoring/figures.py",
        )
    )
    known = set(re.findall(r'"(roundtrip_\w+)"', code))
    named = {
        re.sub("_total$", "", name)
        for name in re.findall(r"^\| (`roundtrip_.*?) \|", PAGE, re.MULTILINE)
        for name in re.findall(r"roundtrip_\w+", name)
    }
    assert named == known


def test_the_page_names_no_setting_that_is_not_there() -> None:
    for name in ("READY_DISK_FREE_MB", "BACKUP_MAX_AGE", "METRICS_TOKEN"):
        assert name in PAGE
        assert hasattr(settings, name)
