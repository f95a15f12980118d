"""`POST /api/v1/services`."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Service
from catalog.tests.conftest import BAD_FIELDS, PATH
from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.unchanged import nothing_written


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_puts_a_service_on_offer(as_pricer: APIClient, slash: str) -> None:
    body = {"name": "Wash", "price": 12.5, "duration_minutes": 90, "status": "inactive"}

    response = as_pricer.post(PATH + slash, body, format="json")

    service = Service.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": service.pk,
        "name": "Wash",
        "price": 12.5,
        "duration_minutes": 90,
        "status": "inactive",
        "created_at": utc_text(service.created_at),
        "updated_at": utc_text(service.updated_at),
    }
    assert (service.name, service.price, service.duration_minutes, service.status) == (
        "Wash",
        Decimal("12.50"),
        90,
        "inactive",
    )


def test_name_and_price_are_enough(as_pricer: APIClient) -> None:
    service = as_pricer.post(PATH, {"name": "Wash", "price": 0}, format="json").json()
    assert (service["price"], service["duration_minutes"], service["status"]) == (0, None, "active")


def test_numbers_may_come_as_text(as_pricer: APIClient) -> None:
    service = as_pricer.post(
        PATH, {"name": "Wash", "price": "12.50", "duration_minutes": "90"}, format="json"
    ).json()
    assert (service["price"], service["duration_minutes"]) == (12.5, 90)


def test_blanks_around_the_name_are_cut_off(as_pricer: APIClient) -> None:
    as_pricer.post(PATH, {"name": "  Dry  clean ", "price": 1}, format="json")
    assert Service.objects.get().name == "Dry  clean"


def test_a_second_service_of_a_name_is_allowed(as_pricer: APIClient, wash: Service) -> None:
    assert as_pricer.post(PATH, {"name": "Wash", "price": 1}, format="json").status_code == 201
    assert Service.objects.filter(name="Wash").count() == 2


def test_what_is_not_the_callers_to_set_is_ignored(as_pricer: APIClient) -> None:
    body = {
        "name": "Wash",
        "price": 1,
        "id": 77777,
        "legacy_id": "s1",
        "imported_usage_count": 9,
        "created_at": "1999-01-01T00:00:00Z",
        "colour": "red",
    }
    as_pricer.post(PATH, body, format="json")

    service = Service.objects.get()
    assert service.pk != 77777
    assert (service.legacy_id, service.imported_usage_count) == (None, 0)
    assert service.created_at.year > 2000


@pytest.mark.parametrize(("field", "bad"), BAD_FIELDS)
def test_a_bad_field_is_named_and_nothing_made(as_pricer: APIClient, field: str, bad: Any) -> None:
    with nothing_written():
        response = as_pricer.post(PATH, {"name": "Wash", "price": 1} | {field: bad}, format="json")
    assert_problem(response, "validation", fields={field})


@pytest.mark.parametrize("missing", ["name", "price"])
def test_name_and_price_are_required(as_pricer: APIClient, missing: str) -> None:
    body = {"name": "Wash", "price": 1}
    del body[missing]
    with nothing_written():
        assert_problem(as_pricer.post(PATH, body, format="json"), "validation", fields={missing})


@pytest.mark.parametrize("price", ["0", "0.01", "99999999.99"])
def test_the_bounds_of_a_price_are_prices(as_pricer: APIClient, price: str) -> None:
    as_pricer.post(PATH, {"name": "Wash", "price": price}, format="json")
    assert Service.objects.get().price == Decimal(price)
