"""The shop of the drills."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from config.env import env
from tests.drills.shop import Shop
from tests.processes import ENV, WITHOUT_LIMITS, free_port
from tests.serving.machine import NAME


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop with the demonstration's weeks of orders."""
    address, query, options = env("DATABASE_URL").partition("?")
    server, _, name = address.rpartition("/")
    folder = tmp_path_factory.mktemp("shop")
    shop = Shop(
        ENV
        | WITHOUT_LIMITS
        | {
            "ENVIRONMENT": "development",
            "ALLOWED_HOSTS": f"127.0.0.1,{NAME}",
            "DATABASE_URL": f"{server}/test_{name}_drill{query}{options}",
            "CACHE_URL": env("CACHE_URL"),
            "CACHE_KEY_PREFIX": "drills",
            "EMAIL_URL": "dummymail://",
            "LOG_LEVEL": "WARNING",
            "PORT": str(free_port()),
            "VAR_DIR": str(folder),
            "WEB_CONCURRENCY": "2",
        }
    )
    shop.drop()
    shop.sql(f"CREATE DATABASE `{shop.name}` CHARACTER SET utf8mb4")
    try:
        shop.manage("prepare_demo")
        yield shop
    finally:
        shop.drop()


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory, shop: Shop) -> tuple[str, Path]:
    """A public key of age, and the file of its private key."""
    path = tmp_path_factory.mktemp("keys") / "backup.key"
    made = shop.run("age-keygen", "-o", str(path))
    return made.stderr.removeprefix("Public key: ").strip(), path


@pytest.fixture(scope="session")
def backup(shop: Shop) -> Path:
    """A backup of the shop as it was when somebody first asked for one."""
    return shop.backup()
