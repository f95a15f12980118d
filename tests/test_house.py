"""The house keeps its promises: what is true of every app."""

from pathlib import Path

from tests.house import our_apps, our_models


def test_the_apps_of_the_house_are_known() -> None:
    """What the tests of all apps look at: an empty list would let everything pass."""
    names = {app.name for app in our_apps()}
    assert names >= {
        "accounts",
        "catalog",
        "config.mail",
        "config.operations",
        "config.rest",
        "orders",
        "tracking",
        "workforce",
    }
    assert "rest_framework" not in names


def test_every_app_has_its_tests() -> None:
    missing = [app.name for app in our_apps() if not list(Path(app.path).glob("tests/test_*.py"))]
    assert missing == []


def test_every_model_says_what_it_is() -> None:
    """A docstring of its own, not the one that Django makes from the columns."""
    silent = [
        model.__name__
        for model in our_models()
        if (model.__doc__ or "").startswith(f"{model.__name__}(")
    ]
    assert silent == []


def commands() -> dict[str, Path]:
    """The management commands of our apps, each with the folder of its app."""
    return {
        path.stem: Path(app.path)
        for app in our_apps()
        for path in Path(app.path).glob("management/commands/[!_]*.py")
    }


def test_every_command_has_a_test_module_of_its_name() -> None:
    found = commands()
    assert found
    top = Path(__file__).parent
    missing = [
        name
        for name, app in found.items()
        if not any((folder / f"test_{name}.py").is_file() for folder in (app / "tests", top))
    ]
    assert missing == []
