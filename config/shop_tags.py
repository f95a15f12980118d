"""The template library `shop`: what every page says of the shop, also without a context."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def shop_name() -> str:
    """The shop's name, as its operator set it."""
    return settings.SHOP_NAME
