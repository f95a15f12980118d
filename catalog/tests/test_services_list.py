"""`GET /api/v1/services`."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.cast import bearing
from tests.statements import statements

PATH = "/api/v1/services"


def ids(response: Any) -> list[int]:
    assert response.status_code == 200
    return [service["id"] for service in response.json()]


@pytest.fixture
def retired(db: None) -> Service:
    return Service.objects.create(name="Starch", price=Decimal(3), status="inactive")


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_is_an_array_of_services(
    api: APIClient, wash: Service, ironing: Service, slash: str
) -> None:
    response = api.get(PATH + slash)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"
    assert response.json() == [
        {
            "id": ironing.pk,
            "name": "Ironing",
            "price": 4.0,
            "duration_minutes": None,
            "status": "active",
            "created_at": utc_text(ironing.created_at),
            "updated_at": utc_text(ironing.updated_at),
        },
        {
            "id": wash.pk,
            "name": "Wash",
            "price": 12.5,
            "duration_minutes": 90,
            "status": "active",
            "created_at": utc_text(wash.created_at),
            "updated_at": utc_text(wash.updated_at),
        },
    ]


def test_money_is_a_number_with_at_most_two_decimals(api: APIClient, wash: Service) -> None:
    Service.objects.update(price=Decimal("99999999.99"))
    assert b'"price":99999999.99' in api.get(PATH).content


def test_times_are_in_utc_with_z_whatever_the_shops_time(
    api: APIClient, wash: Service, settings: Any
) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    timezone.activate("Asia/Kolkata")
    try:
        assert api.get(PATH).json()[0]["created_at"] == utc_text(wash.created_at)
    finally:
        timezone.deactivate()
    assert utc_text(wash.created_at).endswith("Z")


@pytest.mark.django_db
def test_a_shop_without_services_has_an_empty_list(api: APIClient) -> None:
    response = api.get(PATH)
    assert (response.status_code, response.json()) == (200, [])


def test_nobody_but_staff_sees_inactive_services(
    api: APIClient,
    as_customer: APIClient,
    as_worker: APIClient,
    wash: Service,
    retired: Service,
) -> None:
    for client in (api, as_customer, as_worker):
        assert ids(client.get(PATH)) == [wash.pk]


def test_staff_see_all(as_owner: APIClient, wash: Service, retired: Service) -> None:
    assert ids(as_owner.get(PATH)) == [retired.pk, wash.pk]


def test_unknown_parameters_are_ignored(api: APIClient, wash: Service) -> None:
    assert ids(api.get(PATH, {"colour": "red", "format": "xml", "id": "0"})) == [wash.pk]


@pytest.mark.django_db
def test_a_worthless_token_is_refused_even_here(api: APIClient) -> None:
    assert_problem(bearing("a.b.c").get(PATH), "token_invalid")


@pytest.mark.parametrize("count", [1, 30])
def test_it_takes_one_statement_however_many_there_are(
    api: APIClient, db: None, count: int
) -> None:
    Service.objects.bulk_create(service(number) for number in range(count))
    with statements() as asked:
        assert len(ids(api.get(PATH))) == count
    assert len(asked) == 1


@pytest.mark.parametrize("count", [1, 30])
def test_a_signed_in_caller_costs_one_more(as_owner: APIClient, owner: User, count: int) -> None:
    Service.objects.bulk_create(service(number) for number in range(count))
    with statements() as asked:
        assert len(ids(as_owner.get(PATH))) == count
    assert len(asked) == 2


def service(number: int) -> Service:
    return Service(name=f"Service {number}", price=Decimal(number))


@pytest.mark.django_db
def test_head_answers_without_a_body(api: APIClient) -> None:
    response = api.head(PATH)
    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.parametrize("status", ["active", "inactive"])
def test_staff_may_ask_for_one_status(
    as_owner: APIClient, wash: Service, retired: Service, status: str
) -> None:
    expected = {"active": wash, "inactive": retired}[status]
    assert ids(as_owner.get(PATH, {"status": status})) == [expected.pk]


@pytest.mark.parametrize("status", ["Active", "gone", "0", "null"])
def test_a_status_that_there_is_not_is_refused(as_owner: APIClient, status: str) -> None:
    assert_problem(as_owner.get(PATH, {"status": status}), "validation", fields={"status"})


def test_nobody_else_has_that_parameter(
    api: APIClient, as_customer: APIClient, wash: Service, retired: Service
) -> None:
    for client in (api, as_customer):
        for status in ("inactive", "gone"):
            assert ids(client.get(PATH, {"status": status})) == [wash.pk]


def test_staff_who_may_not_view_services_see_what_everybody_sees(
    as_staff_without_permissions: APIClient, wash: Service, retired: Service
) -> None:
    assert ids(as_staff_without_permissions.get(PATH, {"status": "inactive"})) == [wash.pk]
