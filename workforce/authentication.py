"""How the API recognises workers."""

from typing import Any

from rest_framework.authentication import BaseAuthentication

from accounts.authentication import bearer_of, is_jwt
from workforce.devices import device_of
from workforce.models import DeviceToken, Worker


class DeviceTokenAuthentication(BaseAuthentication):
    """A worker's device token: any bearer token that is no JWT."""

    def authenticate(self, request: Any) -> tuple[Worker, DeviceToken] | None:
        """The worker and device; None leaves the request to the next class."""
        token = bearer_of(request)
        if token is None or is_jwt(token):
            return None
        device = device_of(token)
        return device.worker, device

    def authenticate_header(self, request: Any) -> str:
        """What a 401 asks for."""
        return "Bearer"
