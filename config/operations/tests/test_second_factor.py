"""The admin with a second factor: signing in, setting it up, and roles that need it."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import RecoveryCode, SecondFactor, User
from accounts.second_factor import key_text
from config.operations.second_factor.pages import SEED
from tests.admin import office_of, statements_of
from tests.cast import PASSWORD, staff_in
from tests.phone import Phone, code_of, give_phone
from tests.unchanged import nothing_written

PAGE = "/admin/second-factor/"
TO_PAGE = (302, PAGE)


@pytest.fixture
def phone(owner: User) -> Phone:
    """Olga's."""
    return give_phone(owner)


@pytest.fixture
def mia(db: None) -> User:
    """Mia, a Manager."""
    return staff_in("Manager", "Mia")


def log_in(browser: Client, **fields: str) -> Any:
    sent = {"username": "olga", "password": PASSWORD, "next": "/admin/"} | fields
    return browser.post("/admin/login/", sent)


def is_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def where(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.headers.get("Location", "")


def errors_of(answer: Any) -> dict[str, list[str]]:
    return {name: list(texts) for name, texts in answer.context["form"].errors.items()}


def codes_in(answer: Any) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<code>([a-z2-9-]{19})</code>", answer.content.decode())


# --- Signing in -----------------------------------------------------------------------


def test_the_code_of_the_app_lets_in(client, phone):
    assert where(log_in(client, otp=phone.code())) == (302, "/admin/")
    assert is_in(client)


@pytest.mark.parametrize(
    ("otp", "told"),
    [
        ("", "The second factor's code is required."),
        ("000000 ", "This code is not right, or was used before."),
        ("abcd-efgh-jkmn-pqrs", "This code is not right, or was used before."),
    ],
)
def test_without_the_code_the_field_tells_and_nobody_is_in(otp, told, client, phone):
    assert errors_of(log_in(client, otp=otp)) == {"otp": [told]}
    assert not is_in(client)


def test_a_used_code_lets_nobody_in(client, phone):
    log_in(Client(), otp=phone.code())

    assert errors_of(log_in(client, otp=phone.code())).keys() == {"otp"}
    assert not is_in(client)


def test_a_wrong_password_says_nothing_of_the_code(client, phone):
    errors = errors_of(log_in(client, password="wrong", otp=phone.code()))

    assert errors.keys() == {"__all__"}
    assert SecondFactor.objects.get().last_step == -1


def test_a_recovery_code_lets_in_once_and_tells_how_many_are_left(client, phone):
    log_in(client, otp=phone.recovery_codes[0])

    assert "You signed in by a recovery code; 9 are left." in client.get("/admin/").content.decode()
    assert errors_of(log_in(Client(), otp=phone.recovery_codes[0])).keys() == {"otp"}


def test_who_has_none_needs_no_code_and_may_send_one(client, owner):
    assert where(log_in(client, otp="123456")) == (302, "/admin/")
    assert not list(client.get("/admin/").context["messages"])


def test_after_a_wrong_code_one_waits(client, phone):
    log_in(client, otp=phone.code(off=9))

    told = "Too many wrong codes: wait 1 s, or use a recovery code."
    assert errors_of(log_in(client, otp=phone.code())) == {"otp": [told]}


# --- Setting it up --------------------------------------------------------------------


def key_on(browser: Client) -> str:
    """The key that the page shows as text."""
    shown = browser.get(PAGE).content.decode()
    found = re.search(r'id="second-factor-key">([A-Z2-7 ]+)<', shown)
    assert found
    return found[1].replace(" ", "")


def set_up(browser: Client, **fields: str) -> Any:
    return browser.post(PAGE, {"password": PASSWORD, "otp": code_of(key_on(browser))} | fields)


def test_the_page_shows_a_key_that_stays_the_same_until_it_is_used(office):
    key = key_on(office)

    assert key_on(office) == key
    assert key == key_text(office.session[SEED])
    assert not SecondFactor.objects.exists()


def test_a_code_of_the_app_sets_it_up_and_shows_the_recovery_codes_once(office, owner):
    other = office_of(owner)
    answer = set_up(office)

    codes = codes_in(answer)
    assert len(codes) == 10
    assert answer["Cache-Control"].find("no-store") >= 0
    assert SEED not in office.session
    assert is_in(office)
    assert not is_in(other)
    again = office.get(PAGE).content.decode()
    assert "10 recovery codes are left." in again
    assert not [code for code in codes if code in again]
    assert log_in(Client(), otp=codes[0]).status_code == 302


def test_once_it_is_set_up_no_page_shows_the_key(office):
    key = key_on(office)
    set_up(office)

    again = office.get(PAGE).content.decode()
    assert key not in again.replace(" ", "")
    assert "data:image" not in again


def test_the_form_sent_again_makes_no_other_recovery_codes(office):
    sent = {"password": PASSWORD, "otp": code_of(key_on(office))}
    office.post(PAGE, sent)

    with nothing_written(but=(SecondFactor,)):
        answer = office.post(PAGE, sent)
    assert codes_in(answer) == []


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"password": "wrong"}, {"password"}),
        ({"password": ""}, {"password"}),
        ({"otp": "nothing"}, {"otp"}),
        ({"otp": ""}, {"otp"}),
    ],
)
def test_a_wrong_field_is_told_and_sets_nothing_up(fields, wrong, office):
    key = key_on(office)

    with nothing_written():
        answer = set_up(office, **fields)
    assert errors_of(answer).keys() == wrong
    assert key_on(office) == key


def test_attempts_are_limited_and_looking_is_not(office, settings):
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"auth": {"anyone": "2/m"}}

    looks = [office.get(PAGE).status_code for _ in range(4)]
    attempts = [set_up(office, password="wrong").status_code for _ in range(3)]

    assert (looks, attempts) == ([200] * 4, [200, 200, 429])


# --- Looking after it -----------------------------------------------------------------


def test_new_recovery_codes_are_shown_once(phone, owner):
    browser = office_of(owner)
    answer = browser.post(PAGE, {"password": PASSWORD, "otp": phone.code(), "codes": "yes"})

    codes = codes_in(answer)
    assert len(codes) == 10
    assert not set(codes) & set(phone.recovery_codes)
    assert is_in(browser)


def test_few_recovery_codes_are_warned_of(phone, owner):
    browser = office_of(owner)
    left = list(RecoveryCode.objects.values_list("pk", flat=True)[:4])
    RecoveryCode.objects.exclude(pk__in=left).delete()
    assert "Make new ones." not in browser.get(PAGE).content.decode()

    RecoveryCode.objects.filter(pk=left[0]).delete()

    shown = browser.get(PAGE).content.decode()
    assert "3 recovery codes are left. Make new ones." in shown


def test_it_is_switched_off_by_password_and_code(phone, owner):
    browser, other = office_of(owner), office_of(owner)

    answer = browser.post(PAGE, {"password": PASSWORD, "otp": phone.code(), "off": "yes"})

    assert where(answer) == TO_PAGE
    assert User.objects.get().second_factor_at is None
    assert is_in(browser)
    assert not is_in(other)


@pytest.mark.parametrize("button", ["off", "codes"])
@pytest.mark.parametrize(
    ("fields", "wrong"), [({"password": "wrong"}, {"password"}), ({"otp": "nothing"}, {"otp"})]
)
def test_a_wrong_password_or_code_changes_nothing(button, fields, wrong, phone, owner):
    browser = office_of(owner)
    sent = {"password": PASSWORD, "otp": phone.code(), button: "yes"} | fields

    with nothing_written():
        answer = browser.post(PAGE, sent)
    assert errors_of(answer).keys() == wrong


# --- Roles that need one --------------------------------------------------------------


def test_who_needs_one_is_led_to_it_right_after_signing_in(client, mia, settings):
    settings.OTP_REQUIRED_ROLES = ["Manager"]

    log_in(client, username="mia@shop.example")

    for path in ("/admin/", "/admin/orders/order/", "/admin/password_change/", "/admin/nothing/"):
        assert where(client.get(path)) == TO_PAGE
        with nothing_written():
            assert where(client.post(path)) == TO_PAGE
    shown = client.get(PAGE).content.decode()
    assert "Your role needs a second factor. Set it up to go on." in shown
    assert 'id="side"' not in shown
    assert "Find an order" not in shown


def test_once_it_is_set_up_the_admin_opens(client, mia, settings):
    settings.OTP_REQUIRED_ROLES = ["Manager"]
    log_in(client, username="mia@shop.example")

    answer = set_up(client)

    assert len(codes_in(answer)) == 10
    assert 'id="side"' in answer.content.decode()
    assert is_in(client)


def test_who_needs_one_may_sign_out_without(client, mia, settings):
    settings.OTP_REQUIRED_ROLES = ["Manager"]
    log_in(client, username="mia@shop.example")

    client.post("/admin/logout/")

    assert where(client.get("/admin/")) == (302, "/admin/login/?next=/admin/")


def test_who_switches_it_off_sets_it_up_anew_before_anything_else(mia, settings):
    settings.OTP_REQUIRED_ROLES = ["Manager"]
    phone = give_phone(mia)
    browser = office_of(mia)
    browser.post(PAGE, {"password": PASSWORD, "otp": phone.code(), "off": "yes"})

    assert where(browser.get("/admin/")) == TO_PAGE


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/admin/counter/recent/"),
        ("post", "/admin/counter/scan/"),
        ("post", "/admin/counter/undo/"),
        ("get", "/admin/walk-in/customers/?q=as"),
        ("post", "/admin/walk-in/place/"),
        ("get", "/api/v1/orders"),
        ("post", "/api/v1/services"),
        ("get", "/admin/api/orders"),
        ("post", "/admin/api/services"),
    ],
)
def test_no_call_of_an_admin_session_passes_without_it(method, path, mia, settings):
    browser = office_of(mia)
    settings.OTP_REQUIRED_ROLES = ["Manager"]

    with nothing_written():
        answer = getattr(browser, method)(path, {}, content_type="application/json")

    assert answer.status_code == 401
    told = answer.json()
    sentence = "Your role needs a second factor: set it up in the admin first."
    assert told.get("code") == "otp_required" or told["error"] in ("otp_required", sentence)


def test_the_rest_of_the_staff_goes_on_without(client, settings, db):
    settings.OTP_REQUIRED_ROLES = ["Owner", "Manager"]
    staff_in("Counter", "Kim")

    log_in(client, username="kim@shop.example")

    assert is_in(client)


@pytest.mark.parametrize("roles", [[], ["*"], ["Counter"]])
def test_a_page_asks_the_database_no_more_than_without_a_second_factor(roles, settings, mia):
    before = statements_of(office_of(mia), "/admin/orders/order/")
    give_phone(mia)
    settings.OTP_REQUIRED_ROLES = roles

    assert len(statements_of(office_of(mia), "/admin/orders/order/")) == len(before)
