"""How the members of the cast (`conftest.py`) come to their clients."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from config.rest.principals import SYSTEM
from orders.lifecycle import advance
from orders.models import Order
from tests.documented import undocumented
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker

PASSWORD = "a-copper-kettle-sings"
PIN = "482913"


class StrictClient(APIClient):
    """A client that takes no answer which is not as the OpenAPI document says."""

    def request(self, **kwargs: Any) -> Any:
        """The answer; fails the test that asked if it is not documented."""
        response = super().request(**kwargs)
        problems = undocumented(response)
        assert problems == [], f"{kwargs['REQUEST_METHOD']} {kwargs['PATH_INFO']}: {problems}"
        return response


def client(**headers: Any) -> APIClient:
    """A client that gets the answer to a crash instead of the exception."""
    client = StrictClient(raise_request_exception=False)
    client.credentials(**headers)
    return client


def bearing(token: str) -> APIClient:
    """A client that sends this bearer token with every call."""
    return client(HTTP_AUTHORIZATION=f"Bearer {token}")


def signed_in(user: User) -> APIClient:
    """A client with an access token of a new session of this user."""
    return bearing(open_session(user=user).access_token)


def with_device(worker: Worker) -> APIClient:
    """A client with a new device token of this worker, whose last use is just noted.

    So a call writes no last use, and statements can be counted.
    """
    device, token = issue_token(worker=worker, name="Scanner")
    DeviceToken.objects.filter(pk=device.pk).update(last_used_at=timezone.now())
    return bearing(token)


def staff_holding(name: str, *permissions: str) -> User:
    """A member of staff with these permissions (`app.codename`) and no others."""
    user = User.objects.create_user(
        f"{name.lower()}@shop.example", PASSWORD, name=name, is_staff=True
    )
    for permission in permissions:
        app, codename = permission.split(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def staff_in(role: str, name: str) -> User:
    """A member of staff in this role (`config.operations.roles`) and no other."""
    user = staff_holding(name)
    user.groups.add(Group.objects.get(name=role))
    return user


def moved(order: Order, *statuses: str) -> Order:
    """The order after these steps, which the system takes; one that it made is none."""
    for status in statuses:
        if Order.objects.get(pk=order.pk).status != status:
            advance(order_number=order.order_number, action=status, by=SYSTEM, source="system")
    return Order.objects.get(pk=order.pk)
