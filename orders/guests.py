"""What an email alone gives: the masked view of its newest orders.

An accepted risk of the old contract, switched off by LEGACY_EMAIL_LOOKUP.
"""

import datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import normalise_email
from orders.models import Order, OrderQuerySet, Status

MAX_ORDERS = 50
VISIBLE_DIGITS = 3
CLOSED = (Status.DELIVERED, Status.CANCELLED)


def orders_of_email(email: str) -> OrderQuerySet:
    """The newest orders placed under an email within LEGACY_EMAIL_DAYS, at most 50."""
    since = timezone.now() - datetime.timedelta(days=settings.LEGACY_EMAIL_DAYS)
    orders = Order.objects.present().filter(email=normalise_email(email), created_at__gte=since)
    return orders.order_by("-id").prefetch_related("lines")[:MAX_ORDERS]


def open_order_number(email: str) -> str:
    """The number of the one order under this email that is still on its way; else ""."""
    orders = Order.objects.present().filter(email=normalise_email(email))
    numbers = orders.exclude(status__in=CLOSED).values_list("order_number", flat=True)[:2]
    return numbers[0] if len(numbers) == 1 else ""


def mask_phone(phone: str) -> str:
    """A phone number's digits, of which only the last three can be read."""
    digits = "".join(character for character in phone if character.isdigit())
    return "*" * (len(digits) - VISIBLE_DIGITS) + digits[-VISIBLE_DIGITS:]


def initials_of(name: str) -> str:
    """`A. R.` for Asha Rao."""
    return " ".join(f"{part[0].upper()}." for part in name.split())
