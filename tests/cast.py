"""How the members of the cast (`conftest.py`) come to their clients."""

from typing import Any

from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from accounts.sessions import open_session
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker

PASSWORD = "a-copper-kettle-sings"
PIN = "482913"


def client(**headers: Any) -> APIClient:
    """A client that gets the answer to a crash instead of the exception."""
    client = APIClient(raise_request_exception=False)
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
