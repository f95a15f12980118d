"""The app that knows who carries it."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WorkforceConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "workforce"
    verbose_name = _("Workforce")
