"""docs/deploy.md from top to bottom: its commands make a shop out of a bare machine."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.env import BASE_DIR
from tests.processes import wait_until
from tests.serving.scratch import SUBSTITUTES, Scratch, commit_all, copy_of_the_repository

PAGE = (BASE_DIR / "docs" / "deploy.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
# The test's own in the place of what is only the reader's.
OWN = {
    "SOURCE=https://git.example/roundtrip.git": "SOURCE=/srv/source",
    "MAIL_SERVER=smtp+tls://user:password@mail.shop.example:587": "MAIL_SERVER=dummymail://",
}
# What is fetched from outside; all else is asked of the machine itself.
ONLINE = ("apt-get ", "git clone ")
PASSWORD = "a-copper-kettle-of-our-own"
ADMINS_WORK = """
from catalog.offering import add_service
from workforce.registration import register_worker
add_service(name="Shirt", price=120)
register_worker(name="Ravi", password="123456")
"""


class Reader:
    """Somebody who types the page's blocks in order."""

    def __init__(self, machine: Scratch) -> None:
        self.machine = machine
        self.names, *self.left = BLOCKS
        for old, new in OWN.items():
            assert old in self.names
            self.names = self.names.replace(old, new)

    def type_until(self, last: str) -> str:
        """Type on, up to and with the block that has this in it; answers what was printed."""
        printed = ""
        while True:
            text = self.left.pop(0)
            is_online = any(line.startswith(ONLINE) for line in text.splitlines())
            printed += self.machine.run(f"{self.names}{text}", is_online=is_online)
            if last in text:
                return printed

    def type_at_terminal(self, prompt: str, answers: list[str]) -> str:
        """Type the next block, which asks."""
        text = self.left.pop(0)
        return self.machine.run_at_terminal(f"{self.names}{text}", prompt, answers)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader has the code."""
    folder = tmp_path_factory.mktemp("source")
    copy_of_the_repository(BASE_DIR, folder)
    return folder


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory, source: Path) -> Iterator[Scratch]:
    """A Debian machine, with stand-ins for what cannot run there."""
    machine = Scratch(tmp_path_factory.mktemp("machine") / "scratch", source)
    try:
        for name in ("systemctl", "systemd-run"):
            machine.install(SUBSTITUTES / "systemd.py", f"/usr/local/bin/{name}")
        machine.install(SUBSTITUTES / "certbot.py", "/usr/local/bin/certbot")
        yield machine
    finally:
        machine.end()


def trust_an_authority(machine: Scratch) -> None:
    """What stands for Let's Encrypt here, known to the machine as that is."""
    machine.run(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj '/CN=The authority of the test' "
        "-keyout /root/authority.key -out /root/authority.pem 2>/dev/null; "
        "cat /root/authority.pem >>/etc/ssl/certs/ca-certificates.crt"
    )


def processes(machine: Scratch) -> set[str]:
    """gunicorn's processes: those that were handed a socket."""
    told = machine.run("grep -l LISTEN_PID /proc/[0-9]*/environ 2>/dev/null || true")
    return set(told.split())


def served_certificate(machine: Scratch) -> str:
    return machine.run(
        "openssl s_client -connect shop.example:443 -servername shop.example </dev/null "
        "2>/dev/null | openssl x509 -noout -serial"
    )


HEALTHY = '{"status": "ok", "db": "ok", "cache": "ok"}'
# To who asks from outside, and on the machine itself.
READY = '{"status": "ready"}'
READY_HERE = '{"status": "ready", "migrations": "ok", "disk": "ok", "backup": "ok"}'


def test_the_page_makes_a_shop_out_of_a_bare_machine(machine: Scratch, source: Path):
    reader = Reader(machine)
    reader.type_until("git clone")
    assert "The shop can start" in reader.type_until("check_env")
    assert machine.run("stat --format '%a %U' /etc/roundtrip/roundtrip.env") == "600 root\n"

    reader.type_until("migrate")
    assert "created" in reader.type_at_terminal("Password", [PASSWORD, PASSWORD])
    assert reader.type_until("roundtrip.target") == HEALTHY * 2

    trust_an_authority(machine)
    reader.type_until("certbot certonly")
    reader.type_until("systemctl reload nginx")
    assert reader.type_until("healthz") == HEALTHY
    machine.run(f"roundtrip-manage shell --command {shlex.quote(ADMINS_WORK)}")
    assert "in all" in reader.type_until("--base-url")
    assert "rows" in reader.type_until("verify_backup")

    first = served_certificate(machine)
    machine.run("certbot renew --webroot-path /var/www/certbot --domain shop.example --email -")
    wait_until(lambda: served_certificate(machine) != first, "nginx shows the new certificate")

    (source / "VERSION").write_text("the next one")
    commit_all(source, "The next version.")
    before = processes(machine)
    reader.type_until("git clone")
    assert reader.type_until("roundtrip-web@8002").endswith(READY_HERE * 2)
    assert machine.run("cat /opt/roundtrip/VERSION") == "the next one"
    after = processes(machine)
    assert not after & before

    assert reader.type_until("roundtrip-web@8002") == READY
    assert "VERSION" not in machine.run("ls /opt/roundtrip")
    assert not processes(machine) & after
    assert reader.left == []
