"""Counting what a call asks of the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

_TRANSACTION_CONTROL = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


@contextmanager
def statements() -> Iterator[list[str]]:
    """The SQL of the block, once it has ended, without BEGIN, SAVEPOINT and their like.

    Those depend on whether the test itself runs in a transaction.
    """
    seen: list[str] = []
    with CaptureQueriesContext(connection) as queries:
        yield seen
    executed = (query["sql"] for query in queries.captured_queries)
    seen.extend(sql for sql in executed if not sql.upper().startswith(_TRANSACTION_CONTROL))
