"""Who of the staff came in, went out or was refused, and by what."""

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import SignIn, User
from accounts.sessions import sign_in
from tests.admin import office_of
from tests.cast import PASSWORD, bearing, staff_in
from tests.phone import give_phone
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db

LOGIN = "/api/v1/auth/login"


def noted() -> list[tuple[str | None, str, str, str | None]]:
    """What was noted, first to last: who, what, by what, and from where."""
    rows = SignIn.objects.order_by("pk")
    return list(rows.values_list("user__name", "outcome", "face", "address"))


def by_form(username: str, password: str = PASSWORD, **headers: Any) -> Client:
    browser = Client(**headers)
    browser.post("/admin/login/?next=/admin/", {"username": username, "password": password})
    return browser


def test_the_admins_form_is_noted_coming_in_and_going_out(owner):
    browser = by_form("olga", REMOTE_ADDR="192.0.2.7")
    browser.post("/admin/logout/")
    assert noted() == [
        ("Olga Owner", "in", "admin", "192.0.2.7"),
        ("Olga Owner", "out", "admin", "192.0.2.7"),
    ]


def test_the_api_is_noted_too(api, owner):
    body = {"email": owner.email, "password": PASSWORD}
    token = api.post(LOGIN, body, format="json").json()["access_token"]
    bearing(token).post("/api/v1/auth/logout")
    assert [row[1:3] for row in noted()] == [("in", "api"), ("out", "api")]


def test_the_api_by_the_admins_own_session_is_noted_going_out(owner):
    browser = by_form("olga")
    browser.post("/api/v1/auth/logout")
    assert [row[1:3] for row in noted()] == [("in", "admin"), ("out", "api")]


def test_old_clients_are_noted_too(owner, client):
    body = {"username": "olga", "password": PASSWORD}
    client.post("/admin/login", body, content_type="application/json")
    client.post("/admin/logout")
    assert [row[1:3] for row in noted()] == [("in", "legacy"), ("out", "legacy")]


def test_a_wrong_password_is_noted_and_nothing_that_was_typed(api, owner):
    by_form("olga", "my secret guess")
    body = {"email": " OLGA@example.com", "password": "my secret guess"}
    api.post(LOGIN, body, format="json")
    api.post("/admin/login", {"username": "olga", "password": "guess"}, format="json")

    assert [row[:3] for row in noted()] == [
        ("Olga Owner", "refused", "admin"),
        ("Olga Owner", "refused", "api"),
        ("Olga Owner", "refused", "legacy"),
    ]
    assert "guess" not in repr(list(SignIn.objects.values()))


def test_a_wrong_code_is_noted_and_being_asked_for_one_is_not(api, owner):
    give_phone(owner)
    for otp in ("", "000000"):
        body = {"email": owner.email, "password": PASSWORD, "otp": otp}
        assert api.post(LOGIN, body, format="json").status_code == 401
    form = {"username": "olga", "password": PASSWORD}
    Client().post("/admin/login/", form)
    Client().post("/admin/login/", form | {"otp": "000000"})
    assert [row[1:3] for row in noted()] == [("refused", "api"), ("refused", "admin")]


def test_deactivated_staff_are_refused(api, owner):
    User.objects.update(is_active=False)
    api.post(LOGIN, {"email": owner.email, "password": PASSWORD}, format="json")
    assert [row[1] for row in noted()] == ["refused"]


@pytest.mark.parametrize("name", ["nobody", "nobody@example.com", "asha@example.com", ""])
def test_of_who_is_no_staff_nothing_is_noted(name, customer):
    with nothing_written():
        by_form(name, "wrong")
        by_form(name)


def test_a_customers_sign_in_is_a_session_and_no_more(api, customer):
    body = {"email": customer.email, "password": PASSWORD}
    token = api.post(LOGIN, body, format="json").json()["access_token"]
    bearing(token).post("/api/v1/auth/logout")
    assert noted() == []


def test_a_session_that_staff_end_is_nobodys_going_out(office, owner):
    session = sign_in(email=owner.email, password=PASSWORD).user.sessions.get()
    sent = {"action": "end", "_selected_action": [session.pk], "confirmed": "yes"}
    office.post("/admin/accounts/session/", sent)
    session.refresh_from_db()
    assert session.revoked_at is not None
    assert noted() == []


def test_no_proxy_of_ours_is_taken_for_the_address(owner, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    by_form("olga", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1, 198.51.100.9")
    assert [row[3] for row in noted()] == ["198.51.100.9"]


# --- The list ---------------------------------------------------------------------------


def listed(browser: Client, **query: str) -> list[str]:
    answer = browser.get("/admin/accounts/signin/", query)
    assert answer.status_code == 200
    return [str(row) for row in answer.context["cl"].result_list]


def test_the_list_is_narrowed_down(office, owner):
    by_form("olga")
    staff_in("Counter", "Cora")
    by_form("cora@shop.example", "wrong")
    cora = User.objects.get(name="Cora")

    assert listed(office) == ["Cora: refused", "Olga Owner: signed in"]
    assert listed(office, outcome__exact="refused") == ["Cora: refused"]
    assert listed(office, user=str(cora.pk)) == ["Cora: refused"]
    assert listed(office, face__exact="api") == []
    assert listed(office, created_at__until="2020-01-01") == []
    assert listed(office, q="OLGA") == ["Olga Owner: signed in"]


@pytest.mark.parametrize("user", ["x", "99999999999999999999", "-1"])
def test_a_person_that_is_none_finds_nothing(user, office, owner):
    by_form("olga")
    assert listed(office, user=user) == []


@pytest.mark.parametrize(
    ("role", "status"), [("Owner", 200), ("Auditor", 200), ("Manager", 403), ("Counter", 403)]
)
def test_owner_and_auditor_read_it(role, status):
    browser = office_of(staff_in(role, "Rosa"))
    assert browser.get("/admin/accounts/signin/").status_code == status


def test_staff_sign_in_by_one_statement_more_than_customers(api: APIClient, owner: User):
    from tests.statements import statements

    body = {"email": owner.email, "password": PASSWORD}
    with statements() as asked:
        api.post(LOGIN, body, format="json")
    assert len(asked) == 4
