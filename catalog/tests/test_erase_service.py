"""`DELETE /api/v1/services/{id}`."""

import pytest
from rest_framework.test import APIClient

from catalog.models import Service
from catalog.offering import erase_service
from catalog.tests.conftest import PATH
from config.rest.principals import SYSTEM
from config.rest.refusals import Code, Refusal
from orders.models import Order, OrderLine
from orders.placing import Contact, Item, place_order
from tests.answers import assert_problem
from tests.threads import at_the_same_moment
from tests.unchanged import nothing_written


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_service_that_no_order_names_is_erased(
    as_pricer: APIClient, wash: Service, ironing: Service, slash: str
) -> None:
    response = as_pricer.delete(f"{PATH}/{wash.pk}{slash}")

    assert (response.status_code, response.json()) == (200, {"msg": "Deleted"})
    assert list(Service.objects.all()) == [ironing]


def test_an_inactive_one_too(as_pricer: APIClient, wash: Service) -> None:
    Service.objects.update(status="inactive")
    assert as_pricer.delete(f"{PATH}/{wash.pk}").status_code == 200
    assert not Service.objects.exists()


def test_a_service_of_an_order_stays(as_pricer: APIClient, wash: Service, order: Order) -> None:
    with nothing_written():
        problem = assert_problem(as_pricer.delete(f"{PATH}/{wash.pk}"), "in_use")
    assert "inactive" in problem["detail"]


def test_a_service_of_a_second_line_stays(
    as_pricer: APIClient, ironing: Service, order: Order
) -> None:
    OrderLine.objects.create(
        order=order, position=2, service=ironing, service_name="Ironing", unit_price=4
    )
    with nothing_written():
        assert_problem(as_pricer.delete(f"{PATH}/{ironing.pk}"), "in_use")


def test_a_service_that_only_the_order_itself_names_stays(
    as_pricer: APIClient, wash: Service, order: Order
) -> None:
    order.lines.all().delete()
    with nothing_written():
        assert_problem(as_pricer.delete(f"{PATH}/{wash.pk}"), "in_use")


def test_a_service_of_a_deleted_order_stays(
    as_pricer: APIClient, as_owner: APIClient, wash: Service, order: Order
) -> None:
    as_owner.delete(f"/api/v1/orders/{order.order_number}")
    with nothing_written():
        assert_problem(as_pricer.delete(f"{PATH}/{wash.pk}"), "in_use")


def test_an_unknown_service_is_not_found(as_pricer: APIClient, db: None) -> None:
    assert_problem(as_pricer.delete(f"{PATH}/999999"), "not_found")


def test_a_service_that_went_meanwhile_is_not_found(wash: Service) -> None:
    read = Service.objects.get()
    erase_service(service=wash)

    with pytest.raises(Refusal) as refused:
        erase_service(service=read)

    assert refused.value.code == Code.NOT_FOUND


@pytest.mark.django_db(transaction=True)
def test_an_order_at_the_same_moment_keeps_its_service_or_is_refused(wash: Service) -> None:
    placed, erased = at_the_same_moment(
        lambda: place_order(
            by=SYSTEM,
            items=[Item(wash.pk)],
            source=Order.Source.COUNTER,
            contact=Contact("Walk In", "", "123"),
        ),
        lambda: erase_service(service=wash),
    )

    if isinstance(placed, Order):
        assert isinstance(erased, Refusal)
        assert erased.code == Code.IN_USE
        assert placed.lines.get().service == wash
    else:
        assert isinstance(placed, Refusal)
        assert placed.code in (Code.UNKNOWN_SERVICE, Code.UNAVAILABLE)
        assert erased is None
        assert not Order.objects.exists()
        assert not Service.objects.exists()
