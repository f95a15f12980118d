"""What would make a shop in service unsafe, found before it serves anybody."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core import checks
from django.core.checks.security.base import (
    SECRET_KEY_MIN_LENGTH,
    SECRET_KEY_MIN_UNIQUE_CHARACTERS,
)
from django.core.exceptions import ValidationError

from config.env import env
from config.operations.roles import ROLES
from config.variables import VARIABLES

METRICS_TOKEN_MIN_LENGTH = 32


def _secrets() -> dict[str, str]:
    """Every secret that is set, by its variable; of an address only the password in it."""
    found = {}
    for name, variable in VARIABLES.items():
        if not variable.is_secret:
            continue
        text = str(env(name))
        try:
            secret = unquote(urlsplit(text).password or "") if "://" in text else text
        except ValueError:
            continue
        if secret:
            found[name] = secret
    return found


@checks.register("settings")
def check_secret_key(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """In production the key is nobody else's, and long enough that nobody finds it."""
    if not settings.PRODUCTION:
        return []
    key, variable = settings.SECRET_KEY, VARIABLES["SECRET_KEY"]
    if key == variable.default or key.startswith("django-insecure-"):
        text = "SECRET_KEY is a default that everybody knows."
        return [checks.Error(text, hint=variable.hint, id="operations.E001")]
    if len(key) < SECRET_KEY_MIN_LENGTH or len(set(key)) < SECRET_KEY_MIN_UNIQUE_CHARACTERS:
        text = (
            f"SECRET_KEY is too easy to find: it has fewer than {SECRET_KEY_MIN_LENGTH} "
            f"characters, or fewer than {SECRET_KEY_MIN_UNIQUE_CHARACTERS} different ones."
        )
        return [checks.Error(text, hint=variable.hint, id="operations.E002")]
    return []


@checks.register("settings")
def check_secrets_differ(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """In production no secret stands for two things: who learns one would know the other."""
    if not settings.PRODUCTION:
        return []
    secrets = _secrets()
    names = sorted(secrets)
    return [
        checks.Error(
            f"{first} and {second} hold the same secret.",
            hint="Give each a secret of its own.",
            id="operations.E003",
        )
        for position, first in enumerate(names)
        for second in names[position + 1 :]
        if secrets[first] == secrets[second]
    ]


@checks.register("settings")
def check_metrics_token(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """In production nobody finds the token of `/metrics` by trying."""
    token = settings.METRICS_TOKEN
    if not settings.PRODUCTION or not token or len(token) >= METRICS_TOKEN_MIN_LENGTH:
        return []
    text = f"METRICS_TOKEN has fewer than {METRICS_TOKEN_MIN_LENGTH} characters."
    return [checks.Error(text, hint=VARIABLES["METRICS_TOKEN"].hint, id="operations.E008")]


@checks.register("settings")
def check_debug(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """In production no error page shows the code and the settings."""
    if not (settings.PRODUCTION and settings.DEBUG):
        return []
    hint = "Unset DEBUG; the log has what an error page would show."
    return [checks.Error("DEBUG is on in production.", hint=hint, id="operations.E004")]


@checks.register("settings")
def check_processes_share_a_database(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """SQLite has one writer at a time: more than one process would wait for each other."""
    processes = env("WEB_CONCURRENCY")
    if processes == 1 or not env("DATABASE_URL").startswith("sqlite"):
        return []
    return [
        checks.Error(
            f"{processes} processes cannot share an SQLite database.",
            hint="Set DATABASE_URL=mysql://... or WEB_CONCURRENCY=1.",
            id="operations.E005",
        )
    ]


@checks.register("settings")
def check_admin_password(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """In production the first member of staff has no password that everybody tries."""
    if not settings.PRODUCTION:
        return []
    try:
        CommonPasswordValidator().validate(settings.ADMIN_PASSWORD)
    except ValidationError:
        text = "ADMIN_PASSWORD is among the passwords that everybody tries."
        return [checks.Error(text, hint=VARIABLES["ADMIN_PASSWORD"].hint, id="operations.E006")]
    return []


@checks.register("settings")
def check_required_roles(app_configs: Any, **kwargs: Any) -> list[checks.CheckMessage]:
    """A role that is misspelt would leave those without a second factor in."""
    return [
        checks.Error(
            f"OTP_REQUIRED_ROLES: there is no role {name!r}.",
            hint=f"Write {', '.join(ROLES.values())}, with commas, or * for all staff.",
            id="operations.E007",
        )
        for name in settings.OTP_REQUIRED_ROLES
        if name not in {"*", *ROLES.values()}
    ]
