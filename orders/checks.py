"""Settings that give more away than they should, found at start."""

from typing import Any

from django.conf import settings
from django.core import checks


@checks.register("settings")
def check_qr_payload(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The old servers' QR text is a way over, not a place to stay (contract, section 5)."""
    if settings.QR_PAYLOAD != "legacy":
        return []
    return [
        checks.Warning(
            "Every QR image holds its customer's email, the public one too.",
            hint="Unset QR_PAYLOAD once no old scanner app is in use.",
            id="orders.W001",
        )
    ]
