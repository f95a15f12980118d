"""Exporting and importing in Chromium, as each role: the files, the dry run, the confirmation."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from orders.models import Order
from tests.browser.conftest import shortcomings
from tests.cast import staff_in
from tests.sheets import csv_of, rows_of, xlsx_of

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str, bytes], Path]:
    """A file to choose."""

    def made(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return made


def downloaded(page: Page, kind: str) -> list[list]:
    """The rows of the file that the export page makes."""
    page.get_by_label(kind).check()
    assert shortcomings(page) == []
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    return rows_of(Path(download.value.path()).read_bytes())


@pytest.mark.parametrize("role", ["Owner", "Manager"])
def test_prices_go_out_are_changed_elsewhere_and_come_in_again(
    role: str, sign_in: SignIn, live_server: LiveServer, file, wash: Service, ironing: Service
) -> None:
    page = sign_in(staff_in(role, "Somebody"))
    page.goto(f"{live_server.url}/admin/catalog/service/")
    page.get_by_role("link", name="Export", exact=True).click()
    header, *rows = downloaded(page, "XLSX (Excel)")
    assert [row[1:3] for row in rows] == [["Ironing", 4], ["Wash", 12.5]]
    rows[1][2] = 13.75

    page.goto(f"{live_server.url}/admin/catalog/service/")
    page.get_by_role("link", name="Import", exact=True).click()
    assert shortcomings(page) == []
    changed = xlsx_of(header, *rows, ["", "Starching", 2, None, "active"])
    page.get_by_label("File").set_input_files(file("prices.xlsx", changed))
    page.get_by_role("button", name="Show what it would do").click()

    expect(page.get_by_text("1 new, 1 changed, 1 as they were.")).to_be_visible()
    expect(page.locator(".rows tbody tr")).to_have_count(2)
    expect(page.locator(".rows tbody tr").first).to_contain_text("price 12.50 → 13.75")
    assert shortcomings(page) == []
    assert Service.objects.get(name="Wash").price == Decimal("12.50")
    page.get_by_role("button", name="Import 2 rows").click()

    expect(page.locator(".messagelist")).to_have_text("1 new, 1 changed, 1 as they were.")
    assert Service.objects.get(name="Wash").price == Decimal("13.75")
    assert Service.objects.get(name="Starching").price == Decimal("2.00")


def test_what_is_wrong_is_told_by_its_line_and_mended(
    sign_in: SignIn, live_server: LiveServer, owner: User, file, customer: User
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/accounts/customer/import/")
    header = ["name", "email", "phone"]
    page.get_by_label("File").set_input_files(
        file("new.csv", csv_of(header, ["Dora", "dora@", ""], ["Ede", "OLGA@example.com", ""]))
    )
    page.get_by_role("button", name="Show what it would do").click()

    expect(page.locator(".errornote")).to_have_text("2 rows cannot be imported, so none is.")
    expect(page.locator(".rows tbody tr")).to_have_text(
        [
            re.compile("2.*email.*Enter a valid email address."),
            re.compile("3.*email.*There is already an account with this email."),
        ]
    )
    expect(page.get_by_role("button", name=re.compile("^Import"))).to_have_count(0)
    assert shortcomings(page) == []
    page.get_by_label("File").set_input_files(file("letter.csv", "Grüße".encode("latin-1")))
    page.get_by_role("button", name="Show what it would do").click()
    expect(page.locator(".errorlist")).to_contain_text("neither XLSX nor in UTF-8")
    assert shortcomings(page) == []

    page.get_by_label("File").set_input_files(
        file("mended.csv", csv_of(header, ["Dora", "dora@example.com", "+49 30 1"]))
    )
    page.get_by_role("button", name="Show what it would do").click()
    page.get_by_role("button", name="Import 1 row").click()

    expect(page.locator(".messagelist")).to_have_text("1 new, 0 changed, 0 as they were.")
    assert User.objects.get(email="dora@example.com").phone_reversed == "10394"


@pytest.mark.parametrize("role", ["Owner", "Manager", "Auditor"])
def test_the_orders_that_the_list_shows_go_out(
    role: str, sign_in: SignIn, live_server: LiveServer, order: Order
) -> None:
    page = sign_in(staff_in(role, "Somebody"))
    page.goto(f"{live_server.url}/admin/orders/order/?q=asha&status__exact=created")
    page.get_by_role("link", name="Export", exact=True).click()
    expect(page.get_by_text("as the list is narrowed down: search, status.")).to_be_visible()
    assert [row[0] for row in downloaded(page, "CSV")[1:]] == [order.order_number]

    page.goto(f"{live_server.url}/admin/tracking/track/")
    page.get_by_role("link", name="Export", exact=True).click()
    assert [row[4] for row in downloaded(page, "CSV")[1:]] == ["created"]


@pytest.mark.parametrize(("role", "links"), [("Counter", []), ("Auditor", ["Export"])])
def test_who_may_not_is_not_shown_the_way(
    role: str, links: list[str], sign_in: SignIn, live_server: LiveServer, order: Order
) -> None:
    page = sign_in(staff_in(role, "Somebody"))
    for path in ("catalog/service", "accounts/customer", "orders/order", "tracking/track"):
        page.goto(f"{live_server.url}/admin/{path}/")
        tools = page.locator(".object-tools a", has_not_text="Add")
        expect(tools).to_have_text(links)
