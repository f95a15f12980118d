"""The app that knows what was ordered, and how it moves."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "orders"
