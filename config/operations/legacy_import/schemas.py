"""The two old schemas, and the words in which the import reads both."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from config.operations.legacy_import.errors import BadFileError

# What each table is read as; a column that an old table lacks is NULL.
COLUMNS = {
    "services": ("id", "name", "price", "duration", "status", "usage_count", "created_at"),
    "customers": ("id", "name", "email", "phone", "password_hash", "is_active", "created_at"),
    "orders": (
        *("id", "number", "customer_id", "name", "email", "phone", "service_ids"),
        *("service_names", "pickup", "instructions", "total", "status"),
        *("created_at", "updated_at"),
    ),
    "workers": ("id", "name", "email", "password_hash", "token", "is_active", "created_at"),
    "tracks": (
        *("id", "worker_id", "order_id", "order_email", "status", "note", "location"),
        "scanned_at",
    ),
}


class OldTable(NamedTuple):
    """A table of an old server.

    `required` and `optional` lead from our word to the old columns that may hold it, of
    which the first that is there is read.
    """

    name: str
    required: Mapping[str, str]
    optional: Mapping[str, str]

    def columns(self, present: Collection[str], path: str) -> dict[str, str]:
        """Our words, each with the old column that holds it; raises BadFileError."""
        found = {}
        for word, names in {**self.required, **self.optional}.items():
            name = next((name for name in names.split() if name in present), "")
            if name:
                found[word] = name
            elif word in self.required:
                raise BadFileError(f"{path}: the table {self.name} has no column {names}.")
        return found


class Schema(NamedTuple):
    """One kind of old server."""

    name: str
    tables: Mapping[str, OldTable]


def _same(*words: str) -> dict[str, str]:
    """Columns that are called as we read them."""
    return {word: word for word in words}


CAMEL = Schema(
    "camel",
    {
        "services": OldTable(
            "service",
            _same("id", "name", "price"),
            _same("duration", "status", "usage_count", "created_at"),
        ),
        "customers": OldTable(
            "customer",
            _same("id", "name", "email"),
            _same("phone", "password_hash", "is_active", "created_at"),
        ),
        "orders": OldTable(
            "order",
            _same("id") | {"name": "customer_name", "email": "customer_email"},
            {
                "number": "id",
                "phone": "customer_phone",
                "service_ids": "service_id",
                "service_names": "service_name",
                "pickup": "pickup_date",
                "instructions": "special_instructions",
            }
            | _same("customer_id", "total", "status", "created_at", "updated_at"),
        ),
        "workers": OldTable(
            "worker",
            _same("id", "name"),
            _same("email", "password_hash", "token", "is_active", "created_at"),
        ),
        "tracks": OldTable(
            "track",
            _same("id", "worker_id", "order_email") | {"status": "order_status"},
            _same("order_id", "note", "location", "scanned_at"),
        ),
    },
)

SNAKE = Schema(
    "snake",
    {
        "services": OldTable(
            "services",
            _same("id", "name", "price"),
            {"duration": "duration_minutes"} | _same("status", "usage_count", "created_at"),
        ),
        "customers": OldTable(
            "customers",
            _same("id", "name", "email"),
            _same("phone", "password_hash", "is_active", "created_at"),
        ),
        "orders": OldTable(
            "orders",
            _same("id") | {"number": "order_number"},
            {
                "service_ids": "service_id",
                "service_names": "service_name",
                "pickup": "pickup_date",
                "total": "total_cost total",
            }
            | _same("customer_id", "name", "email", "phone", "instructions", "status")
            | _same("created_at", "updated_at"),
        ),
        "workers": OldTable(
            "workers",
            _same("id", "name"),
            {"token": "token worker_token api_token"}
            | _same("email", "password_hash", "is_active", "created_at"),
        ),
        "tracks": OldTable(
            "tracks",
            _same("id") | {"status": "action status"},
            {"scanned_at": "scanned_at timestamp created_at"}
            | _same("worker_id", "order_id", "order_email", "note", "location"),
        ),
    },
)


def recognise(tables: Iterable[str], path: str) -> Schema:
    """Which old server has these tables; raises BadFileError if one of them is missing."""
    present = set(tables)
    missing = {
        schema.name: {table.name for table in schema.tables.values()} - present
        for schema in (SNAKE, CAMEL)
    }
    schema = min((SNAKE, CAMEL), key=lambda schema: len(missing[schema.name]))
    lacks = missing[schema.name]
    if len(lacks) == len(schema.tables):
        raise BadFileError(f"{path} has none of an old server's tables.")
    if lacks:
        raise BadFileError(
            f"{path} looks like a {schema.name} server's, but lacks {', '.join(sorted(lacks))}."
        )
    return schema
