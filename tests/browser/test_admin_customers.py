"""Merging two customers, undoing it, and anonymising one, in Chromium: each role's way."""

import datetime
import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from config.operations.customer_merging import merge_customers
from config.operations.models import CustomerMerge
from config.rest.principals import Principal
from orders.models import Order, Status
from tests.browser.conftest import give_session, shortcomings
from tests.cast import staff_in
from tests.states import put

pytestmark = pytest.mark.django_db(transaction=True)

SignIn = Callable[[User], Page]


def page_of(live_server: LiveServer, customer: User, name: str = "change") -> str:
    return f"{live_server.url}/admin/accounts/customer/{customer.pk}/{name}/"


def choose(page: Page, beginning: str, name: str) -> None:
    """Find a customer as one types."""
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").last.fill(beginning)
    page.locator(".select2-results__option", has_text=name).click()


def test_customers_are_merged_and_that_is_undone(
    sign_in: SignIn,
    live_server: LiveServer,
    owner: User,
    order: Order,
    customer: User,
    other_customer: User,
) -> None:
    page = sign_in(owner)
    page.goto(page_of(live_server, customer))
    assert shortcomings(page) == []
    page.get_by_role("link", name="Merge", exact=True).click()
    choose(page, "bert", "Bert Blum")
    assert shortcomings(page) == []
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("1 order of Asha Rao moves to Bert Blum")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("link", name="The other way round").click()
    expect(page.get_by_text("0 orders of Bert Blum move to Asha Rao")).to_be_visible()
    page.get_by_role("link", name="The other way round").click()
    page.get_by_role("button", name="Merge, and move 1 order").click()

    expect(page).to_have_url(page_of(live_server, other_customer))
    expect(page.locator(".messagelist")).to_contain_text("The customers are merged")
    expect(page.locator(".notice")).to_contain_text("was merged into this customer")
    assert shortcomings(page) == []
    assert Order.objects.get().customer == other_customer

    page.get_by_role("link", name="Undo the merge").click()
    expect(page.get_by_text("1 order goes back from Bert Blum to Asha Rao.")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_role("button", name="Undo the merge").click()

    expect(page).to_have_url(page_of(live_server, customer))
    expect(page.locator(".messagelist")).to_have_text("The merge is undone.")
    assert Order.objects.get().customer == customer


def test_a_preview_that_is_out_of_date_does_nothing_and_says_so(
    page: Page,
    live_server: LiveServer,
    owner: User,
    order: Order,
    customer: User,
    other_customer: User,
) -> None:
    give_session(page, live_server, owner)
    page.goto(f"{page_of(live_server, customer, 'merge')}?into={other_customer.pk}")
    other_customer.name = "Bert B."
    other_customer.save()

    page.get_by_role("button", name="Merge, and move 1 order").click()

    expect(page.locator(".messagelist")).to_contain_text("Nothing was done: look again.")
    expect(page.locator("table.two-people")).to_contain_text("Bert B.")
    assert not CustomerMerge.objects.exists()


def test_a_customer_is_anonymised_for_good(
    sign_in: SignIn, live_server: LiveServer, owner: User, order: Order, customer: User
) -> None:
    page = sign_in(owner)
    page.goto(page_of(live_server, customer))
    page.get_by_role("link", name="Anonymise", exact=True).click()
    expect(page.get_by_text("1 order is still on its way")).to_be_visible()
    expect(page.get_by_role("link", name=order.order_number)).to_be_visible()
    expect(page.get_by_role("button", name="Anonymise", exact=True)).to_have_count(0)
    assert shortcomings(page) == []

    put(order, Status.DELIVERED)
    page.reload()
    page.get_by_role("button", name="Anonymise", exact=True).click()
    expect(page.get_by_text("This field is required.")).to_be_visible()
    assert shortcomings(page) == []
    page.get_by_label("I know that nobody can bring this back.").check()
    page.get_by_role("button", name="Anonymise", exact=True).click()

    expect(page.locator(".messagelist")).to_have_text("The customer is anonymised.")
    assert "Asha" not in page.content()
    assert User.objects.get(pk=customer.pk).anonymised_at is not None


@pytest.mark.parametrize("role", ["Owner", "Manager"])
def test_owner_and_manager_have_the_buttons(
    page: Page, live_server: LiveServer, role: str, customer: User, other_customer: User
) -> None:
    give_session(page, live_server, staff_in(role, f"The{role}"))
    page.goto(page_of(live_server, customer))
    page.get_by_role("link", name="Merge", exact=True).click()
    choose(page, "bert", "Bert Blum")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name=re.compile("^Merge, and move")).click()
    page.get_by_role("link", name="Undo the merge").click()
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.locator(".messagelist")).to_have_text("The merge is undone.")
    page.get_by_role("link", name="Anonymise", exact=True).click()
    page.get_by_label("I know that nobody can bring this back.").check()
    page.get_by_role("button", name="Anonymise", exact=True).click()
    expect(page.locator(".messagelist")).to_contain_text("who is erased")


@pytest.mark.parametrize("role", ["Counter", "Auditor"])
def test_counter_and_auditor_have_none_and_get_nowhere_by_the_address(
    page: Page,
    live_server: LiveServer,
    owner: User,
    role: str,
    customer: User,
    other_customer: User,
    expected_errors: list[str],
) -> None:
    expected_errors.append("403 (Forbidden)")
    merge = merge_customers(
        loser=customer, winner=other_customer, by=Principal("staff", user=owner)
    )
    give_session(page, live_server, staff_in(role, f"The{role}"))
    page.goto(page_of(live_server, other_customer))
    expect(page.locator(".notice")).to_contain_text("Asha Rao was merged into this customer")
    for name in ("Merge", "Anonymise", "Undo the merge"):
        expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)

    for address in (
        page_of(live_server, other_customer, "merge"),
        page_of(live_server, other_customer, "anonymise"),
        f"{live_server.url}/admin/operations/customermerge/{merge.pk}/undo/",
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 403


def test_many_merges_still_fit_the_page(
    sign_in: SignIn, live_server: LiveServer, owner: User, customer: User
) -> None:
    for number in range(3):
        other = User.objects.create_user(f"o{number}@example.com", name="Somebody " * 10)
        merge_customers(loser=other, winner=customer, by=Principal("staff", user=owner))
    CustomerMerge.objects.filter(pk=CustomerMerge.objects.all()[0].pk).update(
        created_at=timezone.now() - datetime.timedelta(days=9)
    )
    page = sign_in(owner)
    page.goto(page_of(live_server, customer))
    expect(page.locator(".notice")).to_have_count(3)
    expect(page.get_by_role("link", name="Undo the merge")).to_have_count(2)
    assert shortcomings(page) == []
