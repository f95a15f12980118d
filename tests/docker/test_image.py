"""The steps and the scripts of the image, run here as they are."""

import os
import shlex
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.env import BASE_DIR
from tests.processes import free_port
from tests.test_docker import DOCKER, of, site

COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """A program of ours, to its end."""
    options = {"capture_output": True, "text": True, "timeout": 120} | options
    return subprocess.run(command, check=False, **options)  # noqa: S603


# --- The build -----------------------------------------------------------------------


def test_the_pages_files_are_collected_by_the_step_as_it_stands(tmp_path: Path):
    (step,) = [line for line in of("RUN", "build") if "collectstatic" in line]
    step = step.replace("/var/lib/roundtrip", str(tmp_path))
    step = step.replace(".venv/bin/python", shlex.quote(sys.executable))
    done = run("sh", "-ec", step, cwd=BASE_DIR, env={"PATH": os.environ["PATH"],
               "ENV_FILE": os.devnull})  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "static" / "staticfiles.json").is_file()
    assert list((tmp_path / "static").glob("roundtrip.*.css.gz"))


# --- Secrets -------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The volumes on the first start: there, and empty."""
    for name in ("database", "shop", "tls"):
        (tmp_path / name).mkdir()
    return tmp_path


def make_secrets(folder: Path, *arguments: str, given: str = "") -> int:
    environment = {
        "PATH": os.environ["PATH"],
        "SECRETS_DIR": str(folder),
        "PUBLIC_URL": "https://shop.example",
    }
    program = (sys.executable, str(DOCKER / "make-secrets"))
    return run(*program, *arguments, env=environment, input=given).returncode


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_first_start_makes_every_secret_for_its_group_alone(folder: Path):
    assert make_secrets(folder) == 0
    made = contents(folder)
    assert made.keys() == {
        "database/password", "database/root_password", "shop/admin_password",
        "shop/database_url", "shop/email_url", "shop/secret_key", "tls/fullchain.pem",
        "tls/privkey.pem",
    }  # fmt: skip
    assert made["database/password"] in made["shop/database_url"]
    assert made["database/password"] != made["database/root_password"]
    modes = {stat.S_IMODE((folder / name).stat().st_mode) for name in made}
    assert modes == {0o440}


def test_the_next_start_changes_nothing(folder: Path):
    make_secrets(folder)
    before = contents(folder)
    assert make_secrets(folder) == 0
    assert contents(folder) == before


def settings_of(service: str, folder: Path) -> dict[str, str]:
    """What a service is given, on a machine that has neither MariaDB nor Redis."""
    given = {
        name: value.replace("/secrets", str(folder))
        for name, value in COMPOSE["services"][service]["environment"].items()
        if not value.startswith("${")
    }
    (folder / "database_url").write_text(f"sqlite:///{folder}/db.sqlite3")
    return given | {
        "ENVIRONMENT": "production",
        "PUBLIC_URL": "https://shop.example",
        "ALLOWED_HOSTS": "shop.example",
        "ADMIN_EMAIL": "owner@shop.example",
        "VAR_DIR": str(folder / "var"),
        "DATABASE_URL_FILE": str(folder / "database_url"),
        "WEB_CONCURRENCY": "1",
        "ENV_FILE": os.devnull,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }


def test_the_shop_starts_with_what_was_made(folder: Path):
    make_secrets(folder)
    done = run(
        *(sys.executable, "manage.py", "check_env"),
        cwd=BASE_DIR,
        env=settings_of("web-1", folder),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert contents(folder)["shop/secret_key"] not in done.stdout


def test_the_first_start_makes_the_tables_and_the_first_member_of_staff_once(folder: Path):
    make_secrets(folder)
    command = COMPOSE["services"]["migrate"]["command"]
    settings = settings_of("migrate", folder)
    first, second = (run(*command, cwd=BASE_DIR, env=settings) for _ in range(2))
    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert first.stdout.splitlines()[-1] == "owner@shop.example is the admin."
    assert second.stdout.splitlines()[-1] == "There is an admin already; nothing was changed."


def test_the_certificate_is_for_the_shop_and_fits_its_key(folder: Path):
    make_secrets(folder)
    certificate = str(folder / "tls/fullchain.pem")
    asked = run("openssl", "x509", "-in", certificate, "-noout", "-checkhost", "shop.example",
                "-pubkey")  # fmt: skip
    assert "does match certificate" in asked.stdout
    key = run("openssl", "pkey", "-in", str(folder / "tls/privkey.pem"), "-pubout").stdout
    assert key
    assert key in asked.stdout


def test_one_is_replaced_by_what_is_put_in(folder: Path):
    make_secrets(folder)
    before = contents(folder)
    told = "smtp+tls://user:a-password@mail.shop.example:587"
    assert make_secrets(folder, "put", "shop/email_url", given=told) == 0
    assert contents(folder) == before | {"shop/email_url": told}


@pytest.mark.parametrize("name", ["shop/other", "../escaped", ""])
def test_what_is_no_secret_of_the_shop_is_not_put(folder: Path, name: str):
    make_secrets(folder)
    before = contents(folder)
    assert make_secrets(folder, "put", name, given="x") != 0
    assert contents(folder) == before


# --- Scripts -------------------------------------------------------------------------


def healthcheck(url: str, port: int) -> subprocess.CompletedProcess[str]:
    environment = {"PUBLIC_URL": url, "PORT": str(port)}
    return run(sys.executable, str(DOCKER / "healthcheck"), env=environment)


def test_an_instance_that_can_take_orders_is_healthy(live_server: Any, settings: Any):
    settings.ALLOWED_HOSTS = ["shop.example"]
    done = healthcheck("https://shop.example", live_server.thread.port)
    assert (done.returncode, done.stderr) == (0, "")


def test_one_that_refuses_is_not(live_server: Any, settings: Any):
    settings.ALLOWED_HOSTS = ["shop.example"]
    assert healthcheck("https://other.example", live_server.thread.port).returncode == 1


def test_one_that_is_not_there_is_not():
    done = healthcheck("https://shop.example", free_port())
    assert done.returncode == 1
    assert "refused" in done.stderr


def test_what_runs_by_the_clock_has_its_next_turn_after_a_failure(tmp_path: Path):
    turns = tmp_path / "turns"
    command = f"echo turn >>{turns}; [ $(wc -l <{turns}) -lt 3 ] || kill $PPID; exit 7"
    done = run(str(DOCKER / "every"), "0", "sh", "-c", command)
    assert turns.read_text() == "turn\n" * 3
    assert done.stderr.splitlines()[0].startswith("Exit code 7: sh -c")


# --- nginx ---------------------------------------------------------------------------


def test_nginx_takes_the_site_of_the_image(folder: Path):
    make_secrets(folder)
    with_sed = run("sed", "--file", str(DOCKER / "nginx.sed"),
                   str(BASE_DIR / "deploy" / "nginx" / "roundtrip.conf")).stdout  # fmt: skip
    # The same as the tests of the files have read.
    assert [line for line in with_sed.splitlines() if not line.lstrip().startswith("#")] == (
        site().splitlines()
    )
    text = with_sed.replace("/secrets/tls", str(folder / "tls"))
    text = text.replace("/var/log/nginx", str(folder))
    (folder / "site").write_text(text)
    (folder / "snippets").symlink_to(BASE_DIR / "deploy" / "nginx")
    (folder / "nginx.conf").write_text(
        f"pid {folder}/nginx.pid;\nevents {{}}\n"
        f"http {{ include /etc/nginx/mime.types; include {folder}/site; }}\n"
    )
    done = run("/usr/sbin/nginx", "-t", "-p", str(folder), "-c", str(folder / "nginx.conf"),
               "-e", str(folder / "error.log"))  # fmt: skip
    assert done.returncode == 0, done.stderr
