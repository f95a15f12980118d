"""`POST /api/v1/orders`: whose order it becomes, by who calls."""

import pytest

from accounts.models import User
from orders.models import Order
from orders.tests.calls import GUEST, URL, placed, refused


@pytest.mark.parametrize("field", ["name", "email"])
@pytest.mark.parametrize("value", ["missing", "", "   "])
def test_a_guest_says_who_they_are(api, wash, field, value):
    body = {name: text for name, text in GUEST.items() if name != field}
    if value != "missing":
        body[field] = value

    refused(api, "validation", {field}, **body, service_id=wash.pk)


def test_a_guest_needs_no_phone(api, wash):
    body = {"name": "Gita", "email": "gita@example.com", "service_id": wash.pk}

    assert placed(api, **body)["phone"] == ""


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", 5),
        ("name", "x" * 129),
        ("email", 0),
        ("email", "nobody"),
        ("email", ["gita@example.com"]),
        ("email", "g" * 250 + "@example.com"),
        ("phone", 5),
        ("phone", "call me"),
        ("phone", "1" * 33),
        ("instructions", 5),
        ("instructions", "x" * 4001),
        ("service_name", 5),
        ("customer_id", "x"),
    ],
)
def test_a_wrong_field_is_named(api, wash, field, value):
    refused(api, "validation", {field}, **GUEST | {"service_id": wash.pk} | {field: value})


def test_a_guests_email_is_kept_stripped_and_in_lower_case(api, wash):
    answer = placed(api, **GUEST | {"email": " GITA@Example.com "}, service_id=wash.pk)

    assert answer["email"] == "gita@example.com"
    assert User.objects.get().email == "gita@example.com"


def test_a_guest_with_a_known_email_reads_only_what_they_sent(api, wash, customer):
    answer = placed(api, name="X", email="ASHA@example.com", service_id=wash.pk)

    assert (answer["name"], answer["email"], answer["phone"]) == ("X", "asha@example.com", "")
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == ("Asha Rao", "+91 98450 12345")


def test_a_customer_orders_for_themselves_whatever_they_send(
    as_customer, customer, other_customer, wash
):
    answer = placed(
        as_customer,
        service_id=wash.pk,
        customer_id=other_customer.pk,
        name="Bert",
        email="bert@example.com",
        phone="1",
    )

    assert answer["customer_id"] == customer.pk
    assert (answer["name"], answer["email"]) == ("Asha Rao", "asha@example.com")
    assert answer["phone"] == "+91 98450 12345"
    assert Order.objects.get().customer_confirmed is True


def test_a_customer_with_an_unconfirmed_email_owns_what_they_order(as_unconfirmed_customer, wash):
    placed(as_unconfirmed_customer, service_id=wash.pk)

    assert len(as_unconfirmed_customer.get(URL).json()) == 1


def test_staff_order_for_a_customer_by_id(as_owner, owner, customer, wash):
    answer = placed(as_owner, service_id=wash.pk, customer_id=str(customer.pk), name="ignored")

    order = Order.objects.get()
    assert (answer["customer_id"], answer["name"]) == (customer.pk, "Asha Rao")
    assert (order.customer, order.customer_confirmed) == (customer, True)
    assert order.tracks.get().actor == owner


def test_staff_name_no_customer_who_is_none(as_owner, owner, customer, wash):
    User.objects.filter(pk=customer.pk).update(is_active=False)

    for customer_id in (987654, owner.pk, customer.pk):
        refused(
            as_owner, "validation", {"customer_id"}, service_id=wash.pk, customer_id=customer_id
        )


def test_staff_order_for_a_walk_in_with_name_and_phone(as_owner, wash):
    answer = placed(as_owner, service_id=wash.pk, name="Walter Walk", phone="12 34")

    assert (answer["customer_id"], answer["email"]) == (None, "")
    assert (answer["name"], answer["phone"]) == ("Walter Walk", "12 34")


def test_staff_order_under_an_email(as_owner, wash, customer):
    answer = placed(as_owner, service_id=wash.pk, name="A. Rao", email=customer.email)

    assert (answer["customer_id"], answer["name"]) == (customer.pk, "A. Rao")
    assert Order.objects.get().customer_confirmed is True


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ({}, {"name", "phone"}),
        ({"name": "Walter"}, {"phone"}),
        ({"phone": "12 34"}, {"name"}),
        ({"email": "gita@example.com"}, {"name"}),
        ({"name": "Walter", "email": ""}, {"phone"}),
        ({"customer_id": None}, {"name", "phone"}),
    ],
)
def test_staff_say_for_whom(as_owner, wash, body, missing):
    refused(as_owner, "validation", missing, service_id=wash.pk, **body)


def test_staff_without_the_permission_place_nothing(as_staff_without_permissions, wash):
    refused(as_staff_without_permissions, "permission_denied", **GUEST, service_id=wash.pk)


def test_a_worker_places_nothing(as_worker, wash):
    refused(as_worker, "permission_denied", **GUEST, service_id=wash.pk)
