"""Merging two customers, and undoing it: the verbs."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Session, User
from accounts.sessions import open_session
from catalog.models import Service
from config.operations.customer_merging import (
    merge_customers,
    objection_to_undoing,
    undo_merge,
)
from config.operations.customers import delete_customer, state_of
from config.operations.models import UNDO_WITHIN, CustomerMerge
from config.rest.principals import ANYONE, Principal
from config.rest.refusals import Code, Refusal
from orders.models import Order, Status
from orders.placing import Contact, Item, place_order
from tests.cast import signed_in
from tests.statements import statements
from tests.states import put
from tests.threads import at_the_same_moment
from tests.unchanged import nothing_written
from tracking.models import Track

pytestmark = pytest.mark.django_db


@pytest.fixture
def by(owner: User) -> Principal:
    """Olga, who decides."""
    return Principal("staff", user=owner)


def placed_under(email: str, service: Service, name: str = "Asha") -> Order:
    """An order that somebody placed without a sign-in."""
    return place_order(
        by=ANYONE,
        items=[Item(service.pk)],
        source=Order.Source.API,
        contact=Contact(name, email),
    )


def fresh(*rows: Any) -> Any:
    """The same rows as they are now."""
    found = [type(row)._base_manager.get(pk=row.pk) for row in rows]
    return found[0] if len(found) == 1 else found


# --- Merging --------------------------------------------------------------------------


def test_the_orders_move_and_are_the_winners_for_sure(order, customer, other_customer, by):
    deleted = place_order(by=by, items=[Item(order.service_id)], source="admin", customer=customer)
    Order.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now(), customer_confirmed=False)
    own = place_order(
        by=by, items=[Item(order.service_id)], source="admin", customer=other_customer
    )
    before = fresh(order)

    merge = merge_customers(loser=customer, winner=other_customer, by=by)

    order, deleted, untouched = fresh(order, deleted, own)
    for moved in (order, deleted):
        assert (moved.customer, moved.customer_confirmed) == (other_customer, True)
        assert moved.version == 2
        assert moved.updated_at > before.updated_at
    assert untouched.version == 1
    assert merge.moved == [(order.pk, True), (deleted.pk, False)]


def test_what_stands_on_an_order_and_its_tracks_stay(order, customer, other_customer, by):
    def kept() -> Any:
        columns = ("name", "email", "phone", "status", "total_cost", "order_number", "last_seq")
        return Order.objects.values(*columns).get(), list(Track.objects.values())

    before = kept()

    merge_customers(loser=customer, winner=other_customer, by=by)

    assert kept() == before
    assert Track.objects.get().actor == customer


def test_the_winner_sees_the_orders_and_the_loser_is_out(
    order, customer, other_customer, as_customer, as_other_customer, by
):
    merge_customers(loser=customer, winner=other_customer, by=by)

    listed = as_other_customer.get("/api/v1/orders").json()
    assert [row["order_number"] for row in listed] == [order.order_number]
    assert as_customer.get("/api/v1/auth/me").status_code == 401
    loser = fresh(customer)
    assert (loser.is_active, loser.merged_into, loser.email) == (
        False,
        other_customer,
        "asha@example.com",
    )
    assert not Session.objects.filter(user=customer, revoked_at=None).exists()
    assert Session.objects.filter(user=other_customer, revoked_at=None).exists()


def test_a_merge_tells_who_and_when(customer, other_customer, by):
    merge = fresh(merge_customers(loser=customer, winner=other_customer, by=by))

    assert (merge.loser, merge.winner, merge.by) == (customer, other_customer, by.user)
    assert merge.loser_was_active
    assert merge.can_be_undone_until == merge.created_at + datetime.timedelta(days=1)
    assert str(merge) == "Asha Rao → Bert Blum"


def refused_merge(loser: User, winner: User, by: Principal) -> str:
    """The text of the refusal; it must have written nothing."""
    with nothing_written(), pytest.raises(Refusal) as caught:
        merge_customers(loser=loser, winner=winner, by=by)
    assert caught.value.code == Code.VALIDATION
    return caught.value.detail


def test_nobody_is_merged_with_themselves(order, customer, by):
    assert refused_merge(customer, customer, by) == ("This is the same customer: choose another.")


def test_staff_are_no_customers(order, customer, owner, by):
    expected = "Members of staff are no customers."
    assert refused_merge(customer, owner, by) == expected
    assert refused_merge(owner, customer, by) == expected


def test_the_anonymised_are_not_merged(order, customer, other_customer, by):
    put(order, Status.DELIVERED)
    delete_customer(customer=customer, anonymise=True)

    expected = "Of an anonymised customer nobody knows who it was."
    assert refused_merge(customer, other_customer, by) == expected
    assert refused_merge(other_customer, customer, by) == expected


def test_nobody_is_merged_twice(order, customer, other_customer, unconfirmed_customer, by):
    merge_customers(loser=customer, winner=other_customer, by=by)

    assert refused_merge(customer, unconfirmed_customer, by) == (
        "This customer is merged into another already."
    )


def test_who_stays_has_to_be_active(order, customer, other_customer, by):
    User.objects.filter(pk=other_customer.pk).update(is_active=False)

    assert refused_merge(customer, other_customer, by) == (
        "The customer who stays has to be active."
    )


def test_who_was_erased_meanwhile_is_not_there(order, customer, other_customer, by):
    delete_customer(customer=User.objects.get(pk=other_customer.pk))

    with nothing_written(), pytest.raises(Refusal) as caught:
        merge_customers(loser=customer, winner=other_customer, by=by)
    assert caught.value.code == Code.NOT_FOUND


def change_profile(order: Order, customer: User) -> None:
    customer.name = "Asha R."
    customer.save()


def place_one_more(order: Order, customer: User) -> None:
    placed_under("asha@example.com", Service.objects.get())


def change_an_order(order: Order, customer: User) -> None:
    put(order, Status.DELIVERED)
    Order.objects.update(version=2)


@pytest.mark.parametrize("change", [change_profile, place_one_more, change_an_order])
def test_what_was_seen_otherwise_is_not_merged(order, customer, other_customer, by, change):
    seen = state_of(customer, other_customer)
    change(order, customer)

    with nothing_written(), pytest.raises(Refusal) as caught:
        merge_customers(loser=customer, winner=other_customer, by=by, expected_state=seen)
    assert caught.value.code == Code.PRECONDITION_FAILED


def test_what_is_as_it_was_seen_is_merged(order, customer, other_customer, by):
    seen = state_of(customer, other_customer)
    open_session(user=customer)

    merge_customers(loser=customer, winner=other_customer, by=by, expected_state=seen)

    assert fresh(order).customer == other_customer


HISTORY = f"INSERT INTO {connection.ops.quote_name('orders_historicalorder')}"


def test_a_thousand_orders_take_no_more_statements_than_one(order, customer, other_customer, by):
    def more(number: int, owner: User) -> None:
        Order.objects.bulk_create(
            Order(
                order_number=f"N{owner.pk}-{n}",
                token=str(n),
                customer=owner,
                customer_confirmed=n % 2 == 0,
                status_changed_at=timezone.now(),
            )
            for n in range(number)
        )

    more(2, customer)
    with statements() as few:
        first = merge_customers(loser=customer, winner=other_customer, by=by)
    with statements() as few_back:
        undo_merge(merge=first, by=by)
    more(1000, other_customer)
    with statements() as many:
        second = merge_customers(loser=other_customer, winner=customer, by=by)
    with statements() as many_back:
        undo_merge(merge=second, by=by)

    # The rows of history come by as many INSERTs as the database's bound on one makes them.
    rest, rest_of_many, back, back_of_many = (
        [sql for sql in asked if not sql.startswith(HISTORY)]
        for asked in (few, many, few_back, many_back)
    )
    assert (len(rest_of_many), len(back_of_many)) == (len(rest), len(back))
    assert len(many) - len(rest_of_many) <= 1003 / 50
    assert Order.objects.filter(customer=other_customer, customer_confirmed=False).count() == 500


# --- Orders that come afterwards ------------------------------------------------------


def test_an_order_under_the_losers_email_goes_to_the_winner(
    customer, other_customer, unconfirmed_customer, wash, by
):
    merge_customers(loser=unconfirmed_customer, winner=customer, by=by)
    merge_customers(loser=customer, winner=other_customer, by=by)

    order = placed_under("chloe@example.com", wash)

    assert (order.customer, order.email) == (other_customer, "chloe@example.com")
    # Nobody has shown that the mailbox is theirs.
    assert order.customer_confirmed is False


def test_an_order_under_a_confirmed_email_of_the_losers_is_the_winners_for_sure(
    customer, other_customer, wash, by
):
    merge_customers(loser=customer, winner=other_customer, by=by)

    order = placed_under("asha@example.com", wash)

    assert (order.customer, order.customer_confirmed) == (other_customer, True)


def test_who_was_let_in_again_gets_their_own_orders(customer, other_customer, wash, by):
    merge_customers(loser=customer, winner=other_customer, by=by)
    User.objects.filter(pk=customer.pk).update(is_active=True)

    assert placed_under("asha@example.com", wash).customer == customer


def test_who_was_let_in_again_may_become_the_winner(customer, other_customer, wash, by):
    merge_customers(loser=customer, winner=other_customer, by=by)
    User.objects.filter(pk=customer.pk).update(is_active=True)

    merge_customers(loser=other_customer, winner=customer, by=by)
    User.objects.filter(pk=customer.pk).update(is_active=False)

    assert placed_under("bert@example.com", wash).customer == customer
    assert placed_under("asha@example.com", wash).customer == customer


def test_an_order_under_the_email_of_who_became_staff_is_nobodys(
    customer, other_customer, wash, by
):
    merge_customers(loser=customer, winner=other_customer, by=by)
    User.objects.filter(pk=other_customer.pk).update(is_staff=True)

    assert placed_under("asha@example.com", wash).customer is None


def test_nobody_registers_with_the_losers_email(api, customer, other_customer, by):
    merge_customers(loser=customer, winner=other_customer, by=by)

    body = {"name": "Asha", "email": "asha@example.com", "password": "a-tin-kettle-whistles"}
    answer = api.post("/api/v1/auth/register", body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "email_taken")


# --- Undoing --------------------------------------------------------------------------


@pytest.fixture
def unsure(customer: User, wash: Service) -> Order:
    """An order under Asha's email, of which nobody knows whether it is hers."""
    order = placed_under("asha@example.com", wash)
    Order.objects.filter(pk=order.pk).update(customer_confirmed=False)
    return fresh(order)


def test_undoing_gives_the_orders_back_as_surely_as_before(
    order, unsure, customer, other_customer, as_customer, by
):
    merge = merge_customers(loser=customer, winner=other_customer, by=by)

    undone = fresh(undo_merge(merge=merge, by=by))

    order, unsure, loser = fresh(order, unsure, customer)
    assert (order.customer, order.customer_confirmed, order.version) == (customer, True, 3)
    assert (unsure.customer, unsure.customer_confirmed, unsure.version) == (customer, False, 3)
    assert (loser.is_active, loser.merged_into) == (True, None)
    assert (undone.undone_by, undone.undone_at is not None) == (by.user, True)
    assert as_customer.get("/api/v1/auth/me").status_code == 401
    assert signed_in(loser).get("/api/v1/auth/me").status_code == 200


def test_undoing_leaves_what_was_given_away_and_what_is_the_winners_own(
    order, unsure, customer, other_customer, unconfirmed_customer, wash, by
):
    own = place_order(by=by, items=[Item(wash.pk)], source="admin", customer=other_customer)
    merge = merge_customers(loser=customer, winner=other_customer, by=by)
    came_later = placed_under("asha@example.com", wash)
    Order.objects.filter(pk=order.pk).update(customer=unconfirmed_customer)

    undo_merge(merge=merge, by=by)

    owners = [row.customer for row in fresh(order, unsure, own, came_later)]
    assert owners == [unconfirmed_customer, customer, other_customer, other_customer]


def test_who_was_inactive_before_stays_so(customer, other_customer, by):
    User.objects.filter(pk=customer.pk).update(is_active=False)
    merge = merge_customers(loser=customer, winner=other_customer, by=by)

    undo_merge(merge=merge, by=by)

    assert (fresh(customer).is_active, fresh(customer).merged_into) == (False, None)


def test_what_was_undone_can_be_merged_again(order, customer, other_customer, by):
    undo_merge(merge=merge_customers(loser=customer, winner=other_customer, by=by), by=by)

    merge_customers(loser=customer, winner=other_customer, by=by)

    assert fresh(order).customer == other_customer


def refused_undo(merge: CustomerMerge, by: Principal) -> str:
    """The text of the refusal; it must have written nothing."""
    assert objection_to_undoing(fresh(merge)) != ""
    with nothing_written(), pytest.raises(Refusal) as caught:
        undo_merge(merge=merge, by=by)
    assert caught.value.code == Code.VALIDATION
    return caught.value.detail


def test_a_merge_is_undone_once(order, customer, other_customer, by):
    merge = merge_customers(loser=customer, winner=other_customer, by=by)
    undo_merge(merge=merge, by=by)

    assert refused_undo(merge, by) == "This was undone already."


def test_a_merge_is_undone_for_a_day(order, customer, other_customer, by):
    merge = merge_customers(loser=customer, winner=other_customer, by=by)
    past = timezone.now() - UNDO_WITHIN - datetime.timedelta(seconds=1)
    CustomerMerge.objects.update(created_at=past)

    assert refused_undo(merge, by) == (
        "A merge can be undone for a day. Give orders back one by one instead."
    )


@pytest.mark.parametrize("who", ["loser", "winner"])
def test_anonymising_either_ends_the_undo_and_leaves_nothing_personal_in_the_row(
    order, customer, other_customer, by, who
):
    put(order, Status.DELIVERED)
    merge = merge_customers(loser=customer, winner=other_customer, by=by)
    # Else the loser's record would go, and the merge with it.
    Track.objects.create(action="x", result="recorded", source="api", actor=customer)

    delete_customer(customer=fresh(getattr(merge, who)), anonymise=True)

    assert refused_undo(merge, by) == "Of an anonymised customer nothing is brought back."
    row = repr(CustomerMerge.objects.values().get()).lower()
    assert "asha" not in row
    assert "bert" not in row


def test_an_erased_loser_takes_the_merge_along(customer, other_customer, by):
    merge_customers(loser=customer, winner=other_customer, by=by)

    assert delete_customer(customer=fresh(customer)) == "deleted"
    assert not CustomerMerge.objects.exists()


def test_a_later_merge_of_the_loser_stands(
    order, customer, other_customer, unconfirmed_customer, by
):
    merge = merge_customers(loser=customer, winner=other_customer, by=by)
    User.objects.filter(pk=customer.pk).update(is_active=True)
    merge_customers(loser=fresh(customer), winner=unconfirmed_customer, by=by)

    assert refused_undo(merge, by) == "The customer was merged into somebody else since."


def test_merges_in_a_row_are_undone_from_the_last(
    order, customer, other_customer, unconfirmed_customer, by
):
    first = merge_customers(loser=customer, winner=other_customer, by=by)
    second = merge_customers(loser=other_customer, winner=unconfirmed_customer, by=by)

    assert refused_undo(first, by) == ("The other customer was merged too since: undo that first.")
    undo_merge(merge=second, by=by)
    undo_merge(merge=first, by=by)
    assert fresh(order).customer == customer


# --- Anonymising whoever was merged ---------------------------------------------------


def test_anonymising_the_winner_blanks_whoever_was_merged_into_them(
    order, customer, other_customer, unconfirmed_customer, by
):
    put(order, Status.DELIVERED)
    merge_customers(loser=unconfirmed_customer, winner=customer, by=by)
    merge_customers(loser=customer, winner=other_customer, by=by)

    assert delete_customer(customer=fresh(other_customer), anonymise=True) == "anonymised"

    for person in fresh(customer, other_customer, unconfirmed_customer):
        assert (person.name, person.email, person.phone) == ("", None, "")
        assert person.anonymised_at is not None
    assert (fresh(order).name, fresh(order).email) == ("", "")


def test_anonymising_spares_who_was_merged_and_let_in_again(order, customer, other_customer, by):
    put(order, Status.DELIVERED)
    merge_customers(loser=customer, winner=other_customer, by=by)
    User.objects.filter(pk=customer.pk).update(is_active=True)

    delete_customer(customer=fresh(other_customer), anonymise=True)

    assert fresh(customer).email == "asha@example.com"


def test_deactivating_the_winner_leaves_the_merged_as_they_are(order, customer, other_customer, by):
    put(order, Status.DELIVERED)
    merge_customers(loser=customer, winner=other_customer, by=by)

    assert delete_customer(customer=fresh(other_customer)) == "deactivated"
    assert fresh(customer).name == "Asha Rao"


# --- At the same moment ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_two_crossing_merges_one_stands(order, customer, other_customer, by):
    outcomes = at_the_same_moment(
        lambda: merge_customers(loser=customer, winner=other_customer, by=by),
        lambda: merge_customers(loser=other_customer, winner=customer, by=by),
    )

    (merge,) = (outcome for outcome in outcomes if isinstance(outcome, CustomerMerge))
    (refusal,) = (outcome for outcome in outcomes if isinstance(outcome, Refusal))
    assert refusal.code == Code.VALIDATION
    assert CustomerMerge.objects.get() == merge
    loser, winner = fresh(merge.loser, merge.winner)
    assert (loser.is_active, winner.is_active) == (False, True)
    assert fresh(order).customer == winner


@pytest.mark.django_db(transaction=True)
def test_orders_that_come_while_customers_are_merged_are_all_the_winners(
    order, customer, other_customer, wash, by
):
    outcomes = at_the_same_moment(
        lambda: merge_customers(loser=customer, winner=other_customer, by=by),
        lambda: placed_under("asha@example.com", wash),
        lambda: placed_under("asha@example.com", wash),
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert Order.objects.filter(customer=other_customer).count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_merge_is_undone_once_however_often_it_is_asked_for(order, customer, other_customer, by):
    merge = merge_customers(loser=customer, winner=other_customer, by=by)

    outcomes = at_the_same_moment(
        *(lambda: undo_merge(merge=CustomerMerge.objects.get(pk=merge.pk), by=by),) * 3
    )

    assert sum(isinstance(outcome, CustomerMerge) for outcome in outcomes) == 1
    assert fresh(order).version == 3
