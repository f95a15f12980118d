"""Only the life cycle assigns `Order.status`."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

# The layers that may import orders; below them nobody can reach one.
ABOVE = ["orders", "workforce", "config/operations"]


def _targets(node: ast.AST) -> Iterator[ast.expr]:
    match node:
        case ast.Assign(targets=targets):
            yield from (part for target in targets for part in ast.walk(target))  # type: ignore[misc]
        case ast.AugAssign(target=target) | ast.AnnAssign(target=target):
            yield target


def _assigns_status(node: ast.AST) -> bool:
    """Whether this is `x.status = ...`, `setattr(x, "status", ...)` or an update of it."""
    if any(isinstance(t, ast.Attribute) and t.attr == "status" for t in _targets(node)):
        return True
    match node:
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value="status"), *_]):
            return True
        case ast.Call(func=ast.Attribute(attr="update" | "update_or_create"), keywords=keywords):
            return any(keyword.arg == "status" for keyword in keywords)
        case ast.Call(func=ast.Attribute(attr="bulk_update"), args=[_, fields, *_]):
            return any(getattr(part, "value", None) == "status" for part in ast.walk(fields))
    return False


def assignments(source: str) -> int:
    """How often a module's source assigns a status."""
    return sum(_assigns_status(node) for node in ast.walk(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "order.status = 'delivered'",
        "order.status, order.version = 'delivered', 2",
        "order.status: str = 'delivered'",
        "order.status += 'x'",
        "setattr(order, 'status', 'delivered')",
        "Order.objects.filter(pk=1).update(status='delivered')",
        "Order.objects.update_or_create(pk=1, status='delivered')",
        "Order.objects.bulk_update(orders, ['version', 'status'])",
    ],
)
def test_every_way_to_assign_a_status_is_seen(source):
    assert assignments(source) == 1


@pytest.mark.parametrize(
    "source", ["status = order.status", "order.version = 2", "Order.objects.filter(status='x')"]
)
def test_reading_a_status_is_not_taken_for_assigning_it(source):
    assert assignments(source) == 0


def test_only_the_life_cycle_assigns_a_status_and_in_one_place():
    found = {}
    for folder in ABOVE:
        for path in sorted((settings.BASE_DIR / folder).rglob("*.py")):
            if {"tests", "migrations"} & set(Path(path).parts):
                continue
            if count := assignments(path.read_text()):
                found[str(path.relative_to(settings.BASE_DIR))] = count

    assert found == {"orders/lifecycle.py": 1}
