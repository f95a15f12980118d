"""The roles: what each may do, and how the groups come to it."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.http import HttpRequest

from accounts.models import User
from config.env import BASE_DIR
from config.operations.roles import ALL, FURTHER, MODELS, ROLES, apply_roles, permissions_of
from tests.statements import statements

pytestmark = pytest.mark.django_db


def held_by(group: str) -> set[str]:
    """The permissions of a group in the database, each as `app.codename`."""
    permissions = Permission.objects.filter(group__name=group)
    return {f"{p.content_type.app_label}.{p.codename}" for p in permissions}


@pytest.mark.parametrize("role", ROLES)
def test_a_migrated_database_has_every_role_with_its_permissions(role):
    assert held_by(ROLES[role]) == set(permissions_of(role))


def test_every_model_has_a_row():
    assert set(MODELS) == {model._meta.label_lower for model in apps.get_models()}


def test_every_permission_that_a_model_declares_has_a_row():
    declared = {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_models()
        for codename, _name in model._meta.permissions
    }
    assert set(FURTHER) == declared


def test_the_auditor_only_reads_and_takes_out():
    verbs = {permission.split(".")[1].split("_")[0] for permission in held_by("Auditor")}
    assert verbs == {"view", "export"}


def test_the_counter_takes_no_lists_out_and_brings_none_in():
    assert not {p for p in held_by("Counter") if re.search(r"\.(export|import)_", p)}


def test_the_counter_deletes_nothing_and_sets_no_price():
    counter = held_by("Counter")
    assert not {p for p in counter if ".delete_" in p}
    assert {p for p in counter if p.startswith("catalog.")} == {"catalog.view_service"}


def test_only_the_owner_reaches_users_and_roles():
    reaching = {
        role: {p for p in permissions_of(role) if re.match(r"auth\.|accounts\.\w+_user$", p)}
        for role in ROLES
    }
    assert reaching["manager"] == reaching["counter"] == set()
    assert reaching["auditor"] == {"accounts.view_user", "auth.view_group", "auth.view_permission"}
    assert reaching["owner"] >= {"accounts.change_user", "auth.change_group"}


def test_no_role_reads_the_keys_of_the_admins_sessions():
    assert not any(MODELS["sessions.session"])


@pytest.mark.parametrize("model", ["mail.outgoingmail", "rest.idempotencykey"])
def test_the_admin_shows_no_text_that_may_hold_a_link_into_an_account(model: str):
    page = admin.site.get_model_admin(apps.get_model(model))
    shown = flatten_fieldsets(page.get_fieldsets(HttpRequest()))
    assert set(shown).isdisjoint({"text", "html", "answer"})


def test_no_role_writes_tracks():
    writing = {p for role in ROLES for p in permissions_of(role) if re.search("[a-z]_track$", p)}
    assert writing == {"tracking.view_track", "tracking.export_track"}


def test_what_is_not_in_the_table_is_taken_from_a_role():
    Group.objects.get(name="Counter").permissions.add(
        Permission.objects.get(content_type__app_label="orders", codename="delete_order")
    )

    apply_roles()

    assert held_by("Counter") == set(permissions_of("counter"))


def test_what_a_role_lost_is_given_back():
    Group.objects.get(name="Manager").permissions.clear()

    apply_roles()

    assert held_by("Manager") == set(permissions_of("manager"))


def test_another_group_keeps_what_it_was_given():
    trainees = Group.objects.create(name="Trainees")
    trainees.permissions.add(Permission.objects.get(codename="delete_order"))

    apply_roles()

    assert held_by("Trainees") == {"orders.delete_order"}


def test_a_second_run_writes_nothing():
    with statements() as seen:
        apply_roles()

    assert [sql for sql in seen if not sql.startswith("SELECT")] == []


def test_permissions_that_are_not_made_yet_are_left_out():
    Permission.objects.filter(content_type__app_label="workforce").delete()

    apply_roles()

    expected = {p for p in permissions_of("owner") if not p.startswith("workforce.")}
    assert held_by("Owner") == expected


def test_migrating_makes_missing_permissions_and_roles_again():
    Group.objects.all().delete()
    Permission.objects.all().delete()

    call_command("migrate", verbosity=0)

    assert {role: held_by(name) for role, name in ROLES.items()} == {
        role: set(permissions_of(role)) for role in ROLES
    }


def test_a_member_of_a_role_holds_its_permissions(staff_without_permissions: User):
    staff_without_permissions.groups.add(Group.objects.get(name="Counter"))

    assert staff_without_permissions.get_all_permissions() == set(permissions_of("counter"))


def in_words(verbs: frozenset[str]) -> str:
    """The verbs as the page writes them."""
    if verbs == ALL:
        return "all"
    return ", ".join(v for v in ("view", "add", "change", "delete") if v in verbs) or "none"


def test_the_page_shows_the_table():
    page = (BASE_DIR / "docs/roles.md").read_text(encoding="utf-8")
    shown = {
        name: cells.split(" | ")
        for name, cells in re.findall(r"^\| `([a-z_.]+)` \| (.+) \|$", page, re.MULTILINE)
    }
    models = {model: [in_words(v) for v in verbs] for model, verbs in MODELS.items()}
    further = {
        permission: ["yes" if role in roles else "no" for role in ROLES]
        for permission, roles in FURTHER.items()
    }

    assert re.search(r"^\| \| " + r" \| ".join(ROLES.values()) + r" \|$", page, re.MULTILINE)
    assert shown == models | further
