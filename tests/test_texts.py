"""Every text that people read is marked, and stands in the catalogue of each language."""

import ast
import re
from collections import Counter
from pathlib import Path
from typing import Any

import polib
import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.utils.translation import trans_real
from django.utils.translation.trans_real import CONTEXT_SEPARATOR

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, mail_link
from config.env import BASE_DIR
from config.mail.models import OutgoingMail
from config.rest.refusals import Code
from tests.admin_table import pages
from tests.mails import last_link
from tests.pseudo import everything_in_brackets, unmarked, unmarked_texts
from tests.test_admin_permissions import addresses, rows

CATALOGUES = sorted(Path(settings.LOCALE_PATHS[0]).glob("*/LC_MESSAGES/*.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*(?::\w+)?\}|</?\w+[^>]*>")

# What is the same in every language, beside what the database holds.
SAME = re.compile(
    r"""
    https?://\S+ | \d{4}-\d\d-\d\d | \b(INR|API|HTML|Roundtrip|CSV|XLSX|Excel)\b
    | \b(Esc|Enter|Tab|Ctrl|Backspace|Shift)\b
    | \b[A-HJKMNP-Z2-9]{5}\b | ^[A-Z]{1,2}$             # a label: half a number, initials
    | ([A-Z2-7]{4}\ )+[A-Z2-7]{4}                        # a second factor's key
    | ^id(,\ [a-z_]+)+$                                 # the columns of a file
    | \d\ x\ | \bid\b
    """,
    re.VERBOSE,
)
# What Django writes itself without marking it.
DJANGO = re.compile(r"Group-permission relationships?: .*|True|False|None")


def ids(path: Path) -> str:
    return f"{path.parts[-3]} {path.stem}"


@pytest.fixture(params=CATALOGUES, ids=ids)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def forms(entry: polib.POEntry | polib.MOEntry) -> list[tuple[str, str]]:
    """Each text of an entry beside its translation."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [
        (entry.msgid if number == 0 else entry.msgid_plural, text)
        for number, text in entry.msgstr_plural.items()
    ]


def test_every_language_has_a_catalogue():
    assert {ids(path) for path in CATALOGUES} == {"en django", "hi django", "hi djangojs"}
    assert {path.parts[-3] for path in CATALOGUES} == dict(settings.LANGUAGES).keys()


def test_a_catalogue_lacks_no_translation_and_guesses_none(path):
    texts = polib.pofile(str(path))
    assert [entry.msgid for entry in texts if not entry.translated()] == []
    assert texts.fuzzy_entries() == texts.obsolete_entries() == []
    assert all(set(entry.msgstr_plural) in (set(), {0, 1}) for entry in texts)


def test_a_translation_has_the_placeholders_and_tags_of_its_text(path):
    wrong = [
        text
        for entry in polib.pofile(str(path))
        for text, translation in forms(entry)
        if Counter(PLACEHOLDER.findall(text)) != Counter(PLACEHOLDER.findall(translation))
    ]
    assert wrong == []


def test_what_is_compiled_is_what_was_written(path):
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    written = polib.pofile(str(path))
    assert {(e.msgctxt, e.msgid): forms(e) for e in compiled} == {
        (e.msgctxt, e.msgid): forms(e) for e in written
    }


def test_english_is_the_text_itself():
    texts = polib.pofile(str(CATALOGUES[0]))
    assert {translation for entry in texts for text, translation in forms(entry) if text} == {
        text for entry in texts for text, _translation in forms(entry)
    }


def test_hindi_is_written_in_its_own_letters():
    latin = {
        entry.msgid
        for path in CATALOGUES[1:]
        for entry in polib.pofile(str(path))
        for _text, translation in forms(entry)
        if re.search(r"[A-Za-z]", PLACEHOLDER.sub("", translation))
        and not re.search(r"[\u0900-\u097f]", translation)
    }
    assert latin == {"API", "HTML"}


# --- Texts in the code ----------------------------------------------------------------

# What these are told is read by people, and what is said under these names of anything.
TELL = {"Refusal", "invalid", "ValidationError", "message_user", "add_error", "log_change"}
NAMES = {"label", "verbose_name", "verbose_name_plural", "title", "effect", "description"}
# Old clients' words, and what only the operator reads, are English; `description` and `title`
# of the API's document too.
ENGLISH = re.compile(
    r"(^|/)(tests|migrations|management|legacy_import)/"
    r"|compat\.py|legacy|openapi|postman|demo|checks|variables|config/settings"
)
SENTENCE = re.compile(r"[A-Za-z]{2,} [A-Za-z]|^[A-Z][a-z]+\.?$")


def literal(node: ast.expr) -> str:
    """The text that stands there as it is, without what is put in."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return "".join(
        part.value
        for part in parts
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )


def told(call: ast.Call) -> list[str]:
    """The literal texts that a call tells people."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    texts = list(call.args) if name in TELL else []
    texts += [word.value for word in call.keywords if name in TELL or word.arg in NAMES]
    return [text for text in map(literal, texts) if SENTENCE.search(text)]


def test_what_the_code_tells_people_is_marked():
    found = {
        f"{name}:{node.lineno}": texts
        for room in ("accounts", "catalog", "config", "orders", "tracking", "workforce")
        for path in (BASE_DIR / room).rglob("*.py")
        if not ENGLISH.search(name := str(path.relative_to(BASE_DIR)))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and (texts := told(node))
    }
    assert found == {}


# --- Pages in a language of brackets ---------------------------------------------------


def data() -> re.Pattern[str]:
    """Whatever text stands in a row of the database, and how a row calls itself."""
    texts = {
        str(text)
        for model in apps.get_models()
        for row in model._default_manager.all()
        for text in (row, *(getattr(row, field.attname) for field in model._meta.concrete_fields))
        if isinstance(text, str | Model) and re.search("[A-Za-z]", str(text))
    }
    longest_first = sorted(map(re.escape, texts), key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(longest_first)})(?!\w)")


def not_marked(html: str, stored: re.Pattern[str]) -> set[str]:
    """What a page shows that is neither marked nor data."""
    return {
        text
        for text in unmarked_texts(html)
        if not DJANGO.fullmatch(text) and re.search("[A-Za-z]", SAME.sub("", stored.sub("", text)))
    }


def without_hindi(asked: set[str]) -> set[str]:
    """The looked-up texts with letters that Hindi has no translation of."""
    known = trans_real.translation("hi")._catalog  # type: ignore[attr-defined]
    names = {"⟦English⟧", "⟦Hindi⟧"}  # Asked for in their own language.
    return {
        text
        for text in asked - names
        if re.search("[A-Za-z]", text.rpartition(CONTEXT_SEPARATOR)[2])
        and not (text in known or (text, 0) in known)
    }


@pytest.fixture
def shown(rows: dict[str, Any]) -> dict[str, str]:
    """Every page of the admin that a superuser opens."""
    opened = {page for page, statuses in pages().items() if statuses["superuser"] == 200}
    return {page: path for page, path in addresses(rows).items() if page in opened}


def test_the_pages_of_the_admin_show_no_text_that_is_not_marked_and_translated(shown, office):
    found, stored = {}, data()
    with everything_in_brackets() as asked:
        for page, path in shown.items():
            answer = office.get(path)
            if "html" in answer["Content-Type"] and (
                texts := not_marked(answer.content.decode(), stored)
            ):
                found[page] = texts
    assert found == {}
    assert len(asked) > 300
    assert without_hindi(asked) == set()


PUBLIC = ("/", "/?order=!", "/t/{order}", "/t/{order}/{token}", "/nowhere", "/admin/login/")


@pytest.mark.parametrize("path", PUBLIC)
def test_the_public_pages_show_no_text_that_is_not_marked_and_translated(path, order, client):
    with everything_in_brackets() as asked:
        answer = client.get(path.format(order=order.order_number, token=order.token))
    assert not_marked(answer.content.decode(), data()) == set()
    assert without_hindi(asked) == set()


@pytest.mark.parametrize("kind", [SET_PASSWORD, CONFIRM_EMAIL], ids=lambda kind: kind.page)
def test_mails_and_their_pages_show_no_text_that_is_not_marked_and_translated(
    kind, unconfirmed_customer, client
):
    with everything_in_brackets() as asked:
        mail_link(kind, user=unconfirmed_customer)
        mail = OutgoingMail.objects.get()
        link = last_link().path
        form = client.get(link)
        problem = client.post(link, {"new_password": "1", "password": "wrong"})
        broken = client.get(link[:-1])
    assert not_marked(mail.html, data()) == set()
    for text in (mail.subject, mail.text):
        assert re.search("[A-Za-z]", SAME.sub("", unmarked(text))) is None
    for page in (form, problem, broken):
        assert not_marked(page.content.decode(), data()) == set()
    assert without_hindi(asked) == set()


@pytest.mark.parametrize("code", Code)
def test_every_refusal_is_marked_and_translated(code):
    with everything_in_brackets() as asked:
        assert str(code.label).startswith("⟦")
    assert without_hindi(asked) == set()


def test_the_scripts_of_the_admin_speak_hindi(office: Client):
    answer = office.get("/admin/jsi18n/", headers={"Accept-Language": "hi"})
    page = answer.content.decode()
    assert "सभी %s चुनें".encode("unicode-escape").decode() in page or "सभी %s चुनें" in page


__all__ = ["rows"]
