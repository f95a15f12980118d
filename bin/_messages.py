"""Keeps the catalogues: what the code marks goes in, what it marks no longer goes out.

`makemessages` finds the texts. A text is new or gone, never "fuzzy": nobody ships a guess.
Entries stand in the order of their texts and name no places, so that a moved line changes
nothing here.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django
import polib
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.test import override_settings

# As Django's own catalogues of these languages count.
PLURALS = "nplurals=2; plural=(n != 1);"
SOURCE_LANGUAGE = "en"
SOURCES = ["html", "txt", "subject", "py"]
IGNORED = ["var", "node_modules", "*/tests/*", "tests", "benchmarks", "bin", "conftest.py"]
ADMIN_LOCALE = Path(admin.__file__).parent / "locale"


def marked_texts() -> polib.POFile:
    """Every text that the project's code and templates mark."""
    with tempfile.TemporaryDirectory() as folder, override_settings(LOCALE_PATHS=[folder]):
        call_command(
            "makemessages",
            locale=[SOURCE_LANGUAGE],
            extensions=SOURCES,
            ignore_patterns=[*IGNORED, "config/operations/locale"],
            no_location=True,
            verbosity=0,
        )
        return polib.pofile(str(Path(folder) / SOURCE_LANGUAGE / "LC_MESSAGES" / "django.po"))


def script_texts(language: str) -> polib.POFile:
    """The texts of the admin's scripts that Django has not in this language."""
    path = ADMIN_LOCALE / language / "LC_MESSAGES" / "djangojs.po"
    known = {key(entry) for entry in polib.pofile(str(path)) if entry.translated()}
    texts = polib.pofile(str(ADMIN_LOCALE / SOURCE_LANGUAGE / "LC_MESSAGES" / "djangojs.po"))
    missing = polib.POFile()
    missing.extend(entry for entry in texts if key(entry) not in known)
    return missing


def key(entry: polib.POEntry) -> tuple[str, str, str]:
    """What makes two entries the same: the text, its plural and its context."""
    return entry.msgid, entry.msgid_plural, entry.msgctxt or ""


def catalogue(texts: polib.POFile, language: str, old: polib.POFile) -> polib.POFile:
    """The texts with what stands in the old catalogue; English is the texts themselves."""
    kept = {key(entry): entry for entry in old}
    new = polib.POFile(wrapwidth=99)
    new.metadata = {
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS,
    }
    for text in sorted(texts, key=key):
        before = kept.get(key(text))
        entry = polib.POEntry(
            msgid=text.msgid,
            msgid_plural=text.msgid_plural,
            msgctxt=text.msgctxt,
            comment=text.comment,
            flags=[flag for flag in text.flags if flag != "fuzzy"],
        )
        if language == SOURCE_LANGUAGE:
            forms = {0: text.msgid, 1: text.msgid_plural}
            entry.msgstr, entry.msgstr_plural = text.msgid, forms
        elif before is not None:
            entry.msgstr, entry.msgstr_plural = before.msgstr, before.msgstr_plural
        if not entry.msgid_plural:
            entry.msgstr_plural = {}
        else:
            entry.msgstr = ""
            entry.msgstr_plural = entry.msgstr_plural or {0: "", 1: ""}
        new.append(entry)
    return new


def catalogues() -> Iterator[tuple[Path, polib.POFile]]:
    """Every catalogue as it should be, and where it belongs."""
    texts = marked_texts()
    for language, _name in settings.LANGUAGES:
        domains = {"django": texts}
        if language != SOURCE_LANGUAGE:
            domains["djangojs"] = script_texts(language)
        for domain, wanted in domains.items():
            path = Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / f"{domain}.po"
            old = polib.pofile(str(path)) if path.exists() else polib.POFile()
            yield path, catalogue(wanted, language, old)


def main(arguments: list[str]) -> int:
    """Write the catalogues, or with --check say which are not as they should be."""
    django.setup()
    behind = 0
    for path, wanted in catalogues():
        compiled = path.with_suffix(".mo")
        is_current = (
            path.exists()
            and compiled.exists()
            and path.read_text("utf-8") == str(wanted) + "\n"
            and compiled.read_bytes() == wanted.to_binary()
        )
        missing = [entry.msgid for entry in wanted if not entry.translated()]
        if "--check" in arguments:
            if not is_current:
                print(f"{path} is behind the code: run bin/messages.")
        elif not is_current:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(str(wanted) + "\n", "utf-8")
            compiled.write_bytes(wanted.to_binary())
        for text in missing:
            print(f"{path}: no translation of {text!r}")
        behind += bool(missing) or ("--check" in arguments and not is_current)
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
