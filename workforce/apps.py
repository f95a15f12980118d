"""The app that knows who carries it."""

from django.apps import AppConfig


class WorkforceConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "workforce"
