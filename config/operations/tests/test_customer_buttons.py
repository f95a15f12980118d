"""Merging and anonymising customers in the admin: previews, confirmations, and who may."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.sessions import open_session
from config.mail.models import OutgoingMail
from config.operations.customer_merging import merge_customers
from config.operations.customers import state_of
from config.operations.models import CustomerMerge
from config.rest.models import IdempotencyKey
from config.rest.principals import Principal
from orders.models import Order, Status
from tests.admin import fill, office_of
from tests.cast import staff_holding, staff_in
from tests.states import put
from tests.unchanged import nothing_written
from tracking.models import Track

LIST = "/admin/accounts/customer/"

pytestmark = pytest.mark.django_db


def page_of(customer: User, name: str = "change") -> str:
    return f"{LIST}{customer.pk}/{name}/"


def preview_of(loser: User, winner: User) -> str:
    return f"{page_of(loser, 'merge')}?into={winner.pk}"


def undo_page(merge: CustomerMerge) -> str:
    return f"/admin/operations/customermerge/{merge.pk}/undo/"


def messages_of(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


def text_of(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def confirm(browser: Client, path: str, **sent: str) -> Any:
    """Press the button of a page that asks, as it was shown."""
    shown = browser.get(path).context
    sent = {"confirmed": "yes", "seen": shown.get("seen", ""), **sent}
    return browser.post(path, sent, follow=True)


@pytest.fixture
def merge(order: Order, customer: User, other_customer: User, owner: User) -> CustomerMerge:
    """Asha, merged into Bert with her order."""
    by = Principal("staff", user=owner)
    return merge_customers(loser=customer, winner=other_customer, by=by)


# --- Merging --------------------------------------------------------------------------


def test_a_customers_page_leads_to_both_buttons(office, customer):
    content = office.get(page_of(customer)).content.decode()

    assert page_of(customer, "merge") in content
    assert page_of(customer, "anonymise") in content


def test_the_preview_shows_both_and_what_will_happen(office, order, customer, other_customer):
    Order.objects.update(customer_confirmed=False)
    open_session(user=customer)

    with nothing_written():
        text = text_of(office.get(preview_of(customer, other_customer)))

    for part in (
        "asha@example.com",
        "bert@example.com",
        "INR 12.50",
        "1 order of Asha Rao moves to Bert Blum",
        "1 of them was placed without a sign-in under an email that nobody has confirmed",
        "Asha Rao is deactivated and signed out: 1 session ends.",
        "An order that comes under it goes to Bert Blum.",
        "Merge, and move 1 order",
        preview_of(other_customer, customer),
    ):
        assert part in text


def test_a_confirmed_merge_is_done_and_told_in_both_logs(
    office, owner, order, customer, other_customer
):
    answer = confirm(office, preview_of(customer, other_customer))

    assert answer.redirect_chain == [(page_of(other_customer), 302)]
    assert messages_of(answer) == [
        "The customers are merged; 1 order moved. It can be undone for a day."
    ]
    order.refresh_from_db()
    assert order.customer == other_customer
    assert CustomerMerge.objects.get().by == owner
    logged = {entry.object_id: entry.change_message for entry in LogEntry.objects.all()}
    assert logged == {
        str(customer.pk): f"Merged into customer {other_customer.pk}.",
        str(other_customer.pk): f"Customer {customer.pk} was merged into this one.",
    }


@pytest.mark.parametrize("seen", ["", "-", "older"])
def test_a_merge_that_was_seen_otherwise_is_not_done(office, order, customer, other_customer, seen):
    path = preview_of(customer, other_customer)
    with nothing_written():
        answer = office.post(path, {"confirmed": "yes", "seen": seen or "x"}, follow=True)

    assert answer.redirect_chain == [(path, 302)]
    assert messages_of(answer) == [
        "Something changed since this page was shown. Nothing was done: look again."
    ]


def test_a_merge_without_what_was_seen_is_not_done(office, order, customer, other_customer):
    with nothing_written():
        office.post(preview_of(customer, other_customer), {"confirmed": "yes"})


def test_a_merge_is_not_done_before_it_was_confirmed(office, order, customer, other_customer):
    seen = state_of(customer, other_customer)
    with nothing_written():
        office.post(preview_of(customer, other_customer), {"seen": seen})


def test_who_cannot_be_merged_with_is_told_beside_the_field(office, customer, owner):
    def errors(into: Any) -> list[str]:
        path = f"{page_of(customer, 'merge')}?into={into}"
        return list(office.get(path).context["form"].errors["into"])

    assert errors(customer.pk) == ["This is the same customer: choose another."]
    unknown = ["Select a valid choice. That choice is not one of the available choices."]
    assert errors(owner.pk) == errors("x") == errors(999999) == unknown


def test_a_customer_who_is_not_there_is_merged_with_nobody(office, owner, customer):
    assert office.get(f"{LIST}999999/merge/").status_code == 404
    assert office.get(page_of(owner, "merge")).status_code == 404
    assert office.get(page_of(owner, "anonymise")).status_code == 404


# --- What a merge looks like, and undoing it ------------------------------------------


def test_both_pages_tell_of_the_merge_and_lead_to_its_undoing(office, merge):
    loser, winner = (text_of(office.get(page_of(c))) for c in (merge.loser, merge.winner))

    assert f'Merged into <a href="{page_of(merge.winner)}">Bert Blum</a>' in loser
    assert f'<a href="{page_of(merge.loser)}">Asha Rao</a> was merged into this' in winner
    for text in (loser, winner):
        assert undo_page(merge) in text
    assert page_of(merge.loser, "merge") not in loser
    assert '<span class="badge badge-merged">merged</span>' in office.get(LIST).content.decode()


def test_a_name_in_the_notice_is_no_markup(office, merge):
    User.objects.update(name="<b>Asha</b>")

    assert "<b>Asha" not in office.get(page_of(merge.winner)).content.decode()


def test_after_a_day_the_pages_tell_and_lead_nowhere(office, merge):
    CustomerMerge.objects.update(created_at=timezone.now() - datetime.timedelta(days=2))

    text = text_of(office.get(page_of(merge.winner)))
    with nothing_written():
        answer = office.post(undo_page(merge), {"confirmed": "yes"}, follow=True)

    assert "was merged into this" in text
    assert undo_page(merge) not in text
    assert messages_of(answer) == [
        "A merge can be undone for a day. Give orders back one by one instead."
    ]


def test_undoing_tells_what_goes_back_and_does_it(office, order, merge, unconfirmed_customer):
    with nothing_written():
        lines = office.get(undo_page(merge)).context["lines"]
    assert [str(line) for line in lines] == [
        "1 order goes back from Bert Blum to Asha Rao.",
        "Asha Rao can sign in again.",
    ]

    answer = confirm(office, undo_page(merge))

    assert answer.redirect_chain == [(page_of(merge.loser), 302)]
    assert messages_of(answer) == ["The merge is undone."]
    order.refresh_from_db()
    assert order.customer == merge.loser
    assert [entry.change_message for entry in LogEntry.objects.all()] == [
        f"Undid the merge {merge.pk}."
    ] * 2
    assert "Merged into" not in text_of(office.get(page_of(merge.loser)))


def test_undoing_tells_of_orders_that_were_given_away(office, order, merge, unconfirmed_customer):
    Order.objects.update(customer=unconfirmed_customer)

    lines = [str(line) for line in office.get(undo_page(merge)).context["lines"]]

    assert lines[:2] == [
        "0 orders go back from Bert Blum to Asha Rao.",
        "1 order stays where it is: it was given to somebody else since.",
    ]


def test_the_list_of_merges_tells_each(office, merge):
    text = text_of(office.get("/admin/operations/customermerge/"))

    for part in ("Asha Rao", "Bert Blum", "Olga Owner"):
        assert part in text


# --- Anonymising ----------------------------------------------------------------------


def test_the_preview_counts_what_is_blanked(office, order, customer):
    put(order, Status.DELIVERED)
    OutgoingMail.objects.create(recipient="asha@example.com", subject="Hello", text="Dear Asha")

    Track.objects.create(action="x", result="recorded", source="api", order_email=customer.email)
    IdempotencyKey.objects.create(
        key_hash="k", body_hash="b", subject=f"order:{order.order_number}", status=201, answer={}
    )
    OutgoingMail.objects.create(recipient="bert@example.com", subject="Hello", text="Dear Bert")
    fill(office, page_of(customer), name="Asha R.")

    with nothing_written():
        text = text_of(office.get(page_of(customer, "anonymise")))

    for part in (
        "Name, email, phone and instructions of 1 order, and its QR image.",
        "The note or email of 1 track.",
        "1 mail, which is erased.",
        "1 kept answer, which is erased.",
        "The text of 1 entry in the log of changes.",
        "What the history says of 2 changes.",
    ):
        assert part in text


def test_the_preview_says_nothing_of_what_is_not_there(office, customer):
    text = text_of(office.get(page_of(customer, "anonymise")))

    assert not re.search(r"\b0 [a-z]", text)
    assert "the password" in text


def test_the_preview_tells_who_goes_along(office, order, merge):
    put(order, Status.DELIVERED)

    winner, loser = (
        text_of(office.get(page_of(person, "anonymise"))) for person in (merge.winner, merge.loser)
    )

    assert "Also of Asha Rao, who was merged into this one." in winner
    assert "The orders went to Bert Blum when the two were merged" in loser


def test_open_orders_are_listed_instead(office, order, customer):
    text = text_of(office.get(page_of(customer, "anonymise")))

    assert f'<a href="/admin/orders/order/{order.pk}/change/">{order.order_number}</a>' in text
    assert "1 order is still on its way" in text
    assert 'name="confirmed"' not in text


def test_a_confirmed_customer_is_anonymised(office, order, customer):
    put(order, Status.DELIVERED)

    answer = confirm(office, page_of(customer, "anonymise"), understood="on")

    assert answer.redirect_chain == [(page_of(customer), 302)]
    assert messages_of(answer) == ["The customer is anonymised."]
    customer.refresh_from_db()
    order.refresh_from_db()
    assert (customer.name, customer.email, order.name) == ("", None, "")
    entry = LogEntry.objects.get()
    assert (entry.object_repr, entry.change_message) == (f"#{customer.pk}", "Anonymised.")
    assert "Anonymise</a>" not in office.get(page_of(customer)).content.decode()


def test_a_customer_of_whom_nothing_tells_is_erased(office, customer):
    answer = confirm(office, page_of(customer, "anonymise"), understood="on")

    assert answer.redirect_chain == [(LIST, 302)]
    assert messages_of(answer) == ["Nothing referred to the customer, who is erased."]
    assert not User.objects.filter(pk=customer.pk).exists()
    assert LogEntry.objects.get().object_repr == f"#{customer.pk}"


def test_nothing_is_blanked_before_the_box_is_ticked(office, order, customer):
    put(order, Status.DELIVERED)
    with nothing_written():
        answer = confirm(office, page_of(customer, "anonymise"))

    assert answer.context["form"].errors == {"understood": ["This field is required."]}


def test_nothing_is_blanked_that_was_seen_otherwise(office, order, customer):
    put(order, Status.DELIVERED)
    sent = {"confirmed": "yes", "understood": "on", "seen": state_of(customer)}
    Order.objects.update(version=7)

    with nothing_written():
        answer = office.post(page_of(customer, "anonymise"), sent, follow=True)

    assert messages_of(answer) == [
        "Something changed since this page was shown. Nothing was done: look again."
    ]


def test_an_order_that_came_meanwhile_keeps_the_customer(office, order, customer):
    sent = {"confirmed": "yes", "understood": "on", "seen": state_of(customer)}
    with nothing_written():
        answer = office.post(page_of(customer, "anonymise"), sent, follow=True)

    assert messages_of(answer) == ["This customer still has open orders."]


def test_who_is_anonymised_is_not_anonymised_again(office, order, customer):
    put(order, Status.DELIVERED)
    confirm(office, page_of(customer, "anonymise"), understood="on")

    with nothing_written():
        answer = office.get(page_of(customer, "anonymise"), follow=True)

    assert messages_of(answer) == ["This was done already."]


# --- Who may --------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Owner", "Manager"])
def test_owner_and_manager_merge_undo_and_anonymise(
    role: str, order: Order, customer: User, other_customer: User
):
    browser = office_of(staff_in(role, f"The{role}"))
    put(order, Status.DELIVERED)

    confirm(browser, preview_of(customer, other_customer))
    confirm(browser, undo_page(CustomerMerge.objects.get()))
    confirm(browser, page_of(customer, "anonymise"), understood="on")

    customer.refresh_from_db()
    assert CustomerMerge.objects.get().undone_at is not None
    assert customer.anonymised_at is not None


@pytest.mark.parametrize("role", ["Counter", "Auditor"])
def test_counter_and_auditor_see_the_merge_and_no_button(role: str, merge: CustomerMerge):
    browser = office_of(staff_in(role, f"The{role}"))

    text = text_of(browser.get(page_of(merge.winner)))

    assert "was merged into this" in text
    for path in (
        undo_page(merge),
        page_of(merge.winner, "merge"),
        page_of(merge.winner, "anonymise"),
    ):
        assert path not in text
        with nothing_written():
            sent = {"confirmed": "yes", "understood": "on", "seen": state_of(merge.winner)}
            assert browser.post(path, sent).status_code == 403


@pytest.mark.parametrize(
    "missing", ["accounts.change_customer", "accounts.delete_customer", "orders.change_order"]
)
def test_merging_takes_each_of_its_permissions(missing: str, customer: User):
    wanted = {
        "accounts.view_customer",
        "accounts.change_customer",
        "accounts.delete_customer",
        "orders.change_order",
    }
    browser = office_of(staff_holding("Ola", *(wanted - {missing})))

    assert browser.get(page_of(customer, "merge")).status_code == 403
