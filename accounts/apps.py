"""The app that knows who signs in: customers and staff."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Note who of the staff comes in and goes out, wherever Django tells of it."""
        from django.contrib.auth import signals

        from accounts import sign_ins

        signals.user_logged_in.connect(sign_ins.note_signed_in)
        signals.user_logged_out.connect(sign_ins.note_signed_out)
