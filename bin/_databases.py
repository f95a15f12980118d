"""Finds the way into MariaDB and Redis and makes what the tests need there.

`prepare` prints three lines: DATABASE_URL, CACHE_URL, CACHE_KEY_PREFIX.  Names end in a
digest of the checkout's path, so that two checkouts do not drop each other's databases.
"""

import hashlib
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

ADDRESS = "127.0.0.1"
MARIADB_PORT = 3306
REDIS_PORT = 6379
SOCKETS = ("/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock")  # noqa: S108

DIGEST = hashlib.sha256(str(Path(__file__).resolve().parent.parent).encode()).hexdigest()[:8]
NAME = f"roundtrip_{DIGEST}"


def listens(family: socket.AddressFamily, address: Any) -> bool:
    """Tell whether a server takes connections there."""
    with socket.socket(family, socket.SOCK_STREAM) as connection, suppress(OSError):
        connection.settimeout(2)
        connection.connect(address)
        return True
    return False


def mariadb_addresses() -> Iterator[dict[str, Any]]:
    """Yield where MariaDB listens, as arguments of MySQLdb.connect."""
    for path in SOCKETS:
        if listens(socket.AF_UNIX, path):
            yield {"unix_socket": path}
    if listens(socket.AF_INET, (ADDRESS, MARIADB_PORT)):
        yield {"host": ADDRESS, "port": MARIADB_PORT}


def prepare_mariadb() -> str:
    """Make the tests' user and database and return their DATABASE_URL.

    Tried in turn at each address: root without a password, root with
    MYSQL_ROOT_PASSWORD, and the user who runs this.
    """
    import MySQLdb

    users = [{"user": "root"}, {}]
    if password := os.environ.get("MYSQL_ROOT_PASSWORD"):
        users.insert(1, {"user": "root", "password": password})
    refusals = []
    for address in mariadb_addresses():
        for user in users:
            try:
                connection = MySQLdb.connect(**address, **user)
                return make_database(connection.cursor(), address)
            except MySQLdb.Error as error:
                refusals.append(str(error.args[-1]))
    sys.exit(
        "MariaDB runs but lets nobody in who may make users and databases: set "
        f"MYSQL_ROOT_PASSWORD and try again ({'; '.join(dict.fromkeys(refusals))})."
    )


def make_database(cursor: Any, address: dict[str, Any]) -> str:
    """Make the tests' user with a new password, and its database; return the DATABASE_URL."""
    # As which host the server sees us is its own business (skip_name_resolve, a
    # container's gateway), so it is asked.
    cursor.execute("SELECT USER()")
    user = (NAME, cursor.fetchone()[0].rpartition("@")[2])
    password = secrets.token_urlsafe(24)
    cursor.execute(f"CREATE DATABASE IF NOT EXISTS {NAME} CHARACTER SET utf8mb4")
    cursor.execute("CREATE USER IF NOT EXISTS %s@%s", user)
    cursor.execute("ALTER USER %s@%s IDENTIFIED BY %s", (*user, password))
    # `_` and `%` are wildcards in a grant; the driver halves `%%`.  Django puts `test_`
    # before the name and pytest-xdist a worker's number behind it.
    pattern = NAME.replace("_", r"\_")
    for databases in (pattern, rf"test\_{pattern}%%"):
        cursor.execute(f"GRANT ALL ON `{databases}`.* TO %s@%s", user)
    if "unix_socket" in address:
        return f"mysql://{NAME}:{password}@localhost/{NAME}?unix_socket={address['unix_socket']}"
    return f"mysql://{NAME}:{password}@{ADDRESS}:{MARIADB_PORT}/{NAME}"


def prepare_redis() -> str:
    """Return the CACHE_URL of this checkout: one of Redis' databases 1 to 15."""
    import redis

    database = int(DIGEST, 16) % 15 + 1
    refusals = []
    for password in (None, os.environ.get("REDIS_PASSWORD")):
        client = redis.Redis(host=ADDRESS, port=REDIS_PORT, db=database, password=password)
        try:
            client.ping()
        except redis.RedisError as error:
            refusals.append(str(error))
        else:
            credentials = f":{quote(password, safe='')}@" if password else ""
            return f"redis://{credentials}{ADDRESS}:{REDIS_PORT}/{database}"
    sys.exit(
        "Redis runs but refuses the tests: set REDIS_PASSWORD and try again "
        f"({'; '.join(dict.fromkeys(refusals))})."
    )


def main() -> None:
    """Answer one question of bin/_servers."""
    match sys.argv[1:]:
        case ["mariadb-is-up"]:
            sys.exit(not any(mariadb_addresses()))
        case ["redis-is-up"]:
            sys.exit(not listens(socket.AF_INET, (ADDRESS, REDIS_PORT)))
        case ["prepare"]:
            print(prepare_mariadb(), prepare_redis(), NAME, sep="\n")
        case _:
            sys.exit("usage: _databases.py mariadb-is-up | redis-is-up | prepare")


if __name__ == "__main__":
    main()
