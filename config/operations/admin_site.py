"""The staff's face: Django's admin as a site of our own."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class RoundtripAdminSite(AdminSite):
    """The admin, in the shop's name."""

    site_header = settings.SHOP_NAME
    site_title = settings.SHOP_NAME
    index_title = _("The shop")
    enable_nav_sidebar = True
