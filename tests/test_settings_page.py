"""`docs/settings.md` names every variable that the code reads, and no other."""

import re

from django.conf import settings

READS = re.compile(r"(?:env(?:\.\w+)?|environ\.get)\(\s*\"([A-Z][A-Z0-9_]+)\"")
SOURCES = ["config/settings.py", "config/gunicorn.py"]


def test_the_page_names_what_the_settings_read():
    read = {
        name
        for source in SOURCES
        for name in READS.findall((settings.BASE_DIR / source).read_text())
    }
    page = (settings.BASE_DIR / "docs" / "settings.md").read_text()
    first_cells = re.findall(r"^\| (`[^|]+`) \|", page, flags=re.MULTILINE)
    named = {name for cell in first_cells for name in re.findall(r"`([A-Z0-9_]+)`", cell)}
    assert named == read | {"PORT"}
