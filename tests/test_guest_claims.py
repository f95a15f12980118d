"""A guest's orders are shown to whoever proves the mailbox, and to nobody before."""

import threading
from typing import Any

import pytest
from django.db import connection, connections
from rest_framework.test import APIClient

from accounts.confirmation import confirm_email
from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, mail_link
from accounts.models import User
from accounts.signals import email_confirmed
from catalog.models import Service
from config.rest.principals import ANYONE
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.cast import bearing, signed_in
from tests.mails import last_link, mails

NEW = "a-kettle-of-tin-hums"
DORA = {"name": "Dora Dahl", "email": "dora@example.com", "password": "nine-lives-and-a-tail"}


def guest_order(wash: Service, email: str = "dora@example.com") -> Order:
    return place_order(
        by=ANYONE,
        items=[Item(wash.pk)],
        source=Order.Source.API,
        contact=Contact("D.", email, "555"),
    )


def post(api: APIClient, path: str, body: dict[str, Any]) -> Any:
    return api.post(f"/api/v1/auth/{path}", body, format="json")


def listed(api: APIClient) -> list[str]:
    return [order["order_number"] for order in api.get("/api/v1/orders").json()]


def test_who_cannot_register_is_told_the_way_in_whoever_made_the_account(
    api: APIClient, customer: User, wash: Service
) -> None:
    guest_order(wash)
    answers = [
        post(api, "register", DORA | {"email": email}).json()
        for email in ("dora@example.com", customer.email)
    ]
    assert {answer["detail"] for answer in answers} == {
        "There is already an account with this email. If it is yours, "
        "set a password by the link that a password reset mails."
    }


def test_a_guest_registers_is_sent_a_link_and_finds_the_orders(
    api: APIClient, wash: Service
) -> None:
    orders = [guest_order(wash), guest_order(wash)]

    assert post(api, "register", DORA).json()["code"] == "email_taken"
    assert mails() == [("dora@example.com", "Roundtrip: set your password")]
    body = last_link().body | {"new_password": NEW}
    assert post(api, "password/reset/confirm", body).status_code == 200
    tokens = post(api, "login", {"email": "dora@example.com", "password": NEW}).json()

    as_dora = bearing(tokens["access_token"])
    assert listed(as_dora) == [order.order_number for order in reversed(orders)]
    detail = as_dora.get(f"/api/v1/orders/{orders[0].order_number}").json()
    assert detail["tracking_url"] == orders[0].tracking_url


def test_before_the_link_is_followed_nobody_owns_a_guests_order(
    api: APIClient, wash: Service
) -> None:
    order = guest_order(wash)
    post(api, "register", DORA)
    order.refresh_from_db()
    assert order.customer_confirmed is False


def test_who_registers_first_sees_a_guests_orders_once_the_email_is_confirmed(
    api: APIClient, wash: Service
) -> None:
    as_dora = bearing(post(api, "register", DORA).json()["access_token"])
    link = last_link()
    order = guest_order(wash)
    assert listed(as_dora) == []
    assert as_dora.get(f"/api/v1/orders/{order.order_number}").status_code == 404

    assert post(as_dora, "email/confirm", link.body).status_code == 200

    assert listed(as_dora) == [order.order_number]
    later = guest_order(wash)
    assert later.customer_confirmed is True
    assert listed(as_dora) == [later.order_number, order.order_number]


def test_only_orders_with_exactly_the_confirmed_email_are_marked(
    unconfirmed_customer: User, other_customer: User, wash: Service
) -> None:
    """Earlier orders under another address of the same customer stay unproven."""
    mine = guest_order(wash, "chloe@example.com")
    under_another = guest_order(wash, "chloe@example.com")
    Order.objects.filter(pk=under_another.pk).update(email="chloe@old.example")
    of_another = guest_order(wash, "bert@example.com")
    Order.objects.filter(pk=of_another.pk).update(
        email="chloe@example.com", customer_confirmed=False
    )

    mail_link(CONFIRM_EMAIL, user=unconfirmed_customer)
    confirm_email(user=unconfirmed_customer, **last_link().body)

    marked = Order.objects.filter(customer_confirmed=True)
    assert set(marked) == {mine}
    assert listed(signed_in(unconfirmed_customer)) == [mine.order_number]


def test_an_email_changed_before_its_link_is_followed_brings_the_new_ones_orders(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, wash: Service
) -> None:
    under_old = guest_order(wash, "chloe@example.com")
    as_unconfirmed_customer.patch("/api/v1/auth/me", {"email": "chloe@new.example"}, format="json")
    under_new = guest_order(wash, "chloe@new.example")
    assert post(as_unconfirmed_customer, "email/confirm", last_link().body).status_code == 200
    assert listed(as_unconfirmed_customer) == [under_new.order_number]
    under_old.refresh_from_db()
    assert under_old.customer_confirmed is False


def test_the_mark_stays_when_the_email_changes_later(
    as_customer: APIClient, order: Order, wash: Service
) -> None:
    as_customer.patch("/api/v1/auth/me", {"email": "asha@new.example"}, format="json")
    assert listed(as_customer) == [order.order_number]
    guest_order(wash, "asha@new.example")
    assert listed(as_customer) == [order.order_number]


def test_a_password_link_of_a_confirmed_customer_marks_what_was_left(
    customer: User, wash: Service, api: APIClient
) -> None:
    """An import, say, may have linked orders that nobody had confirmed yet."""
    order = guest_order(wash, "asha@example.com")
    Order.objects.filter(pk=order.pk).update(customer_confirmed=False)
    mail_link(SET_PASSWORD, user=customer)
    body = last_link().body | {"new_password": NEW}
    assert post(api, "password/reset/confirm", body).status_code == 200
    assert listed(signed_in(customer)) == [order.order_number]


def test_marking_changes_nothing_else_of_an_order(
    unconfirmed_customer: User, wash: Service
) -> None:
    order = guest_order(wash, "chloe@example.com")
    before = Order.objects.values().get()
    mail_link(CONFIRM_EMAIL, user=unconfirmed_customer)
    confirm_email(user=unconfirmed_customer, **last_link().body)
    after = Order.objects.values().get()
    assert after == before | {"customer_confirmed": True}
    assert order.tracks.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_order_placed_while_its_email_is_being_confirmed_is_not_lost(
    unconfirmed_customer: User, wash: Service
) -> None:
    """It waits for the confirmation's commit, and then finds the email confirmed."""
    placed: list[Order] = []

    def place() -> None:
        try:
            placed.append(guest_order(wash, "chloe@example.com"))
        finally:
            connections.close_all()

    placing = threading.Thread(target=place)

    def place_meanwhile(**kwargs: Any) -> None:
        assert connection.in_atomic_block
        placing.start()
        placing.join(0.5)
        assert placing.is_alive()

    mail_link(CONFIRM_EMAIL, user=unconfirmed_customer)
    email_confirmed.connect(place_meanwhile)
    try:
        confirm_email(user=unconfirmed_customer, **last_link().body)
    finally:
        email_confirmed.disconnect(place_meanwhile)
    placing.join(30)
    assert [order.customer_confirmed for order in placed] == [True]
