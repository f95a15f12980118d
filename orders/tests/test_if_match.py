"""`If-Match`: a change is made to the version that was read, or not at all."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from orders.models import Order
from orders.tests.calls import URL
from tests.answers import assert_problem
from tests.cast import moved
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db

Change = Callable[[str], Any]


@pytest.fixture(params=["PUT", "PATCH", "DELETE", "undo"])
def change(request: pytest.FixtureRequest, as_owner: APIClient, order: Order) -> Change:
    """A change of an order that was picked up, as version 2."""
    moved(order, "picked_up")
    url = f"{URL}/{order.order_number}"

    def call(tags: str) -> Any:
        extra: dict[str, Any] = {"HTTP_IF_MATCH": tags}
        if request.param == "undo":
            return as_owner.post(f"{url}/undo", **extra)
        body = '{"instructions": "Knock"}'
        return as_owner.generic(request.param, url, body, "application/json", **extra)

    assert as_owner.get(url)["ETag"] == '"2"'
    return call


@pytest.mark.parametrize("tags", ['"2"', "*", '"1", "2"', '"2","other"'])
def test_a_change_of_the_version_that_was_read_is_made(
    change: Change, order: Order, tags: str
) -> None:
    assert change(tags).status_code == 200
    order.refresh_from_db()
    assert order.version == 3


@pytest.mark.parametrize("tags", ['"1"', '"3"', 'W/"2"', "2", '"1", "3"'])
def test_a_change_of_another_version_is_refused(change: Change, tags: str) -> None:
    """Weak tags match nothing here (RFC 9110, section 13.1.1)."""
    with nothing_written():
        answer = change(tags)
    assert_problem(answer, "precondition_failed")
