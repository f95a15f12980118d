"""Whose address a request comes from, believing only the proxies we know."""

import ipaddress
from functools import cache

from django.conf import settings
from django.http import HttpRequest

THIS_MACHINE = "127.0.0.1"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """An address; an IPv4 one also where a socket of both kinds writes it as IPv6."""
    parsed = ipaddress.ip_address(address)
    return getattr(parsed, "ipv4_mapped", None) or parsed


@cache
def networks_of(names: tuple[str, ...]) -> tuple[Network, ...]:
    """Addresses and networks (CIDR) as networks; raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(name.strip(), strict=False) for name in names)


def is_within(address: str, names: list[str]) -> bool:
    """Whether an address lies in one of these networks; no address lies in none."""
    try:
        parsed = _parsed(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks_of(tuple(names)))


def client_address(request: HttpRequest) -> str:
    """The caller's address.

    `X-Forwarded-For` is believed from the right, as far as TRUSTED_PROXIES wrote it: the
    first address that is none of them is the client. What stands left of it anybody may
    have made up. On a unix socket nobody has an address, and everybody is on this machine.
    """
    address = str(request.META.get("REMOTE_ADDR") or THIS_MACHINE)
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    while hops and is_within(address, settings.TRUSTED_PROXIES):
        hop = hops.pop().strip()
        try:
            ipaddress.ip_address(hop)
        except ValueError:
            break
        address = hop
    return address


def address_group(address: str) -> str:
    """Whom an address counts for: itself, or its /64 network for IPv6 (RFC 6177)."""
    try:
        parsed = _parsed(address)
    except ValueError:
        return address
    is_wide = parsed.version == 6
    return str(ipaddress.ip_network(f"{parsed}/64", strict=False) if is_wide else parsed)


def is_trusted(request: HttpRequest) -> bool:
    """Whether the call comes from the counter's own machines (RATELIMIT_TRUSTED_IPS)."""
    return is_within(client_address(request), settings.RATELIMIT_TRUSTED_IPS)
