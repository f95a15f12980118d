"""Placing orders: what is computed, whose it becomes, and all or nothing."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from catalog.models import Service
from config.rest.principals import ANYONE, Principal
from config.rest.refusals import Refusal
from orders.models import Order, OrderLine
from orders.placing import Contact, Item, Pickup, place_order, service_named
from tests.states import facts
from tracking.models import Track

GUEST = Contact("Gita Guest", "gita@example.com", "+91 80 1234 5678")


def place(*items: Item, by: Principal = ANYONE, contact: Contact = GUEST, **more: Any) -> Order:
    """An order of a guest, unless something else is said."""
    return place_order(by=by, items=items, source=Order.Source.API, contact=contact, **more)


def refused(code: str, *items: Item) -> Refusal:
    """The refusal of a guest's order, after which there must be nothing."""
    with pytest.raises(Refusal) as caught:
        place(*items)
    assert caught.value.code == code
    assert_nothing_is_left()
    return caught.value


def assert_nothing_is_left() -> None:
    assert not Order.objects.exists()
    assert not OrderLine.objects.exists()
    assert not Track.objects.exists()
    assert not User.objects.exists()


# --- What was ordered -----------------------------------------------------------------------


def test_an_order_sums_its_lines_and_joins_their_names(wash, ironing):
    order = place(Item(wash.pk, 2), Item(ironing.pk, 3), Item(wash.pk))

    assert order.total_cost == Decimal("49.50")
    assert order.service == wash
    assert order.service_name == "Wash, Ironing, Wash"
    assert list(
        order.lines.values_list("position", "service", "service_name", "unit_price", "quantity")
    ) == [
        (1, wash.pk, "Wash", Decimal("12.50"), 2),
        (2, ironing.pk, "Ironing", Decimal("4.00"), 3),
        (3, wash.pk, "Wash", Decimal("12.50"), 1),
    ]


def test_names_and_prices_stay_as_they_were_at_ordering_time(wash):
    order = place(Item(wash.pk))

    Service.objects.update(name="Deluxe wash", price=Decimal("99.00"))

    order.refresh_from_db()
    line = order.lines.get()
    assert (line.service_name, line.unit_price) == ("Wash", Decimal("12.50"))
    assert (order.service_name, order.total_cost) == ("Wash", Decimal("12.50"))


def test_an_unknown_service_leaves_nothing_behind(wash):
    refusal = refused("unknown_service", Item(wash.pk), Item(987654))

    assert refusal.detail == "There is no service 987654."


def test_an_inactive_service_leaves_nothing_behind(wash, ironing):
    Service.objects.filter(pk=ironing.pk).update(status="inactive")

    refusal = refused("service_inactive", Item(wash.pk), Item(ironing.pk))

    assert refusal.detail == "Ironing is not offered at present."


def test_the_largest_total_that_fits_is_taken(wash):
    Service.objects.update(price=Decimal("99999999.99"))

    order = place(Item(wash.pk))

    order.refresh_from_db()
    assert order.total_cost == Decimal("99999999.99")


def test_a_total_that_does_not_fit_leaves_nothing_behind(wash):
    Service.objects.update(price=Decimal("10001.01"))

    refusal = refused("validation", Item(wash.pk, 9999))

    assert refusal.errors == {"items": ["The total is above 99999999.99."]}


def test_a_free_service_costs_nothing(wash):
    Service.objects.update(price=0)

    assert place(Item(wash.pk, 9999)).total_cost == 0


def test_a_service_is_found_by_its_exact_name_without_the_blanks_around_it(wash):
    assert service_named("  Wash ") == wash


@pytest.mark.parametrize("name", ["wash", "WASH", "Wásh", "Was", "Wash & Co", ""])
def test_a_service_of_nearly_that_name_is_unknown(wash, name):
    with pytest.raises(Refusal) as caught:
        service_named(name)

    assert caught.value.code == "unknown_service"


def test_an_inactive_service_is_not_found_by_name(wash):
    Service.objects.update(status="inactive")

    with pytest.raises(Refusal) as caught:
        service_named("Wash")

    assert caught.value.code == "service_inactive"


def test_two_active_services_of_one_name_are_ambiguous(wash):
    Service.objects.create(name="Wash", price=1)

    with pytest.raises(Refusal) as caught:
        service_named("Wash")

    assert caught.value.code == "service_ambiguous"


def test_of_two_services_of_one_name_the_active_one_is_meant(wash):
    Service.objects.create(name="Wash", price=1, status="inactive")

    assert service_named("Wash") == wash


# --- Whose it becomes -----------------------------------------------------------------------


def test_a_guest_with_a_new_email_becomes_a_customer_who_cannot_sign_in(wash):
    order = place(Item(wash.pk))

    guest = User.objects.get()
    assert order.customer == guest
    assert order.customer_confirmed is False
    assert (guest.name, guest.email, guest.phone) == GUEST
    assert guest.has_usable_password() is False
    assert guest.email_confirmed is False
    assert (guest.is_active, guest.is_staff, guest.is_superuser) == (True, False, False)
    assert (order.name, order.email, order.phone) == GUEST


@pytest.mark.parametrize("email", ["asha@example.com", "ASHA@Example.COM", " asha@example.com "])
def test_a_guest_with_a_known_email_changes_nothing_of_the_customer(wash, customer, email):
    before = User.objects.values().get()

    order = place(Item(wash.pk), contact=Contact("Someone Else", email, "1"))

    assert order.customer == customer
    assert User.objects.values().get() == before
    assert (order.name, order.email, order.phone) == ("Someone Else", "asha@example.com", "1")


def test_a_guests_order_under_a_confirmed_email_is_its_customers_at_once(wash, customer):
    order = place(Item(wash.pk), contact=Contact("A. Rao", customer.email))

    assert order.customer_confirmed is True
    assert list(Order.objects.owned_by(customer)) == [order]


def test_a_guests_order_under_an_unconfirmed_email_is_nobodys_yet(wash, unconfirmed_customer):
    order = place(Item(wash.pk), contact=Contact("C. Cole", unconfirmed_customer.email))

    assert order.customer == unconfirmed_customer
    assert order.customer_confirmed is False
    assert not Order.objects.owned_by(unconfirmed_customer).exists()


def test_two_orders_of_one_guest_have_one_customer(wash):
    first, second = place(Item(wash.pk)), place(Item(wash.pk))

    assert first.customer == second.customer == User.objects.get()


def test_an_order_under_the_email_of_staff_is_nobodys(wash, owner):
    order = place(Item(wash.pk), contact=Contact("Olga", owner.email))

    assert (order.customer, order.customer_confirmed) == (None, False)
    assert order.email == "olga@example.com"


def test_the_order_of_who_is_signed_in_carries_their_profile(wash, unconfirmed_customer):
    by = Principal("customer", user=unconfirmed_customer)

    order = place(Item(wash.pk), by=by, customer=unconfirmed_customer)

    assert (order.customer, order.customer_confirmed) == (unconfirmed_customer, True)
    assert (order.name, order.email) == ("Chloe Cole", "chloe@example.com")
    assert (order.phone, order.phone_reversed) == ("+44 20 7946 0018", "810064970244")


def test_the_order_keeps_its_snapshot_when_the_profile_changes(wash, customer):
    order = place(Item(wash.pk), by=Principal("customer", user=customer), customer=customer)

    customer.name, customer.email, customer.phone = "Asha Iyer", "iyer@example.com", "0"
    customer.save()

    order.refresh_from_db()
    assert (order.name, order.email) == ("Asha Rao", "asha@example.com")
    assert order.phone == "+91 98450 12345"


def test_a_walk_in_without_email_makes_no_customer(wash, owner):
    by = Principal("staff", user=owner)

    order = place(Item(wash.pk), by=by, contact=Contact("Walter", phone="12 34"))

    assert (order.customer, order.customer_confirmed, order.email) == (None, False, "")
    assert User.objects.count() == 1


# --- What is written ------------------------------------------------------------------------


def test_a_new_order_starts_at_the_beginning(wash):
    before = timezone.now()

    order = place(Item(wash.pk), instructions="Ring twice.")

    order.refresh_from_db()
    assert (order.status, order.version, order.last_seq) == ("created", 1, 1)
    assert (order.source, order.instructions) == ("api", "Ring twice.")
    assert (order.deleted_at, order.deleted_by) == (None, None)
    assert before <= order.status_changed_at <= timezone.now()
    assert before <= order.created_at <= timezone.now()
    assert (order.pickup_at, order.pickup_has_time) == (None, True)
    assert len(order.token) == 22


def test_the_pickup_is_kept_to_the_microsecond(wash):
    at = datetime.datetime(2026, 12, 24, 18, 30, 0, 123456, tzinfo=datetime.UTC)

    order = place(Item(wash.pk), pickup=Pickup(at, has_time=False))

    order.refresh_from_db()
    assert (order.pickup_at, order.pickup_has_time) == (at, False)


def test_the_first_track_says_who_placed_it(wash, customer):
    order = place(Item(wash.pk), by=Principal("customer", user=customer), customer=customer)

    track = facts(Track.objects.get())
    assert order.created_at <= track.pop("scanned_at") <= timezone.now()
    assert track == {
        "order_id": order.pk,
        "seq": 1,
        "order_number": "",
        "order_email": "",
        "worker_id": None,
        "device_id": None,
        "actor_id": customer.pk,
        "legacy_worker": "",
        "action": "created",
        "from_status": "",
        "to_status": "created",
        "result": "recorded",
        "reason": "",
        "voids_id": None,
        "source": "api",
        "note": "",
        "location": "",
        "scan_id": None,
        "scan_digest": "",
    }


def test_the_first_track_of_a_guests_order_names_nobody(wash):
    place(Item(wash.pk))

    assert Track.objects.get().actor is None


@pytest.mark.parametrize(
    ("source", "heard"),
    [
        ("api", "api"),
        ("legacy", "legacy"),
        ("admin", "admin"),
        ("counter", "admin"),
        ("import", "import"),
    ],
)
def test_the_first_track_says_where_the_order_came_from(wash, source, heard):
    order = place_order(by=ANYONE, items=[Item(wash.pk)], source=source, contact=GUEST)

    assert (order.source, Track.objects.get().source) == (source, heard)


@pytest.mark.parametrize("part", ["record", "OrderLine.objects.bulk_create", "_insert"])
def test_a_failure_in_the_middle_leaves_nothing(wash, monkeypatch, part):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(f"orders.placing.{part}", fail)

    with pytest.raises(OSError, match="the disk is full"):
        place(Item(wash.pk))

    assert_nothing_is_left()


def test_a_number_that_is_taken_is_drawn_again(wash, monkeypatch):
    taken = place(Item(wash.pk)).order_number
    drawn = iter([taken, taken, taken, taken, "FREENUMBER"])
    monkeypatch.setattr("orders.placing.new_order_number", lambda: next(drawn))

    order = place(Item(wash.pk))

    assert order.order_number == "FREENUMBER"
    assert order.lines.count() == 1
    assert list(order.tracks.values_list("seq", flat=True)) == [1]


def test_the_number_of_a_deleted_order_is_never_given_again(wash, monkeypatch):
    deleted = place(Item(wash.pk))
    Order.objects.update(deleted_at=timezone.now())
    drawn = iter([deleted.order_number, "FREENUMBER"])
    monkeypatch.setattr("orders.placing.new_order_number", lambda: next(drawn))

    assert place(Item(wash.pk)).order_number == "FREENUMBER"


def test_without_a_free_number_nothing_is_left(wash, monkeypatch):
    taken = place(Item(wash.pk)).order_number
    monkeypatch.setattr("orders.placing.new_order_number", lambda: taken)

    with pytest.raises(Refusal) as caught:
        place(Item(wash.pk), contact=Contact("New", "new@example.com"))

    assert (caught.value.code, caught.value.status) == ("unavailable", 503)
    assert Order.objects.count() == OrderLine.objects.count() == Track.objects.count() == 1
    assert not User.objects.filter(email="new@example.com").exists()
