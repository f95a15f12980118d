"""Who of the staff may do what: one table of roles, kept as groups of Django's permissions.

Give a member of staff one of the groups and their calls and admin pages follow from it.
`docs/roles.md` shows the table and says why; a test holds the two together.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS, router, transaction
from django.db.models.signals import post_migrate

NOTHING: frozenset[str] = frozenset()
SEE = frozenset({"view"})
KEEP = frozenset({"view", "add", "change"})
CLEAR = frozenset({"view", "delete"})
ALL = frozenset({"view", "add", "change", "delete"})


class Verbs(NamedTuple):
    """What each role may do with one model."""

    owner: frozenset[str]
    manager: frozenset[str]
    counter: frozenset[str]
    auditor: frozenset[str]


# Verbs' field -> the group's name.
ROLES = {"owner": "Owner", "manager": "Manager", "counter": "Counter", "auditor": "Auditor"}

# Every model has its row: a new one must be decided on, not forgotten.
# fmt: off
MODELS = {
    #                                  Owner    Manager  Counter  Auditor
    "catalog.service":           Verbs(ALL,     ALL,     SEE,     SEE),
    "accounts.customer":         Verbs(ALL,     ALL,     KEEP,    SEE),
    "orders.order":              Verbs(ALL,     ALL,     KEEP,    SEE),
    "orders.orderline":          Verbs(ALL,     ALL,     KEEP,    SEE),
    "tracking.track":            Verbs(SEE,     SEE,     SEE,     SEE),
    "workforce.worker":          Verbs(ALL,     ALL,     SEE,     SEE),
    "workforce.devicetoken":     Verbs(ALL,     ALL,     NOTHING, SEE),
    "accounts.user":             Verbs(ALL,     NOTHING, NOTHING, SEE),
    "accounts.session":          Verbs(CLEAR,   NOTHING, NOTHING, SEE),
    # Staff set up their own; another's is taken away by who may change that user.
    "accounts.secondfactor":     Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
    "accounts.recoverycode":     Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
    "accounts.signin":           Verbs(SEE,     NOTHING, NOTHING, SEE),
    "auth.group":                Verbs(ALL,     NOTHING, NOTHING, SEE),
    "auth.permission":           Verbs(SEE,     NOTHING, NOTHING, SEE),
    "admin.logentry":            Verbs(SEE,     NOTHING, NOTHING, SEE),
    # Their texts hold links into accounts, so the admin shows none of them.
    "mail.outgoingmail":         Verbs(SEE,     SEE,     NOTHING, SEE),
    "rest.idempotencykey":       Verbs(SEE,     NOTHING, NOTHING, SEE),
    "operations.importedrow":    Verbs(SEE,     SEE,     NOTHING, SEE),
    "operations.legacyuse":      Verbs(SEE,     SEE,     NOTHING, SEE),
    "operations.customermerge":  Verbs(SEE,     SEE,     NOTHING, SEE),
    # Who may see a row reads its history on its page, and nowhere else.
    "catalog.historicalservice": Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
    "accounts.historicaluser":   Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
    "orders.historicalorder":    Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
    "workforce.historicalworker": Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
    # The key of an admin's session is the session: who reads it could become anybody.
    "sessions.session":          Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
    "contenttypes.contenttype":  Verbs(NOTHING, NOTHING, NOTHING, NOTHING),
}
# fmt: on

# The contract's own permissions -> who holds them.
FURTHER = {
    "orders.correct_status": ("owner", "manager"),
    "orders.restore_order": ("owner", "manager"),
    # What leaves the shop in bulk holds personal data; what comes in, anybody's prices.
    "catalog.export_service": ("owner", "manager", "auditor"),
    "catalog.import_service": ("owner", "manager"),
    "accounts.export_customer": ("owner", "manager", "auditor"),
    "accounts.import_customer": ("owner", "manager"),
    "orders.export_order": ("owner", "manager", "auditor"),
    "tracking.export_track": ("owner", "manager", "auditor"),
}


def permissions_of(role: str) -> Iterator[str]:
    """The permissions of a role (a field of `Verbs`), each as `app.codename`."""
    for model, verbs in MODELS.items():
        app, name = model.split(".")
        yield from (f"{app}.{verb}_{name}" for verb in sorted(getattr(verbs, role)))
    yield from (permission for permission, roles in FURTHER.items() if role in roles)


def apply_roles(*, using: str = DEFAULT_DB_ALIAS, apps: Any = global_apps) -> None:
    """Give the roles' groups exactly what the table says; leave other groups alone.

    Permissions that are not in the database (a part of the migrations has run) are left
    out until they are.
    """
    group_model, permission_model = (apps.get_model("auth", m) for m in ("Group", "Permission"))
    permissions = permission_model.objects.using(using).values_list(
        "content_type__app_label", "codename", "pk"
    )
    keys = {f"{app}.{codename}": key for app, codename, key in permissions}
    with transaction.atomic(using=using):
        for role, name in ROLES.items():
            group, _is_new = group_model.objects.using(using).get_or_create(name=name)
            group.permissions.set([keys[p] for p in permissions_of(role) if p in keys])


def apply_roles_after_migrate(
    sender: AppConfig, using: str = DEFAULT_DB_ALIAS, apps: Any = global_apps, **kwargs: Any
) -> None:
    """Apply the table once the last app's permissions are there (`post_migrate`).

    Django makes an app's permissions in a receiver of the same signal, which may be called
    after this one; making them is idempotent, so it is done here too.
    """
    create_permissions(sender, using=using, apps=apps, verbosity=0)
    try:
        group_model = apps.get_model("auth", "Group")
    except LookupError:
        return
    if router.allow_migrate_model(using, group_model):
        apply_roles(using=using, apps=apps)


def connect() -> None:
    """Have the table applied after every `migrate` and `flush`."""
    # The signal is sent for each app with models, in this order.
    *_others, last = (app for app in global_apps.get_app_configs() if app.models_module)
    post_migrate.connect(apply_roles_after_migrate, sender=last, dispatch_uid="roles")
