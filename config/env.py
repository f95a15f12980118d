"""Typed environment variables, read once, at start.

`config.variables` says which there are. `NAME_FILE=/run/secrets/name` may stand for
every `NAME` (a secret then stays out of the process's environment). `.env` at the top of
the project is read if present, or the file that ENV_FILE names; what the process was
started with wins.
"""

import os
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv
from environ.fileaware_mapping import FileAwareMapping

from config.variables import VARIABLES, Variable

BASE_DIR = Path(__file__).resolve().parent.parent


def refuse(number: int, text: str, hint: str) -> ImproperlyConfigured:
    """What stops the start before Django's own checks could, told as they tell it."""
    return ImproperlyConfigured(f"(config.E{number:03}) {text}\n\tHINT: {hint}")


class TypedEnv(FileAwareEnv):
    """django-environ with one table of types and defaults, that names what it cannot read.

    Calling it with a name raises ImproperlyConfigured where the text is none of the
    variable's type, in a sentence that does not repeat a secret.
    """

    # Uncached: what is read once at start needs no cache, and this one holds secrets.
    ENVIRON = FileAwareMapping(cache=False)

    def __init__(self) -> None:
        super().__init__()
        # The names that a file of settings gave, for who asks where a value comes from.
        self.from_settings_file: set[str] = set()

    def __call__(self, name: str) -> Any:
        """The variable's value, or its default.

        The library's own reading takes `$text` for another variable's name, and a secret may
        begin so.
        """
        variable = VARIABLES[name]
        text = self._text(variable)
        if text is None or (variable.is_required and not text.strip(" ,")):
            return self._default(variable)
        try:
            return variable.cast(text)
        except ValueError as error:
            told = "its value" if variable.is_secret else repr(text)
            raise refuse(2, f"{name} cannot be read: {told} {error}.", variable.hint) from None

    def _text(self, variable: Variable) -> str | None:
        try:
            # An editor ends a file with a line's end, which is no part of a secret.
            return str(self.ENVIRON[variable.name]).rstrip("\r\n")
        except KeyError:
            return None
        except OSError as error:
            text = f"{variable.name}_FILE cannot be read: {error}."
            raise refuse(2, text, "Name a file that the shop's user may read.") from None

    def _default(self, variable: Variable) -> Any:
        if variable.is_required and self("ENVIRONMENT") == "production":
            raise refuse(1, f"{variable.name} is not set.", variable.hint)
        default = variable.default
        return default(self) if callable(default) else default

    def source_of(self, name: str) -> str:
        """Where a variable's value comes from, as an operator would look for it."""
        if f"{name}_FILE" in os.environ:
            return f"{name}_FILE"
        if name in self.from_settings_file:
            return os.environ.get("ENV_FILE", ".env")
        return "environment" if name in os.environ else "default"

    def read_settings_file(self, path: Path) -> None:
        """Read a file of `NAME=value` lines, if there is one; what is set already wins."""
        before = set(os.environ)
        self.read_env(path)
        self.from_settings_file = set(os.environ) - before


env = TypedEnv()
env.read_settings_file(Path(os.environ.get("ENV_FILE", BASE_DIR / ".env")))
