"""`PUT` and `PATCH /api/v1/services/{id}`."""

from decimal import Decimal
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import Service
from catalog.offering import change_service, erase_service
from catalog.tests.conftest import BAD_FIELDS, PATH
from config.rest.refusals import Code, Refusal
from orders.models import Order
from tests.answers import assert_problem
from tests.unchanged import nothing_written


@pytest.fixture(params=["put", "patch"])
def method(request: Any) -> str:
    """Both methods change parts: published clients send them so."""
    return str(request.param)


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_changes_the_fields_that_were_sent(
    as_pricer: APIClient, wash: Service, method: str, slash: str
) -> None:
    response = getattr(as_pricer, method)(
        f"{PATH}/{wash.pk}{slash}", {"price": "13.75"}, format="json"
    )

    changed = Service.objects.get()
    assert response.status_code == 200
    assert (response.json()["price"], response.json()["name"]) == (13.75, "Wash")
    assert (changed.price, changed.name) == (Decimal("13.75"), "Wash")
    assert changed.updated_at > wash.updated_at


def test_every_field_can_be_changed(as_pricer: APIClient, wash: Service) -> None:
    body = {"name": " Wet wash ", "price": 1, "duration_minutes": None, "status": "inactive"}

    response = as_pricer.patch(f"{PATH}/{wash.pk}", body, format="json")

    sent_back = {name: response.json()[name] for name in body}
    assert sent_back == body | {"name": "Wet wash"}


def test_the_whole_object_can_be_sent_back(
    as_pricer: APIClient, wash: Service, method: str
) -> None:
    body = as_pricer.get(f"{PATH}/{wash.pk}").json()

    with nothing_written():
        response = getattr(as_pricer, method)(f"{PATH}/{wash.pk}", body, format="json")

    assert (response.status_code, response.json()) == (200, body)


def test_an_empty_body_changes_nothing(as_pricer: APIClient, wash: Service) -> None:
    with nothing_written():
        assert as_pricer.patch(f"{PATH}/{wash.pk}", {}, format="json").status_code == 200


def test_an_inactive_service_can_be_put_back_on_offer(as_pricer: APIClient, wash: Service) -> None:
    Service.objects.update(status="inactive")
    assert (
        as_pricer.patch(f"{PATH}/{wash.pk}", {"status": "active"}, format="json").status_code == 200
    )
    assert Service.objects.get().is_active


def test_an_order_keeps_its_name_and_price(
    as_pricer: APIClient, wash: Service, order: Order
) -> None:
    as_pricer.patch(f"{PATH}/{wash.pk}", {"name": "Wet wash", "price": 99}, format="json")

    order.refresh_from_db()
    line = order.lines.get()
    assert (order.service_name, order.total_cost) == ("Wash", Decimal("12.50"))
    assert (line.service_name, line.unit_price) == ("Wash", Decimal("12.50"))


@pytest.mark.parametrize(("field", "bad"), BAD_FIELDS)
def test_a_bad_field_is_named_and_nothing_changed(
    as_pricer: APIClient, wash: Service, field: str, bad: Any
) -> None:
    with nothing_written():
        response = as_pricer.patch(
            f"{PATH}/{wash.pk}", {"name": "New", "price": 1} | {field: bad}, format="json"
        )
    assert_problem(response, "validation", fields={field})


def test_an_unknown_service_is_not_found(as_pricer: APIClient, db: None, method: str) -> None:
    assert_problem(
        getattr(as_pricer, method)(f"{PATH}/999999", {"price": 1}, format="json"), "not_found"
    )


def test_a_service_that_went_meanwhile_is_not_found(wash: Service) -> None:
    read = Service.objects.get()
    erase_service(service=wash)

    with pytest.raises(Refusal) as refused:
        change_service(service=read, changes={"price": Decimal(1)})

    assert refused.value.code == Code.NOT_FOUND


def test_a_change_leaves_what_another_changed_meanwhile(wash: Service) -> None:
    read = Service.objects.get()
    Service.objects.update(price=Decimal("20.00"))

    change_service(service=read, changes={"name": "Wet wash"})

    changed = Service.objects.get()
    assert (changed.name, changed.price) == ("Wet wash", Decimal("20.00"))
