"""What the tests of workers share."""

import pytest
from rest_framework.test import APIClient

from tests.cast import signed_in, staff_holding

PATH = "/api/v1/workers"


@pytest.fixture
def as_foreman(db: None) -> APIClient:
    """The client of a member of staff who may do everything with workers and no more."""
    verbs = ("view", "add", "change", "delete")
    return signed_in(
        staff_holding(
            "Frida",
            *(f"workforce.{verb}_{model}" for verb in verbs for model in ("worker", "devicetoken")),
        )
    )
