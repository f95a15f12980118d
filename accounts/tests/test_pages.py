"""`/account/reset/<uid>/<token>` and `/account/confirm/<uid>/<token>`: what mailed links open."""

import io
import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.links import SET_PASSWORD, mail_link, uid_of
from accounts.models import User
from accounts.sessions import open_session
from config.rest.logs import RouteForPath
from tests.answers import assert_problem
from tests.cast import PASSWORD, bearing
from tests.mails import Link, last_link

NEW = "a-kettle-of-tin-hums"
DEAD = "This link no longer works"


@pytest.fixture
def browser() -> Client:
    """A browser that is nobody yet, and that must bring its CSRF token."""
    return Client(enforce_csrf_checks=True, raise_request_exception=False)


def send(browser: Client, path: str, password: str, **headers: str) -> Any:
    """Open the page and send its form, as a browser does from a page without a referrer."""
    form = browser.get(path).content.decode()
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    [field] = re.findall(r'<input type="password" name="(\w+)"', form)
    body = {"csrfmiddlewaretoken": token, field: password, "username": "somebody@example.com"}
    return browser.post(path, body, headers={"Origin": "null"} | headers)


def heading(response: Any) -> str:
    assert response["Content-Type"] == "text/html; charset=utf-8"
    [text] = re.findall(r"<h1>(.*)</h1>", response.content.decode())
    return str(text)


def state(user: User) -> tuple[bool, str]:
    user.refresh_from_db()
    return user.email_confirmed, user.password


@pytest.fixture
def links(reset_link: Link, confirm_link: Link) -> dict[str, Link]:
    return {"reset": reset_link, "confirm": confirm_link}


BOTH = pytest.mark.parametrize("page", ["reset", "confirm"])


# --- Setting a password -----------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_reset_page_sets_the_password(
    browser: Client, customer: User, reset_link: Link, slash: str
) -> None:
    tokens = open_session(user=customer)
    path = reset_link.path + slash
    page = browser.get(path)
    assert (page.status_code, heading(page)) == (200, "Set your password")
    assert "asha@example.com" in page.content.decode()

    done = send(browser, path, NEW)
    assert (done.status_code, heading(done)) == (200, "Your password is set")

    customer.refresh_from_db()
    assert customer.check_password(NEW)
    assert_problem(bearing(tokens.access_token).get("/api/v1/auth/me"), "token_invalid")


def test_the_reset_page_opens_a_guests_account(browser: Client, guest: User) -> None:
    mail_link(SET_PASSWORD, user=guest)
    assert heading(send(browser, last_link().path, NEW)) == "Your password is set"
    guest.refresh_from_db()
    assert (guest.check_password(NEW), guest.email_confirmed) == (True, True)


def test_a_weak_password_is_told_why_and_the_page_works_on(
    browser: Client, customer: User, reset_link: Link
) -> None:
    before = state(customer)
    page = send(browser, reset_link.path, "1111")
    assert (page.status_code, heading(page)) == (400, "Set your password")
    [problem] = re.findall(
        r'<div class="problem" id="id_new_password_error" role="alert">(.*)</div>',
        page.content.decode(),
    )
    assert problem == (
        "<p>This password is too short. It must contain at least 8 characters.</p>"
        "<p>This password is too common.</p>"
        "<p>This password is entirely numeric.</p>"
    )
    assert 'aria-invalid="true"' in page.content.decode()
    assert "1111" not in page.content.decode()
    assert state(customer) == before
    assert heading(send(browser, reset_link.path, NEW)) == "Your password is set"


# --- Confirming an email ----------------------------------------------------------------


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_confirm_page_asks_for_the_password_and_confirms(
    browser: Client, unconfirmed_customer: User, confirm_link: Link, slash: str
) -> None:
    path = confirm_link.path + slash
    page = browser.get(path)
    assert (page.status_code, heading(page)) == (200, "Confirm your email")
    assert "chloe@example.com" in page.content.decode()

    done = send(browser, path, PASSWORD)
    assert (done.status_code, heading(done)) == (200, "Your email is confirmed")
    assert state(unconfirmed_customer) == (True, unconfirmed_customer.password)


def test_the_mailbox_alone_confirms_nothing(
    browser: Client, unconfirmed_customer: User, confirm_link: Link
) -> None:
    """A stranger may have registered with it: the password shows who made the account."""
    before = state(unconfirmed_customer)
    page = send(browser, confirm_link.path, PASSWORD + " ")
    assert (page.status_code, heading(page)) == (400, "Confirm your email")
    assert "<p>This is not the password of the account.</p>" in page.content.decode()
    assert state(unconfirmed_customer) == before
    assert heading(send(browser, confirm_link.path, PASSWORD)) == "Your email is confirmed"


def test_the_confirm_page_signs_nobody_in(browser: Client, confirm_link: Link) -> None:
    send(browser, confirm_link.path, PASSWORD)
    assert "sessionid" not in browser.cookies


# --- Both -------------------------------------------------------------------------------


@BOTH
def test_opening_a_page_changes_nothing(
    browser: Client,
    links: dict[str, Link],
    page: str,
    customer: User,
    unconfirmed_customer: User,
) -> None:
    """Mail scanners follow every link."""
    before = [state(customer), state(unconfirmed_customer)]
    for _ in range(2):
        assert browser.get(links[page].path).status_code == 200
        assert browser.head(links[page].path).status_code == 200
    assert [state(customer), state(unconfirmed_customer)] == before


@BOTH
def test_an_empty_form_is_asked_for_again(
    browser: Client, links: dict[str, Link], page: str
) -> None:
    response = send(browser, links[page].path, "")
    assert response.status_code == 400
    assert "<p>This field is required.</p>" in response.content.decode()


@BOTH
def test_an_endless_password_is_refused(browser: Client, links: dict[str, Link], page: str) -> None:
    response = send(browser, links[page].path, "x" * 257)
    assert response.status_code == 400
    assert "at most 256 characters" in response.content.decode()


@BOTH
def test_a_link_works_once(browser: Client, links: dict[str, Link], page: str) -> None:
    password = {"reset": NEW, "confirm": PASSWORD}[page]
    assert send(browser, links[page].path, password).status_code == 200
    again = browser.get(links[page].path)
    assert (again.status_code, heading(again)) == (400, DEAD)


@BOTH
def test_a_link_that_dies_while_its_form_is_open_changes_nothing(
    browser: Client, links: dict[str, Link], page: str, customer: User, unconfirmed_customer: User
) -> None:
    user = {"reset": customer, "confirm": unconfirmed_customer}[page]
    before = state(user)
    form = browser.get(links[page].path).content.decode()
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    User.objects.filter(pk=user.pk).update(email="somewhere@else.example")
    body = {"csrfmiddlewaretoken": token, "new_password": NEW, "password": PASSWORD}
    response = browser.post(links[page].path, body)
    assert (response.status_code, heading(response)) == (400, DEAD)
    assert state(user) == before


@BOTH
def test_an_expired_link_says_what_to_do(
    browser: Client, links: dict[str, Link], page: str, after: Callable[..., None]
) -> None:
    after(hours=73)
    response = browser.get(links[page].path)
    assert (response.status_code, heading(response)) == (400, DEAD)
    assert "where you sign in" in response.content.decode()


@BOTH
def test_a_link_of_another_account_is_no_link(
    browser: Client, links: dict[str, Link], page: str, other_customer: User
) -> None:
    path = f"/account/{page}/{uid_of(other_customer)}/{links[page].token}"
    assert heading(browser.get(path)) == DEAD


def test_the_one_pages_link_is_no_link_on_the_other(
    browser: Client, links: dict[str, Link]
) -> None:
    for link in links.values():
        other = {"reset": "confirm", "confirm": "reset"}[link.path.split("/")[2]]
        assert heading(browser.get(f"/account/{other}/{link.uid}/{link.token}")) == DEAD


@BOTH
@pytest.mark.parametrize("rest", ["x/y", "MQ/%00", "%F0%9F/%FF", "-/-", "MQ/" + "x" * 128])
@pytest.mark.django_db
def test_a_mangled_link_is_no_link(browser: Client, page: str, rest: str) -> None:
    response = browser.get(f"/account/{page}/{rest}")
    assert (response.status_code, heading(response)) == (400, DEAD)


@BOTH
@pytest.mark.parametrize("rest", ["", "MQ", "MQ/x/y", "MQ/" + "x" * 129])
@pytest.mark.django_db
def test_other_paths_lead_nowhere(browser: Client, page: str, rest: str) -> None:
    assert browser.get(f"/account/{page}/{rest}").status_code == 404


# --- Keeping the link to who holds it ---------------------------------------------------


def assert_kept_private(response: Any) -> None:
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["X-Frame-Options"] == "DENY"
    assert "form-action 'self'" in response["Content-Security-Policy"]


@BOTH
def test_every_answer_keeps_the_link_private(
    browser: Client, links: dict[str, Link], page: str
) -> None:
    path = links[page].path
    answers = {
        200: browser.get(path),
        400: send(browser, path, "1"),
        403: browser.post(path),
        405: browser.put(path),
    }
    for status, response in answers.items():
        assert response.status_code == status
        assert_kept_private(response)
    assert_kept_private(browser.get(path + "x"))
    for status in (200, 400):
        assert "no-store" in answers[status]["Cache-Control"]


@BOTH
def test_the_page_loads_and_links_to_nothing_foreign_and_repeats_no_token(
    browser: Client, links: dict[str, Link], page: str
) -> None:
    html = browser.get(links[page].path).content.decode()
    targets = re.findall(r'(?:href|src|action)="([^"]*)"', html)
    assert [target for target in targets if not re.match(r"/(?!/)|#", target)] == []
    assert links[page].token not in html
    assert '<meta name="referrer" content="no-referrer">' in html


@BOTH
def test_no_log_line_holds_the_token_or_the_password(
    browser: Client, links: dict[str, Link], page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = [
        h
        for h in logging.getLogger().handlers
        if any(isinstance(f, RouteForPath) for f in h.filters)
    ]
    log = io.StringIO()
    monkeypatch.setattr(ours[0], "stream", log)
    browser.get(links[page].path)
    send(browser, links[page].path, "some-secret")
    browser.post(links[page].path)
    assert log.getvalue().count(f"account/{page}/") == 5
    assert links[page].token not in log.getvalue()
    assert "some-secret" not in log.getvalue()


# --- CSRF -------------------------------------------------------------------------------


@BOTH
def test_a_form_without_its_token_is_refused(
    browser: Client, links: dict[str, Link], page: str, customer: User, unconfirmed_customer: User
) -> None:
    before = [state(customer), state(unconfirmed_customer)]
    browser.get(links[page].path)
    body = {"new_password": NEW, "password": PASSWORD}
    response = browser.post(links[page].path, body, headers={"Origin": "null"})
    assert (response.status_code, heading(response)) == (403, "Please send the form again")
    assert [state(customer), state(unconfirmed_customer)] == before


@BOTH
def test_the_form_of_a_foreign_page_is_refused(
    browser: Client, links: dict[str, Link], page: str, customer: User, unconfirmed_customer: User
) -> None:
    before = [state(customer), state(unconfirmed_customer)]
    response = send(browser, links[page].path, PASSWORD, Origin="https://evil.example")
    assert response.status_code == 403
    assert [state(customer), state(unconfirmed_customer)] == before


@pytest.mark.parametrize("origin", ["null", "http://testserver"])
def test_a_browsers_own_origin_is_taken_hidden_or_not(
    browser: Client, reset_link: Link, origin: str
) -> None:
    """A page with `no-referrer` posts `Origin: null`."""
    assert send(browser, reset_link.path, NEW, Origin=origin).status_code == 200


def test_the_admin_still_refuses_a_hidden_origin(browser: Client, owner: User) -> None:
    form = browser.get("/admin/login/").content.decode()
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    body = {"csrfmiddlewaretoken": token, "username": "olga@example.com", "password": PASSWORD}
    response = browser.post("/admin/login/", body, headers={"Origin": "null"})
    assert response.status_code == 403


# --- The limit --------------------------------------------------------------------------


def test_guessing_passwords_by_the_page_comes_to_an_end(
    browser: Client, unconfirmed_customer: User, confirm_link: Link, settings: Any
) -> None:
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"auth": {"anyone": "3/m"}}
    statuses = [browser.get(confirm_link.path).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert_kept_private(browser.get(confirm_link.path))
