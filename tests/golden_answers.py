"""Holding answers against golden ones: the same keys, and fixed values or their kinds.

A golden value is itself, or the kind of what may differ: `<integer>`, `<moment>` and so on.
`{order}` and its like stand for what the cast has under that name.
"""

import re
from typing import Any

JWT = r"[\w-]+\.[\w-]+\.[\w-]+"
_TEXTS = {
    "<text>": r".+",
    "<moment>": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?Z",
    "<number as text>": r"\d+",
    "<order number>": r"[A-HJKMNP-Z][A-HJKMNP-Z2-9]{9}",
    "<qr path>": r"/qr/[A-HJKMNP-Z][A-HJKMNP-Z2-9]{9}\.png",
    "<tracking url>": r"http://127\.0\.0\.1:8000/t/[A-HJKMNP-Z][A-HJKMNP-Z2-9]{9}/[\w-]{22}",
    "<jwt>": JWT,
    "<device token>": r"[0-9a-f]{12}\.[\w-]{43}",
}


def _is_of_kind(kind: str, value: Any) -> bool:
    if kind == "<integer>":
        return type(value) is int
    return isinstance(value, str) and re.fullmatch(_TEXTS[kind], value) is not None


def filled(template: Any, things: dict[str, Any]) -> Any:
    """A template with what its placeholders stand for; a whole `{x}` keeps the thing's type.

    What stands for nothing stays: addresses have parameters too.
    """
    if isinstance(template, dict):
        return {filled(key, things): filled(value, things) for key, value in template.items()}
    if isinstance(template, list):
        return [filled(value, things) for value in template]
    if not isinstance(template, str):
        return template
    if whole := re.fullmatch(r"\{(\w+)\}", template):
        return things[whole[1]]
    return re.sub(r"\{(\w+)\}", lambda found: str(things.get(found[1], found[0])), template)


def differences(golden: Any, answer: Any, where: str = "$") -> list[str]:
    """Where an answer is not the golden one: other keys, other values, or another kind."""
    if isinstance(golden, str) and golden in (*_TEXTS, "<integer>"):
        return [] if _is_of_kind(golden, answer) else [f"{where}: {answer!r} is no {golden}"]
    if type(golden) is not type(answer):
        return [f"{where}: {answer!r} instead of {golden!r}"]
    if isinstance(golden, list):
        if len(golden) != len(answer):
            return [f"{where}: {len(answer)} entries instead of {len(golden)}"]
        golden, answer = dict(enumerate(golden)), dict(enumerate(answer))
    if not isinstance(golden, dict):
        return [] if golden == answer else [f"{where}: {answer!r} instead of {golden!r}"]
    found = [f"{where}.{key} is too much" for key in answer if key not in golden]
    found += [f"{where}.{key} is missing" for key in golden if key not in answer]
    for key in golden:
        if key in answer:
            found += differences(golden[key], answer[key], f"{where}.{key}")
    return found
