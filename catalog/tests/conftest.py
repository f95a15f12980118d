"""What the tests of services share."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.cast import signed_in, staff_holding

PATH = "/api/v1/services"


@pytest.fixture
def as_pricer(db: None) -> APIClient:
    """The client of a member of staff who may do everything with services and no more."""
    verbs = ("view", "add", "change", "delete")
    return signed_in(staff_holding("Petra", *(f"catalog.{verb}_service" for verb in verbs)))


# Each of these is to blame alone.
_BAD: dict[str, tuple[Any, ...]] = {
    "name": ("", "   ", "x" * 129, "a\x00b", 7, None, ["Wash"]),
    "price": (-0.01, "-1", 1.999, 100_000_000, "1e3", True, "", None, "NaN", {}),
    "duration_minutes": (0, -5, 1.5, "", "90m", True, 2**31, 10**30, []),
    "status": ("Active", "gone", "", None, 1, True, ["active"]),
}
BAD_FIELDS = [(field, bad) for field, values in _BAD.items() for bad in values]
