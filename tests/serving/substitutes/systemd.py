#!/usr/bin/python3
"""Stands for systemctl and systemd-run on a machine without systemd.

It does what the units say of what docs/deploy.md relies on: dependencies, the user, the
settings' file, the sockets that outlive their service, READY, and timers, whose service runs
once. It enforces no hardening.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

UNITS = Path("/etc/systemd/system")
STATE = Path("/run/substitute")
LOGS = Path("/var/log/substitute")
PATIENCE_SECONDS = 90

# Debian's own services: whom they belong to, their folders, and how they are started.
DEBIANS = {
    "mariadb": ("mysql", ["/run/mysqld", "/var/lib/mysql"], ["/usr/sbin/mariadbd"]),
    "redis-server": (
        "redis",
        ["/run/redis", "/var/lib/redis", "/var/log/redis"],
        ["/usr/bin/redis-server", "/etc/redis/redis.conf", "--daemonize", "no"],
    ),
    "nginx": ("root", [], ["/usr/sbin/nginx", "-g", "daemon off;"]),
}
ANSWERS = {
    "mariadb": ["mariadb-admin", "ping"],
    "redis-server": ["redis-cli", "ping"],
    "nginx": ["curl", "--silent", "http://127.0.0.1/"],
}


class Unit:
    """A unit's file, `%i` filled in; a word that stands more than once has all its values."""

    def __init__(self, name: str) -> None:
        self.name = name if "." in name else f"{name}.service"
        stem, _dot, kind = self.name.rpartition(".")
        template, _at, instance = stem.partition("@")
        file = f"{template}@.{kind}" if instance else self.name
        self.values: dict[str, list[str]] = defaultdict(list)
        for line in (UNITS / file).read_text().splitlines():
            if match := re.fullmatch(r"(\w+)=(.*)", line):
                self.values[match[1]].append(match[2].replace("%i", instance))

    def words(self, name: str) -> list[str]:
        """All words of all lines of that name."""
        return " ".join(self.values[name]).split()

    def one(self, name: str) -> str:
        """The only value."""
        (value,) = self.values[name]
        return value

    def environment(self) -> dict[str, str]:
        """What its processes are given: nothing of ours but the PATH."""
        found = {"PATH": os.environ["PATH"]} | dict(
            line.split("=", 1) for line in self.values["Environment"]
        )
        for file in self.values["EnvironmentFile"]:
            found |= settings(file)
        return found

    def start(self, command: list[str], **options: Any) -> subprocess.Popen[bytes]:
        """Start one of its commands, as its user."""
        name = self.one("User")
        for folder in self.words("StateDirectory"):
            path = Path("/var/lib", folder)
            path.mkdir(exist_ok=True)
            shutil.chown(path, name, name)
        given: dict[str, Any] = {"env": self.environment(), "stdin": subprocess.DEVNULL}
        return subprocess.Popen(
            command,
            user=name, group=self.one("Group"), extra_groups=[],
            cwd=self.one("WorkingDirectory"), umask=int(self.one("UMask"), 8),
            **(given | options),
        )  # fmt: skip


def settings(file: str) -> dict[str, str]:
    """A settings' file, which only root may read."""
    path = Path(file)
    facts = path.stat()
    assert (facts.st_uid, facts.st_mode & 0o777) == (0, 0o600), f"{file} is not root's alone"
    lines = re.findall(r"^([A-Z]\w*)=(.*)$", path.read_text(), re.MULTILINE)
    return dict(lines)


def log(name: str) -> IO[bytes]:
    """Where a service's words go, in the journal's place."""
    LOGS.mkdir(parents=True, exist_ok=True)
    return (LOGS / name).open("ab")


def until(is_so: Callable[[], bool], what: str) -> None:
    """Wait for a bounded time."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            sys.exit(f"In vain: {what}.")
        time.sleep(0.1)


# --- A service with a socket: one process of ours holds the socket and knows the service ---


def hold(unit: Unit) -> None:
    """What a socket unit does: listen, until the machine ends."""
    host, _colon, port = unit.one("ListenStream").rpartition(":")
    listener = socket.create_server((host, int(port)), backlog=int(unit.one("Backlog")))
    control = socket.socket(socket.AF_UNIX)
    control.bind(str(STATE / unit.name))
    control.listen()
    if os.fork():
        return
    os.setsid()
    # Who reads what systemctl prints waits for its end.
    with log(unit.name) as out:
        for number in (0, 1, 2):
            os.dup2(out.fileno(), number)
    service = Held(Unit(unit.name.replace(".socket", ".service")), listener)
    while True:
        connection, _address = control.accept()
        with connection:
            verb = connection.recv(64).decode()
            try:
                getattr(service, verb)()
                connection.sendall(b"ok")
            except (OSError, ValueError, subprocess.SubprocessError) as error:
                connection.sendall(repr(error).encode())


class Held:
    """A service whose socket is held; it is told where, and tells when it is ready."""

    def __init__(self, unit: Unit, listener: socket.socket) -> None:
        self.unit, self.listener = unit, listener
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it if it does not run, and wait for READY."""
        if self.process is not None and self.process.poll() is None:
            return
        number = self.listener.fileno()
        address = f"@{self.unit.name}.{time.monotonic_ns()}"
        with (
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notified,
            log(self.unit.name) as out,
        ):
            notified.bind(address.replace("@", "\0", 1))
            notified.settimeout(PATIENCE_SECONDS)
            command = f"LISTEN_PID=$$ LISTEN_FDS=1 exec {self.unit.one('ExecStart')} 3<&{number}"
            self.process = self.unit.start(
                ["/bin/bash", "-c", command], stdout=out, stderr=out, pass_fds=(number,),
                env=self.unit.environment() | {"NOTIFY_SOCKET": address},
            )  # fmt: skip
            while b"READY=1" not in notified.recv(4096):
                pass

    def stop(self) -> None:
        """End it, and wait for that."""
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(int(self.unit.one("TimeoutStopSec")))

    def restart(self) -> None:
        """End it and start it anew, while calls wait in the socket."""
        self.stop()
        self.start()


def tell(name: str, verb: str) -> None:
    """Have a held service do something, and wait until it is done."""
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(str(STATE / name.replace(".service", ".socket")))
        control.sendall(verb.encode())
        answer = control.recv(4096).decode()
    if answer != "ok":
        sys.exit(f"{verb} {name}: {answer}\n{(LOGS / name).read_text()}")


# --- systemctl ---------------------------------------------------------------------------


def start_debians(name: str) -> None:
    """Start a service of Debian's, as its package would at its installation."""
    if not subprocess.call(ANSWERS[name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL):
        return
    user, folders, command = DEBIANS[name]
    for folder in folders:
        Path(folder).mkdir(parents=True, exist_ok=True)
        shutil.chown(folder, user, user)
    if name == "mariadb" and not os.listdir("/var/lib/mysql"):
        subprocess.run(["mariadb-install-db", "--user=mysql", "--skip-test-db"], check=True,
                       stdout=subprocess.DEVNULL)  # fmt: skip
    with log(name) as out:
        subprocess.Popen(command, user=user, group=user, extra_groups=[], start_new_session=True,
                         stdin=subprocess.DEVNULL, stdout=out, stderr=out)  # fmt: skip
    until(
        lambda: (
            not subprocess.call(ANSWERS[name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        ),
        f"{name} answers",
    )


def start(name: str) -> None:
    """Start a unit, and what it needs or wants, first."""
    if name in DEBIANS:
        start_debians(name)
        return
    unit = Unit(name)
    wanted = UNITS / f"{unit.name}.wants"
    linked = sorted(path.name for path in wanted.iterdir()) if wanted.is_dir() else []
    # Sockets come before what listens on them.
    needed = [*unit.words("Requires"), *unit.words("Wants"), *linked]
    for other in sorted(needed, key=lambda name: not name.endswith(".socket")):
        start(other)
    match unit.name.rpartition(".")[2]:
        case "socket" if not (STATE / unit.name).exists():
            hold(unit)
        case "service" if unit.words("Requires"):
            tell(unit.name, "start")
        case "timer":
            start(unit.name.replace(".timer", ".service"))
        case "service":
            for command in unit.values["ExecStart"]:
                with log(unit.name) as out:
                    code = unit.start(command.split(), stdout=out, stderr=out).wait()
                if code:
                    sys.exit(f"{unit.name}: {(LOGS / unit.name).read_text()}")


def enable(name: str) -> None:
    """Have it started with what wants it."""
    if name in DEBIANS:
        return
    unit = Unit(name)
    for target in unit.words("WantedBy"):
        folder = UNITS / f"{target}.wants"
        folder.mkdir(exist_ok=True)
        (folder / unit.name).touch()


def systemctl(arguments: list[str]) -> None:
    """What docs/deploy.md and the hook ask of it; anything else is an error."""
    STATE.mkdir(exist_ok=True)
    match arguments:
        case ["daemon-reload"]:
            pass
        case ["enable", "--now", *names]:
            for name in names:
                enable(name)
                start(name)
        case ["enable", *names]:
            for name in names:
                enable(name)
        case ["restart", name]:
            tell(Unit(name).name, "restart")
        case ["reload", "nginx"]:
            subprocess.run(["/usr/sbin/nginx", "-s", "reload"], check=True)
        case _:
            sys.exit(f"systemctl {' '.join(arguments)}: not known here")


def systemd_run(arguments: list[str]) -> None:
    """A command as a user, with the settings' file."""
    options = {}
    while arguments[0].startswith("-"):
        name, _equals, value = arguments.pop(0).partition("=")
        options[name] = value
    known = {"--quiet", "--collect", "--wait", "--pipe", "--pty", "--uid", "--gid", "--property",
             "--working-directory"}  # fmt: skip
    assert options.keys() <= known, options
    word, _equals, file = options["--property"].partition("=")
    assert word == "EnvironmentFile"
    # The certificate authority of the test, where a real one would be known already.
    trusted = {"SSL_CERT_FILE": "/etc/ssl/certs/ca-certificates.crt"}
    done = subprocess.run(
        arguments, user=options["--uid"], group=options["--gid"], extra_groups=[],
        cwd=options["--working-directory"], check=False, umask=0o022,
        env={"PATH": os.environ["PATH"]} | trusted | settings(file),
    )  # fmt: skip
    sys.exit(done.returncode)


if __name__ == "__main__":
    {"systemctl": systemctl, "systemd-run": systemd_run}[Path(sys.argv[0]).name](sys.argv[1:])
