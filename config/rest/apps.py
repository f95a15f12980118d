"""The API's manners: an app of its own for its models and checks."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RestConfig(AppConfig):
    """Everything that makes the API behave the same on every endpoint."""

    name = "config.rest"
    label = "rest"
    verbose_name = _("API")

    def ready(self) -> None:
        """Register the checks."""
        from config.rest import checks  # noqa: F401
