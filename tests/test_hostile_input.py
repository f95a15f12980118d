"""Bodies that nobody sends by mistake: refused in the contract's shape, and nothing written."""

import inspect
from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from orders.models import Order
from tests import hostile
from tests.answers import assert_problem
from tests.hostile import CALLS, SURROGATE, Call, caller, hold, odd_values, wrong_values
from tests.unchanged import nothing_written
from workforce.models import Worker

TEN_MEGABYTES = 10 * 1024 * 1024
INPUTS = [
    value
    for module in vars(hostile).values()
    if inspect.ismodule(module) and module.__name__.endswith(".serializers")
    for name, value in vars(module).items()
    if name.endswith("Input") and value.__module__ == module.__name__
]
NESTED = {"ItemInput", "EditItemInput"}
# Read by a call of old clients, which have types and refusals of their own.
OLD = {"StaffLoginInput"}


def assert_in_order(response: Any) -> None:
    """Success, or a made-up token or link that was read as one."""
    body = response.json()
    is_read = response.status_code < 300 or body["code"] in {"token_invalid", "link_invalid"}
    assert is_read, body


def names(call: Call) -> str:
    return f"{call.name} {call.who}"


FIELDS = [
    pytest.param(call, name, field, id=f"{names(call)} {name}")
    for call in CALLS
    for name, field in call.reads().fields.items()
]
each_call = pytest.mark.parametrize("call", CALLS, ids=names)
each_field = pytest.mark.parametrize(("call", "name", "field"), FIELDS)


@pytest.fixture(autouse=True)
def limits_that_count(settings: Any) -> None:
    """Count every call, and let every one pass: the counter reads the bodies too."""
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = {
        policy: dict.fromkeys(rates, "1000000/m") for policy, rates in settings.RATELIMITS.items()
    }


@pytest.fixture
def things(order: Order, wash: Service, customer: User, worker: Worker) -> dict[str, Any]:
    """What stands in paths and bodies."""
    return {
        "order": order.order_number,
        "service": wash.pk,
        "customer": customer.pk,
        "worker": worker.pk,
    }


@pytest.fixture
def make(request: pytest.FixtureRequest, call: Call, things: dict[str, Any]) -> Any:
    return caller(call, request.getfixturevalue(call.who), things)


def test_every_body_that_is_read_stands_in_the_table() -> None:
    """A new call needs a line in `tests/hostile.py`."""
    read = {call.reads for call in CALLS}
    assert {value.__name__ for value in INPUTS if value not in read} == NESTED | OLD


@each_call
def test_the_body_of_the_table_is_in_order(make: Any) -> None:
    assert_in_order(make())


@each_field
def test_a_wrong_value_is_refused_by_its_name_and_nothing_is_written(
    make: Any, name: str, field: serializers.Field
) -> None:
    with nothing_written():
        for value in wrong_values(field):
            response = make(**{name: value})
            body = response.json()
            assert (response.status_code, body["code"]) == (400, "validation"), ascii(value)
            assert {field.split(".")[0] for field in body["errors"]} == {name}, ascii(value)
            hold(response, value)


@pytest.mark.exhaustive
@each_field
def test_an_odd_value_is_taken_or_refused(make: Any, name: str, field: serializers.Field) -> None:
    refused = []
    for value in odd_values(field):
        response = make(**{name: value})
        hold(response, value)
        if response.status_code == 400:
            refused.append(value)
    with nothing_written():
        for value in refused:
            make(**{name: value})


@pytest.mark.parametrize("scan", [call for call in CALLS if call.name.endswith("scan")], ids=names)
def test_a_wrong_value_in_a_queue_is_refused_by_its_name_and_nothing_is_written(
    as_worker: APIClient, things: dict[str, Any], scan: Call
) -> None:
    (queue,) = (call for call in CALLS if call.name.endswith("scans"))
    make = caller(queue, as_worker, things)
    body = {"order_number": things["order"], "action": "weighed"}
    for name, field in scan.reads().fields.items():
        wrong = wrong_values(field)
        with nothing_written():
            response = make(scans=[body | {name: value} for value in wrong])
        verdicts = response.json()
        assert response.status_code == 200, (name, response.content)
        assert len(verdicts) == len(wrong)
        for value, verdict in zip(wrong, verdicts, strict=True):
            assert (verdict["status"], verdict["code"]) == (400, "validation"), (name, value)
            assert verdict["detail"].startswith(f"{name}: "), (name, value)


@each_call
def test_ten_megabytes_are_refused(make: Any) -> None:
    with nothing_written():
        assert_problem(make(unknown="x" * TEN_MEGABYTES), "payload_too_large")


@each_call
def test_what_is_nested_as_deep_as_can_be_read_is_taken_or_refused(
    request: pytest.FixtureRequest, call: Call, things: dict[str, Any]
) -> None:
    """Reading, digesting and telling it all go down the same depth, from other heights."""
    client = request.getfixturevalue(call.who)
    make = caller(call, client, things, **{"Idempotency-Key": "deep-and-deeper"})
    for depth in range(840, 1000, 20):
        for name in ("unknown", *call.reads().fields):
            hold(make(f'{{"{name}": {"[" * depth}1{"]" * depth}}}'), (name, depth))


@each_call
def test_odd_keys_are_ignored(make: Any) -> None:
    odd = dict.fromkeys(["", "\x00", SURROGATE, "__proto__", "x" * 100_000], 1)
    assert_in_order(make(**odd))


@each_call
def test_of_a_key_that_comes_twice_nothing_breaks(make: Any, call: Call) -> None:
    for name in call.reads().fields:
        hold(make(f'{{"{name}": "a", "{name}": {{"b": []}}}}'), name)
