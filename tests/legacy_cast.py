"""Who calls the old paths in the golden files, and in what state they find the shop."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.principals import ANYONE, Principal
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.cast import PASSWORD, PIN, client, moved, signed_in, staff_holding, with_device
from tests.phone import Phone, give_phone
from workforce.models import Worker


def in_the_admin(user: User) -> APIClient:
    """A client with an admin session of this member of staff."""
    session = client()
    session.force_login(user)
    return session


class Shop(SimpleNamespace):
    """A shop in a known state: what a golden file names by `{name}`, and who calls."""

    phone: Phone | None = None

    def __init__(self) -> None:
        now = timezone.now()
        people: dict[str, Any] = {"password": PASSWORD, "email_confirmed_at": now}
        users = User.objects
        self.asha = users.create_user(
            "asha@example.com", name="Asha Rao", phone="+91 98450 12345", **people
        )
        self.bert = users.create_user("bert@example.com", name="Bert Blum", **people)
        self.olga = users.create_superuser(
            "olga@example.com", PASSWORD, name="Olga Owner", username="olga"
        )
        self.nils = users.create_user(
            "nils@example.com", PASSWORD, name="Nils New", username="nils", is_staff=True
        )
        self.wim = Worker(name="Wim Weaver", email="wim@example.com")
        self.wim.set_password(PIN)
        self.wim.save()
        make = Service.objects.create
        self.wash = make(name="Wash", price=Decimal("12.50"), duration_minutes=90)
        self.ironing = make(
            name="Ironing", price=Decimal("4.00"), duration_minutes=1440, legacy_id="s1"
        )
        self.repair = make(name="Repair", price=Decimal("30.00"), status="inactive")
        self.order = place_order(
            by=Principal("customer", user=self.asha),
            items=[Item(self.wash.pk), Item(self.ironing.pk, 2)],
            source=Order.Source.API,
            customer=self.asha,
            instructions="Ring twice.",
        )
        self.guest_order = place_order(
            by=ANYONE,
            items=[Item(self.wash.pk)],
            source=Order.Source.API,
            contact=Contact("Gita Guest", "gita@example.com", "+91 80 1234 5678"),
        )

    def things(self) -> dict[str, Any]:
        """What `{name}` stands for."""
        return {
            "password": PASSWORD,
            "pin": PIN,
            "otp": self.phone.code() if self.phone else "",
            "order": self.order.order_number,
            "guest_order": self.guest_order.order_number,
            "wash": self.wash.pk,
            "wash_id": str(self.wash.pk),
            "ironing": self.ironing.pk,
            "repair_id": str(self.repair.pk),
            "asha": self.asha.pk,
            "bert": self.bert.pk,
            "gita": self.guest_order.customer_id,
            "wim": self.wim.pk,
            "olga": self.olga.pk,
            "origin": "http://testserver",
        }

    def client_of(self, who: str) -> APIClient:
        """The client of a principal of the golden files."""
        clients: dict[str, Callable[[], APIClient]] = {
            "anyone": client,
            "asha": lambda: signed_in(self.asha),
            "bert": lambda: signed_in(self.bert),
            "wim": lambda: with_device(self.wim),
            "olga": lambda: in_the_admin(self.olga),
            "nils": lambda: in_the_admin(self.nils),
            "kim": lambda: in_the_admin(staff_holding("Kim", *COUNTER)),
            "a worthless token": lambda: client(HTTP_AUTHORIZATION="Bearer a.b.c"),
        }
        return clients[who]()


# What staff at the counter hold; they correct no status.
COUNTER = ("orders.view_order", "orders.add_order", "orders.change_order")

GIVEN: dict[str, Callable[[Shop, Any], Any]] = {
    "the order was picked up": lambda shop, settings: moved(shop.order, "picked_up"),
    "the order was delivered": lambda shop, settings: moved(shop.order, "delivered"),
    "the guest's order was picked up": lambda shop, settings: moved(shop.guest_order, "picked_up"),
    "the guest's order is to be fetched at half past six": lambda shop, settings: (
        Order.objects.filter(pk=shop.guest_order.pk).update(
            pickup_at=datetime.datetime(2026, 12, 24, 18, 30, tzinfo=datetime.UTC)
        )
    ),
    "the guest's order is to be fetched on a day": lambda shop, settings: Order.objects.filter(
        pk=shop.guest_order.pk
    ).update(pickup_at=datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC), pickup_has_time=False),
    "there is no look-up by email": lambda shop, settings: setattr(
        settings, "LEGACY_EMAIL_LOOKUP", False
    ),
    "the old paths are switched off": lambda shop, settings: setattr(settings, "LEGACY_API", False),
    "the call comes from the counter": lambda shop, settings: setattr(
        settings, "RATELIMIT_TRUSTED_IPS", ["127.0.0.1"]
    ),
    "there is a sunset": lambda shop, settings: setattr(settings, "LEGACY_SUNSET", "2027-06-30"),
    "Olga has a second factor": lambda shop, settings: setattr(
        shop, "phone", give_phone(shop.olga)
    ),
    "staff need a second factor": lambda shop, settings: setattr(
        settings, "OTP_REQUIRED_ROLES", ["*"]
    ),
    "Asha has no order": lambda shop, settings: Order.objects.filter(pk=shop.order.pk).update(
        customer=None
    ),
    "Wim left": lambda shop, settings: Worker.objects.update(is_active=False),
}
