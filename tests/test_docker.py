"""`docker/` agrees with the repository: what it copies, names, calls and promises is there."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.urls import resolve

from config.env import BASE_DIR
from config.operations import health
from config.variables import VARIABLES
from tests.house import our_apps

DOCKER = BASE_DIR / "docker"
COMPOSE = yaml.safe_load((DOCKER / "compose.yaml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
SHOP = OURS.keys() - {"nginx"}
# Variables of gunicorn's and Python's own, of the image alone.
NOT_SETTINGS = {"PATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED"}


def instructions() -> list[tuple[str, str, str]]:
    """The Dockerfile as stage, instruction and arguments; continued lines are one."""
    text = (DOCKER / "Dockerfile").read_text()
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    stage, found = "", []
    for line in filter(str.strip, text.splitlines()):
        name, arguments = line.split(maxsplit=1)
        if name == "FROM":
            stage = arguments.split()[-1]
        found.append((stage, name, " ".join(arguments.split())))
    return found


DOCKERFILE = instructions()
STAGES = {stage for stage, _name, _arguments in DOCKERFILE}


def of(name: str, stage: str | None = None) -> list[str]:
    """The arguments of one kind of instruction."""
    return [
        arguments
        for in_stage, instruction, arguments in DOCKERFILE
        if instruction == name and stage in (None, in_stage)
    ]


def is_sent(path: str) -> bool:
    """Whether `.dockerignore` lets a path into the build: the last line that fits decides."""
    parts = PurePosixPath(path)
    itself_and_above = [str(parts), *map(str, parts.parents)]
    sent = True
    for line in (BASE_DIR / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!")
        if not line or line.startswith("#"):
            continue
        fits = any(
            # `**/` is any number of folders, none too.
            fnmatch(name, pattern) or fnmatch(f"/{name}", pattern.replace("**/", "*/"))
            for name in itself_and_above
            if name != "."
        )
        if fits:
            sent = line.startswith("!")
    return sent


def copied_from_here() -> list[str]:
    """What the Dockerfile copies out of the repository."""
    copies = [line.split() for line in of("COPY") if "--from" not in line]
    return [source for *sources, _target in copies for source in sources]


@pytest.mark.parametrize("source", copied_from_here())
def test_what_is_copied_is_there_and_sent(source: str):
    assert (BASE_DIR / source).exists()
    assert is_sent(source)


def test_every_app_and_what_it_shows_is_copied():
    rooms = {app.name.split(".")[0] for app in our_apps()}
    assert rooms | {"manage.py", "static", "templates"} <= set(copied_from_here())


@pytest.mark.parametrize(
    "path", [".env", ".git/config", "var/db.sqlite3", ".venv/bin/python", "docs/deploy.md",
             "conftest.py", "orders/tests/test_orders.py", "tests/cast.py", "docker/../.env"],
)  # fmt: skip
def test_secrets_and_tests_of_this_machine_are_not_sent(path: str):
    assert not is_sent(str(PurePosixPath(path.replace("docker/../", ""))))


def test_what_is_copied_between_stages_comes_from_one_that_is_there():
    assert set(re.findall(r"--from=(\S+)", " ".join(of("COPY")))) <= STAGES


def test_every_base_is_pinned_to_a_version():
    bases = [base for line in of("FROM") if (base := line.split()[0]) not in STAGES]
    bases += [service["image"] for name, service in SERVICES.items() if name not in OURS]
    assert len(bases) == 5
    for base in bases:
        assert re.fullmatch(r"[a-z]+:\d+\.\d+(\.\d+)?(-[a-z-]+)?", base), base


def test_the_base_has_the_python_that_the_lists_are_made_for():
    (version,) = set(re.findall(r"python:(\d+\.\d+)", " ".join(of("FROM"))))
    assert f"--python-version {version}" in (BASE_DIR / "bin" / "requirements").read_text()


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_is_root_and_nobody_writes_outside_of_volumes(service: str):
    facts = SERVICES[service]
    assert facts["read_only"] is True
    assert facts["cap_drop"] == ["ALL"]
    assert facts["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in facts
    user = of("USER", facts["build"]["target"])[-1] if service in OURS else facts["user"]
    assert user not in ("root", "0")


def test_the_compiler_stays_in_the_stage_that_builds():
    for stage in STAGES - {"build"}:
        assert not re.search(r"\b(gcc|\S+-dev)\b", " ".join(of("RUN", stage)))


def environment_of(service: str) -> dict[str, str]:
    """What a service of the shop's image is given."""
    lines = of("ENV", "shop") + of("ENV", SERVICES[service]["build"]["target"])
    return dict(re.findall(r"(\w+)=(\S+)", " ".join(lines))) | SERVICES[service]["environment"]


@pytest.mark.parametrize("service", sorted(SHOP))
def test_every_name_in_the_environment_is_a_setting(service: str):
    names = {name.removesuffix("_FILE") for name in environment_of(service)}
    assert names - NOT_SETTINGS <= set(VARIABLES)


@pytest.mark.parametrize("service", sorted(SHOP))
def test_no_secret_is_in_the_environment(service: str):
    named = {name for name, variable in VARIABLES.items() if variable.is_secret}
    # Redis has no password: only the shop reaches it.
    assert named & set(environment_of(service)) <= {"CACHE_URL"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_secret_is_a_file_that_is_made(service: str):
    made = re.findall(r'"(\w+/[\w.]+)",', (DOCKER / "make-secrets").read_text())
    files = {
        value.removeprefix("/secrets/")
        for name, value in SERVICES[service].get("environment", {}).items()
        if name.endswith("_FILE")
    }
    assert files <= set(made)
    folders = {target for _source, target in mounts(service)}
    assert {f"/secrets/{PurePosixPath(file).parent}" for file in files} <= folders


def mounts(service: str) -> list[tuple[str, str]]:
    """The volumes of a service and where it finds them."""
    split = [volume.split(":") for volume in SERVICES[service].get("volumes", [])]
    return [(source, target) for source, target, *_mode in split if "/" not in source]


def test_every_file_that_is_mounted_is_there():
    split = [volume.split(":") for each in SERVICES.values() for volume in each.get("volumes", [])]
    files = [source for source, *_rest in split if "/" in source]
    assert files == ["./scratch.sql"]
    assert (DOCKER / files[0]).is_file()


def test_the_user_of_the_shop_may_write_the_database_that_backups_are_tried_in():
    made = SERVICES["database"]["environment"]
    (scratch, user) = re.findall(
        r"GRANT ALL ON `(\S+)`\.\* TO (\w+)@'%'", (DOCKER / "scratch.sql").read_text()
    )[0]
    assert scratch.replace("\\_", "_") == f"{made['MARIADB_DATABASE']}_scratch"
    assert user == made["MARIADB_USER"]


def test_backups_outlive_their_container():
    folder = environment_of("backup")["BACKUP_DIR"]
    assert folder in [target for _volume, target in mounts("backup")]


def test_every_volume_is_named_and_lies_in_one_place_for_all():
    places: dict[str, set[str]] = {}
    for service in SERVICES:
        for volume, target in mounts(service):
            places.setdefault(volume, set()).add(target)
    assert places.keys() == COMPOSE["volumes"].keys()
    assert [volume for volume, targets in places.items() if len(targets) != 1] == []


@pytest.mark.parametrize("service", sorted(SHOP))
def test_every_command_is_there(service: str):
    command = " ".join(SERVICES[service].get("command") or json.loads(of("CMD", "shop")[0]))
    files = re.findall(r"(?:docker|config)/\S+", command)
    assert [file for file in files if not (BASE_DIR / file).is_file()] == []
    assert {file for file in files if file.startswith("docker/")} <= set(copied_from_here())
    assert set(re.findall(r"manage\.py (\w+)", command)) <= get_commands().keys()


@pytest.mark.parametrize("service", ["mail", "backup", "maintenance"])
def test_what_runs_by_the_clock_is_what_systemd_would_run(service: str):
    unit = (BASE_DIR / f"deploy/systemd/roundtrip-{service}.service").read_text()
    there = re.findall(r"^ExecStart=.* manage\.py (\w+)$", unit, re.MULTILINE)
    assert re.findall(r"manage\.py (\w+)", " ".join(SERVICES[service]["command"])) == there


@pytest.mark.parametrize("service", SERVICES)
def test_who_is_waited_for_is_there_and_ends_or_tells_its_health(service: str):
    waited_for = SERVICES[service].get("depends_on") or {}
    for name, how in waited_for.items():
        if how["condition"] == "service_completed_successfully":
            assert SERVICES[name]["restart"] == "no"
        else:
            assert how["condition"] == "service_healthy"
            own = SERVICES[name].get("healthcheck", {})
            assert "test" in own or of("HEALTHCHECK", SERVICES[name]["build"]["target"])


def test_the_health_check_asks_a_path_that_is_routed():
    (check,) = of("HEALTHCHECK", "shop")
    program = json.loads(check.partition("CMD ")[2])[-1]
    (path,) = re.findall(r'"GET", "(\S+)"', (BASE_DIR / program).read_text())
    assert resolve(path).func is health.healthz


# --- nginx ---------------------------------------------------------------------------


def site() -> str:
    """deploy/nginx/roundtrip.conf as the image has it, without comments."""
    text = (BASE_DIR / "deploy" / "nginx" / "roundtrip.conf").read_text()
    for line in (DOCKER / "nginx.sed").read_text().splitlines():
        if line.startswith("s"):
            old, new = line[2:-1].split(line[1])
            assert re.search(old, text), f"deploy/nginx/roundtrip.conf no longer says {old}"
            text = re.sub(old, new, text)
        elif line.startswith("/"):
            text = re.sub(rf"^.*{line[1:-2]}.*\n", "", text, flags=re.MULTILINE)
    return re.sub(r"^ *#.*\n", "", text, flags=re.MULTILINE)


def test_nginx_finds_the_instances():
    (bind,) = re.findall(r"BIND=\S+:(\d+)", " ".join(of("ENV", "shop")))
    instances = [
        f"{service['networks']['front']['ipv4_address']}:{bind}"
        for name, service in SERVICES.items()
        if name.startswith("web")
    ]
    assert re.findall(r"^ *server (\S+) ", site(), re.MULTILINE) == instances
    assert of("EXPOSE", "shop") == [bind]


def test_the_shop_believes_nginx_alone_and_sends_files_by_it():
    for name in ("web-1", "web-2"):
        settings = environment_of(name)
        nginx = SERVICES["nginx"]["networks"]["front"]["ipv4_address"]
        assert settings["TRUSTED_PROXIES"] == nginx
        assert f"location {settings['ACCEL_REDIRECT']} {{" in site()


def test_nginx_listens_where_the_outside_leads():
    listens = re.findall(r"listen (\d+)", site())
    outside = [port.rpartition(":")[2] for port in SERVICES["nginx"]["ports"]]
    assert listens == outside == of("EXPOSE", "nginx")[0].split()
    assert "[::]" not in site()


def test_every_file_that_nginx_sends_is_in_its_container():
    places = [target for _volume, target in mounts("nginx")]
    places += [line.split()[-1] for line in of("COPY", "nginx")]
    named = re.findall(r"(?:alias|ssl_certificate|ssl_certificate_key) +(/\S+);", site())
    assert len(named) == 4
    assert [path for path in named if not path.startswith(tuple(places))] == []


def test_only_nginx_is_reached_from_outside_and_the_database_reaches_nobody():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["back"] == {"internal": True}
    assert SERVICES["database"]["networks"] == SERVICES["cache"]["networks"] == ["back"]


def test_scripts_of_the_image_can_be_started():
    scripts = [Path(BASE_DIR, source) for source in copied_from_here() if "docker/" in source]
    startable = [path.name for path in scripts if path.stat().st_mode & 0o100]
    assert startable == ["every", "healthcheck", "make-secrets"]
