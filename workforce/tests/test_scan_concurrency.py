"""Scans and orders at the same moment, on real threads and a real database."""

import uuid
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from accounts.models import User
from catalog.models import Service
from config.rest.principals import SYSTEM
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.cast import client, with_device
from tests.states import put, take
from tests.threads import at_the_same_moment
from tracking.models import Track
from workforce.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)

# Chance alone could let one go after the other; so often, it does not.
ROUNDS = 5


def another(order: Order) -> Order:
    """One more order of the same service."""
    return place_order(by=SYSTEM, items=[Item(order.service_id or 0)], source=Order.Source.API)


def scanning(device: Any, order: Order, action: str, **more: Any) -> Callable[[], Any]:
    """A scan, to be let go later."""
    body = {"order_number": order.order_number, "action": action} | more
    return lambda: device.post("/api/v1/workers/scan", body, format="json")


def results(answers: list[Any]) -> Counter[str]:
    """How often each result or code was answered; nothing else may come back."""
    bodies = [answer.json() for answer in answers]
    return Counter(body["track"]["result"] if "track" in body else body["code"] for body in bodies)


def ledger(order: Order) -> list[tuple[Any, ...]]:
    """What stands of an order, without its placing."""
    columns = ("seq", "action", "from_status", "to_status", "result")
    return list(Track.objects.filter(order=order, seq__gt=1).order_by("seq").values_list(*columns))


@pytest.fixture
def devices(worker: Worker, other_worker: Worker) -> list[Any]:
    """Two devices of each of two workers."""
    return [with_device(who) for who in (worker, other_worker) for _ in range(2)]


def test_two_devices_that_scan_one_order_to_one_status_move_it_once(devices, order):
    for _ in range(ROUNDS):
        parcel = another(order)

        answers = at_the_same_moment(
            scanning(devices[0], parcel, "picked_up"), scanning(devices[2], parcel, "picked_up")
        )

        assert results(answers) == {"recorded": 1, "already": 1}
        assert ledger(parcel) == [
            (2, "picked_up", "created", "picked_up", "recorded"),
            (3, "picked_up", "picked_up", "picked_up", "already"),
        ]
        parcel.refresh_from_db()
        assert (parcel.status, parcel.version, parcel.last_seq) == ("picked_up", 2, 3)


def test_four_devices_too(devices, order):
    answers = at_the_same_moment(
        *(scanning(device, order, "delivered", scan_id=str(uuid.uuid4())) for device in devices)
    )

    assert results(answers) == {"recorded": 1, "already": 3}
    assert [row[0] for row in ledger(order)] == [2, 3, 4, 5]
    order.refresh_from_db()
    assert (order.status, order.version, order.last_seq) == ("delivered", 2, 5)


def test_one_scan_uploaded_twice_at_once_is_one_track_and_one_answer(devices, order):
    for _ in range(ROUNDS):
        parcel, scan_id = another(order), str(uuid.uuid4())

        # Two devices of one worker: the queue of the first was taken over by the second.
        first, second = at_the_same_moment(
            scanning(devices[0], parcel, "picked_up", scan_id=scan_id),
            scanning(devices[1], parcel, "picked_up", scan_id=scan_id),
        )

        assert (first.status_code, second.status_code) == (200, 200)
        assert first.json() == second.json()
        assert ledger(parcel) == [(2, "picked_up", "created", "picked_up", "recorded")]


def test_one_refused_scan_uploaded_twice_at_once_is_one_refusal(devices, order):
    for _ in range(ROUNDS):
        parcel, scan_id = put(another(order), "delivered"), str(uuid.uuid4())

        answers = at_the_same_moment(
            scanning(devices[0], parcel, "picked_up", scan_id=scan_id),
            scanning(devices[1], parcel, "picked_up", scan_id=scan_id),
        )

        assert results(answers) == {"transition_not_allowed": 2}
        assert ledger(parcel) == [(2, "picked_up", "delivered", "delivered", "refused")]


def test_one_scan_of_an_unknown_order_uploaded_twice_at_once_is_one_track(devices, order):
    for _ in range(ROUNDS):
        scan_id = str(uuid.uuid4())
        nothing = Order(order_number="NOSUCHNUMB")

        answers = at_the_same_moment(
            scanning(devices[0], nothing, "picked_up", scan_id=scan_id),
            scanning(devices[1], nothing, "picked_up", scan_id=scan_id),
        )

        assert results(answers) == {"order_not_found": 2}
        assert Track.objects.filter(order=None, scan_id=scan_id).count() == 1
    assert Track.objects.filter(order=None).count() == ROUNDS


def test_one_scan_id_for_two_orders_at_once_moves_one_of_them(devices, order):
    for _ in range(ROUNDS):
        parcels, scan_id = [another(order), another(order)], str(uuid.uuid4())

        answers = at_the_same_moment(
            scanning(devices[0], parcels[0], "picked_up", scan_id=scan_id),
            scanning(devices[1], parcels[1], "picked_up", scan_id=scan_id),
        )

        assert results(answers) == {"recorded": 1, "scan_id_reused": 1}
        assert sorted(row[-1] for parcel in parcels for row in ledger(parcel)) == [
            "recorded",
            "refused",
        ]
        statuses = Order.objects.filter(pk__in=[parcel.pk for parcel in parcels])
        assert sorted(statuses.values_list("status", flat=True)) == ["created", "picked_up"]


def test_two_different_steps_at_once_are_decided_one_after_the_other(devices, order):
    for _ in range(ROUNDS):
        parcel = another(order)

        answers = at_the_same_moment(
            scanning(devices[0], parcel, "picked_up"), scanning(devices[2], parcel, "processing")
        )

        parcel.refresh_from_db()
        assert parcel.status == "processing"
        if results(answers) == {"recorded": 2}:
            assert parcel.version == 3
            assert ledger(parcel) == [
                (2, "picked_up", "created", "picked_up", "recorded"),
                (3, "processing", "picked_up", "processing", "recorded"),
            ]
        else:
            assert results(answers) == {"recorded": 1, "transition_not_allowed": 1}
            assert parcel.version == 2
            assert ledger(parcel) == [
                (2, "processing", "created", "processing", "recorded"),
                (3, "picked_up", "processing", "processing", "refused"),
            ]


def test_two_orders_scanned_in_opposite_order_do_not_block_each_other(devices, order):
    for _ in range(ROUNDS):
        first, second = another(order), another(order)

        def through(device: Any, *parcels: Order) -> Callable[[], list[Any]]:
            return lambda: [
                scanning(device, parcel, action)()
                for action in ("picked_up", "processing", "delivered")
                for parcel in parcels
            ]

        answers = at_the_same_moment(
            through(devices[0], first, second), through(devices[2], second, first)
        )

        counts = results([answer for part in answers for answer in part])
        # Whoever is first at a step takes it; the other finds it taken or left behind.
        assert counts["recorded"] == 6
        assert sum(counts.values()) == 12
        assert counts.keys() <= {"recorded", "already", "transition_not_allowed"}
        for parcel in (first, second):
            parcel.refresh_from_db()
            assert parcel.status == "delivered"
            assert [row[0] for row in ledger(parcel)] == [2, 3, 4, 5, 6, 7]
            assert parcel.last_seq == 7


def test_a_scan_and_a_step_of_the_shop_at_once_are_decided_one_after_the_other(devices, order):
    for _ in range(ROUNDS):
        parcel = another(order)

        scanned, cancelled = at_the_same_moment(
            scanning(devices[0], parcel, "processing"), partial(take, parcel, "cancelled", SYSTEM)
        )

        parcel.refresh_from_db()
        if parcel.status == "cancelled":
            assert cancelled.result == "recorded"
            assert scanned.json()["code"] == "transition_not_allowed"
        else:
            assert parcel.status == "processing"
            assert scanned.status_code == 200
            assert cancelled.code == "transition_not_allowed"


def test_two_first_orders_of_one_guest_at_once_make_one_customer(wash):
    for number in range(ROUNDS):
        email = f"guest{number}@example.com"
        answers = at_the_same_moment(
            *(_placing(wash, email=written) for written in (email, email.upper()))
        )

        assert [answer.status_code for answer in answers] == [201, 201], answers
        guest = User.objects.get(email=email)
        assert [answer.json()["customer_id"] for answer in answers] == [guest.pk, guest.pk]
        assert guest.orders.count() == 2


def _placing(service: Service, email: str) -> Callable[[], Any]:
    body = {"name": "Gita Guest", "email": email, "service_id": service.pk}
    return lambda: client().post("/api/v1/orders", body, format="json")


def test_many_orders_at_once_are_all_placed_with_numbers_of_their_own(wash):
    contacts = [Contact(f"Guest {n}", f"guest{n % 3}@example.com") for n in range(8)]

    placed = at_the_same_moment(
        *(
            partial(
                place_order,
                by=SYSTEM,
                items=[Item(wash.pk)],
                source=Order.Source.API,
                contact=contact,
            )
            for contact in contacts
        )
    )

    assert len({order.order_number for order in placed}) == 8
    assert User.objects.count() == 3
    assert Track.objects.filter(seq=1).count() == 8
