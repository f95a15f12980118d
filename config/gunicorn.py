"""How gunicorn serves Roundtrip; every number can be set by env."""

import multiprocessing
import os

from config.env import env

bind = os.environ.get("BIND", f"127.0.0.1:{os.environ.get('PORT', '8000')}")

# Threads share one process's local-memory cache and SQLite file, so the
# embedded form runs one process; more need MariaDB and Redis.
_database, _cache = env.str("DATABASE_URL", default=""), env.str("CACHE_URL", default="")
_shared = _database.startswith("mysql") and _cache.startswith("redis")
workers = int(
    os.environ.get("WEB_CONCURRENCY") or (multiprocessing.cpu_count() * 2 if _shared else 1)
)
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"

# No control socket: it would be written below the home directory, which may not exist.
control_socket_disable = True

timeout = 30
graceful_timeout = 25
keepalive = 5
# gunicorn writes its heartbeat here; a disk would stall the workers.
_memory = "/dev/shm"  # noqa: S108
worker_tmp_dir = _memory if os.path.isdir(_memory) else None
