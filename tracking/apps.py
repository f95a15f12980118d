"""The app that knows what happened."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrackingConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "tracking"
    verbose_name = _("Tracking")
