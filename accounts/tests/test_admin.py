"""Staff, customers and their sessions in the admin."""

import datetime

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.utils import timezone

from accounts.models import Customer, Session, User
from accounts.sessions import open_session
from tests.admin import errors_of, fill
from tests.cast import PASSWORD, staff_holding
from tests.mails import mails

STAFF, CUSTOMERS, SESSIONS = (
    f"/admin/accounts/{model}/" for model in ("user", "customer", "session")
)
NEW_PASSWORD = "a-tin-kettle-whistles"


def names(answer) -> list[str]:
    return [str(user) for user in answer.context["cl"].result_list]


def passwords(password: str) -> dict[str, str]:
    return {"password1": password, "password2": password}


@pytest.fixture
def manager(db) -> Client:
    """The browser of Mia, who may change staff and is no superuser."""
    verbs = ("view", "add", "change", "delete")
    browser = Client()
    browser.force_login(staff_holding("Mia", *(f"accounts.{verb}_user" for verb in verbs)))
    return browser


# --- Staff ----------------------------------------------------------------------------


def test_staff_and_customers_are_two_lists(office, owner, customer):
    assert names(office.get(STAFF)) == ["Olga Owner"]
    assert names(office.get(CUSTOMERS)) == ["Asha Rao"]
    assert office.get(f"{STAFF}{customer.pk}/change/").status_code == 302
    assert office.get(f"{CUSTOMERS}{owner.pk}/change/").status_code == 302


def test_who_is_added_to_the_staff_signs_in_by_the_user_name(office):
    fill(office, f"{STAFF}add/", name="Paul", username="paul", **passwords(NEW_PASSWORD))

    paul = User.objects.get(username="paul")
    assert (paul.is_staff, paul.is_superuser, paul.email) == (True, False, None)
    browser = Client()
    browser.post("/admin/login/", {"username": "paul", "password": NEW_PASSWORD})
    assert browser.get("/admin/").status_code == 200


def test_who_is_added_with_an_email_has_it_in_the_stored_form(office):
    fill(office, f"{STAFF}add/", name="Paul", email=" Paul@Example.COM ", **passwords(NEW_PASSWORD))

    paul = User.objects.get(name="Paul")
    assert (paul.email, paul.username, paul.email_confirmed_at) == ("paul@example.com", None, None)


def test_staff_need_an_email_or_a_user_name(office):
    answer = fill(office, f"{STAFF}add/", name="Paul", **passwords(NEW_PASSWORD))

    assert errors_of(answer) == {"email": ["Give an email or a user name."]}
    assert not User.objects.filter(name="Paul").exists()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"email": "OLGA@example.com"}, {"email"}),
        ({"username": "olga"}, {"username"}),
        ({"username": "paul", **passwords("123")}, {"password2"}),
        ({"email": "kettle@example.com", **passwords("kettle@example")}, {"password2"}),
    ],
)
def test_a_taken_name_or_a_weak_password_is_told(fields, wrong, office):
    answer = fill(office, f"{STAFF}add/", **({"name": "Paul"} | passwords(NEW_PASSWORD) | fields))

    assert errors_of(answer).keys() == wrong
    assert not User.objects.filter(name="Paul").exists()


def test_setting_a_password_ends_the_sessions_that_the_old_one_opened(
    office, owner, staff_without_permissions
):
    open_session(user=staff_without_permissions)
    open_session(user=owner)

    office.post(
        f"{STAFF}{staff_without_permissions.pk}/password/",
        passwords(NEW_PASSWORD) | {"usable_password": "true"},
    )

    changed = User.objects.get(pk=staff_without_permissions.pk)
    assert changed.check_password(NEW_PASSWORD)
    assert Session.objects.get(user=changed).revoked_at is not None
    assert Session.objects.get(user=owner).revoked_at is None


def test_the_form_of_a_member_of_staff_neither_shows_nor_takes_the_password(
    office, staff_without_permissions
):
    path = f"{STAFF}{staff_without_permissions.pk}/change/"
    before = User.objects.get(pk=staff_without_permissions.pk).password

    assert before not in office.get(path).content.decode()
    fill(office, path, name="Nils Newer", password="taken")

    changed = User.objects.get(pk=staff_without_permissions.pk)
    assert (changed.name, changed.password) == ("Nils Newer", before)


def test_an_emptied_email_and_user_name_are_none(office, staff_without_permissions):
    path = f"{STAFF}{staff_without_permissions.pk}/change/"

    fill(office, path, email="")
    assert User.objects.get(pk=staff_without_permissions.pk).email is None
    fill(office, path, email="nils@example.com", username="")
    assert User.objects.get(pk=staff_without_permissions.pk).username is None


def test_a_role_is_given_by_its_group(office, staff_without_permissions):
    counter = Group.objects.get(name="Counter")

    fill(office, f"{STAFF}{staff_without_permissions.pk}/change/", groups=[counter.pk])

    assert list(staff_without_permissions.groups.all()) == [counter]


def test_nobody_but_a_superuser_makes_superusers_or_gives_single_permissions(
    manager, staff_without_permissions
):
    permission = Permission.objects.get(codename="delete_order")
    path = f"{STAFF}{staff_without_permissions.pk}/change/"

    fill(manager, path, name="Nils Newer", is_superuser="on", user_permissions=[permission.pk])

    changed = User.objects.get(pk=staff_without_permissions.pk)
    assert (changed.name, changed.is_superuser) == ("Nils Newer", False)
    assert not changed.user_permissions.exists()


def test_a_superuser_makes_another(office, staff_without_permissions):
    fill(office, f"{STAFF}{staff_without_permissions.pk}/change/", is_superuser="on")

    assert User.objects.get(pk=staff_without_permissions.pk).is_superuser


def test_nobody_but_a_superuser_touches_a_superuser(manager, owner):
    before = User.objects.values().get(pk=owner.pk)

    password = manager.post(f"{STAFF}{owner.pk}/password/", passwords(NEW_PASSWORD))
    change = manager.post(f"{STAFF}{owner.pk}/change/", {"name": "Taken"})

    assert (password.status_code, change.status_code) == (403, 403)
    assert manager.get(f"{STAFF}{owner.pk}/change/").status_code == 200
    assert User.objects.values().get(pk=owner.pk) == before


# --- Customers ------------------------------------------------------------------------


def test_a_customer_is_added_without_a_password(office):
    answer = fill(office, f"{CUSTOMERS}add/", name="Zoe Zed", email=" Zoe@Example.com ")

    assert answer.status_code == 302
    zoe = Customer.objects.get()
    assert (zoe.name, zoe.email, zoe.is_active, zoe.is_staff) == (
        "Zoe Zed",
        "zoe@example.com",
        True,
        False,
    )
    assert zoe.has_usable_password() is False


def test_customers_without_an_email_do_not_clash(office):
    fill(office, f"{CUSTOMERS}add/", name="Zoe", phone="+44 20 7946 0018")
    fill(office, f"{CUSTOMERS}add/", name="Yan", email=" ")

    assert list(Customer.objects.order_by("name").values_list("name", "email")) == [
        ("Yan", None),
        ("Zoe", None),
    ]
    assert Customer.objects.get(name="Zoe").phone_reversed == "810064970244"


def test_a_changed_email_is_unconfirmed_and_a_link_goes_to_it(office, customer):
    fill(office, f"{CUSTOMERS}{customer.pk}/change/", email=" Asha.Rao@Example.com ")

    changed = Customer.objects.get()
    assert (changed.email, changed.email_confirmed_at) == ("asha.rao@example.com", None)
    assert [recipient for recipient, _subject in mails()] == ["asha.rao@example.com"]


def test_a_changed_email_of_who_has_no_password_sends_no_link(office, customer):
    customer.set_unusable_password()
    customer.save()

    fill(office, f"{CUSTOMERS}{customer.pk}/change/", email="asha.rao@example.com")

    assert Customer.objects.get().email_confirmed_at is None
    assert mails() == []


def test_another_change_leaves_the_email_confirmed(office, customer):
    fill(office, f"{CUSTOMERS}{customer.pk}/change/", phone="+91 555 4321")

    changed = Customer.objects.get()
    assert (changed.phone, changed.phone_reversed) == ("+91 555 4321", "123455519")
    assert changed.email_confirmed_at == customer.email_confirmed_at
    assert mails() == []


def test_a_taken_email_is_told_in_any_case(office, customer, other_customer):
    answer = fill(office, f"{CUSTOMERS}{customer.pk}/change/", email="BERT@example.com")

    assert errors_of(answer).keys() == {"email"}
    assert Customer.objects.get(pk=customer.pk).email == "asha@example.com"


def test_a_customer_form_makes_nobody_staff(office, customer):
    fill(
        office,
        f"{CUSTOMERS}{customer.pk}/change/",
        is_staff="on",
        is_superuser="on",
        password="taken",
        email_confirmed_at_0="2026-01-01",
    )

    changed = User.objects.get(pk=customer.pk)
    assert (changed.is_staff, changed.is_superuser) == (False, False)
    assert changed.check_password(PASSWORD)


def test_a_change_saves_only_the_changed_column(office, customer, monkeypatch):
    saved = []
    monkeypatch.setattr(Customer, "save", lambda self, **kwargs: saved.append(kwargs))

    fill(office, f"{CUSTOMERS}{customer.pk}/change/", name="Asha R.")

    assert [set(kwargs["update_fields"]) for kwargs in saved] == [{"name", "updated_at"}]


def test_a_deactivated_customer_is_signed_out_of_the_api_for_good(office, customer, as_customer):
    assert as_customer.get("/api/v1/auth/me").status_code == 200

    fill(office, f"{CUSTOMERS}{customer.pk}/change/", is_active=None)

    assert as_customer.get("/api/v1/auth/me").status_code == 401

    fill(office, f"{CUSTOMERS}{customer.pk}/change/", is_active="on")

    assert as_customer.get("/api/v1/auth/me").status_code == 401


@pytest.mark.parametrize("text", ["asha rao", "ASHA", "asha@EXAMPLE", "12345", "98450 12345"])
def test_customers_are_found_by_name_email_and_the_end_of_the_phone_number(
    text, office, customer, other_customer
):
    assert names(office.get(CUSTOMERS, {"q": text})) == ["Asha Rao"]


@pytest.mark.parametrize("text", ["rao", "example", "345", "9845"])
def test_customers_are_not_found_by_the_middle(text, office, customer):
    assert names(office.get(CUSTOMERS, {"q": text})) == []


def test_customers_are_narrowed_by_whether_the_email_is_confirmed(
    office, customer, unconfirmed_customer
):
    answer = office.get(CUSTOMERS, {"email_confirmed_at__isempty": "1"})

    assert names(answer) == ["Chloe Cole"]


# --- Sessions -------------------------------------------------------------------------


def end(browser: Client, session: Session):
    chosen = {"action": "end", "_selected_action": session.pk}
    return browser.post(SESSIONS, chosen | {"confirmed": "yes"})


def test_ended_sessions_are_over_at_once(office, customer, other_customer, as_customer):
    other = open_session(user=other_customer)

    end(office, Session.objects.get(user=customer))

    assert as_customer.get("/api/v1/auth/me").status_code == 401
    assert Session.objects.get(user=other.user).revoked_at is None


def test_ending_sessions_asks_first_and_lists_them(office, customer):
    open_session(user=customer)
    session = Session.objects.get()

    answer = office.post(SESSIONS, {"action": "end", "_selected_action": session.pk})

    content = answer.content.decode()
    assert str(session) in content
    assert f'<input type="hidden" name="_selected_action" value="{session.pk}">' in content
    assert "has to sign in again" in content
    assert Session.objects.get().revoked_at is None


def test_an_ended_session_keeps_the_moment_of_its_end(office, customer):
    open_session(user=customer)
    ended = timezone.now() - datetime.timedelta(days=1)
    Session.objects.update(revoked_at=ended)

    end(office, Session.objects.get())

    assert Session.objects.get().revoked_at == ended


def test_who_may_only_look_ends_no_session(customer):
    open_session(user=customer)
    browser = Client()
    browser.force_login(staff_holding("Vera", "accounts.view_session"))

    end(browser, Session.objects.get())

    assert Session.objects.get().revoked_at is None
