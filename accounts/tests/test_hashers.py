"""New hashes are argon2id; what the old servers wrote is read once and replaced."""

from typing import Any

import pytest
from django.contrib.auth.hashers import check_password, is_password_usable

from accounts.hashers import (
    MAX_LENGTH,
    Argon2PasswordHasher,
    LegacyWerkzeugHasher,
    adopt_legacy_hash,
)
from config import settings as real_settings
from tests.cast import PASSWORD
from tests.old_hashes import OLD_FORMS, old_hash

OLD_SCRYPT = (
    "scrypt:32768:8:1$JgN279tQjiDTDsUJ$9ab8acd6dda95e80b01cbbca590728947212e0be318408ef4c3bf0"
    "e03272a428f248a5d2d5e64eb475ea268359602d008b4f3297a0391fec8edae2c4a18c6fae"
)


def test_the_hasher_takes_its_parameters_from_the_settings(settings: Any) -> None:
    assert Argon2PasswordHasher.memory_cost == settings.ARGON2_MEMORY_KIB
    assert Argon2PasswordHasher.time_cost == settings.ARGON2_TIME_COST
    assert Argon2PasswordHasher.parallelism == settings.ARGON2_PARALLELISM


def test_the_real_parameters_are_owasps() -> None:
    class Real(Argon2PasswordHasher):
        memory_cost = real_settings.ARGON2_MEMORY_KIB
        time_cost = real_settings.ARGON2_TIME_COST
        parallelism = real_settings.ARGON2_PARALLELISM

    assert Real().encode(PASSWORD, "salt" * 6).startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize("form", OLD_FORMS)
def test_an_old_hash_is_right_for_its_password_only(form: str) -> None:
    adopted = adopt_legacy_hash(old_hash(form, PASSWORD))
    assert check_password(PASSWORD, adopted) is True
    assert check_password(PASSWORD + " ", adopted) is False


def test_the_longest_old_hash_fits_the_column() -> None:
    adopted = adopt_legacy_hash(OLD_SCRYPT)
    assert adopted == f"legacy_werkzeug${OLD_SCRYPT}"
    assert len(adopted) == 178
    assert len(adopted) <= MAX_LENGTH


def test_an_argon2_hash_becomes_djangos_own_form() -> None:
    old = old_hash("argon2-cffi", PASSWORD)
    assert adopt_legacy_hash(old) == f"argon2{old}"


@pytest.mark.parametrize(
    "unknown",
    [
        "",
        "plain text",
        "sha256$salt$0123",
        "pbkdf2:md5:10$salt$0123",
        "scrypt:32768:8:1$salt",
        f"scrypt:32768:8:1${'s' * 200}${'0' * 128}",
        "$argon2id$",
        "$argon2id$v=19$m=64,t=1,p=1$a$b",
        "$2b$12$abcdefghijklmnopqrstuv",
    ],
)
def test_an_unknown_form_becomes_an_unusable_password(unknown: str) -> None:
    assert is_password_usable(adopt_legacy_hash(unknown)) is False


def test_a_hash_that_cannot_be_read_is_wrong_for_every_password() -> None:
    assert LegacyWerkzeugHasher().verify("", "legacy_werkzeug$scrypt:3:8:1$salt$00") is False
    assert LegacyWerkzeugHasher().verify("", "legacy_werkzeug$md5$salt$00") is False
    assert LegacyWerkzeugHasher().verify("", "legacy_werkzeug$") is False


def test_no_new_hash_is_made_in_an_old_form() -> None:
    with pytest.raises(NotImplementedError):
        LegacyWerkzeugHasher().encode(PASSWORD, "salt")


def test_the_admins_summary_masks_salt_and_hash() -> None:
    assert LegacyWerkzeugHasher().safe_summary(
        "legacy_werkzeug$scrypt:1024:8:1$abcdefgh$01234567"
    ) == {
        "algorithm": "legacy_werkzeug",
        "method": "scrypt:1024:8:1",
        "salt": "abcdef**",
        "hash": "012345**",
    }
