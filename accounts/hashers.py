"""How passwords and PINs are hashed, and how the old servers' hashes still count once."""

import re
from typing import Any

from django.conf import settings
from django.contrib.auth import hashers
from werkzeug.security import check_password_hash

# The column that every hash must fit into: `User.password`, `Worker.password`.
MAX_LENGTH = 255

_WERKZEUG_HASH = re.compile(
    r"(?:scrypt:\d{1,9}:\d{1,9}:\d{1,9}|pbkdf2:(?:sha1|sha256|sha512):\d{1,9})"
    r"\$[A-Za-z0-9]+\$[0-9a-f]+"
)


class Argon2PasswordHasher(hashers.Argon2PasswordHasher):
    """argon2id with the parameters of the settings (OWASP's by default)."""

    memory_cost = settings.ARGON2_MEMORY_KIB
    time_cost = settings.ARGON2_TIME_COST
    parallelism = settings.ARGON2_PARALLELISM


class LegacyWerkzeugHasher(hashers.BasePasswordHasher):
    """Verifies what the old servers' Werkzeug wrote: `legacy_werkzeug$<old hash>`.

    It is never the preferred hasher, so a password that verifies here is hashed anew at
    that very login, and the old hash is gone.
    """

    algorithm = "legacy_werkzeug"

    def encode(self, password: str, salt: str) -> str:
        """Refuse: old hashes are only verified, new ones are argon2id."""
        raise NotImplementedError("Old hashes are only verified; new ones are argon2id.")

    def verify(self, password: str, encoded: str) -> bool:
        """Whether the old hash is this password's; False for one that cannot be read."""
        try:
            return check_password_hash(self._old(encoded), password)
        except ValueError:
            return False

    def must_update(self, encoded: str) -> bool:
        """Always: the next right password replaces the old hash."""
        return True

    def harden_runtime(self, password: str, encoded: str) -> None:
        """Do nothing: Django calls it on the preferred hasher only, which this never is."""

    def safe_summary(self, encoded: str) -> dict[Any, Any]:
        """What the admin may show of a hash."""
        method, salt, digest = self._old(encoded).split("$", 2)
        return {
            "algorithm": self.algorithm,
            "method": method,
            "salt": hashers.mask_hash(salt),
            "hash": hashers.mask_hash(digest),
        }

    def _old(self, encoded: str) -> str:
        return encoded.removeprefix(f"{self.algorithm}$")


def adopt_legacy_hash(old: str) -> str:
    """An old server's password hash in the form that `User` and `Worker` store.

    Takes Werkzeug's `scrypt:...` and `pbkdf2:...` and argon2-cffi's `$argon2id$...`.
    Anything else (a hash of an unknown kind, one too long, an empty text) becomes an
    unusable password: its owner gets a new one by a mailed link or from staff.
    """
    if _WERKZEUG_HASH.fullmatch(old):
        adopted = f"{LegacyWerkzeugHasher.algorithm}${old}"
    elif old.startswith("$argon2id$") and _is_readable_argon2(old):
        adopted = f"{Argon2PasswordHasher.algorithm}{old}"
    else:
        adopted = ""
    if not adopted or len(adopted) > MAX_LENGTH:
        return hashers.make_password(None)
    return adopted


def _is_readable_argon2(old: str) -> bool:
    hasher = Argon2PasswordHasher()
    try:
        hasher.decode(f"{hasher.algorithm}{old}")
    except ValueError:
        return False
    return True
