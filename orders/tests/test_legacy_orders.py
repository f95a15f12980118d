"""`/api/orders` of old clients: what is written, and who sees what."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.models import IdempotencyKey
from config.rest.principals import ANYONE
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.answers import assert_legacy_error
from tests.cast import moved, staff_holding
from tests.statements import statements
from tests.states import columns
from tracking.models import Track

pytestmark = pytest.mark.django_db
URL = "/api/orders"
CAMEL = {
    "customerName": "Gita Guest",
    "customerEmail": "gita@example.com",
    "customerPhone": "+91 80 1234 5678",
}


def place(client: APIClient, **body: Any) -> dict[str, Any]:
    answer = client.post(URL, body, format="json")
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_an_order_says_that_an_old_client_placed_it(api: APIClient, wash: Service):
    number = place(api, **CAMEL, serviceIds=[wash.pk])["id"]
    order = Order.objects.get(order_number=number)
    assert (order.source, order.tracks.get().source) == ("legacy", "legacy")


@pytest.mark.parametrize("key", ["service_id", "serviceIds"])
def test_an_unknown_service_leaves_nothing_behind(api: APIClient, wash: Service, key: str):
    services = [wash.pk, "s9"] if key == "serviceIds" else "s9"
    body = CAMEL | {key: services}
    answer = api.post(URL, body, format="json")
    assert_legacy_error(answer, 400, "One or more services are invalid")
    assert not Order.objects.exists()
    assert not Track.objects.exists()
    assert not User.objects.exists()


def test_a_repeated_call_with_its_key_gets_the_first_answer(api: APIClient, wash: Service):
    body = CAMEL | {"serviceIds": [wash.pk]}
    headers = {"Idempotency-Key": "old-client-7f3a"}
    first, second = (api.post(URL, body, format="json", headers=headers) for _ in range(2))
    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"
    assert second["Deprecation"]
    assert Order.objects.count() == 1
    assert IdempotencyKey.objects.get().subject == f"order:{first.json()['id']}"


def test_a_kept_refusal_is_told_in_the_old_words(api: APIClient, wash: Service):
    body = CAMEL | {"serviceIds": ["s9"]}
    headers = {"Idempotency-Key": "old-client-7f3a"}
    for _attempt in range(2):
        answer = api.post(URL, body, format="json", headers=headers)
        assert_legacy_error(answer, 400, "One or more services are invalid")


def test_a_guest_learns_nothing_of_the_account_behind_an_email(
    api: APIClient, customer: User, wash: Service
):
    body = {"name": "Eve", "email": customer.email, "service_name": "Wash"}
    answer = place(api, **body)
    assert answer["customer"] == {
        "id": customer.pk,
        "name": "Eve",
        "email": customer.email,
        "phone": "",
    }
    customer.refresh_from_db()
    assert (customer.name, customer.phone) == ("Asha Rao", "+91 98450 12345")


def shown_to(client: APIClient, email: str) -> list[str]:
    """The names on the orders of an email, as this client sees them."""
    answer = client.get(URL, {"email": email})
    assert answer.status_code == 200, answer.content
    return [order["customerName"] for order in answer.json()]


def placed_by_anyone(email: str, service: Service) -> Order:
    contact = Contact("Gita Guest", email, "+91 80 1234 5678")
    return place_order(by=ANYONE, items=[Item(service.pk)], source="legacy", contact=contact)


def test_who_has_not_confirmed_the_email_sees_the_masked_view(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, wash: Service
):
    placed_by_anyone(str(unconfirmed_customer.email), wash)
    assert shown_to(as_unconfirmed_customer, str(unconfirmed_customer.email)) == ["G. G."]


def test_anothers_order_under_an_email_that_is_mine_now_stays_masked(
    as_customer: APIClient, customer: User, other_customer: User, order: Order, wash: Service
):
    theirs = placed_by_anyone(str(customer.email), wash)
    Order.objects.filter(pk=theirs.pk).update(customer=other_customer)
    assert shown_to(as_customer, str(customer.email)) == ["G. G.", "Asha Rao"]


def test_a_masked_order_tells_neither_instructions_nor_the_token(api: APIClient, order: Order):
    Order.objects.update(instructions="Key under the mat")
    text = api.get(URL, {"email": order.email}).content.decode()
    assert "mat" not in text
    assert order.token not in text
    assert "tracking_url" not in text
    assert "12345" not in text


def test_the_list_costs_the_same_however_long(api: APIClient, wash: Service, ironing: Service):
    placed_by_anyone("gita@example.com", wash)
    with statements() as one:
        assert len(shown_to(api, "gita@example.com")) == 1
    for service in (wash, ironing):
        placed_by_anyone("gita@example.com", service)
    with statements() as three:
        assert len(shown_to(api, "gita@example.com")) == 3
    assert len(one) == len(three) == 3


def test_the_whole_object_sent_back_changes_nothing(
    as_customer: APIClient, order: Order, ironing: Service
):
    body = as_customer.get(URL, {"email": order.email}).json()[0]
    before, tracks = columns(order), Track.objects.count()
    answer = as_customer.put(f"{URL}/{body['id']}", body, format="json")
    assert answer.status_code == 200
    assert (columns(order), Track.objects.count()) == (before, tracks)


@pytest.mark.parametrize(
    ("key", "value", "column"),
    [
        ("specialInstructions", "Knock", "instructions"),
        ("instructions", "Knock", "instructions"),
        ("pickupDate", "2026-12-24", "pickup_has_time"),
        ("pickup_date", "2026-12-24", "pickup_has_time"),
    ],
)
def test_one_changed_key_of_the_whole_object_counts_in_either_dialect(
    as_customer: APIClient, order: Order, key: str, value: str, column: str
):
    body = as_customer.get(URL, {"email": order.email}).json()[0]
    answer = as_customer.put(f"{URL}/{body['id']}", body | {key: value}, format="json")
    assert answer.status_code == 200
    assert (answer.json()[key], answer.json()["version"]) == (value, 2)
    order.refresh_from_db()
    assert getattr(order, column) == {"instructions": "Knock", "pickup_has_time": False}[column]


def test_an_order_in_several_pieces_keeps_them_when_only_a_date_changes(
    as_customer: APIClient, customer: User, wash: Service, ironing: Service
):
    order = place_order(
        by=ANYONE,
        items=[Item(wash.pk, 3), Item(wash.pk, 2), Item(ironing.pk, 4)],
        source="api",
        customer=customer,
    )
    body = as_customer.get(URL, {"email": customer.email}).json()[0]
    body["pickupDate"] = "2026-12-24T18:30"
    assert as_customer.put(f"{URL}/{body['id']}", body, format="json").status_code == 200
    assert [line.quantity for line in order.lines.all()] == [3, 2, 4]


def test_an_imported_line_without_a_service_survives_an_edit(as_customer: APIClient, order: Order):
    order.lines.update(service=None, unit_price=None)
    Order.objects.update(service=None)
    body = as_customer.get(URL, {"email": order.email}).json()[0]
    assert (body["serviceId"], body["service"]) == ([""], ["Wash"])
    answer = as_customer.put(f"{URL}/{body['id']}", body | {"instructions": "Knock"}, format="json")
    assert answer.status_code == 200
    assert order.lines.get().service_name == "Wash"


def test_a_pickup_in_the_shops_time_comes_back_as_it_was_sent(
    api: APIClient, wash: Service, settings: Any
):
    settings.TIME_ZONE = "Asia/Kolkata"
    answer = place(api, **CAMEL, serviceIds=[wash.pk], pickupDate="2026-12-24T18:30")
    assert (answer["pickupDate"], answer["pickup_date"]) == (
        "2026-12-24T18:30",
        "2026-12-24T13:00:00Z",
    )


def test_an_order_of_a_guest_is_not_changed_by_who_merely_has_an_account(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User, wash: Service
):
    order = placed_by_anyone(str(unconfirmed_customer.email), wash)
    answer = as_unconfirmed_customer.put(
        f"{URL}/{order.order_number}", {"instructions": "Knock"}, format="json"
    )
    assert_legacy_error(answer, 403, "Unauthorized")


def admin_put(client: APIClient, owner: User, order: Order, **body: Any) -> Any:
    client.force_login(owner)
    return client.put(f"/admin/api/orders/{order.order_number}", body, format="json")


def test_a_correction_by_the_old_admin_has_its_reason(api: APIClient, owner: User, order: Order):
    moved(order, "delivered")
    assert admin_put(api, owner, order, status="At Store").json()["status"] == "picked_up"
    track = Track.objects.filter(order=order).order_by("-seq")[0]
    assert (track.action, track.reason, track.source, track.actor) == (
        "picked_up",
        "legacy admin",
        "legacy",
        owner,
    )


def test_a_step_of_the_life_cycle_is_no_correction(api: APIClient, owner: User, order: Order):
    assert admin_put(api, owner, order, status="At Factory").json()["status"] == "processing"
    track = Track.objects.filter(order=order).order_by("-seq")[0]
    assert (track.action, track.reason) == ("processing", "")


def test_a_status_that_stands_for_the_present_one_writes_nothing(
    api: APIClient, owner: User, order: Order
):
    moved(order, "picked_up")
    before, tracks = columns(order), Track.objects.count()
    assert admin_put(api, owner, order, status="In Transit to Factory").status_code == 200
    assert (columns(order), Track.objects.count()) == (before, tracks)


def test_a_status_at_placing_is_a_step_of_its_own(api: APIClient, owner: User, wash: Service):
    api.force_login(owner)
    body = CAMEL | {"serviceId": str(wash.pk), "status": "Cancelled"}
    answer = api.post("/admin/api/orders", body, format="json")
    assert (answer.status_code, answer.json()["status"]) == (201, "cancelled")
    assert [t.action for t in Track.objects.order_by("seq")] == ["created", "cancelled"]


def test_a_status_at_placing_needs_the_permission_to_change(api: APIClient, wash: Service):
    api.force_login(staff_holding("Kim", "orders.add_order"))
    body = CAMEL | {"serviceId": str(wash.pk), "status": "picked_up"}
    assert_legacy_error(
        api.post("/admin/api/orders", body, format="json"), 403, "You may not do this."
    )
    assert not Order.objects.exists()


def test_a_long_list_is_cut_and_says_where_it_goes_on(
    api: APIClient, owner: User, wash: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("config.rest.legacy.LONGEST_LIST", 2)
    orders = [placed_by_anyone("gita@example.com", wash) for _ in range(3)]
    api.force_login(owner)
    answer = api.get("/admin/api/orders")
    assert [row["order_id"] for row in answer.json()] == [orders[2].pk, orders[1].pk]
    assert answer["X-Truncated"] == "true"
    following, successor = answer["Link"].split(", ")
    assert successor.endswith('/api/v1/orders>; rel="successor-version"')
    address = following.removeprefix("<").removesuffix('>; rel="next"')
    rest = api.get("/api/v1/orders" + address.partition("/api/v1/orders")[2])
    assert [row["id"] for row in rest.json()] == [orders[0].pk]


def test_a_list_that_is_just_long_enough_is_whole(
    api: APIClient, owner: User, wash: Service, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("config.rest.legacy.LONGEST_LIST", 2)
    for _ in range(2):
        placed_by_anyone("gita@example.com", wash)
    api.force_login(owner)
    answer = api.get("/admin/api/orders")
    assert len(answer.json()) == 2
    assert "X-Truncated" not in answer
    assert "next" not in answer["Link"]
