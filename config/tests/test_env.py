import os
import subprocess
import sys

import pytest

from config.env import BASE_DIR


def shop_name(**environment):
    """The shop's name as a process of its own reads it."""
    start = subprocess.run(
        [sys.executable, "-c", "from config.env import env; print(env.str('SHOP_NAME', '-'))"],
        cwd=BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return start.stdout.strip()


@pytest.fixture
def env_file(tmp_path):
    path = tmp_path / "operator.env"
    path.write_text("SHOP_NAME=Suds\n")
    return str(path)


def test_env_file_names_what_is_read_in_place_of_the_projects_own_file(env_file):
    assert shop_name(ENV_FILE=env_file) == "Suds"


def test_what_the_process_was_started_with_wins(env_file):
    assert shop_name(ENV_FILE=env_file, SHOP_NAME="Bubbles") == "Bubbles"
