"""A language in which every translated text stands in brackets: what does not was not marked."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from unittest.mock import patch

from django.utils.translation.trans_real import CONTEXT_SEPARATOR, DjangoTranslation

# What a person reads of a tag, or has read to them.
_READ = ("alt", "aria-label", "placeholder", "title", "data-label", "data-copied")
_UNREAD = ("script", "style")


class _Reader(HTMLParser):
    """The texts of a page, without those in scripts or said to be in another language."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._skipping: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if not self._skipping and (tag in _UNREAD or (tag != "html" and "lang" in given)):
            self._skipping = tag
        self.texts += [given[name] or "" for name in _READ if name in given]
        if tag == "input" and given.get("type") == "submit":
            self.texts.append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._skipping:
            self._skipping = ""

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.texts.append(data)


def unmarked(text: str) -> str:
    """A text without what stands in brackets, which may stand in others and hold tags."""
    before = ""
    while before != text:
        before, text = text, re.sub(r"⟦[^⟦⟧]*⟧", "", text)
    return text


def unmarked_texts(html: str) -> set[str]:
    """Every text with letters that a page shows outside all brackets."""
    reader = _Reader()
    reader.feed(unmarked(html))
    return {" ".join(text.split()) for text in reader.texts if re.search("[A-Za-z]", text)}


@contextmanager
def everything_in_brackets() -> Iterator[set[str]]:
    """Answer every look-up of a text by that text in brackets; says which were looked up."""
    asked: set[str] = set()

    def gettext(self: DjangoTranslation, message: str) -> str:
        asked.add(message)
        return f"⟦{message.rpartition(CONTEXT_SEPARATOR)[2]}⟧"

    def ngettext(self: DjangoTranslation, one: str, many: str, number: int) -> str:
        asked.add(one)
        return f"⟦{(one if number == 1 else many).rpartition(CONTEXT_SEPARATOR)[2]}⟧"

    with (
        patch.object(DjangoTranslation, "gettext", gettext),
        patch.object(DjangoTranslation, "ngettext", ngettext),
    ):
        yield asked
