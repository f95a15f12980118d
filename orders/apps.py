"""The app that knows what was ordered, and how it moves."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "orders"
    verbose_name = _("Orders")

    def ready(self) -> None:
        """Listen to what other apps tell, and register the checks."""
        from accounts.signals import email_confirmed
        from orders import checks  # noqa: F401
        from orders.receivers import mark_orders_of_confirmed_email

        email_confirmed.connect(mark_orders_of_confirmed_email)
