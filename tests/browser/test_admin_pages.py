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

from accounts.models import Customer, User
from config.mail.models import OutgoingMail
from config.operations.customer_merging import merge_customers
from config.operations.models import ImportedRow, LegacyUse
from config.rest.models import IdempotencyKey
from config.rest.principals import Principal
from orders.admin.actions import ACTIONS as ORDER_ACTIONS
from orders.admin.printing import FORMATS
from orders.models import Order
from tests.browser.conftest import shortcomings
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker

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
    loser, winner = Customer.objects.order_by("pk")[:2]
    by = Principal("staff", user=User.objects.get(is_superuser=True))
    merge_customers(loser=loser, winner=winner, by=by)


def of_models() -> Iterator[str]:
    """The stock pages of every registered model, as far as they are open."""
    request = RequestFactory().get("/")
    request.user = User.objects.get(is_superuser=True)
    for model, pages in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        for page in ("export", "import"):
            if hasattr(pages, f"has_{page}_permission"):
                yield reverse(f"{name}_{page}")
        if pages.has_add_permission(request):
            yield reverse(f"{name}_add")
        row = pages.get_queryset(request).first()
        if row is None:
            continue
        yield reverse(f"{name}_change", args=[row.pk])
        yield reverse(f"{name}_history", args=[row.pk])
        if pages.has_delete_permission(request, row):
            yield reverse(f"{name}_delete", args=[row.pk])


def lists() -> Iterator[str]:
    """The list of every registered model."""
    for model in admin.site._registry:
        yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


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
    yield reverse("admin:second_factor")
    yield reverse("admin:orders_order_changelist") + "?q=nothing+like+it"
    yield reverse("admin:operations_legacyuse_switch_off") + "?days=90"
    yield reverse("admin:password_change_done")
    owner = User.objects.get(is_superuser=True)
    yield reverse("admin:auth_user_password_change", args=[owner.pk])
    device = DeviceToken.objects.all()[0]
    yield reverse("admin:workforce_worker_hand_out", args=[device.worker_id])
    yield reverse("admin:workforce_worker_take_back", args=[device.worker_id, device.pk])
    orders = list(Order.objects.present().order_by("pk")[:3])
    for action in ORDER_ACTIONS:
        yield reverse("admin:orders_order_do", args=[orders[0].pk, action])
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


def test_the_first_day_keeps_nobody_out(
    sign_in: Callable[[User], Page], live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    found = {}
    for path in (reverse("admin:index"), *lists()):
        page.goto(live_server.url + path)
        if problems := shortcomings(page):
            found[path] = problems
    assert found == {}


@pytest.mark.parametrize("path", ["/admin/nowhere/", "/admin/orders/order/add/"])
def test_a_page_that_is_refused_keeps_nobody_out(
    path: str,
    sign_in: Callable[[User], Page],
    live_server: LiveServer,
    owner: User,
    expected_errors: list[str],
) -> None:
    expected_errors.append("the server responded with a status of 40")
    page = sign_in(owner)
    page.goto(live_server.url + path)
    assert shortcomings(page) == []
    page.get_by_role("link", name="To the shop's first page").click()
    page.wait_for_url(live_server.url + reverse("admin:index"))
