"""How people become customers: the verbs."""

import uuid
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, follow_link
from accounts.models import Session, User
from accounts.passwords import check_new_password
from accounts.registration import guest_of, register
from config.rest.refusals import Code, Refusal
from tests.cast import PASSWORD
from tests.mails import last_link, mails
from tests.threads import at_the_same_moment

DORA = {"name": "Dora Dahl", "email": "dora@example.com", "password": "nine-lives-and-a-tail"}


def refused(**fields: str) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        register(**(DORA | fields))
    return refusal.value


@pytest.mark.django_db
def test_registering_makes_an_unconfirmed_customer_and_a_session() -> None:
    signed_in = register(**DORA, phone="555 4321", user_agent="Kettle/1.0")
    user = User.objects.get()
    assert signed_in.user == user
    assert (user.name, user.email, user.phone) == ("Dora Dahl", "dora@example.com", "555 4321")
    assert user.phone_reversed == "1234555"
    assert (user.is_staff, user.is_active, user.email_confirmed) == (False, True, False)
    assert user.check_password("nine-lives-and-a-tail")
    session = Session.objects.get()
    assert (session.user, session.user_agent, session.revoked_at) == (user, "Kettle/1.0", None)


@pytest.mark.parametrize("email", ["asha@example.com", "ASHA@EXAMPLE.COM", "  Asha@Example.com "])
def test_an_email_is_taken_in_any_case(customer: User, email: str) -> None:
    assert refused(email=email).code == Code.EMAIL_TAKEN
    assert (User.objects.count(), Session.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_an_email_that_only_a_guests_order_made_is_taken() -> None:
    guest_of(email="dora@example.com", name="D.")
    assert refused().code == Code.EMAIL_TAKEN
    guest = User.objects.get()
    assert (guest.name, guest.has_usable_password()) == ("D.", False)


def test_an_email_of_staff_is_taken(owner: User) -> None:
    assert refused(email="olga@example.com").code == Code.EMAIL_TAKEN


@pytest.mark.parametrize("password", ["short", "12345678901", "password123", "dora@example.com"])
@pytest.mark.django_db
def test_a_weak_password_is_not_valid(password: str) -> None:
    refusal = refused(password=password)
    assert refusal.code == Code.VALIDATION
    assert refusal.errors is not None
    assert set(refusal.errors) == {"password"}
    assert not User.objects.exists()


def test_the_refusal_of_a_password_names_the_field_that_it_came_in() -> None:
    with pytest.raises(Refusal) as refusal:
        check_new_password("12345", User(), field="new_password")
    assert refusal.value.errors is not None
    assert list(refusal.value.errors) == ["new_password"]
    assert len(refusal.value.errors["new_password"]) == 3  # Too short, too common, all digits.


@pytest.mark.django_db
def test_registering_mails_the_link_that_confirms_the_email() -> None:
    user = register(**DORA).user
    assert mails() == [("dora@example.com", "Roundtrip: confirm your email")]
    link = last_link()
    assert follow_link(CONFIRM_EMAIL, uid=link.uid, token=link.token) == user


@pytest.mark.parametrize("email", ["gita@example.com", " GITA@Example.com "])
def test_an_account_without_a_password_is_offered_to_its_mailbox(guest: User, email: str) -> None:
    assert refused(email=email).code == Code.EMAIL_TAKEN
    assert mails() == [("gita@example.com", "Roundtrip: set your password")]
    link = last_link()
    assert follow_link(SET_PASSWORD, uid=link.uid, token=link.token) == guest
    guest.refresh_from_db()
    assert (guest.name, guest.has_usable_password()) == ("Gita Gupta", False)


def test_an_account_with_a_password_hears_nothing_of_a_registration(customer: User) -> None:
    assert refused(email="asha@example.com").code == Code.EMAIL_TAKEN
    assert mails() == []


def test_a_deactivated_account_is_not_offered(guest: User) -> None:
    User.objects.filter(pk=guest.pk).update(is_active=False)
    assert refused(email="gita@example.com").code == Code.EMAIL_TAKEN
    assert mails() == []


@pytest.mark.django_db
def test_a_weak_password_mails_nothing() -> None:
    refused(password="short")
    assert mails() == []


def test_a_guest_is_mailed_nothing(db: None) -> None:
    guest_of(email="dora@example.com", name="D.")
    assert mails() == []


@pytest.mark.django_db(transaction=True)
def test_two_registrations_at_the_same_moment_make_one_account() -> None:
    answers = at_the_same_moment(lambda: register(**DORA), lambda: register(**DORA))
    refusals = [answer for answer in answers if isinstance(answer, Refusal)]
    assert [refusal.code for refusal in refusals] == [Code.EMAIL_TAKEN]
    assert (User.objects.count(), Session.objects.count()) == (1, 1)
    assert mails() == [("dora@example.com", "Roundtrip: confirm your email")]


@pytest.mark.django_db
def test_a_guest_becomes_a_customer_who_cannot_sign_in_yet() -> None:
    guest = guest_of(email=" Dora@Example.com ", name="Dora", phone="555")
    guest.refresh_from_db()
    assert (guest.email, guest.name, guest.phone) == ("dora@example.com", "Dora", "555")
    assert not guest.has_usable_password()
    assert not guest.email_confirmed


def test_a_guest_with_a_known_email_changes_nothing_of_it(customer: User) -> None:
    before = User.objects.values().get()
    assert guest_of(email="ASHA@example.com", name="Mallory", phone="666") == customer
    assert User.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
def test_two_first_orders_of_a_guest_at_the_same_moment_find_one_customer() -> None:
    def first_order() -> Any:
        with transaction.atomic():
            return guest_of(email="dora@example.com", name=uuid.uuid4().hex).pk

    answers = at_the_same_moment(first_order, first_order, first_order)
    assert answers == [User.objects.get().pk] * 3


def test_registering_leaves_other_accounts_alone(customer: User) -> None:
    before = timezone.now()
    register(**DORA)
    customer.refresh_from_db()
    assert customer.updated_at < before
    assert customer.check_password(PASSWORD)
