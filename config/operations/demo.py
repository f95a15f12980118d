"""The demonstration: a migrated database with a shop in full swing, and its logins."""

from typing import NamedTuple

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Q

from accounts.models import User, normalise_email
from config.operations import demo_data
from config.operations.demo_logins import Login, sign_in_ways
from orders.models import Order
from workforce.models import Worker


class DemoRefusedError(Exception):
    """The demonstration cannot be made here; the text says why."""


class Demo(NamedTuple):
    """What `prepare` found or made: whether it is the demonstration, and who can sign in."""

    is_demo: bool
    admin: User
    logins: list[Login]


def prepare() -> Demo:
    """Bring the database up to date, fill an empty one, and answer who can sign in.

    Costs a handful of queries once that is done. A database with orders of its own gets
    no demo data. Raises DemoRefusedError: in production (after migrating), and where the
    admin's email or user name belongs to somebody else.
    """
    migrate()
    if settings.PRODUCTION:
        raise DemoRefusedError(
            "ENVIRONMENT=production: the database is migrated; demo data is never loaded there."
        )
    admin = ensure_admin()
    is_demo = is_loaded()
    if not is_demo and not Order.objects.exists():
        # Imported here, because the verbs that it needs take a while to import.
        from config.operations.demo_loading import load

        load(owner=admin)
        is_demo = True
    return Demo(is_demo, admin, sign_in_ways(_accounts(admin, is_demo), may_renew=is_demo))


def migrate() -> None:
    """Apply what migrations are missing.

    `migrate` itself takes longer to find nothing to do than a start should.
    """
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def is_loaded() -> bool:
    """Whether this database holds the demonstration."""
    return Worker.objects.filter(email=demo_data.WORKSHOP.email).exists()


def _named_admin() -> tuple[str, str]:
    """The email and user name of the admin: as the environment has them, else the demo's."""
    email = normalise_email(settings.ADMIN_EMAIL) or demo_data.OWNER.email
    return email, settings.ADMIN_USERNAME or "admin"


def ensure_admin() -> User:
    """Who may do everything: whom ADMIN_EMAIL and ADMIN_USERNAME name, or whoever is there.

    Made if missing; without ADMIN_PASSWORD the password is unusable until
    `demo_logins.sign_in_ways` gives one. Raises DemoRefusedError.
    """
    email, username = _named_admin()
    named = Q(email=email) | Q(username=username)
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    admin = superusers.filter(named).first()
    if admin is None and not (settings.ADMIN_EMAIL or settings.ADMIN_USERNAME):
        admin = superusers.first()
    if admin is not None:
        return admin
    if User.objects.filter(named).exists():
        raise DemoRefusedError(
            f"{email} or the user name {username} belongs to somebody who is no active admin: "
            "name another by ADMIN_EMAIL and ADMIN_USERNAME."
        )
    password = settings.ADMIN_PASSWORD or None
    name = demo_data.OWNER.name
    return User.objects.create_superuser(email, password, name=name, username=username)  # type: ignore[arg-type]


def _accounts(admin: User, is_demo: bool) -> list[tuple[str, User | Worker]]:
    """Whose logins the demonstration looks after, each with its role.

    Not those of an admin whom the operator made, or whose password the environment sets.
    """
    accounts: list[tuple[str, User | Worker]] = []
    email, username = _named_admin()
    if (admin.email == email or admin.username == username) and not settings.ADMIN_PASSWORD:
        accounts.append(("admin", admin))
    if is_demo:
        emails = [person.email for person in demo_data.WORKERS]
        workers = Worker.objects.filter(email__in=emails).order_by("pk")
        visitor = User.objects.filter(email=demo_data.CUSTOMERS[0].email)
        accounts += [("worker", worker) for worker in workers]
        accounts += [("customer", user) for user in visitor]
    return accounts
