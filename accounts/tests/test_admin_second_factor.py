"""Taking another's second factor away, in the admin."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.models import Session, User
from accounts.sessions import open_session
from tests.admin import office_of
from tests.cast import PASSWORD, staff_in
from tests.phone import give_phone
from tests.unchanged import nothing_written

CONFIRMED = {"confirmed": "yes"}
BUTTON = "Reset the second factor"


def page_of(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/change/"


def reset_of(user: User) -> str:
    return f"/admin/accounts/user/{user.pk}/second-factor/"


@pytest.fixture
def kim(db: None) -> User:
    """Kim of the counter, who has a second factor."""
    kim = staff_in("Counter", "Kim")
    give_phone(kim)
    return kim


@pytest.fixture
def boss(db: None) -> Client:
    """The browser of Otto, an Owner who is no superuser."""
    return office_of(staff_in("Owner", "Otto"))


def test_an_owner_takes_it_away_after_a_question(boss, kim):
    open_session(user=kim)
    assert BUTTON in boss.get(page_of(kim)).content.decode()
    with nothing_written():
        asked = boss.get(reset_of(kim)).content.decode()
    assert "They are signed out everywhere" in asked

    answer = boss.post(reset_of(kim), CONFIRMED)

    assert answer["Location"] == page_of(kim)
    assert User.objects.get(pk=kim.pk).second_factor_at is None
    assert Session.objects.get(user=kim).revoked_at is not None
    entry = LogEntry.objects.latest("pk")
    assert (str(entry.user), entry.object_id) == ("Otto", str(kim.pk))
    assert BUTTON not in boss.get(page_of(kim)).content.decode()


def test_only_a_superuser_takes_a_superusers_away(boss, owner):
    give_phone(owner)

    assert BUTTON not in boss.get(page_of(owner)).content.decode()
    with nothing_written():
        assert boss.post(reset_of(owner), CONFIRMED).status_code == 403


def test_a_superuser_takes_anothers_away(office, db):
    root = User.objects.create_superuser("root@shop.example", PASSWORD, name="Root")
    give_phone(root)

    office.post(reset_of(root), CONFIRMED)

    assert User.objects.get(pk=root.pk).second_factor_at is None


def test_ones_own_is_taken_away_on_its_own_page(owner):
    give_phone(owner)
    browser = office_of(owner)

    with nothing_written():
        answer = browser.post(reset_of(owner), CONFIRMED)
    assert answer["Location"] == "/admin/second-factor/"


@pytest.mark.parametrize("role", ["Manager", "Counter", "Auditor"])
def test_who_may_not_change_staff_takes_none_away(role, kim):
    browser = office_of(staff_in(role, "Somebody"))

    assert BUTTON not in browser.get(page_of(kim)).content.decode()
    with nothing_written():
        assert browser.post(reset_of(kim), CONFIRMED).status_code == 403


def test_of_who_is_not_there_or_no_staff_it_is_a_404(boss, customer):
    assert boss.post(reset_of(customer), CONFIRMED).status_code == 404


def test_the_list_tells_who_has_one_and_finds_who_has_none(boss, kim):
    def named(query: str) -> list[Any]:
        answer = boss.get(f"/admin/accounts/user/{query}")
        return [user.name for user in answer.context["cl"].result_list]

    assert named("") == ["Kim", "Otto"]
    assert named("?second_factor_at__isempty=1") == ["Otto"]
    assert named("?second_factor_at__isempty=0") == ["Kim"]


def test_no_page_of_a_user_shows_what_the_key_is_made_of(office, kim):
    shown = office.get(page_of(kim)).content.decode()
    shown += office.get(f"/admin/accounts/user/{kim.pk}/history/").content.decode()
    assert kim.second_factor.seed not in shown
    assert "Set a second factor up." in shown
