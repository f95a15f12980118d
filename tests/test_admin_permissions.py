"""Every page and action of the admin asks for its permission, and shows nothing beyond it."""

import re
from collections import deque
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.contenttypes.models import ContentType
from django.test import Client, RequestFactory
from django.urls import URLPattern, resolve, reverse

from accounts.models import User
from config.operations.tests.test_admin_site import MAKE
from orders.admin.actions import ACTIONS as ORDER_ACTIONS
from orders.admin.printing import FORMATS
from orders.models import Order
from tests.admin_table import ACTIONS, PEOPLE, pages
from tests.cast import PASSWORD, staff_holding, staff_in
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db

ROLES = ("Owner", "Manager", "Counter", "Auditor")
# Its links lead back to what was asked for, or out of the admin.
UNTOLD = {"logout", "jsi18n"}


@pytest.fixture
def rows(db: None) -> dict[str, Any]:
    """A row of every model of the admin, by the model's label."""
    for number, make in enumerate(MAKE.values()):
        make(number)
    return {
        model._meta.label_lower: admin.site._registry[model]
        .get_queryset(RequestFactory().get("/"))
        .order_by("pk")
        .first()
        for model in MAKE
    }


@pytest.fixture(params=PEOPLE)
def somebody(request: pytest.FixtureRequest, customer: User) -> tuple[str, Client]:
    """Each of the people in turn, with a browser in which they are signed in."""
    name: str = request.param
    browser = Client(raise_request_exception=False)
    if name == "customer":
        browser.force_login(customer)
    elif name in ROLES:
        browser.force_login(staff_in(name, f"The{name}"))
    elif name == "newcomer":
        browser.force_login(staff_holding("Newcomer"))
    elif name == "superuser":
        browser.force_login(
            User.objects.create_superuser("root@shop.example", PASSWORD, name="Root")
        )
    return name, browser


def names() -> Iterator[tuple[str, URLPattern, Any]]:
    """The named pages of the admin, each with the admin of its model if it has one."""
    of_site = [(p, None) for p in admin.site.urls[0] if isinstance(p, URLPattern)]
    of_models = [(p, a) for a in admin.site._registry.values() for p in a.get_urls()]
    for pattern, model_admin in (*of_site, *of_models):
        if pattern.name and pattern.name not in UNTOLD:
            yield pattern.name, pattern, model_admin


def addresses(rows: dict[str, Any]) -> dict[str, str]:
    """Every page of the admin as the table names it, and where it is."""
    order, device = rows["orders.order"], rows["workforce.devicetoken"]
    query = "app_label=orders&model_name=order&field_name=customer"
    of_orders = ContentType.objects.get_for_model(Order).pk
    special = {
        "app_list": {"": reverse("admin:app_list", args=["orders"])},
        "autocomplete": {"": f"{reverse('admin:autocomplete')}?{query}"},
        "view_on_site": {"": reverse("admin:view_on_site", args=[of_orders, order.pk])},
        "orders_order_customers": {"": f"{reverse('admin:orders_order_customers')}?{query}"},
        "orders_order_do": {
            f":{name}": reverse("admin:orders_order_do", args=[order.pk, name])
            for name in ORDER_ACTIONS
        },
        "orders_order_do_to_many": {
            f":{name}": f"{reverse('admin:orders_order_do_to_many', args=[name])}?ids={order.pk}"
            for name in ORDER_ACTIONS
        },
        "orders_order_print": {
            f":{kind}": reverse("admin:orders_order_print", args=[order.pk, kind])
            for kind in FORMATS
        },
        "orders_order_print_many": {
            f":{kind}": f"{reverse('admin:orders_order_print_many', args=[kind])}?ids={order.pk}"
            for kind in FORMATS
        },
        "workforce_worker_take_back": {
            "": reverse("admin:workforce_worker_take_back", args=[device.worker_id, device.pk])
        },
    }
    found: dict[str, str] = {}
    for name, pattern, model_admin in names():
        if name in special:
            found |= {f"{name}{part}": path for part, path in special[name].items()}
        elif "<" in str(pattern.pattern):
            row = rows[model_admin.model._meta.label_lower]
            found[name] = reverse(f"admin:{name}", args=[row.pk])
        else:
            found[name] = reverse(f"admin:{name}")
    return found


def test_every_page_is_in_the_table(rows):
    assert set(addresses(rows)) == set(pages())


def test_each_opens_what_the_table_says(somebody, rows):
    name, browser = somebody
    found = {page: browser.get(path).status_code for page, path in addresses(rows).items()}
    assert found == {page: statuses[name] for page, statuses in pages().items()}


def test_who_may_not_open_a_page_sends_no_form_there_either(somebody, rows):
    name, browser = somebody
    # These take no forms at all.
    only_read = {"autocomplete", "counter_recent", "orders_order_customers", "walk_in_customers"}
    with nothing_written():
        found = {
            page: browser.post(path).status_code
            for page, path in addresses(rows).items()
            if pages()[page][name] == 403 and page not in only_read
        }
    assert set(found.values()) <= {403}


@pytest.mark.parametrize("somebody", PEOPLE[2:], indirect=True)
def test_each_is_offered_the_actions_of_the_table(somebody, rows):
    name, browser = somebody
    found: dict[str, set[str]] = {}
    for model, model_admin in admin.site._registry.items():
        request = RequestFactory().get("/")
        request.user = browser.get("/admin/").wsgi_request.user
        found[model._meta.label_lower] = set(model_admin.get_actions(request))
    expected = {
        label: {
            action
            for action, roles in ACTIONS.get(label, {}).items()
            if name in roles or name == "superuser"
        }
        for label in found
    }
    assert found == expected


def test_who_is_not_offered_an_action_does_not_run_it_either(somebody, rows):
    name, browser = somebody
    with nothing_written():
        for label, actions in ACTIONS.items():
            row = rows[label]
            path = reverse(f"admin:{label.replace('.', '_')}_changelist")
            for action, roles in actions.items():
                if name in roles or name == "superuser":
                    continue
                sent = {"action": action, ACTION_CHECKBOX_NAME: [row.pk], "index": "0"}
                browser.post(path, sent)


def links(page: str, html: str) -> set[str]:
    """Where the links and the buttons that only open something lead, within the admin."""
    found = (unescape(link) for link in re.findall(r'<a\b[^>]*\bhref="([^"#][^"]*)"', html))
    return {url for link in found if (url := urljoin(page, link)).startswith("/admin/")}


@pytest.mark.parametrize("role", ROLES)
def test_every_link_that_a_role_is_shown_opens(role, rows):
    browser = Client(raise_request_exception=False)
    browser.force_login(staff_in(role, f"The{role}"))
    waiting, seen, refused = deque(["/admin/"]), set[Any](), {}
    while waiting:
        url = waiting.popleft()
        match = resolve(urlsplit(url).path)
        # One of each kind: the same page of another row, sorted otherwise, adds nothing.
        kind = (match.view_name, frozenset(urlsplit(url).query.split("=")[:1]))
        if kind in seen or match.url_name in UNTOLD:
            continue
        seen.add(kind)
        answer = browser.get(url)
        if answer.status_code != 200:
            refused[url] = answer.status_code
        elif "html" in answer["Content-Type"]:
            waiting.extend(sorted(links(url, answer.content.decode())))
    assert refused == {}
    assert len(seen) > 10
