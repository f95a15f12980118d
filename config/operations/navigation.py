"""Which pages and lists of the admin each page leads to, in the order of the shop's work."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _


class Link(NamedTuple):
    """A page or list that this member of staff may see."""

    name: str
    url: str
    is_current: bool


class Group(NamedTuple):
    """Pages that belong together."""

    title: Any
    links: list[Link]


# Pages of our own: what they are called, their name, and the permission that opens them.
COUNTER = (
    (_("Scan"), "admin:counter", "orders.change_order"),
    (_("Walk-in"), "admin:walk_in", "orders.add_order"),
    (_("Hand over"), "admin:counter_hand_over", "orders.change_order"),
)
SHOP = ("orders.order", "accounts.customer", "catalog.service")
WORKSHOP = ("workforce.worker", "workforce.devicetoken", "tracking.track")


def navigation(apps: Iterable[dict[str, Any]], request: HttpRequest) -> list[Group]:
    """The counter's pages, and the lists out of `available_apps`: those that may be seen.

    What is in none of the first groups is the office's, so that nothing is forgotten.
    """
    models = {
        model["model"]._meta.label_lower: Link(
            capfirst(model["name"]),
            model["admin_url"],
            request.path.startswith(model["admin_url"]),
        )
        for app in apps
        for model in app["models"]
        if model["admin_url"]
    }
    office = [label for label in models if label not in (*SHOP, *WORKSHOP)]
    groups = [(_("Shop"), SHOP), (_("Workshop"), WORKSHOP), (_("Office"), office)]
    found = [Group(title, [models[m] for m in labels if m in models]) for title, labels in groups]
    return [group for group in (_counter(request), *found) if group.links]


def _counter(request: HttpRequest) -> Group:
    addresses = ((name, reverse(page), permission) for name, page, permission in COUNTER)
    links = [
        Link(str(name), url, request.path == url)
        for name, url, permission in addresses
        if request.user.has_perm(permission)
    ]
    return Group(_("Counter"), links)
