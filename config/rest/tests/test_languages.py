"""In whose language an answer is, and what it says of that."""

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from config.mail.models import OutgoingMail
from config.rest.paths import is_english
from tests.cast import PASSWORD
from tests.unchanged import nothing_written

HINDI = {"Accept-Language": "hi-IN,hi;q=0.9,en;q=0.5"}
NOT_FOUND = "यहाँ कुछ नहीं है।"


def language_of(page: str) -> str:
    return page.partition('<html lang="')[2].partition('"')[0]


@pytest.mark.parametrize(
    ("asked", "shop", "language"),
    [
        ({}, "en", "en"),
        ({}, "hi", "hi"),
        (HINDI, "en", "hi"),
        ({"Accept-Language": "en-GB"}, "hi", "en"),
        ({"Accept-Language": "fr"}, "hi", "hi"),
    ],
)
def test_a_page_is_in_the_readers_language_or_else_the_shops(
    client, settings, asked, shop, language
):
    settings.LANGUAGE_CODE = shop
    answer = client.get("/", headers=asked)
    assert language_of(answer.content.decode()) == language
    assert answer["Content-Language"] == language
    assert {"Accept-Language", "Cookie"} <= set(answer["Vary"].split(", "))


@pytest.mark.django_db
def test_a_problem_of_v1_is_told_in_the_readers_language_under_the_same_code(api):
    answer = api.get("/api/v1/services/999", headers=HINDI)
    assert answer.status_code == 404
    assert (answer.json()["code"], answer.json()["detail"]) == ("not_found", NOT_FOUND)
    assert answer["Content-Language"] == "hi"


@pytest.mark.django_db
def test_a_field_that_is_not_valid_is_told_of_in_the_readers_language(api):
    answer = api.post("/api/v1/auth/login", {"email": True}, format="json", headers=HINDI)
    assert answer.json()["errors"]["email"] == ["यहाँ टेक्स्ट (string) चाहिए।"]


def test_a_request_that_is_refused_at_the_door_has_its_own_language_too(client):
    client.get("/", headers=HINDI)
    answer = client.get("/", headers={"Host": "elsewhere.example"})
    assert answer.status_code == 400
    assert "This request could not be read" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/api/services",
        "/auth/login",
        "/worker/scan",
        "/employee/login",
        "/admin/login",
        "/admin/api/orders",
        "/qr/K7PXMQ42RD.png",
        "/static/roundtrip.css",
        "/healthz",
        "/api/v1/schema",
    ],
)
def test_old_paths_images_and_files_speak_english_to_everybody(path):
    assert is_english(path)


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/v1/orders", "/t/K7PXMQ42RD"])
def test_pages_and_v1_speak_the_readers_language(path):
    assert not is_english(path)


def test_an_image_is_cached_once_for_all_languages(client, order):
    answer = client.get(f"/qr/{order.order_number}.png", headers=HINDI)
    assert not answer.has_header("Content-Language")
    assert "Accept-Language" not in answer.get("Vary", "")
    assert answer["Cache-Control"] == "public, max-age=86400"


def test_a_tracking_page_in_another_language_is_another_page(client, order):
    path = f"/t/{order.order_number}"
    english = client.get(path)["ETag"]
    assert client.get(path, headers=HINDI | {"If-None-Match": english}).status_code == 200
    assert client.get(path, headers={"If-None-Match": english}).status_code == 304


# --- The switch ----------------------------------------------------------------------


@pytest.mark.django_db
def test_the_switch_is_remembered_and_leads_back(client):
    page = client.get("/?order=!").content.decode()
    assert 'name="next" value="/?order=!"' in page
    assert 'value="hi" lang="hi">हिंदी</button>' in page
    assert 'value="en"' not in page

    answer = client.post("/language/", {"language": "hi", "next": "/?order=!"})

    assert (answer.status_code, answer["Location"]) == (302, "/?order=!")
    cookie = answer.cookies["django_language"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 31536000)
    assert language_of(client.get("/", headers={"Accept-Language": "en"}).content.decode()) == "hi"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_switch_leads_to_no_other_site(client, elsewhere):
    assert client.post("/language/", {"language": "hi", "next": elsewhere})["Location"] == "/"


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_no_other_site_works_the_switch(site):
    browser = Client(enforce_csrf_checks=True)
    answer = browser.post("/language/", {"language": "hi"}, headers={"Sec-Fetch-Site": site})
    assert answer.status_code == 403
    assert not answer.cookies


def test_a_page_without_cookies_and_referrer_works_the_switch():
    browser = Client(enforce_csrf_checks=True)
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert browser.post("/language/", {"language": "hi"}, headers=headers).status_code == 302
    assert browser.cookies["django_language"].value == "hi"


def test_an_unknown_language_changes_nothing(client):
    answer = client.post("/language/", {"language": "tlh"})
    assert not answer.cookies


@pytest.mark.django_db
def test_the_switch_takes_no_get(client):
    with nothing_written():
        assert client.get("/language/?language=hi").status_code == 405


def test_staff_find_the_switch_before_and_after_they_sign_in(client, office):
    assert 'value="hi" lang="hi"' in client.get("/admin/login/").content.decode()
    assert 'value="hi" lang="hi"' in office.get("/admin/").content.decode()


# --- Mails ---------------------------------------------------------------------------


def registered(client: Client, path: str, headers: dict[str, str]) -> OutgoingMail:
    """The mail that a new customer gets."""
    body = {"name": "Dev", "email": "dev@example.com", "phone": "1", "password": PASSWORD}
    answer = client.post(path, body, "application/json", headers=headers)
    assert answer.status_code == 201, answer.content
    return OutgoingMail.objects.get(recipient="dev@example.com")


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/auth/register", "/auth/signup"])
@pytest.mark.parametrize(("headers", "shop"), [(HINDI, "en"), ({}, "hi")])
def test_a_mail_is_in_the_language_of_who_asked_also_by_an_old_client(
    client, settings, path, headers, shop
):
    settings.LANGUAGE_CODE = shop
    mail = registered(client, path, headers)
    assert mail.subject == "Roundtrip: अपना ईमेल पक्का करें"
    assert "नमस्ते," in mail.text
    assert language_of(mail.html) == "hi"


@pytest.mark.django_db
def test_a_mail_that_no_request_asked_for_is_in_the_shops_language(settings):
    from accounts.links import SET_PASSWORD, mail_link

    settings.LANGUAGE_CODE = "hi"
    user = User.objects.create_user("dev@example.com", name="Dev")
    with translation.override("en"):
        mail_link(SET_PASSWORD, user=user)
    assert OutgoingMail.objects.get().subject == "Roundtrip: अपना पासवर्ड तय करें"
