"""`PUT` and `PATCH /api/v1/orders/{..}` by staff: every field, and the status."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.principals import Principal
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.answers import assert_problem
from tests.cast import PASSWORD, moved, signed_in, staff_in
from tests.unchanged import nothing_written
from tracking.models import Track

STATUSES = ["created", "picked_up", "processing", "completed", "delivered", "cancelled"]
# What the table lets staff do; everything else is a correction.
FORWARD = [
    ("created", "picked_up"),
    ("created", "processing"),
    ("created", "completed"),
    ("created", "delivered"),
    ("created", "cancelled"),
    ("picked_up", "processing"),
    ("picked_up", "completed"),
    ("picked_up", "delivered"),
    ("picked_up", "cancelled"),
    ("processing", "completed"),
    ("processing", "delivered"),
    ("completed", "delivered"),
]
OUTSIDE = [
    (present, wanted)
    for present in STATUSES
    for wanted in STATUSES
    if present != wanted and (present, wanted) not in FORWARD
]


@pytest.fixture
def counter(db: None) -> User:
    """Cora, who changes orders at the counter and corrects no status."""
    return staff_in("Counter", "Cora")


@pytest.fixture
def as_counter(counter: User) -> APIClient:
    return signed_in(counter)


@pytest.fixture
def manager(db: None) -> User:
    """Mona, who may correct."""
    return staff_in("Manager", "Mona")


@pytest.fixture
def as_manager(manager: User) -> APIClient:
    return signed_in(manager)


def patch(api: APIClient, order: Order, **body: Any) -> Any:
    return api.patch(f"/api/v1/orders/{order.order_number}", body, format="json")


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize(
    ("field", "sent", "shown"),
    [
        ("name", " Asha R. ", "Asha R."),
        ("email", " ASHA.R@Example.com ", "asha.r@example.com"),
        ("email", "", ""),
        ("phone", "+91 (80) 555-1234", "+91 (80) 555-1234"),
        ("phone", "", ""),
        ("instructions", "Ring twice.", "Ring twice."),
        ("pickup_date", "2026-12-24", "2026-12-24"),
    ],
)
def test_staff_change_every_field_in_every_status(
    as_counter: APIClient, order: Order, status: str, field: str, sent: str, shown: str
) -> None:
    moved(order, status)
    before = as_counter.get(f"/api/v1/orders/{order.order_number}").json()
    after = patch(as_counter, order, **{field: sent}).json()["order"]
    assert after == before | {
        field: shown,
        "version": before["version"] + 1,
        "updated_at": after["updated_at"],
    }


@pytest.mark.parametrize("status", STATUSES)
def test_staff_change_the_items_in_every_status(
    as_counter: APIClient, order: Order, ironing: Service, status: str
) -> None:
    moved(order, status)
    items = [{"service_id": ironing.pk, "quantity": 5}]
    shown = patch(as_counter, order, items=items).json()["order"]
    assert (shown["service_name"], shown["total_cost"]) == ("Ironing", 20.0)


def test_a_changed_phone_number_is_found_by_its_end(as_counter: APIClient, order: Order) -> None:
    patch(as_counter, order, phone="030 555 1234")
    assert Order.objects.get().phone_reversed == "4321555030"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", None),
        ("name", "x" * 129),
        ("email", "no email"),
        ("email", 0),
        ("phone", "call me"),
        ("customer_id", "nobody"),
        ("customer_id", True),
        ("reason", "x" * 65),
    ],
)
def test_a_bad_value_names_its_field(
    as_owner: APIClient, order: Order, field: str, value: Any
) -> None:
    with nothing_written():
        response = patch(as_owner, order, **{field: value})
    assert_problem(response, "validation", fields={field})


@pytest.mark.parametrize(
    ("field", "value"),
    [("total_cost", 0.01), ("service_id", 999999), ("token", "x"), ("source", "import")],
)
def test_what_the_server_decides_is_ignored(
    as_owner: APIClient, order: Order, field: str, value: Any
) -> None:
    with nothing_written():
        assert patch(as_owner, order, **{field: value}).status_code == 200


@pytest.mark.parametrize("status", STATUSES)
def test_the_whole_object_sent_back_changes_nothing(
    as_owner: APIClient, order: Order, status: str
) -> None:
    moved(order, status)
    url = f"/api/v1/orders/{order.order_number}"
    whole = as_owner.get(url).json()
    with nothing_written():
        response = as_owner.put(url, whole, format="json")
    assert (response.status_code, response.json()["order"]) == (200, whole)


def test_a_walk_in_sent_back_whole_changes_nothing(
    as_owner: APIClient, owner: User, wash: Service
) -> None:
    order = place_order(
        by=Principal("staff", user=owner),
        items=[Item(wash.pk)],
        source="counter",
        contact=Contact("Somebody", "", "555 1234"),
    )
    url = f"/api/v1/orders/{order.order_number}"
    whole = as_owner.get(url).json()
    with nothing_written():
        response = as_owner.put(url, whole, format="json")
    assert (response.status_code, whole["customer_id"], whole["email"]) == (200, None, "")


def test_a_blanked_order_sent_back_whole_changes_nothing(as_owner: APIClient, order: Order) -> None:
    Order.objects.update(name="", email="", phone="", customer=None)
    url = f"/api/v1/orders/{order.order_number}"
    whole = as_owner.get(url).json()
    with nothing_written():
        assert as_owner.put(url, whole, format="json").status_code == 200


def test_the_customer_whom_staff_choose_is_the_owner_at_once(
    as_counter: APIClient,
    as_customer: APIClient,
    as_other_customer: APIClient,
    other_customer: User,
    order: Order,
) -> None:
    response = patch(as_counter, order, customer_id=str(other_customer.pk))
    assert response.json()["order"]["customer_id"] == other_customer.pk
    url = f"/api/v1/orders/{order.order_number}"
    assert as_other_customer.get(url).status_code == 200
    assert_problem(as_customer.get(url), "not_found")


def test_a_chosen_customer_leaves_the_snapshot_as_it_was(
    as_counter: APIClient, other_customer: User, order: Order
) -> None:
    shown = patch(as_counter, order, customer_id=other_customer.pk).json()["order"]
    assert (shown["name"], shown["email"]) == ("Asha Rao", "asha@example.com")


def test_staff_take_an_order_from_its_customer(
    as_counter: APIClient, as_customer: APIClient, order: Order
) -> None:
    response = patch(as_counter, order, customer_id=None)
    assert response.json()["order"]["customer_id"] is None
    assert Order.objects.get().customer_confirmed is False
    assert as_customer.get("/api/v1/orders").json() == []


def test_the_present_customer_sent_back_is_not_confirmed_by_it(
    as_counter: APIClient, unconfirmed_customer: User, order: Order
) -> None:
    Order.objects.update(customer=unconfirmed_customer, customer_confirmed=False)
    with nothing_written():
        response = patch(as_counter, order, customer_id=unconfirmed_customer.pk)
    assert response.status_code == 200


def test_a_present_customer_who_was_deactivated_is_no_change(
    as_counter: APIClient, customer: User, order: Order
) -> None:
    User.objects.filter(pk=customer.pk).update(is_active=False)
    assert patch(as_counter, order, customer_id=customer.pk).status_code == 200


@pytest.mark.parametrize("kind", ["unknown", "deactivated", "staff", "beyond"])
def test_who_is_no_active_customer_cannot_be_chosen(
    as_counter: APIClient, order: Order, kind: str
) -> None:
    user = User.objects.create_user(
        "zoe@example.com",
        PASSWORD,
        name="Zoe",
        is_active=kind != "deactivated",
        is_staff=kind == "staff",
    )
    chosen = {"unknown": 999999, "beyond": 2**63 - 1}.get(kind, user.pk)
    with nothing_written():
        response = patch(as_counter, order, customer_id=chosen)
    assert_problem(response, "validation", fields={"customer_id"})


@pytest.mark.parametrize("reason", ["", "Phoned in."])
@pytest.mark.parametrize(("present", "wanted"), FORWARD)
def test_staff_move_an_order_by_the_table(
    as_counter: APIClient,
    counter: User,
    order: Order,
    present: str,
    wanted: str,
    reason: str,
) -> None:
    before = moved(order, present)
    response = patch(as_counter, order, status=wanted, reason=reason)
    shown = response.json()["order"]
    assert (shown["status"], shown["version"]) == (wanted, before.version + 1)
    track = Track.objects.latest("seq")
    assert (track.action, track.result, track.reason) == (wanted, "recorded", reason)
    assert (track.from_status, track.to_status) == (present, wanted)
    assert (track.actor, track.worker, track.source) == (counter, None, "api")


@pytest.mark.parametrize(("present", "wanted"), OUTSIDE)
def test_a_correction_sets_any_status_for_a_reason(
    as_manager: APIClient, manager: User, order: Order, present: str, wanted: str
) -> None:
    before = moved(order, present)
    started = timezone.now()
    response = patch(as_manager, order, status=wanted, reason="Wrong bag.")
    assert response.json()["order"]["status"] == wanted
    track = Track.objects.latest("seq")
    assert (track.action, track.result, track.reason) == (wanted, "recorded", "Wrong bag.")
    assert (track.from_status, track.to_status) == (present, wanted)
    assert (track.actor, track.seq) == (manager, before.last_seq + 1)
    after = Order.objects.get()
    assert (after.version, after.last_seq) == (before.version + 1, track.seq)
    assert after.status_changed_at >= started


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_correction_needs_a_reason(
    as_manager: APIClient, order: Order, reason: str | None
) -> None:
    moved(order, "delivered")
    body = {"status": "processing", "name": "Asha R."}
    body |= {} if reason is None else {"reason": reason}
    with nothing_written():
        response = patch(as_manager, order, **body)
    assert_problem(response, "validation", fields={"reason"})


def test_a_correction_needs_the_permission(as_counter: APIClient, order: Order) -> None:
    moved(order, "delivered")
    with nothing_written():
        response = patch(
            as_counter, order, status="processing", reason="Wrong bag.", name="Asha R."
        )
    assert_problem(response, "permission_denied")


@pytest.mark.parametrize(("present", "wanted"), OUTSIDE)
def test_without_reason_and_permission_it_is_a_refused_step(
    as_counter: APIClient, order: Order, present: str, wanted: str
) -> None:
    before = moved(order, present)
    response = patch(as_counter, order, status=wanted)
    body = assert_problem(response, "transition_not_allowed")
    allowed = [to for start, to in FORWARD if start == present]
    state = {"order_number": order.order_number, "status": present, "allowed": allowed}
    assert body["order"] == state
    track = Track.objects.latest("seq")
    assert (track.action, track.result, track.reason) == (wanted, "refused", body["code"])
    assert (track.from_status, track.to_status, track.note) == (present, present, "")
    after = Order.objects.get()
    assert (after.status, after.version) == (present, before.version)
    assert Track.objects.filter(result="refused").count() == 1


def test_a_refused_status_takes_every_other_change_with_it(
    as_counter: APIClient, order: Order, other_customer: User, ironing: Service
) -> None:
    moved(order, "completed")
    with nothing_written(but=(Track, Order)):
        patch(
            as_counter,
            order,
            status="created",
            name="Bert",
            email="bert@example.com",
            phone="555",
            instructions="Ring twice.",
            pickup_date="2026-12-24",
            customer_id=other_customer.pk,
            items=[{"service_id": ironing.pk}],
        )
    after = Order.objects.get()
    assert (after.name, after.email, after.phone) == (order.name, order.email, order.phone)
    assert (after.instructions, after.pickup_at) == ("", None)
    assert (after.customer, after.total_cost) == (order.customer, Decimal("12.50"))
    assert (after.status, after.version) == ("completed", 2)


def test_fields_and_status_change_together_as_one_version(
    as_counter: APIClient, order: Order
) -> None:
    shown = patch(as_counter, order, status="picked_up", name="Asha R.").json()["order"]
    assert (shown["status"], shown["name"], shown["version"]) == ("picked_up", "Asha R.", 2)


def test_a_change_of_permissions_counts_at_once(
    as_manager: APIClient, manager: User, order: Order
) -> None:
    manager.groups.clear()
    with nothing_written():
        assert_problem(patch(as_manager, order, name="Asha R."), "permission_denied")


def test_who_may_only_look_changes_nothing(order: Order) -> None:
    auditor = signed_in(staff_in("Auditor", "Audrey"))
    with nothing_written():
        assert_problem(patch(auditor, order, name="Asha R."), "permission_denied")


def test_staff_without_permissions_change_nothing(
    as_staff_without_permissions: APIClient, order: Order
) -> None:
    with nothing_written():
        response = patch(as_staff_without_permissions, order, status="picked_up")
    assert_problem(response, "permission_denied")


def test_staff_find_no_order_of_an_unknown_number(as_owner: APIClient) -> None:
    response = as_owner.patch("/api/v1/orders/UNKNOWN234", {"name": "x"}, format="json")
    assert_problem(response, "not_found")
