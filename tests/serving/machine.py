"""A shop in service on this machine: nginx with the files of `deploy/`, gunicorn behind it.

Everything lies below one scratch folder and listens on free ports; nothing else differs
from what docs/deploy.md sets up.
"""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, NamedTuple

from config.env import BASE_DIR
from tests.processes import PATIENCE_SECONDS, answers, free_port, run, wait_until

DEPLOY = BASE_DIR / "deploy"
NAME = "shop.example"


class Answer(NamedTuple):
    """What came back, read to its end."""

    status: int
    headers: Any
    body: bytes


class Instance:
    """One gunicorn, as a unit of systemd would run it.

    While `listener` is open it is started with that socket, as by a socket unit, which
    holds it over every restart.
    """

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self.environment, self.folder = environment, folder
        self.port = int(environment["PORT"])
        self.listener: socket.socket | None = None
        self.log = folder / f"web-{self.port}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def hold(self) -> None:
        """Listen in its place, as a socket unit does."""
        self.listener = socket.create_server(("127.0.0.1", self.port), backlog=1024)

    def release(self) -> None:
        """Listen no more."""
        if self.listener is not None:
            self.listener.close()
            self.listener = None

    def start(self) -> None:
        """Start it, and wait until it serves."""
        command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py"]
        inherited: tuple[int, ...] = ()
        if self.listener is not None:
            number = self.listener.fileno()
            # What systemd hands over: file 3, and whom it is for (sd_listen_fds(3)).
            handed = f'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@" 3<&{number}'
            command, inherited = ["/bin/bash", "-c", handed, "bash", *command], (number,)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  (our own command)
                [*command, "config.wsgi"],
                cwd=BASE_DIR,
                env=self.environment,
                stderr=log,
                pass_fds=inherited,
            )
        wait_until(lambda: self.has_ended() or self.pings(), "gunicorn serves")
        assert not self.has_ended(), self.log.read_text()

    def pings(self) -> bool:
        """Whether it answers a call; a socket that is held takes connections without it."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", "/ping", headers={"Host": NAME})
            return connection.getresponse().status == 200
        except OSError:
            return False
        finally:
            connection.close()

    def has_ended(self) -> bool:
        """Whether the process is over."""
        return self.process is None or self.process.poll() is not None

    def signal(self, number: int) -> None:
        """Send its main process a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> None:
        """End it as systemd does, and wait for that."""
        if not self.has_ended():
            assert self.process is not None
            self.signal(signal.SIGTERM)
            self.process.wait(PATIENCE_SECONDS)

    def workers(self) -> set[int]:
        """The processes that serve now."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(number) for number in children.read_text().split()}

    def logged(self) -> str:
        """What it has told so far."""
        return self.log.read_text()


class Nginx:
    """A real nginx with `deploy/nginx`, its paths moved below a scratch folder."""

    def __init__(self, folder: Path, instances: list[Instance]) -> None:
        self.folder = folder
        self.http, self.https = free_port(), free_port()
        self._make_certificate()
        self._write_configuration([instance.port for instance in instances])
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """The access log."""
        return self.folder / "log" / "roundtrip.json"

    def _make_certificate(self) -> None:
        """A certificate by a certificate authority of our own, in certbot's place."""
        live = self.folder / "letsencrypt" / "live" / NAME
        live.mkdir(parents=True)
        self.authority = self.folder / "authority.pem"
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        common = ("/usr/bin/openssl", "req", "-x509", *key, "-days", "2")
        authority_key = str(self.folder / "authority.key")
        run(*common, "-subj", "/CN=Shop CA", "-keyout", authority_key, "-out", str(self.authority))
        signed_by = ("-CA", str(self.authority), "-CAkey", authority_key)
        names = f"subjectAltName=DNS:{NAME},IP:127.0.0.1"
        files = ("-keyout", str(live / "privkey.pem"), "-out", str(live / "fullchain.pem"))
        run(*common, "-subj", f"/CN={NAME}", "-addext", names, *signed_by, *files)

    def _write_configuration(self, ports: list[int]) -> None:
        moved = {
            "/etc/letsencrypt": str(self.folder / "letsencrypt"),
            "/var/lib/roundtrip": str(self.folder),
            "/var/log/nginx": str(self.folder / "log"),
            "/var/www": str(self.folder / "www"),
            "listen 80;": f"listen 127.0.0.1:{self.http};",
            "listen 443 ssl http2;": f"listen 127.0.0.1:{self.https} ssl http2;",
            "127.0.0.1:8001": f"127.0.0.1:{ports[0]}",
            "127.0.0.1:8002": f"127.0.0.1:{ports[1]}",
        }
        for name in ("log", "www/certbot/.well-known/acme-challenge", "snippets", "temp"):
            (self.folder / name).mkdir(parents=True)
        for snippet in ("roundtrip-proxy.conf", "roundtrip-refused.conf"):
            text = (DEPLOY / "nginx" / snippet).read_text()
            (self.folder / "snippets" / snippet).write_text(text)
        text = (DEPLOY / "nginx" / "roundtrip.conf").read_text()
        for old, new in moved.items():
            assert old in text, f"deploy/nginx/roundtrip.conf no longer says {old}"
            text = text.replace(old, new)
        # As for a shop that still has the old web admin's files.
        (lines,) = re.findall(r"^ *# location /old-admin/ \{\n(?: *#.*\n)+", text, re.MULTILINE)
        text = text.replace(lines, re.sub(r"^( *)# ", r"\1", lines, flags=re.MULTILINE))
        # This machine may have no IPv6.
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.MULTILINE)
        (self.folder / "roundtrip.conf").write_text(text)
        temporary = "".join(
            f"{kind}_temp_path {self.folder}/temp/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        # nginx's own file, as Debian's is: what surrounds a site.
        (self.folder / "nginx.conf").write_text(
            f"worker_processes 2;\npid {self.folder}/nginx.pid;\n"
            f"error_log {self.folder}/log/error.log warn;\n"
            "events { worker_connections 768; }\n"
            f"http {{\ninclude /etc/nginx/mime.types;\ndefault_type application/octet-stream;\n"
            f"sendfile on;\ngzip on;\n{temporary}include {self.folder}/roundtrip.conf;\n}}\n"
        )

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        own = f"daemon off; {'user root;' if os.geteuid() == 0 else ''}"
        self.process = subprocess.Popen(  # noqa: S603  (our own command)
            ["/usr/sbin/nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf"),
             "-e", str(self.folder / "log" / "error.log"), "-g", own],
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_until(lambda: self.has_ended() or answers(self.https), "nginx listens")
        assert not self.has_ended(), (self.folder / "log" / "error.log").read_text()

    def has_ended(self) -> bool:
        """Whether the process is over."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """End it."""
        if not self.has_ended():
            assert self.process is not None
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE_SECONDS)

    def connection(self, context: ssl.SSLContext | None = None) -> HTTPSConnection:
        """A connection that trusts our certificate authority and nobody else."""
        context = context or ssl.create_default_context(cafile=str(self.authority))
        return HTTPSConnection("127.0.0.1", self.https, context=context, timeout=PATIENCE_SECONDS)

    def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        is_secure: bool = True,
    ) -> Answer:
        """One call on a connection of its own, in the shop's name."""
        plain = HTTPConnection("127.0.0.1", self.http, timeout=PATIENCE_SECONDS)
        connection = self.connection() if is_secure else plain
        try:
            connection.request(method, path, body, {"Host": NAME} | (headers or {}))
            return read(connection.getresponse())
        finally:
            connection.close()


def read(response: HTTPResponse) -> Answer:
    """An answer, read to its end."""
    return Answer(response.status, response.headers, response.read())
