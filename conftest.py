"""The cast of the tests: few people and things, always the same, each with a name.

`customer` owns what there is to own, `other_customer` is the outsider; `owner` runs the
shop. `as_...` is a client that speaks for that person, `api` speaks for nobody.
"""

import logging
import tempfile
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone, translation
from rest_framework.test import APIClient

from accounts.models import User
from catalog.models import Service
from config.rest import legacy_counts
from config.rest.logs import RouteForPath
from config.rest.principals import Principal
from orders.models import Order
from orders.placing import Item, place_order
from tests.cast import PASSWORD, PIN, client, signed_in, with_device
from tests.leaks import LeakWatch
from workforce.models import Worker


@pytest.fixture(autouse=True)
def empty_cache(settings: Any) -> None:
    """Give every test a cache of its own, on Redis too, which parallel runs share."""
    default = settings.CACHES["default"] | {"KEY_PREFIX": uuid.uuid4().hex}
    settings.CACHES = settings.CACHES | {"default": default}
    legacy_counts.counted_here.clear()


@pytest.fixture(autouse=True)
def nobodys_language() -> None:
    """Begin every test in the shop's language, whatever the last one's readers spoke."""
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def leak_watch() -> Iterator[LeakWatch]:
    """Read every log line of the run as the configured handler writes it."""
    root = logging.getLogger()
    (configured,) = [
        h for h in root.handlers if any(isinstance(f, RouteForPath) for f in h.filters)
    ]
    watch = LeakWatch(configured)
    root.addHandler(watch)
    yield watch
    root.removeHandler(watch)


@pytest.fixture(autouse=True)
def nothing_secret_in_the_log(leak_watch: LeakWatch) -> Iterator[None]:
    """Fail the test in whose course a token, password, email or query value was logged."""
    leak_watch.found.clear()
    yield
    assert leak_watch.found == []


@pytest.fixture(autouse=True, scope="session")
def media_root() -> Iterator[str]:
    """Keep what a run stores in a folder that goes with it."""
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        yield folder


@pytest.fixture
def api() -> APIClient:
    """A client without credentials."""
    return client()


@pytest.fixture
def customer(db: None) -> User:
    """Asha, whose email is confirmed."""
    return User.objects.create_user(
        "asha@example.com",
        PASSWORD,
        name="Asha Rao",
        phone="+91 98450 12345",
        email_confirmed_at=timezone.now(),
    )


@pytest.fixture
def other_customer(db: None) -> User:
    """Bert, whose email is confirmed too, and whose business Asha's orders are not."""
    return User.objects.create_user(
        "bert@example.com",
        PASSWORD,
        name="Bert Blum",
        phone="+49 30 555 6789",
        email_confirmed_at=timezone.now(),
    )


@pytest.fixture
def unconfirmed_customer(db: None) -> User:
    """Chloe, who registered and has not yet confirmed her email."""
    return User.objects.create_user(
        "chloe@example.com", PASSWORD, name="Chloe Cole", phone="+44 20 7946 0018"
    )


@pytest.fixture
def as_customer(customer: User) -> APIClient:
    """Asha's client."""
    return signed_in(customer)


@pytest.fixture
def as_other_customer(other_customer: User) -> APIClient:
    """Bert's client."""
    return signed_in(other_customer)


@pytest.fixture
def as_unconfirmed_customer(unconfirmed_customer: User) -> APIClient:
    """Chloe's client."""
    return signed_in(unconfirmed_customer)


def _worker(name: str, email: str) -> Worker:
    worker = Worker(name=name, email=email)
    worker.set_password(PIN)
    worker.save()
    return worker


@pytest.fixture
def worker(db: None) -> Worker:
    """Wim, who carries."""
    return _worker("Wim Weaver", "wim@example.com")


@pytest.fixture
def other_worker(db: None) -> Worker:
    """Xenia, who carries too."""
    return _worker("Xenia Xu", "xenia@example.com")


@pytest.fixture
def as_worker(worker: Worker) -> APIClient:
    """The client of Wim's device."""
    return with_device(worker)


@pytest.fixture
def as_other_worker(other_worker: Worker) -> APIClient:
    """The client of Xenia's device."""
    return with_device(other_worker)


@pytest.fixture
def owner(db: None) -> User:
    """Olga, who runs the shop and may do everything."""
    return User.objects.create_superuser(
        "olga@example.com", PASSWORD, name="Olga Owner", username="olga"
    )


@pytest.fixture
def as_owner(owner: User) -> APIClient:
    """Olga's client, with an access token."""
    return signed_in(owner)


@pytest.fixture
def office(owner: User) -> Client:
    """Olga's browser, signed in to the admin."""
    browser = Client()
    browser.force_login(owner)
    return browser


@pytest.fixture
def staff_without_permissions(db: None) -> User:
    """Nils, a member of staff who was given no permission yet."""
    return User.objects.create_user(
        "nils@example.com", PASSWORD, name="Nils New", username="nils", is_staff=True
    )


@pytest.fixture
def as_staff_without_permissions(staff_without_permissions: User) -> APIClient:
    """Nils's client, with an access token."""
    return signed_in(staff_without_permissions)


@pytest.fixture
def wash(db: None) -> Service:
    """A wash for 12.50."""
    return Service.objects.create(name="Wash", price=Decimal("12.50"), duration_minutes=90)


@pytest.fixture
def ironing(db: None) -> Service:
    """An ironing for 4.00."""
    return Service.objects.create(name="Ironing", price=Decimal("4.00"))


@pytest.fixture
def order(customer: User, wash: Service) -> Order:
    """Asha's order of one wash, just placed."""
    return place_order(
        by=Principal("customer", user=customer),
        items=[Item(wash.pk)],
        source=Order.Source.API,
        customer=customer,
    )
