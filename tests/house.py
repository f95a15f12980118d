"""Which apps are the project's own, for tests that look at all of them."""

from django.apps import AppConfig, apps
from django.conf import settings
from django.db.models import Model


def our_apps() -> list[AppConfig]:
    """The installed apps whose code lies in this house."""
    top = settings.BASE_DIR
    return [app for app in apps.get_app_configs() if (top / app.name.split(".")[0]).is_dir()]


def our_models() -> list[type[Model]]:
    """Their models that have a table of their own."""
    models = (model for app in our_apps() for model in app.get_models())
    return [model for model in models if not model._meta.proxy]
