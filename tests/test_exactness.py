"""What is equal and what is not, the same on every database.

MariaDB's usual collations ignore case, accents and trailing blanks, and call `ß` and `ss`
equal; SQLite compares bytes. What the shop compares must not depend on either.
"""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.database import Exact
from config.rest.models import IdempotencyKey
from config.rest.refusals import Code, Refusal
from orders.models import Order
from orders.numbers import normalise_number
from orders.placing import service_named
from tests.answers import assert_problem
from tests.cast import PASSWORD, PIN, bearing
from tests.house import our_models
from tracking.models import Track
from workforce.devices import device_of, hash_token
from workforce.models import DeviceToken, Worker

DORA = {"name": "Dora Dahl", "email": "dora@example.com", "password": "nine-lives-and-a-tail"}


def exact_columns() -> list[tuple[str, str]]:
    return [
        (model._meta.db_table, field.column)
        for model in our_models()
        for field in model._meta.local_fields
        if isinstance(field, Exact)
    ]


@pytest.mark.parametrize(("table", "column"), exact_columns())
@pytest.mark.django_db
def test_an_exact_column_has_a_binary_collation_where_one_is_needed(
    table: str, column: str
) -> None:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, table)
    (described,) = (each for each in columns if each.name == column)
    assert described.collation == ("utf8mb4_bin" if connection.vendor == "mysql" else None)


# --- Emails -------------------------------------------------------------------------


@pytest.mark.django_db
def test_two_emails_that_differ_only_in_case_are_one(api: APIClient) -> None:
    assert api.post("/api/v1/auth/register", DORA, format="json").status_code == 201
    double = DORA | {"email": "DORA@EXAMPLE.com"}
    assert_problem(api.post("/api/v1/auth/register", double, format="json"), "email_taken")
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("dora@straße.example", "dora@strasse.example"),
        ("dora@café.example", "dora@cafe.example"),
        ("dora@example.com", "do.ra@example.com"),
    ],
)
@pytest.mark.django_db
def test_two_emails_that_differ_in_a_letter_are_two(api: APIClient, one: str, other: str) -> None:
    for email in (one, other):
        response = api.post("/api/v1/auth/register", DORA | {"email": email}, format="json")
        assert (response.status_code, response.json()["customer"]["email"]) == (201, email)
    for email in (one, other):
        body = {"email": email, "password": DORA["password"]}
        response = api.post("/api/v1/auth/login", body, format="json")
        assert response.json()["customer"]["email"] == email


def test_trailing_blanks_of_an_email_change_nothing(api: APIClient, customer: User) -> None:
    for email in ("asha@example.com ", " asha@example.com\n", "asha@example.com"):
        body = {"email": email, "password": PASSWORD}
        response = api.post("/api/v1/auth/login", body, format="json")
        assert (response.status_code, response.json()["customer"]["id"]) == (200, customer.pk)


@pytest.mark.parametrize("username", ["OLGA", "ólga", "olgá", "olga\u0301"])
def test_a_user_name_is_itself_only(owner: User, username: str) -> None:
    assert not User.objects.filter(username=username).exists()
    User.objects.create_user(None, None, name="Another", username=username)
    assert User.objects.get(username=username) != owner


# --- Tokens -------------------------------------------------------------------------


def test_two_device_prefixes_that_differ_only_in_case_are_two(
    worker: Worker, other_worker: Worker
) -> None:
    tokens = {
        "abcdefabcdef.0123456789-0123456789": worker,
        "ABCDEFabcdef.0123456789-0123456789": other_worker,
    }
    for token, whose in tokens.items():
        DeviceToken.objects.create(worker=whose, prefix=token[:12], secret_hash=hash_token(token))
    for token, whose in tokens.items():
        assert device_of(token).worker == whose


def test_a_tokens_letters_count_in_its_secret_too(worker: Worker) -> None:
    token = "abcdefabcdef.aaaaaaaaaa-bbbbbbbbbb"
    DeviceToken.objects.create(worker=worker, prefix=token[:12], secret_hash=hash_token(token))
    for other in (token.upper(), token[:12] + token[12:].upper()):
        with pytest.raises(Refusal) as refused:
            device_of(other)
        assert refused.value.code == Code.TOKEN_INVALID


def test_blanks_around_a_bearer_token_change_nothing(api: APIClient, worker: Worker) -> None:
    body = {"worker_id": worker.pk, "password": PIN}
    token = api.post("/api/v1/workers/login", body, format="json").json()["worker_token"]
    for sent in (token, f"{token}  ", f"  {token}"):
        response = bearing(sent).post("/api/v1/workers/scan", {}, format="json")
        assert_problem(response, "validation", fields={"action"})


@pytest.mark.django_db
def test_two_kept_answers_whose_keys_differ_in_case_are_two() -> None:
    for key_hash in ("a" * 64, "A" * 64):
        IdempotencyKey.objects.create(key_hash=key_hash, body_hash="0", status=201, answer={})
    assert IdempotencyKey.objects.count() == 2


# --- Order numbers ------------------------------------------------------------------


@pytest.mark.parametrize("text", ["straße1234", "ſtrasse123", "ıstanbul12", "ｋｘ７ｍｐｑ３ｗｒｔ"])
def test_no_other_letter_becomes_one_of_an_order_number(text: str) -> None:
    """In upper case ß is SS, ſ is S and ı is I."""
    assert normalise_number(text) == ""


@pytest.fixture
def strasse(order: Order) -> Order:
    """Asha's order, under an imported number."""
    Order.objects.update(order_number="STRASSE")
    order.refresh_from_db()
    return order


@pytest.mark.parametrize("number", ["straße", "STRAẞE", "ſtrasse", "strássé"])
def test_an_order_is_found_by_its_own_number_only(
    api: APIClient, as_customer: APIClient, as_worker: APIClient, strasse: Order, number: str
) -> None:
    assert_problem(as_customer.get(f"/api/v1/orders/{number}"), "not_found")
    assert api.get(f"/qr/{number}.png").status_code == 404
    body = {"order_number": number, "action": "picked_up"}
    assert_problem(as_worker.post("/api/v1/workers/scan", body, format="json"), "order_not_found")
    strasse.refresh_from_db()
    assert strasse.status == "created"
    refused = Track.objects.get(result="refused")
    assert (refused.order, refused.order_number) == (None, number)


@pytest.mark.parametrize("number", ["strasse", "Strasse", " STRASSE ", "STRASSE\t"])
def test_the_case_of_an_order_number_and_blanks_around_it_change_nothing(
    as_customer: APIClient, as_worker: APIClient, strasse: Order, number: str
) -> None:
    body = {"order_number": number, "action": "weighed"}
    scanned = as_worker.post("/api/v1/workers/scan", body, format="json")
    assert (scanned.status_code, scanned.json()["order"]["order_number"]) == (200, "STRASSE")
    if "\t" not in number:
        assert as_customer.get(f"/api/v1/orders/{number}").json()["id"] == strasse.pk


# --- Services -----------------------------------------------------------------------


def service(name: str) -> Service:
    return Service.objects.create(name=name, price=Decimal(1))


@pytest.mark.parametrize(
    ("one", "other"),
    [("Wash", "wash"), ("Straße", "Strasse"), ("Café", "Cafe"), ("Naïve", "NAÏVE")],
)
@pytest.mark.django_db
def test_two_services_whose_names_differ_in_a_letter_are_two(one: str, other: str) -> None:
    services = {name: service(name) for name in (one, other)}
    for name, named in services.items():
        assert service_named(name) == named
        assert service_named(f" {name}  ") == named


@pytest.mark.parametrize("name", ["wash", "WASH", "Wäsh", "W ash", "Was"])
def test_a_service_has_no_other_name(wash: Service, name: str) -> None:
    with pytest.raises(Refusal) as refused:
        service_named(name)
    assert refused.value.code == Code.UNKNOWN_SERVICE


def test_trailing_blanks_of_a_services_name_change_nothing(
    as_customer: APIClient, wash: Service
) -> None:
    for name in ("Wash", "Wash ", " Wash\t"):
        body: dict[str, Any] = {"service_name": name}
        response = as_customer.post("/api/v1/orders", body, format="json")
        assert (response.status_code, response.json()["service_id"]) == (201, wash.pk)


@pytest.mark.django_db
def test_two_legacy_ids_that_differ_in_case_are_two() -> None:
    for legacy_id in ("s1", "S1"):
        Service.objects.create(name="Wash", price=1, legacy_id=legacy_id)
    with pytest.raises(IntegrityError), transaction.atomic():
        Service.objects.create(name="Wash", price=1, legacy_id="s1")
    assert Service.objects.count() == 2
