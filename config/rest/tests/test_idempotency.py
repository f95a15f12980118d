"""`Idempotency-Key` on placing orders: one key, one order, one answer."""

import datetime
import threading
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.models import IdempotencyKey
from orders.models import Order
from tests.cast import signed_in
from tests.threads import at_the_same_moment

URL = "/api/v1/orders"
KEY = "3f1c-order-of-tuesday"

pytestmark = pytest.mark.django_db(transaction=True)


def place(client: APIClient, body: dict[str, Any], key: str = KEY) -> Any:
    return client.post(URL, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


@pytest.fixture
def body(wash: Service) -> dict[str, Any]:
    return {"service_id": wash.pk}


@pytest.fixture
def guest_body(wash: Service) -> dict[str, Any]:
    return {"service_id": wash.pk, "name": "Gita Sen", "email": "gita@example.com"}


def test_a_repeat_gets_the_first_answer_and_places_nothing(as_customer: APIClient, body: Any):
    first, second = place(as_customer, body), place(as_customer, body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert "Idempotency-Replayed" not in first
    assert second["Idempotency-Replayed"] == "true"
    assert second["ETag"] == first["ETag"] == '"1"'
    assert Order.objects.count() == 1


def test_the_record_names_the_order(as_customer: APIClient, body: Any):
    number = place(as_customer, body).json()["order_number"]
    record = IdempotencyKey.objects.get()
    assert (record.subject, record.status) == (f"order:{number}", 201)


def test_without_a_key_every_call_places(as_customer: APIClient, body: Any):
    for _ in range(2):
        assert as_customer.post(URL, body, format="json").status_code == 201
    assert Order.objects.count() == 2
    assert IdempotencyKey.objects.count() == 0


def test_the_same_key_with_another_body_is_refused(
    as_customer: APIClient, body: Any, ironing: Service
):
    place(as_customer, body)
    response = place(as_customer, {"service_id": ironing.pk})
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert Order.objects.count() == 1


def test_the_order_of_the_bodys_members_does_not_matter(as_customer: APIClient, wash: Service):
    first = place(as_customer, {"service_id": wash.pk, "instructions": "Fold"})
    second = place(as_customer, {"instructions": "Fold", "service_id": wash.pk})
    assert second.json() == first.json()


def test_two_customers_may_use_the_same_key(
    as_customer: APIClient, as_other_customer: APIClient, body: Any
):
    first, second = place(as_customer, body), place(as_other_customer, body)
    assert first.json()["order_number"] != second.json()["order_number"]
    assert "Idempotency-Replayed" not in second


def test_a_customers_key_holds_on_all_devices(customer: User, as_customer: APIClient, body: Any):
    first = place(as_customer, body)
    second = place(signed_in(customer), body)
    assert second.json() == first.json()


def test_a_guests_repeat_gets_the_first_answer(api: APIClient, guest_body: Any):
    first, second = place(api, guest_body), place(api, guest_body)
    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"


def test_a_guest_with_anothers_key_gets_no_answer_to_a_body_they_did_not_send(
    api: APIClient, guest_body: Any
):
    first = place(api, guest_body)
    second = place(api, guest_body | {"email": "eve@example.com"})
    assert second.status_code == 201
    assert second.json()["order_number"] != first.json()["order_number"]
    assert Order.objects.count() == 2


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [({"service_id": 999999}, 400, "unknown_service"), ({"service_id": "x"}, 400, "validation")],
)
def test_a_refusal_is_kept_too(
    as_customer: APIClient, body: Any, change: Any, status: int, code: str
):
    first, second = place(as_customer, body | change), place(as_customer, body | change)
    assert (first.status_code, first.json()["code"]) == (status, code)
    assert second.json() == first.json()
    assert second["Idempotency-Replayed"] == "true"
    assert second["Content-Type"] == "application/problem+json"


def test_a_kept_refusal_outlives_its_reason(as_customer: APIClient, wash: Service):
    Service.objects.filter(pk=wash.pk).update(status="inactive")
    place(as_customer, {"service_id": wash.pk})
    Service.objects.filter(pk=wash.pk).update(status="active")
    response = place(as_customer, {"service_id": wash.pk})
    assert response.json()["code"] == "service_inactive"
    assert place(as_customer, {"service_id": wash.pk}, key="another-key").status_code == 201


def test_after_24_hours_the_key_is_free(as_customer: APIClient, body: Any):
    first = place(as_customer, body)
    IdempotencyKey.objects.update(
        created_at=timezone.now() - IdempotencyKey.KEPT_FOR - datetime.timedelta(seconds=1)
    )
    second = place(as_customer, body)
    assert second.json()["order_number"] != first.json()["order_number"]
    assert "Idempotency-Replayed" not in second


def test_a_crash_is_not_kept_and_leaves_nothing(
    as_customer: APIClient, body: Any, monkeypatch: pytest.MonkeyPatch
):
    with monkeypatch.context() as patch:
        patch.setattr("orders.placing.record", lambda **facts: 1 / 0)
        assert place(as_customer, body).status_code == 500
    assert IdempotencyKey.objects.count() == Order.objects.count() == 0
    assert place(as_customer, body).status_code == 201


def test_who_is_not_signed_in_any_more_is_told_so_and_nothing_is_kept(
    customer: User, as_customer: APIClient, body: Any
):
    User.objects.filter(pk=customer.pk).update(is_active=False)
    assert place(as_customer, body).status_code == 401
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.parametrize("key", ["seven77", "x" * 256, "with blank", "ümlaut-key"])
def test_a_key_is_8_to_255_visible_ascii_characters(as_customer: APIClient, body: Any, key: str):
    response = place(as_customer, body, key=key)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == ["Idempotency-Key"]
    assert Order.objects.count() == 0


def test_two_at_the_same_moment_place_one_order_and_get_one_answer(customer: User, body: Any):
    clients = [signed_in(customer), signed_in(customer)]
    answers = at_the_same_moment(*(lambda c=c: place(c, body) for c in clients))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert sorted("Idempotency-Replayed" in answer for answer in answers) == [False, True]
    assert Order.objects.count() == 1


def test_many_at_the_same_moment_get_one_refusal(customer: User, body: Any):
    clients = [signed_in(customer) for _ in range(6)]
    unknown = body | {"service_id": 999999}
    answers = at_the_same_moment(*(lambda c=c: place(c, unknown) for c in clients))
    assert [answer.json()["code"] for answer in answers] == ["unknown_service"] * 6
    assert Order.objects.count() == 0


def test_a_database_that_fails_is_no_call_in_progress(
    as_customer: APIClient, body: Any, monkeypatch: pytest.MonkeyPatch
):
    def fail(**columns: Any) -> None:
        raise OperationalError(2006, "Server has gone away")

    with monkeypatch.context() as patch:
        patch.setattr(IdempotencyKey.objects, "create", fail)
        response = place(as_customer, body)
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert place(as_customer, body).status_code == 201


def test_who_waits_too_long_for_the_first_is_told_to_come_back(
    customer: User, body: Any, settings: Any
):
    """The first request is stopped inside its transaction; the second gives up waiting."""
    client = signed_in(customer)
    first_has_begun, second_is_answered = threading.Event(), threading.Event()
    answers: dict[str, Any] = {}

    def slow_first() -> None:
        original = IdempotencyKey.save

        def save(self: IdempotencyKey, *args: Any, **kwargs: Any) -> None:
            original(self, *args, **kwargs)
            if kwargs.get("update_fields") and not first_has_begun.is_set():
                first_has_begun.set()
                assert second_is_answered.wait(20)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(IdempotencyKey, "save", save)
            answers["first"] = place(client, body)
        connection.close()

    thread = threading.Thread(target=slow_first)
    thread.start()
    assert first_has_begun.wait(20)
    shorten_lock_wait()
    answers["second"] = place(signed_in_without_writing(client), body)
    second_is_answered.set()
    thread.join(20)
    assert answers["first"].status_code == 201
    second = answers["second"]
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_in_progress")
    assert second["Retry-After"] == "5"
    assert Order.objects.count() == 1


def shorten_lock_wait() -> None:
    """Let this connection wait one second for a lock, not five."""
    with connection.cursor() as cursor:
        if connection.vendor == "mysql":
            cursor.execute("SET SESSION innodb_lock_wait_timeout = 1")
        else:
            cursor.execute("PRAGMA busy_timeout = 1000")


def signed_in_without_writing(client: Any) -> APIClient:
    """A second client of the same session: signing in would wait for SQLite's one writer."""
    other = APIClient(raise_request_exception=False)
    other.credentials(**client._credentials)
    return other


def test_the_order_and_its_record_stand_in_one_transaction(
    as_customer: APIClient, body: Any, monkeypatch: pytest.MonkeyPatch
):
    def fail(*args: Any, **kwargs: Any) -> None:
        assert transaction.get_connection().in_atomic_block
        raise RuntimeError("the answer cannot be kept")

    monkeypatch.setattr("config.rest.idempotency._kept", fail)
    assert place(as_customer, body).status_code == 500
    assert Order.objects.count() == IdempotencyKey.objects.count() == 0
