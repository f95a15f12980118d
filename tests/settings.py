"""The project's settings, with what would slow the tests down made cheap."""

import os

os.environ.setdefault("SHOP_NAME", "Roundtrip")

from config.settings import *  # noqa: F403
from config.settings import DATABASES, VAR_DIR

ARGON2_MEMORY_KIB = 8
ARGON2_TIME_COST = 1

# A file, not memory: threads of a test each open a connection of their own.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": VAR_DIR / "test.sqlite3"}
    # What a power cut would do to a test's database does not matter.
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["TEST"] = {
        "CHARSET": "utf8mb4",
        "COLLATION": "utf8mb4_general_ci",
    }

# Limits are switched on by the tests that are about them.
RATELIMIT_ENABLE = False
MEDIA_ROOT = VAR_DIR / "test-media"
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
