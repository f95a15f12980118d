"""The project's settings with what lints its migrations (`bin/check migrations`)."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]

MIGRATION_LINTER_OPTIONS = {
    "no_cache": True,
    # A new table is a constraint to nobody's code.
    "ignore_initial_migrations": True,
    # Older than the first release: no code was ever served beside them. Add nothing here; what a
    # migration after it needs is in docs/upgrading.md.
    "ignore_name": [
        "0002_seq_of_every_order",
        "0004_statuses_known_to_orders",
        "0005_exact_order_email",
    ],
}
