"""Every migration goes down to nothing and up again."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests.house import our_apps, our_models


def our_labels() -> list[str]:
    """The apps of the house that have migrations."""
    migrated = MigrationLoader(None).migrated_apps
    return sorted(app.label for app in our_apps() if app.label in migrated)


def our_tables() -> set[str]:
    """The tables that our models need, with those of their many-to-many fields."""
    tables = {model._meta.db_table for model in our_models()}
    joins = {field.m2m_db_table() for model in our_models() for field in model._meta.many_to_many}
    return tables | joins


def shape() -> dict[str, Any]:
    """Every table with its columns, constraints and indexes, as the database tells them."""
    introspection = connection.introspection
    with connection.cursor() as cursor:
        return {
            table: (
                introspection.get_table_description(cursor, table),
                introspection.get_constraints(cursor, table),
            )
            for table in introspection.table_names(cursor)
        }


def migrate(*targets: tuple[str, str | None]) -> None:
    MigrationExecutor(connection).migrate(list(targets))


@pytest.mark.django_db(transaction=True)
def test_every_migration_goes_down_to_zero_and_up_again() -> None:
    before = shape()
    assert our_tables() <= before.keys()
    newest = MigrationLoader(None).graph.leaf_nodes()
    try:
        migrate(*((label, None) for label in our_labels()))
        assert not our_tables() & shape().keys()
    finally:
        migrate(*newest)
    assert shape() == before


def test_every_app_with_models_of_its_own_has_migrations() -> None:
    with_models = {model._meta.app_label for model in our_models()}
    assert with_models <= set(our_labels())
