"""The app that knows what happened."""

from django.apps import AppConfig


class TrackingConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "tracking"
