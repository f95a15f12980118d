"""`PUT` and `PATCH /api/v1/orders/{..}` by the order's owner."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal
from orders.editing import delete_order, edit_order
from orders.models import Order, OrderLine
from orders.placing import Item
from tests.answers import assert_problem
from tests.cast import moved
from tests.unchanged import nothing_written
from tracking.models import Track

AFTER_CREATED = ["picked_up", "processing", "completed", "delivered", "cancelled"]


def path(order: Order) -> str:
    return f"/api/v1/orders/{order.order_number}"


def patch(api: APIClient, order: Order, **body: Any) -> Any:
    return api.patch(path(order), body, format="json")


@pytest.mark.parametrize("slash", ["", "/"])
@pytest.mark.parametrize("method", ["put", "patch"])
def test_the_answer_is_the_order_as_it_now_reads(
    as_customer: APIClient, order: Order, method: str, slash: str
) -> None:
    url = path(order) + slash
    response = getattr(as_customer, method)(url, {"instructions": "Ring twice."}, format="json")
    assert response.status_code == 200
    assert response.json() == {"msg": "Updated", "order": as_customer.get(url).json()}
    assert response.json()["order"]["instructions"] == "Ring twice."


def test_an_order_is_found_by_its_id_too(as_customer: APIClient, order: Order) -> None:
    body = {"instructions": "Ring twice."}
    response = as_customer.patch(f"/api/v1/orders/{order.pk}", body, format="json")
    assert response.json()["order"]["order_number"] == order.order_number


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2026-12-24", "2026-12-24"),
        ("2026-12-24T18:30", "2026-12-24T18:30:00Z"),
        ("2026-12-24T18:30:00+05:30", "2026-12-24T13:00:00Z"),
        (None, None),
        ("", None),
    ],
)
def test_the_owner_changes_the_pickup_date(
    as_customer: APIClient, order: Order, sent: str | None, shown: str | None
) -> None:
    patch(as_customer, order, pickup_date="2026-01-02T03:04:05Z")
    response = patch(as_customer, order, pickup_date=sent)
    assert response.json()["order"]["pickup_date"] == shown


@pytest.mark.parametrize(("sent", "kept"), [("At the gate", "At the gate"), (None, ""), ("", "")])
def test_the_owner_changes_the_instructions(
    as_customer: APIClient, order: Order, sent: str | None, kept: str
) -> None:
    patch(as_customer, order, instructions="At the door")
    patch(as_customer, order, instructions=sent)
    assert Order.objects.get().instructions == kept


def test_new_items_replace_the_old_at_todays_prices(
    as_customer: APIClient, order: Order, wash: Service, ironing: Service
) -> None:
    Service.objects.filter(pk=wash.pk).update(price=Decimal("13.10"), name="Gentle wash")
    items = [
        {"service_id": ironing.pk, "quantity": 3},
        {"service_id": str(wash.pk), "quantity": "2"},
    ]
    shown = patch(as_customer, order, items=items).json()["order"]
    assert shown["items"] == [
        {
            "service_id": ironing.pk,
            "service_name": "Ironing",
            "unit_price": 4.0,
            "quantity": 3,
        },
        {
            "service_id": wash.pk,
            "service_name": "Gentle wash",
            "unit_price": 13.1,
            "quantity": 2,
        },
    ]
    assert (shown["service_id"], shown["service_name"]) == (ironing.pk, "Ironing, Gentle wash")
    assert shown["total_cost"] == 38.2
    assert OrderLine.objects.count() == 2


def test_items_that_are_the_present_ones_keep_the_price_of_the_day_of_ordering(
    as_customer: APIClient, order: Order, wash: Service
) -> None:
    Service.objects.filter(pk=wash.pk).update(price=Decimal("99.00"))
    with nothing_written():
        response = patch(as_customer, order, items=[{"service_id": wash.pk}])
    assert response.json()["order"]["total_cost"] == 12.5


def test_what_is_not_sent_stays(as_customer: APIClient, order: Order) -> None:
    before = as_customer.get(path(order)).json()
    after = patch(as_customer, order, instructions="Ring twice.").json()["order"]
    changed = {"instructions": "Ring twice.", "version": 2, "updated_at": after["updated_at"]}
    assert after == before | changed
    assert after["updated_at"] > before["updated_at"]


def test_a_change_of_several_fields_is_one_version(
    as_customer: APIClient, order: Order, ironing: Service
) -> None:
    items = [{"service_id": ironing.pk}]
    first = patch(as_customer, order, instructions="Up", pickup_date="2026-12-24", items=items)
    second = patch(as_customer, order, instructions="Down", status="cancelled")
    assert first.json()["order"]["version"] == 2
    assert second.json()["order"]["version"] == 3


def test_a_changed_field_leaves_no_track(as_customer: APIClient, order: Order) -> None:
    patch(as_customer, order, instructions="Ring twice.")
    assert Track.objects.count() == 1


@pytest.mark.parametrize("status", AFTER_CREATED)
@pytest.mark.parametrize("field", ["pickup_date", "instructions", "items"])
def test_once_it_moved_nothing_can_be_changed(
    as_customer: APIClient, order: Order, ironing: Service, field: str, status: str
) -> None:
    values = {
        "pickup_date": "2026-12-24",
        "instructions": "Ring twice.",
        "items": [{"service_id": ironing.pk}],
    }
    moved(order, status)
    with nothing_written():
        assert_problem(patch(as_customer, order, **{field: values[field]}), "not_editable")


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("status", ["created", *AFTER_CREATED])
def test_the_whole_object_sent_back_changes_nothing(
    as_customer: APIClient, order: Order, status: str, method: str
) -> None:
    patch(as_customer, order, instructions="Ring.", pickup_date="2026-12-24T09:10:11.121314Z")
    moved(order, status)
    whole = as_customer.get(path(order)).json()
    with nothing_written():
        response = getattr(as_customer, method)(path(order), whole, format="json")
    assert (response.status_code, response.json()["order"]) == (200, whole)


def test_an_imported_order_sent_back_whole_changes_nothing(
    as_customer: APIClient, order: Order
) -> None:
    """Its line has no service and no price, and its texts follow the old server's rules."""
    OrderLine.objects.update(service=None, unit_price=None, service_name="Wash (old)")
    Order.objects.update(
        service=None,
        total_cost=Decimal("33.30"),
        name=" Asha ",
        email="asha at example",
        phone="0123 ext. 9",
        instructions="x" * 5000,
    )
    whole = as_customer.get(path(order)).json()
    with nothing_written():
        response = as_customer.put(path(order), whole, format="json")
    assert (response.status_code, response.json()["order"]) == (200, whole)
    assert whole["items"] == [
        {
            "service_id": None,
            "service_name": "Wash (old)",
            "unit_price": None,
            "quantity": 1,
        }
    ]


def test_an_imported_line_cannot_stand_among_changed_ones(
    as_customer: APIClient, order: Order
) -> None:
    OrderLine.objects.update(service=None, unit_price=None)
    with nothing_written():
        response = patch(as_customer, order, items=[{"service_id": None, "quantity": 2}])
    assert_problem(response, "validation", fields={"items"})


@pytest.mark.parametrize("status", ["created", "processing"])
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "Somebody Else"),
        ("name", ""),
        ("email", "else@example.com"),
        ("email", "no email"),
        ("phone", "555 1234"),
        ("phone", None),
        ("customer_id", 1),
        ("customer_id", None),
        ("customer_id", "nobody"),
        ("total_cost", 0.01),
        ("service_id", 999999),
        ("service_name", "Anything"),
        ("order_number", "ABCDEFGHJK"),
        ("version", 77),
        ("created_at", "never"),
        ("reason", "Because."),
        ("unheard_of", {"of": "it"}),
    ],
)
def test_what_is_not_the_owners_to_change_is_ignored(
    as_customer: APIClient, order: Order, field: str, value: Any, status: str
) -> None:
    moved(order, status)
    with nothing_written():
        response = patch(as_customer, order, **{field: value})
    assert response.status_code == 200


def test_the_owner_cancels_a_created_order(
    as_customer: APIClient, order: Order, customer: User
) -> None:
    response = patch(as_customer, order, status="cancelled", reason="Changed my mind.")
    assert (response.status_code, response.json()["order"]["status"]) == (200, "cancelled")
    track = Track.objects.latest("seq")
    assert (track.seq, track.action, track.result) == (2, "cancelled", "recorded")
    assert (track.from_status, track.to_status) == ("created", "cancelled")
    assert (track.actor, track.worker, track.source, track.reason) == (customer, None, "api", "")


@pytest.mark.parametrize("status", ["created", *AFTER_CREATED])
def test_the_present_status_is_no_change(as_customer: APIClient, order: Order, status: str) -> None:
    moved(order, status)
    with nothing_written():
        assert patch(as_customer, order, status=status).status_code == 200


@pytest.mark.parametrize(
    ("present", "wanted", "allowed"),
    [
        ("created", "picked_up", ["cancelled"]),
        ("created", "delivered", ["cancelled"]),
        ("picked_up", "cancelled", []),
        ("picked_up", "created", []),
        ("completed", "delivered", []),
        ("delivered", "cancelled", []),
        ("cancelled", "created", []),
    ],
)
def test_another_status_is_refused_and_the_refusal_recorded(
    as_customer: APIClient, order: Order, present: str, wanted: str, allowed: list[str]
) -> None:
    moved(order, present)
    with nothing_written(but=(Track, Order)):
        response = patch(as_customer, order, status=wanted)
    body = assert_problem(response, "transition_not_allowed")
    state = {"order_number": order.order_number, "status": present, "allowed": allowed}
    assert body["order"] == state
    track = Track.objects.latest("seq")
    assert (track.action, track.result, track.reason) == (wanted, "refused", body["code"])
    assert (track.from_status, track.to_status) == (present, present)
    assert Track.objects.filter(result="refused").count() == 1
    assert Order.objects.get().status == present


def test_a_refused_status_takes_the_other_changes_with_it(
    as_customer: APIClient, order: Order
) -> None:
    patch(as_customer, order, status="picked_up", instructions="Ring twice.")
    order.refresh_from_db()
    assert (order.instructions, order.version) == ("", 1)


def test_an_inactive_service_is_refused_and_nothing_changed(
    as_customer: APIClient, order: Order, ironing: Service
) -> None:
    Service.objects.filter(pk=ironing.pk).update(status="inactive")
    items = [{"service_id": ironing.pk}]
    with nothing_written():
        response = patch(as_customer, order, items=items, instructions="Ring twice.")
    assert_problem(response, "service_inactive")


def test_an_unknown_service_is_refused_and_nothing_changed(
    as_customer: APIClient, order: Order, wash: Service
) -> None:
    items = [{"service_id": wash.pk, "quantity": 2}, {"service_id": 999999}]
    with nothing_written():
        assert_problem(patch(as_customer, order, items=items), "unknown_service")


def test_a_refused_service_leaves_no_track_of_the_status_that_came_with_it(
    as_customer: APIClient, order: Order
) -> None:
    with nothing_written():
        response = patch(as_customer, order, items=[{"service_id": 999999}], status="cancelled")
    assert_problem(response, "unknown_service")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"items": []}, "items"),
        ({"items": None}, "items"),
        ({"items": "wash"}, "items"),
        ({"items": [5]}, "items.0"),
        ({"items": [{}]}, "items.0.service_id"),
        ({"items": [{"service_id": True}]}, "items.0.service_id"),
        ({"items": [{"service_id": 1, "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"service_id": 1, "quantity": 10000}]}, "items.0.quantity"),
        ({"items": [{"service_id": 1}] * 51}, "items"),
        ({"instructions": 5}, "instructions"),
        ({"instructions": "x" * 4001}, "instructions"),
        ({"pickup_date": "soon"}, "pickup_date"),
        ({"pickup_date": 20261224}, "pickup_date"),
        ({"status": "gone"}, "status"),
        ({"status": None}, "status"),
        ({"status": ""}, "status"),
    ],
)
def test_a_bad_value_names_its_field(
    as_customer: APIClient, order: Order, body: dict[str, Any], field: str
) -> None:
    with nothing_written():
        response = as_customer.patch(path(order), body, format="json")
    assert_problem(response, "validation", fields={field})


def test_a_total_beyond_all_bounds_is_refused(
    as_customer: APIClient, order: Order, wash: Service
) -> None:
    Service.objects.filter(pk=wash.pk).update(price=Decimal("99999999.99"))
    with nothing_written():
        response = patch(as_customer, order, items=[{"service_id": wash.pk, "quantity": 2}])
    assert_problem(response, "validation", fields={"items"})


def test_who_is_not_the_owner_finds_no_order(as_other_customer: APIClient, order: Order) -> None:
    with nothing_written():
        assert_problem(patch(as_other_customer, order, instructions="Mine."), "not_found")


def test_a_customer_whose_email_is_not_confirmed_finds_no_order(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, order: Order
) -> None:
    Order.objects.update(customer=unconfirmed_customer, customer_confirmed=False)
    with nothing_written():
        assert_problem(patch(as_unconfirmed_customer, order, instructions="Mine."), "not_found")


def test_nobody_changes_an_order_without_a_sign_in(api: APIClient, order: Order) -> None:
    with nothing_written():
        assert_problem(patch(api, order, instructions="Mine."), "not_authenticated")


def test_a_worker_changes_no_order(as_worker: APIClient, order: Order) -> None:
    with nothing_written():
        assert_problem(patch(as_worker, order, instructions="Mine."), "permission_denied")


def test_a_deleted_order_is_not_found(as_customer: APIClient, order: Order, owner: User) -> None:
    delete_order(order=order, by=Principal("staff", user=owner), source="api")
    with nothing_written():
        assert_problem(patch(as_customer, order, instructions="Ring twice."), "not_found")


def test_an_order_deleted_since_it_was_read_is_not_found(
    order: Order, customer: User, owner: User
) -> None:
    delete_order(order=order, by=Principal("staff", user=owner), source="api")
    with nothing_written(), pytest.raises(Refusal) as refusal:
        edit_order(
            order=order,
            by=Principal("customer", user=customer),
            source="api",
            changes={"instructions": "Ring twice."},
        )
    assert refusal.value.code == Code.ORDER_NOT_FOUND


def test_the_verb_refuses_an_edit_of_another_version(order: Order, customer: User) -> None:
    by = Principal("customer", user=customer)
    changes = {"instructions": "Ring twice."}
    with nothing_written(), pytest.raises(Refusal) as refusal:
        edit_order(order=order, by=by, source="api", changes=changes, expected_version=2)
    assert refusal.value.code == Code.PRECONDITION_FAILED


def test_the_verb_takes_an_edit_of_the_expected_version(
    order: Order, customer: User, ironing: Service
) -> None:
    by = Principal("customer", user=customer)
    changes = {"items": [Item(ironing.pk)]}
    edited = edit_order(order=order, by=by, source="api", changes=changes, expected_version=1)
    assert (edited.version, edited.total_cost) == (2, Decimal("4.00"))
