"""The app that knows what the shop sells."""

from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save
from django.utils.translation import gettext_lazy as _


class CatalogConfig(AppConfig):
    """What Django needs to know of this app."""

    name = "catalog"
    verbose_name = _("Catalog")

    def ready(self) -> None:
        """Forget the kept offer whenever a service changes."""
        from catalog.models import Service
        from catalog.offer import forget_offer

        post_save.connect(forget_offer, sender=Service, dispatch_uid="catalog.offer")
        post_delete.connect(forget_offer, sender=Service, dispatch_uid="catalog.offer")
