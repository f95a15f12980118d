"""`GET /api/v1/tracks`: what happened, as far as the reader may know it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from config.rest.principals import ANYONE, SYSTEM, Principal
from orders.editing import delete_order
from orders.models import Order
from orders.placing import Item, place_order
from tests.answers import assert_problem
from tests.cast import moved, signed_in, staff_holding
from tests.statements import statements
from tests.states import refused, take
from tracking.ledger import record
from tracking.models import Track
from workforce.models import Worker

TRACKS = "/api/v1/tracks"
KEYS = {
    "id",
    "order_id",
    "order_number",
    "order_email",
    "seq",
    "worker_id",
    "actor",
    "action",
    "from_status",
    "to_status",
    "result",
    "reason",
    "voids",
    "voided_by",
    "note",
    "location",
    "source",
    "scanned_at",
    "created_at",
}


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [track["id"] for track in response.json()]


def all_ids() -> list[int]:
    return list(Track.objects.order_by("-id").values_list("id", flat=True))


@pytest.fixture
def as_auditor(db: None) -> APIClient:
    """Someone of the staff who may read tracks and nothing else."""
    return signed_in(staff_holding("Audrey", "tracking.view_track"))


@pytest.fixture
def other_order(order: Order, other_customer: User) -> Order:
    """Bert's order."""
    assert order.service_id is not None
    return place_order(
        by=Principal("customer", user=other_customer),
        items=[Item(order.service_id)],
        source="api",
        customer=other_customer,
    )


@pytest.fixture
def stray(db: None) -> Track:
    """A scan without a token, of a number that no order has."""
    return record(
        by=ANYONE,
        order_number="LOST-1",
        order_email="zoe@example.com",
        action="picked_up",
        result="unverified",
        source="legacy",
    )


@pytest.fixture
def history(order: Order, other_order: Order, worker: Worker, other_worker: Worker) -> list[int]:
    """What two workers did to two orders, and what they could not do; newest first."""
    wim, xenia = Principal("worker", worker=worker), Principal("worker", worker=other_worker)
    take(order, "picked_up", wim, note="Wet", location="Door 3")
    take(other_order, "picked_up", xenia)
    refused(order, "cancelled", xenia, "transition_not_allowed")
    take(order, "processing", xenia)
    take(other_order, "weighed", wim)
    return all_ids()


def test_staff_read_everything_newest_first(
    as_auditor: APIClient, history: list[int], stray: Track
) -> None:
    assert ids(as_auditor.get(TRACKS)) == [stray.pk, *history]


@pytest.mark.parametrize("slash", ["", "/"])
def test_staff_are_told_all_of_a_track(
    as_owner: APIClient, order: Order, worker: Worker, slash: str
) -> None:
    by = Principal("worker", worker=worker)
    track = take(order, "picked_up", by, note="Wet", location="Door 3")
    told = as_owner.get(TRACKS + slash).json()[0]
    assert told == {
        "id": track.pk,
        "order_id": order.pk,
        "order_number": order.order_number,
        "order_email": "asha@example.com",
        "seq": 2,
        "worker_id": worker.pk,
        "actor": None,
        "action": "picked_up",
        "from_status": "created",
        "to_status": "picked_up",
        "result": "recorded",
        "reason": "",
        "voids": None,
        "voided_by": None,
        "note": "Wet",
        "location": "Door 3",
        "source": "api",
        "scanned_at": track.scanned_at.isoformat().replace("+00:00", "Z"),
        "created_at": track.created_at.isoformat().replace("+00:00", "Z"),
    }


def test_of_a_track_without_an_order_is_told_what_was_given(
    as_owner: APIClient, stray: Track
) -> None:
    (told,) = as_owner.get(TRACKS).json()
    assert (told["order_id"], told["seq"], told["from_status"], told["to_status"]) == (
        None,
        None,
        "",
        "",
    )
    assert (told["order_number"], told["order_email"]) == ("LOST-1", "zoe@example.com")


def test_a_worker_reads_their_own(
    as_worker: APIClient, worker: Worker, history: list[int], stray: Track
) -> None:
    told = as_worker.get(TRACKS).json()
    assert [(track["worker_id"], track["action"]) for track in told] == [
        (worker.pk, "weighed"),
        (worker.pk, "picked_up"),
    ]
    assert all(track.keys() == KEYS for track in told)


def test_a_worker_reads_those_of_one_order_by_its_number(
    as_worker: APIClient, order: Order, history: list[int]
) -> None:
    told = as_worker.get(TRACKS, {"order_number": f" {order.order_number.lower()} "}).json()
    assert [(track["seq"], track["action"], track["result"]) for track in told] == [
        (4, "processing", "recorded"),
        (3, "cancelled", "refused"),
        (2, "picked_up", "recorded"),
        (1, "created", "recorded"),
    ]


@pytest.mark.parametrize("number", ["", "   "])
def test_no_number_at_all_shows_a_worker_nothing_more(
    as_worker: APIClient, worker: Worker, history: list[int], number: str
) -> None:
    told = as_worker.get(TRACKS, {"order_number": number}).json()
    assert {track["worker_id"] for track in told} == {worker.pk}


def test_a_worker_reads_no_email_of_an_order(as_worker: APIClient, history: list[int]) -> None:
    told = as_worker.get(TRACKS).json()
    assert [track["order_email"] for track in told] == [None, None]


def test_a_worker_reads_no_track_without_an_order_but_their_own(
    as_worker: APIClient, worker: Worker, stray: Track
) -> None:
    assert as_worker.get(TRACKS, {"order_number": "LOST-1"}).json() == []
    as_worker.post(
        "/api/v1/workers/scan", {"order_number": "LOST-1", "action": "found"}, format="json"
    )
    told = as_worker.get(TRACKS, {"order_number": "LOST-1"}).json()
    assert [(track["worker_id"], track["action"]) for track in told] == [(worker.pk, "found")]


def test_a_worker_finds_no_order_that_was_deleted_by_its_number(
    as_worker: APIClient, worker: Worker, order: Order, owner: User, history: list[int]
) -> None:
    delete_order(order=order, by=Principal("staff", user=owner), source="api")
    told = as_worker.get(TRACKS, {"order_number": order.order_number}).json()
    assert [track["worker_id"] for track in told] == [worker.pk]


def test_a_customer_reads_those_of_their_own_orders(
    as_customer: APIClient, order: Order, history: list[int], stray: Track
) -> None:
    told = as_customer.get(TRACKS).json()
    assert [(track["order_id"], track["seq"], track["action"]) for track in told] == [
        (order.pk, 4, "processing"),
        (order.pk, 2, "picked_up"),
        (order.pk, 1, "created"),
    ]


def test_a_customer_is_not_told_who_carries_and_what_they_noted(
    as_customer: APIClient, history: list[int]
) -> None:
    told = as_customer.get(TRACKS).json()
    assert all(track.keys() == KEYS - {"worker_id", "actor", "note"} for track in told)


@pytest.mark.parametrize("result", ["refused", "unverified"])
def test_a_customer_gets_no_refused_and_no_unverified_track(
    as_customer: APIClient, order: Order, result: str
) -> None:
    record(
        by=ANYONE,
        order=order,
        seq=2,
        action="picked_up",
        from_status="created",
        to_status="created",
        result=result,
        source="legacy",
    )
    assert [track["seq"] for track in as_customer.get(TRACKS).json()] == [1]


def test_a_customer_gets_no_voided_track_but_the_voiding_one(
    as_customer: APIClient, as_owner: APIClient, order: Order
) -> None:
    moved(order, "picked_up")
    as_owner.post(f"/api/v1/orders/{order.order_number}/undo")
    told = as_customer.get(TRACKS).json()
    assert [(track["seq"], track["action"]) for track in told] == [(3, "undo"), (1, "created")]


def test_a_customer_gets_no_track_before_the_order_is_confirmed_to_be_theirs(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, order: Order
) -> None:
    Order.objects.update(customer=unconfirmed_customer, customer_confirmed=False)
    assert as_unconfirmed_customer.get(TRACKS).json() == []


def test_a_customer_learns_nothing_of_others_by_a_number(
    as_customer: APIClient, other_order: Order, stray: Track
) -> None:
    for number in (other_order.order_number, "LOST-1"):
        assert as_customer.get(TRACKS, {"order_number": number}).json() == []


def test_a_customer_without_orders_has_no_tracks(
    as_other_customer: APIClient, order: Order
) -> None:
    assert as_other_customer.get(TRACKS).json() == []


@pytest.mark.parametrize(
    ("who", "code"),
    [("api", "not_authenticated"), ("as_staff_without_permissions", "permission_denied")],
)
def test_nobody_else_reads_tracks(
    request: pytest.FixtureRequest, order: Order, who: str, code: str
) -> None:
    assert_problem(request.getfixturevalue(who).get(TRACKS), code)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", [TRACKS, f"{TRACKS}/1"])
def test_no_call_writes_a_track(
    as_owner: APIClient, history: list[int], path: str, method: str
) -> None:
    response = getattr(as_owner, method)(path, {"action": "x"}, format="json")
    assert_problem(response, "method_not_allowed" if path == TRACKS else "not_found")
    assert all_ids() == history


def test_they_are_narrowed_by_order(
    as_owner: APIClient, other_order: Order, history: list[int]
) -> None:
    told = as_owner.get(TRACKS, {"order_number": other_order.order_number}).json()
    assert [track["action"] for track in told] == ["weighed", "picked_up", "created"]


@pytest.mark.parametrize("number", ["LOST-1", "lost-1"])
def test_a_number_that_no_order_has_is_found_as_given(
    as_owner: APIClient, history: list[int], stray: Track, number: str
) -> None:
    assert ids(as_owner.get(TRACKS, {"order_number": number})) == [stray.pk]


def test_they_are_narrowed_by_worker(
    as_owner: APIClient, other_worker: Worker, history: list[int]
) -> None:
    told = as_owner.get(TRACKS, {"worker": other_worker.pk}).json()
    assert [track["action"] for track in told] == ["processing", "cancelled", "picked_up"]


def test_they_are_narrowed_by_action(as_owner: APIClient, history: list[int]) -> None:
    told = as_owner.get(TRACKS, {"action": "picked_up"}).json()
    assert [track["action"] for track in told] == ["picked_up", "picked_up"]


@pytest.mark.parametrize(
    ("result", "count"),
    [("recorded", 6), ("refused", 1), ("already", 0), ("late", 0), ("unverified", 1)],
)
def test_they_are_narrowed_by_result(
    as_owner: APIClient, history: list[int], stray: Track, result: str, count: int
) -> None:
    told = as_owner.get(TRACKS, {"result": result}).json()
    assert [track["result"] for track in told] == [result] * count


def test_all_that_is_asked_for_must_hold(
    as_owner: APIClient, order: Order, worker: Worker, history: list[int]
) -> None:
    wanted: Any = {"order_number": order.order_number, "worker": worker.pk}
    wanted |= {"action": "picked_up"}
    assert len(as_owner.get(TRACKS, wanted).json()) == 1
    assert as_owner.get(TRACKS, wanted | {"result": "refused"}).json() == []


def test_a_customer_learns_nothing_of_workers_by_asking_for_one(
    as_customer: APIClient, other_worker: Worker, history: list[int]
) -> None:
    told = as_customer.get(TRACKS).json()
    assert len(told) > 1
    for worker in (other_worker.pk, 999999, "wim"):
        assert as_customer.get(TRACKS, {"worker": worker}).json() == told


def test_a_worker_asking_for_a_colleague_gets_nothing(
    as_worker: APIClient, other_worker: Worker, history: list[int]
) -> None:
    assert as_worker.get(TRACKS, {"worker": other_worker.pk}).json() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("worker", "wim"),
        ("worker", "1.5"),
        ("worker", "1e1"),
        ("worker", "-1"),
        ("worker", str(2**63)),
        ("worker", "9" * 500),
        ("result", "odd"),
        ("result", "RECORDED"),
        ("action", "x" * 65),
        ("action", "a\x00b"),
        ("order_number", "x" * 65),
        ("order_number", "a\x00b"),
        ("page_size", "many"),
        ("cursor", "elsewhere"),
    ],
)
def test_a_bad_value_is_named(
    as_owner: APIClient, history: list[int], name: str, value: str
) -> None:
    assert_problem(as_owner.get(TRACKS, {name: value}), "validation", fields={name})


@pytest.mark.parametrize("name", ["worker", "result", "action", "order_number"])
def test_an_empty_value_narrows_nothing(as_owner: APIClient, history: list[int], name: str) -> None:
    assert ids(as_owner.get(TRACKS, {name: ""})) == history


def test_an_unknown_parameter_is_ignored(as_owner: APIClient, history: list[int]) -> None:
    assert ids(as_owner.get(TRACKS, {"order": "x", "ordering": "id"})) == history


def test_pages_keep_what_they_were_narrowed_by(
    as_owner: APIClient, history: list[int], settings: Any
) -> None:
    settings.PUBLIC_URL = "https://shop.example"
    first = as_owner.get(TRACKS, {"action": "picked_up", "page_size": "1"})
    link, _, rest = first["Link"].removeprefix("<https://shop.example").partition(">")
    assert rest == '; rel="next"'
    second = as_owner.get(link)
    assert [track["action"] for track in first.json() + second.json()] == ["picked_up"] * 2
    assert "next" not in second["Link"]


@pytest.mark.parametrize("who", ["as_owner", "as_worker", "as_customer"])
def test_twenty_tracks_ask_no_more_of_the_database_than_one(
    request: pytest.FixtureRequest, order: Order, who: str
) -> None:
    client = request.getfixturevalue(who)
    query: Any = {"order_number": order.order_number}
    with statements() as of_one:
        assert len(client.get(TRACKS, query).json()) == 1
    for _step in range(10):
        take(order, "weighed", SYSTEM)
        take(order, "already_weighed", Principal("customer", user=order.customer))
    with statements() as of_many:
        assert len(client.get(TRACKS, query).json()) == 21
    assert len(of_many) == len(of_one)
