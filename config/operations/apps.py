"""What spans all apps, and the admin site that shows them."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class OperationsConfig(AppConfig):
    """Work that needs every app: the admin site, old data, demo data, the round trip."""

    name = "config.operations"
    label = "operations"
    verbose_name = _("Operations")

    def ready(self) -> None:
        """Keep the roles' groups as their table says, and write down who calls old paths."""
        from config.operations import checks, legacy_use, roles  # noqa: F401

        roles.connect()
        legacy_use.connect()


class RoundtripAdminConfig(AdminConfig):
    """Django's admin with our site as its default: apps register as usual."""

    default_site = "config.operations.admin_site.RoundtripAdminSite"
