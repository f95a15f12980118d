"""Every page of the admin in Chromium: as wide as its window, and open to everybody.

What the console calls an error, violations of our policy among them, fails the test too.
"""

from collections.abc import Callable, Iterator

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from config.mail.models import OutgoingMail
from config.operations.models import ImportedRow, LegacyUse
from config.rest.models import IdempotencyKey
from orders.admin.printing import FORMATS
from orders.models import Order
from tests.browser.conftest import shortcomings
from workforce.devices import issue_token
from workforce.models import Worker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def full_shop(demo_shop: None) -> None:
    """The demonstration, with a row in each table that it leaves empty."""
    issue_token(worker=Worker.objects.all()[0], name="Scanner")
    OutgoingMail.objects.create(recipient="asha@example.com", subject="Hello", text="Hello")
    IdempotencyKey.objects.create(
        key_hash="k", body_hash="b", subject="order:1", status=201, answer={}
    )
    ImportedRow.objects.create(source="old.db", table="orders", old_id="1", object_id=1)
    LegacyUse.objects.create(day="2026-11-01", endpoint="GET /api/orders", client="App", calls=1)


def of_models() -> Iterator[str]:
    """The stock pages of every registered model, as far as they are open."""
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)
    for model, pages in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        if pages.has_add_permission(request):
            yield reverse(f"{name}_add")
        row = pages.get_queryset(request).first()
        if row is None:
            continue
        yield reverse(f"{name}_change", args=[row.pk])
        yield reverse(f"{name}_history", args=[row.pk])
        if pages.has_delete_permission(request, row):
            yield reverse(f"{name}_delete", args=[row.pk])


def further() -> Iterator[str]:
    """Pages of the site itself, and lists that are narrowed down."""
    yield reverse("admin:index")
    yield reverse("admin:password_change")
    yield reverse("admin:app_list", args=["orders"])
    yield reverse("admin:operations_legacyuse_switch_off")
    yield reverse("admin:counter")
    yield reverse("admin:counter_hand_over")
    yield reverse("admin:walk_in")
    yield reverse("admin:day_report")
    yield reverse("admin:orders_order_changelist") + "?q=nothing+like+it"
    orders = list(Order.objects.present().order_by("pk")[:3])
    for kind in FORMATS:
        yield reverse("admin:orders_order_print", args=[orders[0].pk, kind])
        ids = ",".join(str(order.pk) for order in orders)
        yield reverse("admin:orders_order_print_many", args=[kind]) + f"?ids={ids}"


def test_every_page_fits_its_window_and_keeps_nobody_out(
    sign_in: Callable[[User], Page], live_server: LiveServer, owner: User, full_shop: None
) -> None:
    page = sign_in(owner)
    found = {}
    for path in (*further(), *of_models()):
        page.goto(live_server.url + path)
        if problems := shortcomings(page):
            found[path] = problems
    assert found == {}


def test_the_sign_in_page_keeps_nobody_out(any_page: Page, live_server: LiveServer) -> None:
    any_page.goto(live_server.url + reverse("admin:login"))
    assert shortcomings(any_page) == []
