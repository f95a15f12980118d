"""What befalls customers across all apps: deleting and anonymising them."""

import hashlib
from collections.abc import Iterable
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils import timezone

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, path_of
from accounts.models import Customer, Session, SignIn, User
from accounts.profile import lock_user
from accounts.sessions import end_sessions
from config.database import retried
from config.history import blank_history, history_of, values_told
from config.mail.models import OutgoingMail
from config.rest.models import IdempotencyKey
from config.rest.refusals import Code, Refusal
from orders import qr
from orders.models import Order, Status
from tracking.ledger import blank_personal_data, count_personal_data

_CLOSED = (Status.DELIVERED, Status.CANCELLED)


class Traces(NamedTuple):
    """What anonymising a customer would blank or remove.

    `customers` are the one and who was merged into it; the numbers count rows.
    """

    customers: list[User]
    orders: list[Order]
    tracks: int
    mails: int
    answers: int
    log: int
    history: int

    @property
    def open_orders(self) -> list[Order]:
        """The orders on their way, which have to end first."""
        return _open(self.orders)


def state_of(*customers: User) -> str:
    """A text that changes when these customers or their orders do: for pages that ask."""
    keys = [customer.pk for customer in customers]
    people = User.objects.filter(pk__in=keys).order_by("pk").values_list("pk", "updated_at")
    orders = Order.objects.filter(customer__in=keys).order_by()
    seen = orders.aggregate(number=Count("pk"), versions=Sum("version"), newest=Max("pk"))
    return hashlib.sha256(repr((list(people), seen)).encode()).hexdigest()


def traces_of(customer: User) -> Traces:
    """What `delete_customer` with `anonymise` would find now."""
    people = [customer, *_merged_with(customer)]
    orders = list(Order.objects.filter(customer__in=people).order_by("pk"))
    emails = _emails(people, orders)
    mails, answers, log = _copies(people, orders, emails)
    keys = [order.pk for order in orders]
    changes = (
        history_of(User).filter(id__in=[person.pk for person in people]),
        history_of(Order).filter(id__in=keys),
    )
    return Traces(
        people,
        orders,
        tracks=count_personal_data(order_ids=keys, emails=emails),
        mails=mails.count(),
        answers=answers.count(),
        log=log.count(),
        history=sum(rows.count() for rows in changes),
    )


@retried
def delete_customer(*, customer: User, anonymise: bool = False, expected_state: str = "") -> str:
    """Take a customer away; answers what came of it: deleted, deactivated or anonymised.

    Without orders the record goes. With orders it stays, deactivated and signed out, and
    with `anonymise` blank of everything personal, with whoever was merged into it. Raises
    `has_open_orders`, `not_found` for one who was erased meanwhile, and
    `precondition_failed` if `state_of` is not the expected one.
    """
    with transaction.atomic():
        customer = lock_user(customer)
        people = [customer, *(_merged_with(customer) if anonymise else ())]
        orders = list(Order.objects.select_for_update().filter(customer__in=people).order_by("pk"))
        if _open(orders):
            raise Refusal(Code.HAS_OPEN_ORDERS)
        if expected_state not in ("", state_of(customer)):
            raise Refusal(Code.PRECONDITION_FAILED)
        if anonymise:
            _blank(people, orders)
        if not orders and not customer.tracks.exists():
            number = customer.pk
            customer.delete()
            _blank_history([number], [])
            return "deleted"
        customer.is_active = False
        customer.save(update_fields=["is_active", "updated_at"])
        end_sessions(user=customer)
    return "anonymised" if anonymise else "deactivated"


def _open(orders: Iterable[Order]) -> list[Order]:
    return [order for order in orders if order.status not in _CLOSED and order.deleted_at is None]


def _merged_with(customer: User) -> list[User]:
    """Who was merged into a customer, and into those: the same person."""
    found: list[User] = []
    winners = [customer]
    while winners:
        merged = User.objects.filter(merged_into__in=winners, is_active=False, anonymised_at=None)
        winners = list(merged.order_by("pk"))
        found += winners
    return found


def _emails(people: list[User], orders: list[Order]) -> set[str]:
    """The emails by which these people are known elsewhere."""
    given = (*(person.email for person in people), *(order.email for order in orders))
    emails = {email for email in given if email}
    # Addresses that they had before, as far as history and mails with their links tell.
    emails |= values_told(User, [person.pk for person in people], "email")
    emails |= values_told(Order, [order.pk for order in orders], "email")
    linking = OutgoingMail.objects.filter(_holding_links_of(people))
    emails |= set(linking.values_list("recipient", flat=True))
    # An order may carry a mailbox that is somebody else's account by now.
    others = User.objects.filter(email__in=emails).exclude(pk__in=[one.pk for one in people])
    return emails - set(others.values_list("email", flat=True))


def _copies(
    people: list[User], orders: list[Order], emails: Iterable[str]
) -> tuple[QuerySet[OutgoingMail], QuerySet[IdempotencyKey], QuerySet[LogEntry]]:
    """The mails, kept answers and entries of the admin's log that tell of these people."""
    kinds = ContentType.objects.get_for_models(User, Customer, for_concrete_models=False)
    of_people = Q(
        content_type__in=kinds.values(), object_id__in=[str(person.pk) for person in people]
    )
    of_orders = Q(
        content_type=ContentType.objects.get_for_model(Order),
        object_id__in=[str(order.pk) for order in orders],
    )
    subjects = [f"order:{order.order_number}" for order in orders]
    return (
        OutgoingMail.objects.filter(_holding_links_of(people) | Q(recipient__in=emails)),
        IdempotencyKey.objects.filter(subject__in=subjects),
        LogEntry.objects.filter(of_people | of_orders),
    )


def _blank(people: list[User], orders: list[Order]) -> None:
    """Blank locked customers and their locked orders, and every copy kept elsewhere."""
    emails = _emails(people, orders)
    mails, answers, log = _copies(people, orders, emails)
    for person in people:
        person.name = person.phone = ""
        person.email = person.username = person.email_confirmed_at = None
        person.anonymised_at = timezone.now()
        person.set_unusable_password()
        person.save()
    Session.objects.filter(user__in=people).update(user_agent="")
    # Of who was of the staff once.
    SignIn.objects.filter(user__in=people).delete()
    for order in orders:
        order.name = order.email = order.phone = order.instructions = ""
        order.version += 1
        order.save(
            update_fields=["name", "email", "phone", "instructions", "version", "updated_at"]
        )
    blank_personal_data(order_ids=[order.pk for order in orders], emails=emails)
    mails.delete()
    answers.delete()
    # That something was done stays.
    log.update(object_repr="anonymised", change_message="")
    _blank_history([person.pk for person in people], [order.pk for order in orders])
    # With old scanners' codes the image holds the email.
    numbers = [order.order_number for order in orders]
    transaction.on_commit(lambda: qr.forget(numbers))


def _holding_links_of(people: Iterable[User]) -> Q:
    """The mails that hold a link into these accounts, wherever they went."""
    paths = (path_of(kind, one) for one in people for kind in (SET_PASSWORD, CONFIRM_EMAIL))
    return reduce(or_, (Q(text__contains=path) for path in paths))


def _blank_history(people: Iterable[int], orders: Iterable[int]) -> None:
    """Blank what the history says of these rows; that something was changed stays."""
    blank_history(User, people, name="", phone="", email=None, username=None)
    blank_history(Order, orders, name="", email="", phone="", instructions="")
