"""No call is lost while the service reloads or its instances are replaced one by one.

As under systemd, whose socket units hold what the instances listen on: a connection that
was taken for one that ends waits for the next, instead of being cut off.
"""

import json
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from accounts.models import User
from accounts.sessions import open_session
from catalog.models import Service
from orders.models import Order
from tests.processes import wait_until
from tests.serving.machine import Instance, Nginx

CLIENTS = 4
# Enough that calls are under way at every moment of a restart; a bound for the whole.
MOST_CALLS = 4000


class Load:
    """Clients that call without a pause until they are told to stop."""

    def __init__(self, shop: Nginx, token: str, service: Service) -> None:
        self.shop, self.token, self.service = shop, token, service
        self.found: Counter[object] = Counter()
        self.placed: list[str] = []
        self.over = threading.Event()

    def __call__(self) -> None:
        """Place orders and read them, in turn."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        body = json.dumps({"service_id": self.service.pk})
        for _ in range(MOST_CALLS // CLIENTS // 2):
            if self.over.is_set():
                return
            try:
                answer = self.shop.ask("/api/v1/orders", method="POST", body=body, headers=headers)
                self.found[answer.status] += 1
                if answer.status == 201:
                    self.placed.append(json.loads(answer.body)["order_number"])
                self.found[self.shop.ask("/api/v1/services").status] += 1
            except OSError as error:
                self.found[repr(error)] += 1

    def calls(self) -> int:
        """How many calls were answered so far."""
        return self.found.total()


@contextmanager
def under(load: Load) -> Iterator[None]:
    """Run the block under load, from its first answers on until some after its end."""
    threads = [threading.Thread(target=load) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        more_calls(load)
        yield
        more_calls(load)
    finally:
        load.over.set()
        for thread in threads:
            thread.join()


def more_calls(load: Load, number: int = 3 * CLIENTS) -> None:
    """Wait until so many more calls are answered."""
    until = load.calls() + number
    wait_until(lambda: load.calls() >= until, "the shop answers")


@pytest.fixture(autouse=True)
def held_sockets(shop: Nginx, instances: list[Instance]) -> Iterator[None]:
    """Both instances started by their sockets."""
    for instance in instances:
        instance.stop()
        instance.hold()
        instance.start()
    yield
    for instance in instances:
        instance.stop()
        instance.release()


@pytest.fixture
def load(shop: Nginx, customer: User, wash: Service) -> Load:
    """A customer's clients, which place orders."""
    return Load(shop, open_session(user=customer).access_token, wash)


def processes(instances: list[Instance]) -> set[int]:
    """All that serve now."""
    return set().union(*(instance.workers() for instance in instances))


def assert_nothing_was_lost(load: Load) -> None:
    assert set(load.found) == {200, 201}
    assert sorted(Order.objects.values_list("order_number", flat=True)) == sorted(load.placed)


def test_a_reload_loses_no_call(load: Load, instances: list[Instance]):
    with under(load):
        for instance in instances:
            before = instance.workers()
            instance.signal(signal.SIGHUP)
            wait_until(
                lambda: (now := instance.workers()) and not now & before,  # noqa: B023
                "new processes serve in place of the old ones",
            )
            more_calls(load)
    assert_nothing_was_lost(load)


def test_a_rolling_restart_loses_no_call(load: Load, instances: list[Instance]):
    with under(load):
        for instance in instances:
            instance.stop()
            assert instance.process is not None
            assert instance.process.returncode == 0
            instance.start()
            more_calls(load)
    assert_nothing_was_lost(load)


def test_processes_that_are_replaced_after_their_calls_lose_none(
    load: Load, instances: list[Instance], monkeypatch: pytest.MonkeyPatch
):
    for instance in instances:
        monkeypatch.setitem(instance.environment, "WEB_MAX_REQUESTS", "20")
        instance.stop()
        instance.start()
    before = processes(instances)
    with under(load):
        wait_until(lambda: not processes(instances) & before, "new processes serve in their place")
    assert_nothing_was_lost(load)
