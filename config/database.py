"""What every model and verb needs of the database, on SQLite and MariaDB alike."""

import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import OperationalError, connection, models
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)
Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

# Of a moment. Within these every time zone can show it, and every database keep it.
FIRST_YEAR, LAST_YEAR = 1970, 2999


class Exact(models.CharField):
    """Text that is equal only to itself: case and accents count on every database.

    MariaDB's default collation calls `a`, `A` and `á` equal; the column gets
    `utf8mb4_bin` there and nothing on SQLite, which compares bytes anyway.  It still
    pads blanks, so input is stripped before a look-up.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """Add the binary collation on MySQL and MariaDB only."""
        parameters = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_bin"
        return parameters


# InnoDB ends one of two transactions that wait for each other (1213), and one that waited
# for a row longer than `innodb_lock_wait_timeout` (1205). Either may go well next time.
DEADLOCK = 1213
_GIVEN_UP = {1205, DEADLOCK}
ATTEMPTS = 3
# Between two attempts, so that the same two do not meet again: random, up to this.
LONGEST_PAUSE_SECONDS = 0.05


def is_given_up(error: BaseException | None) -> bool:
    """Whether the database ended a transaction that did nothing wrong."""
    # A driver may raise one that says nothing.
    return isinstance(error, OperationalError) and not _GIVEN_UP.isdisjoint(error.args[:1])


def retried(verb: Callable[Arguments, Answer]) -> Callable[Arguments, Answer]:
    """Let a verb, which is one transaction, run anew when the database gave it up.

    At most `ATTEMPTS` times in all; then the OperationalError goes on and the caller is
    answered 503 with `Retry-After`. Within a transaction of somebody else's nothing is
    retried here: that one was rolled back too, and its own verb runs anew.
    """

    @wraps(verb)
    def run(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Answer:
        if connection.in_atomic_block:
            return verb(*args, **kwargs)
        for attempt in range(1, ATTEMPTS):
            try:
                return verb(*args, **kwargs)
            except OperationalError as error:
                if not is_given_up(error):
                    raise
                extra = {"verb": verb.__qualname__, "attempt": attempt, "error": error.args[0]}
                logger.info("The database gave a transaction up; it runs anew.", extra=extra)
            time.sleep(random.uniform(0, LONGEST_PAUSE_SECONDS))  # noqa: S311
        return verb(*args, **kwargs)

    return run
