"""One shop in service for all tests here: two instances and nginx, on the test's database."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.env import env
from tests.processes import ENV, WITHOUT_LIMITS, free_port, run
from tests.serving.machine import NAME, Instance, Nginx

CACHE_KEY_PREFIX = "serving"


def database_url() -> str:
    """The address of the database that the tests write to."""
    values = connection.settings_dict
    user, password = (quote(str(values[name]), safe="") for name in ("USER", "PASSWORD"))
    socket = values["OPTIONS"].get("unix_socket")
    place = f"localhost/{values['NAME']}?unix_socket={socket}" if socket else (
        f"{values['HOST']}:{values['PORT']}/{values['NAME']}"
    )  # fmt: skip
    return f"mysql://{user}:{password}@{place}"


def environment(folder: Path, port: int) -> dict[str, str]:
    """What an instance is started with, as deploy/systemd/roundtrip.env has it."""
    return (
        ENV
        | WITHOUT_LIMITS
        | {
            "ENVIRONMENT": "production",
            "SECRET_KEY": settings.SECRET_KEY,
            # As the golden answers have it.
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "ALLOWED_HOSTS": f"{NAME},testserver",
            "TRUSTED_PROXIES": "127.0.0.1",
            "DATABASE_URL": database_url(),
            "CACHE_URL": env("CACHE_URL"),
            "CACHE_KEY_PREFIX": CACHE_KEY_PREFIX,
            "EMAIL_URL": "dummymail://",
            "ARGON2_MEMORY_KIB": "8",
            "ARGON2_TIME_COST": "1",
            "VAR_DIR": str(folder),
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
            "ACCEL_REDIRECT": "/kept/",
            "WEB_CONCURRENCY": "2",
            "PORT": str(port),
        }
    )


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything of this shop lies, as /var/lib/roundtrip would."""
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="session")
def instances(django_db_setup: None, django_db_blocker: Any, folder: Path) -> list[Instance]:
    """Two instances that share MariaDB and Redis; not yet started."""
    with django_db_blocker.unblock():
        return [Instance(environment(folder, free_port()), folder) for _ in range(2)]


@pytest.fixture(scope="session")
def served(instances: list[Instance], folder: Path) -> Iterator[Nginx]:
    """nginx in front of both."""
    run(sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0",
        cwd=settings.BASE_DIR, env=instances[0].environment)  # fmt: skip
    nginx = Nginx(folder, instances)
    try:
        for instance in instances:
            instance.start()
        nginx.start()
        yield nginx
    finally:
        nginx.stop()
        for instance in instances:
            instance.stop()


@pytest.fixture
def shop(served: Nginx, instances: list[Instance], transactional_db: None) -> Nginx:
    """The shop with both instances up, whatever the test before did to them."""
    for instance in instances:
        if instance.has_ended():
            instance.start()
    return served
