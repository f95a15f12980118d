"""`/api/v1/docs`: Swagger UI, from our own host and under the strict CSP."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders

from tests.answers import assert_problem

DOCS = "/api/v1/docs"


class Page(HTMLParser):
    """What could run or be fetched on a page: scripts, styles, attributes and addresses."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.addresses: list[str] = []
        self._within = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._within = tag
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.inline.append(f"{tag} {name}={value}")
            if name in ("src", "href", "action", "srcset", "data"):
                self.addresses.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within in ("script", "style") and data.strip():
            self.inline.append(f"{self._within}: {data.strip()}")


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_page_has_nothing_inline_and_nothing_from_elsewhere(api, db, slash):
    response = api.get(DOCS + slash)

    assert response.status_code == 200
    assert response["Content-Type"] == "text/html; charset=utf-8"
    page = Page(response.text)
    assert page.inline == []
    assert len(page.addresses) == 7
    assert [url for url in page.addresses if not re.match(r"/(?!/)", url)] == []


def test_everything_that_the_page_fetches_is_there(api, db):
    for url in Page(api.get(DOCS).text).addresses:
        if url.startswith("/static/"):
            assert finders.find(url.removeprefix("/static/"))
        else:
            assert api.get(url).status_code == 200


def test_its_script_reads_the_document_from_our_own_host(api, db):
    response = api.get(DOCS, {"script": ""})

    assert response["Content-Type"] == "application/javascript"
    assert 'url: "/api/v1/schema"' in response.text.replace("\\u002D", "-")
    assert "//" not in re.sub(r"^\s*//.*$", "", response.text, flags=re.MULTILINE)


def test_another_method_answers_405(api, db):
    assert_problem(api.post(DOCS), "method_not_allowed")


def test_the_judge_of_pages_sees_what_is_inline():
    page = Page(
        '<p style="color: red" onclick="go()">x</p><style>p {}</style>'
        '<script>go()</script><img src="//cdn.example/x.png">'
    )

    assert page.inline == ["p style=color: red", "p onclick=go()", "style: p {}", "script: go()"]
    assert page.addresses == ["//cdn.example/x.png"]
