"""Two customers who are one person: merging them, and taking that back within a day.

Staff decide that they are one, as they do who give a single order to another customer: each
order that moves is the winner's for sure. Its own name, email and phone, and its tracks, stay.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.sessions import end_sessions
from config.database import retried
from config.history import update_told
from config.operations.customers import state_of
from config.operations.models import CustomerMerge
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal
from orders.models import Order


def objection_to_merging(loser: User, winner: User) -> Any:
    """Why these two cannot be merged; nothing where they can."""
    if loser.pk == winner.pk:
        return _("This is the same customer: choose another.")
    if loser.is_staff or winner.is_staff:
        return _("Members of staff are no customers.")
    if loser.anonymised_at is not None or winner.anonymised_at is not None:
        return _("Of an anonymised customer nobody knows who it was.")
    if loser.is_merged:
        return _("This customer is merged into another already.")
    if not winner.is_active:
        return _("The customer who stays has to be active.")
    return ""


def objection_to_undoing(merge: CustomerMerge) -> Any:
    """Why a merge cannot be taken back; nothing where it can."""
    if merge.undone_at is not None:
        return _("This was undone already.")
    if timezone.now() > merge.can_be_undone_until:
        return _("A merge can be undone for a day. Give orders back one by one instead.")
    if merge.loser.anonymised_at is not None or merge.winner.anonymised_at is not None:
        return _("Of an anonymised customer nothing is brought back.")
    if merge.loser.merged_into_id != merge.winner_id:
        return _("The customer was merged into somebody else since.")
    if merge.winner.is_merged:
        return _("The other customer was merged too since: undo that first.")
    return ""


def _lock(*customers: User) -> list[User]:
    """These customers as they are now, locked by number, so that two merges never cross."""
    keys = [customer.pk for customer in customers]
    rows = User.objects.select_for_update().filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in rows}
    if len(found) < len(set(keys)):
        raise Refusal(Code.NOT_FOUND)
    return [found[key] for key in keys]


@retried
def merge_customers(
    *, loser: User, winner: User, by: Principal, expected_state: str = ""
) -> CustomerMerge:
    """Give all orders of one customer to another, for sure, and keep the one out from then on.

    The loser keeps name, phone and email, so that nobody else registers with it; orders
    that come under it go to the winner (`heir_of`). Raises `validation` with
    `objection_to_merging`, `not_found` for who was erased meanwhile, and
    `precondition_failed` if `state_of` these two is not the expected one.
    """
    with transaction.atomic():
        loser, winner = _lock(loser, winner)
        orders = Order.objects.select_for_update().filter(customer=loser).order_by("pk")
        moved = list(orders.values_list("pk", "customer_confirmed"))
        if objection := objection_to_merging(loser, winner):
            raise Refusal(Code.VALIDATION, str(objection))
        if expected_state not in ("", state_of(loser, winner)):
            raise Refusal(Code.PRECONDITION_FAILED)
        merge = CustomerMerge.objects.create(
            loser=loser,
            winner=winner,
            loser_was_active=loser.is_active,
            moved=moved,
            by=by.user,
        )
        _give([key for key, _was_sure in moved], loser, winner, is_sure=True)
        loser.is_active, loser.merged_into = False, winner
        loser.save(update_fields=["is_active", "merged_into", "updated_at"])
        end_sessions(user=loser)
        if winner.merged_into_id is not None:
            # Who was merged once and let in again is somebody of their own.
            winner.merged_into = None
            winner.save(update_fields=["merged_into", "updated_at"])
    return merge


@retried
def undo_merge(*, merge: CustomerMerge, by: Principal) -> CustomerMerge:
    """Give the orders of a merge back, those that the winner still has, and let the loser in.

    Each is as surely theirs as it was before. Raises `validation` with
    `objection_to_undoing`.
    """
    with transaction.atomic():
        loser, winner = _lock(merge.loser, merge.winner)
        merge = CustomerMerge.objects.select_for_update().get(pk=merge.pk)
        merge.loser, merge.winner = loser, winner
        if objection := objection_to_undoing(merge):
            raise Refusal(Code.VALIDATION, str(objection))
        for is_sure in (True, False):
            keys = [key for key, was_sure in merge.moved if was_sure is is_sure]
            _give(keys, winner, loser, is_sure=is_sure)
        loser.is_active = loser.is_active or merge.loser_was_active
        loser.merged_into = None
        loser.save(update_fields=["is_active", "merged_into", "updated_at"])
        merge.undone_at, merge.undone_by = timezone.now(), by.user
        merge.save(update_fields=["undone_at", "undone_by"])
    return merge


def _give(keys: Iterable[int], giver: User, taker: User, *, is_sure: bool) -> None:
    """Let another have these orders of the giver's, as new versions of them."""
    update_told(
        Order.objects.filter(pk__in=keys, customer=giver),
        customer=taker,
        customer_confirmed=is_sure,
        version=F("version") + 1,
        updated_at=timezone.now(),
    )
