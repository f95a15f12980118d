"""What the tests of orders share."""

import pytest

from accounts.models import User
from config.rest.principals import ANYONE, SYSTEM, Principal
from workforce.models import Worker


@pytest.fixture
def by(customer: User, worker: Worker, staff_without_permissions: User) -> dict[str, Principal]:
    """One principal of each kind."""
    return {
        "anyone": ANYONE,
        "customer": Principal("customer", user=customer),
        "worker": Principal("worker", worker=worker),
        "staff": Principal("staff", user=staff_without_permissions),
        "system": SYSTEM,
    }
