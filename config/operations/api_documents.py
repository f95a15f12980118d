"""The documents of the API that clients take: they are made from its code."""

import json
import tempfile
from pathlib import Path

import yaml
from django.core.management import call_command

from config.env import BASE_DIR
from config.operations.postman import collection

FOLDER = BASE_DIR / "docs"


def openapi() -> str:
    """The OpenAPI document as YAML, valid and without a warning; raises CommandError."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "openapi.yaml"
        call_command("spectacular", file=str(path), fail_on_warn=True, validate=True)
        return path.read_text(encoding="utf-8")


def documents() -> dict[Path, str]:
    """Every document with its text."""
    text = openapi()
    postman = json.dumps(collection(yaml.safe_load(text)), indent=2)
    return {FOLDER / "openapi.yaml": text, FOLDER / "postman_collection.json": postman + "\n"}


def write() -> list[Path]:
    """Write the documents that are not as the code is; answer which these were."""
    outdated = _outdated()
    for path, text in outdated.items():
        path.write_text(text, encoding="utf-8")
    return [*outdated]


def outdated() -> list[Path]:
    """The documents that are not as the code is, or are not there."""
    return [*_outdated()]


def _outdated() -> dict[Path, str]:
    return {
        path: text
        for path, text in documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }
