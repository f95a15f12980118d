"""Wrong configuration of the API, found at start."""

import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks

from config.env import env
from config.rest.addresses import networks_of
from config.rest.limits import parse_rates


@checks.register(checks.Tags.caches)
def check_shared_cache(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """More than one process needs a cache that they share."""
    processes = env("WEB_CONCURRENCY")
    if processes > 1 and "locmem" in settings.CACHES["default"]["BACKEND"]:
        return [
            checks.Error(
                f"{processes} processes cannot count limits in local memory.",
                hint="Set CACHE_URL=redis://... or WEB_CONCURRENCY=1.",
                id="rest.E001",
            )
        ]
    return []


@checks.register("settings")
def check_public_url(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """What every link, mail and QR code begins with is an address of the web."""
    try:
        parts = urlsplit(settings.PUBLIC_URL)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if is_address and not parts.query and not parts.fragment:
        return []
    text = f"PUBLIC_URL: {settings.PUBLIC_URL!r} is no address of a shop."
    return [checks.Error(text, hint="Write it as https://shop.example.", id="rest.E005")]


@checks.register("settings")
def check_rates(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Every rate can be read."""
    table = {
        f"RATELIMIT_{policy}_{kind}".upper(): rate
        for policy, kinds in settings.RATELIMITS.items()
        for kind, rate in kinds.items()
    }
    errors: list[checks.CheckMessage] = []
    for name, rate in (table | {"RATELIMIT_MAIL": settings.RATELIMIT_MAIL}).items():
        try:
            parse_rates(rate)
        except ValueError as error:
            hint = "Write a number, a slash and s, m, h or d; several with commas."
            errors.append(checks.Error(f"{name}: {error}.", hint=hint, id="rest.E002"))
    return errors


@checks.register("settings")
def check_addresses(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """Trusted addresses are addresses."""
    errors: list[checks.CheckMessage] = []
    for name in ("RATELIMIT_TRUSTED_IPS", "TRUSTED_PROXIES"):
        try:
            networks_of(tuple(getattr(settings, name)))
        except ValueError as error:
            hint = "Write addresses or networks, as 10.0.0.5,192.168.1.0/24."
            errors.append(checks.Error(f"{name}: {error}.", hint=hint, id="rest.E003"))
    return errors


@checks.register("settings")
def check_legacy_sunset(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """The day on which the old paths end is a day."""
    try:
        if settings.LEGACY_SUNSET:
            datetime.date.fromisoformat(settings.LEGACY_SUNSET)
    except ValueError:
        text = f"LEGACY_SUNSET: {settings.LEGACY_SUNSET!r} is no day."
        return [checks.Error(text, hint="Write it as 2027-06-30.", id="rest.E004")]
    return []
