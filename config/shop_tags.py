"""The template library `shop`: what every page says of the shop, also without a context."""

from decimal import Decimal

from django import template
from django.conf import settings
from django.utils.formats import number_format

register = template.Library()


@register.simple_tag
def shop_name() -> str:
    """The shop's name, as its operator set it."""
    return settings.SHOP_NAME


@register.filter
def money(amount: Decimal) -> str:
    """An amount in the shop's currency, as its language writes numbers: `INR 1,260.00`."""
    number = number_format(amount, decimal_pos=2, use_l10n=True, force_grouping=True)
    return f"{settings.CURRENCY} {number}"
