#!/usr/bin/python3
"""Stands for certbot, and for Let's Encrypt behind it, by a certificate authority of the test.

The proof is put into the webroot and fetched by HTTP, the certificate lies where certbot
puts it, and the hooks run.
"""

import os
import secrets
import subprocess
import urllib.request
from argparse import ArgumentParser
from pathlib import Path

AUTHORITY = Path("/root/authority")


def prove(webroot: str, domain: str) -> None:
    """Show that the name is ours, as the HTTP-01 challenge wants it."""
    token = secrets.token_urlsafe(16)
    file = Path(webroot, ".well-known", "acme-challenge", token)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{token}.proof")
    address = f"http://{domain}/.well-known/acme-challenge/{token}"
    with urllib.request.urlopen(address) as answer:
        assert answer.read().decode() == f"{token}.proof"
    file.unlink()


def sign(domain: str) -> Path:
    """Have the certificate where certbot puts it."""
    live = Path("/etc/letsencrypt/live", domain)
    live.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", f"/CN={domain}",
         "-addext", f"subjectAltName=DNS:{domain}",
         "-CA", f"{AUTHORITY}.pem", "-CAkey", f"{AUTHORITY}.key",
         "-keyout", str(live / "privkey.pem"), "-out", str(live / "fullchain.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    return live


def main() -> None:
    """`certonly` gets a certificate for the first time; `renew` gets it anew."""
    parser = ArgumentParser()
    parser.add_argument("verb", choices=["certonly", "renew"])
    for flag in ("--non-interactive", "--agree-tos", "--webroot"):
        parser.add_argument(flag, action="store_true")
    for option in ("--email", "--webroot-path", "--domain"):
        parser.add_argument(option, required=True)
    asked = parser.parse_args()
    prove(asked.webroot_path, asked.domain)
    live = sign(asked.domain)
    if asked.verb == "renew":
        for hook in sorted(Path("/etc/letsencrypt/renewal-hooks/deploy").iterdir()):
            environment = os.environ | {"RENEWED_LINEAGE": str(live)}
            subprocess.run([hook], check=True, env=environment)


if __name__ == "__main__":
    main()
