"""The outbox, as an app of its own for its table."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MailConfig(AppConfig):
    """Mails are written with the change they tell of, and sent after it."""

    name = "config.mail"
    label = "mail"
    verbose_name = _("Mail")

    def ready(self) -> None:
        """Register the checks."""
        from config.mail import checks  # noqa: F401
