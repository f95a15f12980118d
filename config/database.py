"""What every model and verb needs of the database, on SQLite and MariaDB alike."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

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
