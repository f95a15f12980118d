"""Users, customers and sessions as the database keeps them."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import Customer, Session, User, normalise_email, reverse_digits
from tests.cast import PASSWORD


def test_an_email_is_compared_stripped_and_in_lower_case_and_nothing_else() -> None:
    assert normalise_email(" Dora+Wash@Example.COM\n") == "dora+wash@example.com"
    assert normalise_email("d.o.r.a@straße.example") == "d.o.r.a@straße.example"


@pytest.mark.parametrize(
    ("phone", "reversed_digits"),
    [
        ("+91 98450-12345", "543210548919"),
        ("(030) 4321", "1234030"),
        ("", ""),
        ("call me", ""),
        ("１２３４", ""),
        ("1234567890" * 3, "09876543210987654321"),
    ],
)
def test_the_digits_of_a_phone_number_are_reversed(phone: str, reversed_digits: str) -> None:
    assert reverse_digits(phone) == reversed_digits


def test_saving_a_phone_number_keeps_its_reversed_digits(customer: User) -> None:
    customer.phone = "555 4321"
    customer.save(update_fields=["phone"])
    customer.refresh_from_db()
    assert (customer.phone, customer.phone_reversed) == ("555 4321", "1234555")


def test_saving_another_field_alone_writes_no_phone_number(customer: User) -> None:
    customer.phone, customer.name = "555 4321", "Asha R."
    customer.save(update_fields=["name"])
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == ("Asha R.", "+91 98450 12345")
    assert customer.phone_reversed == "543210548919"


@pytest.mark.django_db
def test_a_users_email_is_stored_in_one_form() -> None:
    user = User.objects.create_user(" Dora@Example.COM ", PASSWORD, name="Dora")
    user.refresh_from_db()
    assert user.email == "dora@example.com"


@pytest.mark.parametrize("email", [None, ""])
@pytest.mark.django_db
def test_several_users_may_have_no_email(email: str | None) -> None:
    users = [User.objects.create_user(email, None, name=name) for name in ("Walk", "In")]
    assert [user.email for user in users] == [None, None]


@pytest.mark.django_db
def test_a_user_without_a_password_can_use_none() -> None:
    user = User.objects.create_user("dora@example.com", None, name="Dora")
    assert not user.has_usable_password()
    assert not user.check_password("")


@pytest.mark.django_db
def test_a_superuser_is_staff_with_a_confirmed_email() -> None:
    user = User.objects.create_superuser("olga@example.com", PASSWORD, name="Olga")
    assert (user.is_staff, user.is_superuser, user.email_confirmed) == (True, True, True)


def test_a_user_is_found_by_email_in_any_case(customer: User) -> None:
    assert User.objects.get_by_natural_key(" ASHA@example.com ") == customer


def test_cleaning_stores_no_email_as_none() -> None:
    user = User(name="Walk-in", email="  ", username="")
    user.clean()
    assert (user.email, user.username) == (None, None)


def test_cleaning_normalises_the_email() -> None:
    user = User(name="Dora", email=" Dora@Example.COM ")
    user.clean()
    assert user.email == "dora@example.com"


def test_the_form_says_that_an_email_is_taken_in_any_case(customer: User) -> None:
    double = User(name="Asha two", email="ASHA@example.com", password=PASSWORD)
    double.clean()
    with pytest.raises(ValidationError) as refused:
        double.validate_unique()
    assert set(refused.value.message_dict) == {"email"}


def test_staff_are_no_customers(customer: User, owner: User) -> None:
    assert [each.pk for each in Customer.objects.all()] == [customer.pk]


def test_a_user_names_the_kind_of_caller_it_is(customer: User, owner: User) -> None:
    assert (customer.principal_kind, owner.principal_kind) == ("customer", "staff")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"name": "Dora", "email": "d@e.f"}, "Dora"),
        ({"email": "d@e.f", "username": "dd"}, "d@e.f"),
        ({"username": "dd"}, "dd"),
        ({"pk": 7}, "#7"),
    ],
)
def test_a_user_is_shown_by_what_is_known(fields: dict[str, str], text: str) -> None:
    assert str(User(**fields)) == text


def test_a_session_goes_with_its_user(other_customer: User) -> None:
    Session.objects.create(user=other_customer, expires_at=timezone.now())
    other_customer.delete()
    assert not Session.objects.exists()
