"""`manage.py import_legacy`, killed as an operating system kills: no exception, no clean-up."""

import os
import signal
import sqlite3
import subprocess
import sys

from config.env import BASE_DIR
from tests.old_servers import CAMEL, make_server

BATCH = 500
# The process ends itself within a transaction: the rows of the second batch of orders are
# written, what they are remembered by is not.
KILLED = """
import os, signal, sys
from config.operations.legacy_import import orders
from config.operations.legacy_import.saving import Memory
remember, batches = Memory.remember, []
def killed(self, table, brought):
    if table == orders.ORDERS:
        batches.append(table)
        if len(batches) == 2:
            os.kill(os.getpid(), signal.SIGKILL)
    remember(self, table, brought)
Memory.remember = killed
from django.core.management import call_command
call_command("import_legacy", sys.argv[1])
"""
# What is the same whenever it came: neither keys nor secrets.
COLUMNS = {
    "orders_order": "order_number, status, total_cost, email, last_seq, created_at",
    "tracking_track": "seq, action, from_status, to_status, scanned_at, source",
    "accounts_user": "email, name",
    "operations_importedrow": '"table", old_id, is_new, remarks',
}


def manage(database, *arguments):
    """Run a command on a shop of its own."""
    url = {"DATABASE_URL": f"sqlite:///{database}", "ENV_FILE": os.devnull}
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=BASE_DIR,
        env=os.environ | url,
        capture_output=True,
        check=False,
    )


def everything(database):
    """All that came, in an order of its own."""
    connection = sqlite3.connect(database)
    found = {
        table: sorted(connection.execute(f"SELECT {columns} FROM {table}"), key=repr)  # noqa: S608
        for table, columns in COLUMNS.items()
    }
    connection.close()
    return found


def test_a_killed_import_started_again_is_as_one_that_was_not(tmp_path):
    orders = [
        {"id": f"o{number:07}", "customer_name": "Guest", "total": number, "service_name": "Wash"}
        | {"customer_email": f"g{number}@example.com", "created_at": "2026-10-01 08:00:00"}
        for number in range(2 * BATCH)
    ]
    old = make_server(tmp_path / "old.db", CAMEL, {"order": orders})
    killed, whole = tmp_path / "killed.sqlite3", tmp_path / "whole.sqlite3"
    manage(killed, "manage.py", "migrate", "--verbosity=0")
    whole.write_bytes(killed.read_bytes())

    script = ("-c", f"import django; django.setup()\n{KILLED}", str(old))
    assert manage(killed, *script).returncode == -signal.SIGKILL
    assert len(everything(killed)["orders_order"]) == BATCH
    for database in (killed, whole):
        told = manage(database, "manage.py", "import_legacy", str(old)).stdout.decode()
        assert told.endswith("Both sides agree.\n")

    assert everything(killed) == everything(whole)
    assert len(everything(killed)["orders_order"]) == 2 * BATCH
