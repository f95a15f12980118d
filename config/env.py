"""Typed environment variables, read once, at start.

`NAME_FILE=/run/secrets/name` may stand for every `NAME` (a secret then stays out of
the process's environment).  `.env` at the top of the project is read if present, or
the file that ENV_FILE names; what the process was started with wins.
"""

import os
from pathlib import Path

from environ import FileAwareEnv

BASE_DIR = Path(__file__).resolve().parent.parent

env = FileAwareEnv()
env.read_env(os.environ.get("ENV_FILE", BASE_DIR / ".env"))
