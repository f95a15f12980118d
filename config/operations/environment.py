"""What the environment makes of the shop: for the operator's eyes, and as a page of the docs."""

import datetime
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from config.env import BASE_DIR, env
from config.variables import GROUPS, Variable

PAGE = BASE_DIR / "docs" / "settings.md"
MASK = "********"

_INTRODUCTION = """# Settings

Everything an operator may set, from the environment or from `.env` in the project's folder (the
environment wins; `ENV_FILE` names another file). `NAME_FILE=/run/secrets/name` may stand for
every `NAME`: the value is then read from that file. Yes and no are `on` and `off`. A value that
cannot be read, and in production one that is not safe, stops the start with a sentence that names
it. `manage.py check_env` shows what is in force and where it comes from, secrets masked.

The page is written by `manage.py write_settings_page` from the table in `config/variables.py`.
"""


class Effective(NamedTuple):
    """One variable as it is in force; `value` tells no secret."""

    group: str
    name: str
    value: str
    source: str
    meaning: str


def _told(value: Any) -> str:
    match value:
        case bool():
            return "on" if value else "off"
        case list():
            return ",".join(value)
        case datetime.timedelta():
            minutes = value // datetime.timedelta(minutes=1)
            return f"{minutes}m" if minutes % 60 else f"{minutes // 60}h"
    return str(value)


def masked(variable: Variable, value: Any) -> str:
    """A value as it may be shown: of a secret that it is there, of a server's all but that."""
    text = _told(value)
    if not variable.is_secret or not text:
        return text
    if "://" not in text or not variable.name.endswith("_URL"):
        return MASK
    # As far as the last `@`: a password that was not escaped may hold one.
    return re.sub(r"(://[^:@/]*:).*@", rf"\1{MASK}@", text, flags=re.DOTALL)


def effective() -> Iterator[Effective]:
    """Every variable in the table's order. Raises ImproperlyConfigured as `env` does."""
    for group in GROUPS:
        for variable in group.variables:
            value = masked(variable, env(variable.name))
            source = env.source_of(variable.name)
            yield Effective(group.title, variable.name, value, source, variable.meaning)


def _default_of(variable: Variable) -> str:
    if variable.shown:
        return variable.shown
    text = _told(variable.default)
    return f"`{text}`" if text else "none"


def settings_page() -> str:
    """The page of the docs, as Markdown."""
    parts = [_INTRODUCTION]
    for group in GROUPS:
        rows = [f"| `{v.name}` | {_default_of(v)} | {v.meaning} |\n" for v in group.variables]
        text = f"{group.text}\n\n" if group.text else ""
        table = "| variable | default | meaning |\n|---|---|---|\n" + "".join(rows)
        parts.append(f"## {group.title}\n\n{text}{table}")
    return "\n".join(parts)
