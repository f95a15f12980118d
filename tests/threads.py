"""Several things at the same moment, on real threads with connections of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connections

# Far beyond the databases' lock wait (5 s): a thread that hangs fails the test.
PATIENCE_SECONDS = 30


def at_the_same_moment(*callables: Callable[[], Any]) -> list[Any]:
    """Call each in a thread of its own, all let go at once; answer in the same order.

    What one raises stands in its place in the answer. The threads see only what is
    committed, so mark the test `django_db(transaction=True)`.
    """
    start = Barrier(len(callables))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(PATIENCE_SECONDS)
            return call()
        except Exception as error:  # noqa: BLE001  (what it raised is the answer)
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(callables)) as threads:
        futures = [threads.submit(run, call) for call in callables]
        return [future.result(PATIENCE_SECONDS) for future in futures]
