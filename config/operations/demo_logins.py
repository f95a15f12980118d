"""The demonstration's logins: random, and kept in one file that only its owner reads."""

import json
import secrets
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import is_password_usable

from accounts.models import User
from workforce.models import Worker

PIN_DIGITS = 6


class Login(NamedTuple):
    """One way in: who it is, what to type, and the password or PIN."""

    role: str
    id: int
    name: str
    identity: str
    password: str


def path() -> Path:
    """Where the logins are kept."""
    return Path(settings.VAR_DIR) / "demo-logins.json"


def read() -> dict[str, Any]:
    """What is kept: `base_url` and `logins`; nothing where the file is missing or broken."""
    try:
        kept = json.loads(path().read_text(encoding="utf-8"))
        logins = [Login(**login) for login in kept["logins"]]
        return {"base_url": str(kept["base_url"]), "logins": logins}
    except (OSError, ValueError, KeyError, TypeError):
        return {"base_url": "", "logins": []}


def write(logins: Iterable[Login]) -> None:
    """Keep the logins, and where this shop is served; the file has mode 0600 from the start."""
    kept = {
        "base_url": settings.PUBLIC_URL,
        "logins": [login._asdict() for login in logins],
    }
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path().parent, delete=False
    ) as file:
        json.dump(kept, file, indent=2)
    Path(file.name).replace(path())


def _new_password(account: User | Worker) -> str:
    if isinstance(account, Worker):
        return f"{secrets.randbelow(10**PIN_DIGITS):0{PIN_DIGITS}}"
    return secrets.token_urlsafe(9)


def _password_of(account: User | Worker, kept: str | None, *, may_renew: bool) -> str | None:
    """The kept password, given to an account that has none; a new one where none is kept."""
    is_usable = is_password_usable(account.password)
    if kept is None and is_usable and not may_renew:
        return None
    password = kept or _new_password(account)
    if kept is None or not is_usable:
        account.set_password(password)
        account.save(update_fields=["password", "updated_at"])
    return password


def sign_in_ways(accounts: Iterable[tuple[str, User | Worker]], *, may_renew: bool) -> list[Login]:
    """The logins of these accounts (each with its role), as they are kept from now on.

    An account without a password gets one. `may_renew` gives a new one also where the
    file that kept it was lost.
    """
    kept = {login.identity: login.password for login in read()["logins"]}
    logins = []
    for role, account in accounts:
        identity = account.email or getattr(account, "username", "")
        password = _password_of(account, kept.get(identity), may_renew=may_renew)
        if password is not None:
            logins.append(Login(role, account.pk, account.name, identity, password))
    write(logins)
    return logins
