"""How often who may call what (contract, section 6), in one place.

The API's base view and the decorator `limited` of Django's views call `hold`; mails to an address
are counted by `may_mail`. Counting is django-ratelimit's.
"""

import re
from typing import NamedTuple

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest
from django_ratelimit.core import get_usage

from config.counters import RATE_LIMITED
from config.rest.addresses import address_group, client_address, is_trusted
from config.rest.principals import ANYONE, Principal
from config.rest.refusals import Code, Refusal

_RATE = re.compile(r"(\d+)/([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_WINDOWS = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}

AUTH, ORDERS, LOOKUP, DEFAULT, PUBLIC = "auth", "orders", "lookup", "default", "public"
MAIL = "mail"
# What guards passwords and mailboxes is counted even while the shared counter is away.
_VITAL = (AUTH, MAIL)
# A series that begins at its first refusal would hide it: Prometheus tells of increases.
for _policy in (AUTH, ORDERS, LOOKUP, DEFAULT, PUBLIC, MAIL):
    RATE_LIMITED.labels(_policy)


class Rate(NamedTuple):
    """So many calls in so many seconds."""

    limit: int
    seconds: int


class Usage(NamedTuple):
    """What is left of a limit: its name, its rate, calls left, seconds to the next window."""

    name: str
    rate: Rate
    remaining: int
    reset: int
    is_exceeded: bool


def parse_rates(text: str) -> tuple[Rate, ...]:
    """`50/h,200/d` as rates; raises ValueError for anything else."""
    rates = []
    for part in text.split(","):
        match = _RATE.fullmatch(part.strip())
        if match is None:
            raise ValueError(f"{part.strip()!r} is no rate such as 10/m, 50/h or 200/d")
        rates.append(Rate(int(match[1]), _SECONDS[match[2]]))
    return tuple(rates)


def _rates_for(policy: str, principal: Principal, *, trusted: bool) -> tuple[Rate, ...]:
    """The rates of a policy for this kind of caller."""
    if policy in (AUTH, LOOKUP):
        return parse_rates(settings.RATELIMITS[policy]["anyone"])
    kind = "staff" if trusted or principal.kind in ("staff", "worker") else principal.kind
    table = settings.RATELIMITS[DEFAULT] | settings.RATELIMITS[policy]
    return parse_rates(table[kind])


def _count(name: str, value: str, rate: Rate, *, is_vital: bool) -> Usage | None:
    """Count one call; None while the counter is away.

    A vital limit (guessing passwords) is then counted in this process's own memory.
    """
    usage = get_usage(None, group=name, key=lambda group, request: value, rate=rate, increment=True)
    if usage is not None:
        count, reset = usage["count"], usage["time_left"]
    elif is_vital:
        count, reset = _count_locally(f"limit:{name}:{rate.seconds}:{value}", rate), rate.seconds
    else:
        return None
    window = f"{name}-{_WINDOWS[rate.seconds]}"
    return Usage(window, rate, max(rate.limit - count, 0), max(reset, 1), count > rate.limit)


def _count_locally(key: str, rate: Rate) -> int:
    local = caches["local"]
    if local.add(key, 1, rate.seconds):
        return 1
    try:
        return local.incr(key)
    except ValueError:  # It ran out between the two calls.
        local.set(key, 1, rate.seconds)
        return 1


def headers_of(usages: list[Usage]) -> dict[str, str]:
    """`RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers-09).

    The policy lists every limit counted; `RateLimit` the one that ends first.
    """
    if not usages:
        return {}
    tightest = min(usages, key=lambda usage: (usage.remaining, -usage.reset))
    policies = {f'"{u.name}";q={u.rate.limit};w={u.rate.seconds}': None for u in usages}
    return {
        "RateLimit-Policy": ", ".join(policies),
        "RateLimit": f'"{tightest.name}";r={tightest.remaining};t={tightest.reset}',
    }


def check(policy: str, values: list[tuple[str, tuple[Rate, ...]]]) -> dict[str, str]:
    """Count a call under each of these values; answer the headers.

    Raises `rate_limited` with `Retry-After` once one of them is used up.
    """
    usages = [
        usage
        for value, rates in values
        for rate in rates
        if (usage := _count(policy, value, rate, is_vital=policy in _VITAL)) is not None
    ]
    headers = headers_of(usages)
    if any(usage.is_exceeded for usage in usages):
        RATE_LIMITED.labels(policy).inc()
        wait = max(usage.reset for usage in usages if not usage.remaining)
        raise Refusal(Code.RATE_LIMITED, headers=headers | {"Retry-After": str(wait)})
    return headers


def hold(
    request: HttpRequest, *, principal: Principal, policy: str, endpoint: str, account: str = ""
) -> dict[str, str]:
    """Count this call and answer the `RateLimit` fields; raises `rate_limited`.

    Who is signed in counts by who they are, everybody else by address, and, but on the
    counter's own machines, at each endpoint apart. `account` is the email, name or number
    a sign-in or look-up names, counted beside the address.
    """
    if not settings.RATELIMIT_ENABLE:
        return {}
    trusted = is_trusted(request)
    is_anyone = principal.kind == ANYONE.kind
    rates = _rates_for(policy, principal, trusted=trusted)
    if policy == PUBLIC and (trusted or not is_anyone):
        policy = DEFAULT
    if is_anyone or policy in (AUTH, LOOKUP):
        who = f"ip:{address_group(client_address(request))}"
    else:
        who = f"{principal.kind}:{principal.id}"
    is_apart = is_anyone and not trusted and policy in (DEFAULT, PUBLIC)
    scope = f"{endpoint}|{who}" if is_apart else who
    values = [(scope, rates)]
    if account:
        # A lone surrogate in a body has no bytes; the view will refuse it.
        name = account.strip().lower().encode(errors="replace").decode()
        values.append((f"account:{name}", rates))
    return check(policy, values)


def may_mail(address: str) -> bool:
    """Whether another link may be mailed to this address (RATELIMIT_MAIL); counts it."""
    if not settings.RATELIMIT_ENABLE:
        return True
    try:
        check(MAIL, [(address.strip().lower(), parse_rates(settings.RATELIMIT_MAIL))])
    except Refusal:
        return False
    return True
