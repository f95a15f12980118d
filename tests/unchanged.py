"""Holding a call to what it may write: a refusal that changes something is none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db.models import Model


def rows(*but: type[Model]) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the project, but of these models."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if not model.__module__.startswith("django.") and not model._meta.proxy and model not in but
    }


@contextmanager
def nothing_written(*, but: tuple[type[Model], ...] = ()) -> Iterator[None]:
    """Fail if the block changes a row of any model but these."""
    before = rows(*but)
    yield
    after = rows(*but)
    changed = {label for label in before if before[label] != after[label]}
    assert not changed, f"Written to: {', '.join(sorted(changed))}."
