"""What befalls customers across all apps: deleting and anonymising them."""

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, path_of
from accounts.models import Customer, Session, User
from accounts.profile import lock_user
from accounts.sessions import end_sessions
from config.database import retried
from config.mail.models import OutgoingMail
from config.rest.models import IdempotencyKey
from config.rest.refusals import Code, Refusal
from orders import qr
from orders.models import Order, Status
from tracking.ledger import blank_personal_data

_CLOSED = (Status.DELIVERED, Status.CANCELLED)


@retried
def delete_customer(*, customer: User, anonymise: bool = False) -> str:
    """Take a customer away; answers what came of it: deleted, deactivated or anonymised.

    Without orders the record goes. With orders it stays, deactivated and signed out, and
    with `anonymise` blank of everything personal. Raises `has_open_orders`, and `not_found`
    for one who was erased meanwhile.
    """
    with transaction.atomic():
        customer = lock_user(customer)
        orders = list(Order.objects.select_for_update().filter(customer=customer).order_by("pk"))
        if any(order.status not in _CLOSED and order.deleted_at is None for order in orders):
            raise Refusal(Code.HAS_OPEN_ORDERS)
        if anonymise:
            _blank(customer, orders)
        if not orders and not customer.tracks.exists():
            customer.delete()
            return "deleted"
        customer.is_active = False
        customer.save(update_fields=["is_active", "updated_at"])
        end_sessions(user=customer)
    return "anonymised" if anonymise else "deactivated"


def _blank(customer: User, orders: list[Order]) -> None:
    """Blank a locked customer and their locked orders, and every copy kept elsewhere."""
    emails = {email for email in (customer.email, *(o.email for o in orders)) if email}
    # An address that they had before stands only in the mails with their links.
    linking = _holding_links_of(customer)
    emails |= set(OutgoingMail.objects.filter(linking).values_list("recipient", flat=True))
    # An order may carry a mailbox that is somebody else's account by now.
    others = User.objects.filter(email__in=emails).exclude(pk=customer.pk)
    emails -= set(others.values_list("email", flat=True))
    numbers = [order.order_number for order in orders]

    customer.name = customer.phone = ""
    customer.email = customer.username = customer.email_confirmed_at = None
    customer.anonymised_at = timezone.now()
    customer.set_unusable_password()
    customer.save()
    Session.objects.filter(user=customer).update(user_agent="")
    for order in orders:
        order.name = order.email = order.phone = order.instructions = ""
        order.version += 1
        order.save(
            update_fields=["name", "email", "phone", "instructions", "version", "updated_at"]
        )
    blank_personal_data(order_ids=[order.pk for order in orders], emails=emails)
    OutgoingMail.objects.filter(linking | Q(recipient__in=emails)).delete()
    subjects = [f"order:{number}" for number in numbers]
    IdempotencyKey.objects.filter(subject__in=subjects).delete()
    _blank_admin_log(customer, orders)
    # With old scanners' codes the image holds the email.
    transaction.on_commit(lambda: qr.forget(numbers))


def _holding_links_of(customer: User) -> Q:
    """The mails that hold a link into this account, wherever they went."""
    password, email = (path_of(kind, customer) for kind in (SET_PASSWORD, CONFIRM_EMAIL))
    return Q(text__contains=password) | Q(text__contains=email)


def _blank_admin_log(customer: User, orders: list[Order]) -> None:
    """Blank what the admin's log says of these rows; that something was done stays."""
    people = ContentType.objects.get_for_models(User, Customer, for_concrete_models=False)
    rows = [(kind, [customer.pk]) for kind in people.values()]
    rows.append((ContentType.objects.get_for_model(Order), [order.pk for order in orders]))
    for kind, keys in rows:
        entries = LogEntry.objects.filter(content_type=kind, object_id__in=map(str, keys))
        entries.update(object_repr="anonymised", change_message="")
