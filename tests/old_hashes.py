"""Password hashes as the old servers wrote them, with cheap work factors."""

import argon2
from werkzeug.security import generate_password_hash

OLD_FORMS = ["scrypt:1024:8:1", "pbkdf2:sha256:10", "pbkdf2:sha512:10", "argon2-cffi"]


def old_hash(form: str, password: str) -> str:
    """A hash of one of the forms: a method of Werkzeug, or argon2-cffi's own."""
    if form == "argon2-cffi":
        return argon2.PasswordHasher(time_cost=1, memory_cost=64).hash(password)
    return generate_password_hash(password, method=form)
