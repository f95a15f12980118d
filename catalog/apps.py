"""The app that knows what the shop sells."""

from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "catalog"
