"""schemathesis calls a served shop as each principal, in every way that its schema knows.

The short run is always the same. `FUZZ_SECONDS` makes it a long one: random, for so many
seconds over all principals, and with calls that build on each other.
"""

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.processes import WITHOUT_LIMITS, answers, free_port, wait_until

PROJECT = Path(__file__).parent.parent.parent
SECONDS = int(os.environ.get("FUZZ_SECONDS", "0"))
SHORT = ("--phases", "examples,coverage,fuzzing", "--max-examples", "10", "--seed", "1")

OF_ANYONE = {
    "GET /api/v1/services",
    "GET /api/v1/services/{id}",
    "POST /api/v1/auth/password/reset",
    "POST /api/v1/auth/register",
}
OF_A_CUSTOMER = {
    "GET /api/v1/auth/me",
    "GET /api/v1/customers",
    "GET /api/v1/customers/profile/{id}",
    "GET /api/v1/customers/{id}",
    "GET /api/v1/orders",
    "GET /api/v1/orders/{id}",
    "GET /api/v1/tracks",
    "GET /api/v1/tracks/order/{order_id}",
    "PATCH /api/v1/auth/me",
    "PATCH /api/v1/customers",
    "POST /api/v1/auth/logout",
    "POST /api/v1/orders",
    "PUT /api/v1/customers",
}
OF_A_WORKER = {
    "GET /api/v1/tracks",
    "GET /api/v1/tracks/order/{order_id}",
    "GET /api/v1/workers/devices",
    "POST /api/v1/workers/logout",
    "POST /api/v1/workers/peek",
    "POST /api/v1/workers/scan",
    "POST /api/v1/workers/scans",
}
OF_STAFF = {
    "GET /api/v1/auth/me",
    "GET /api/v1/customers",
    "GET /api/v1/customers/{id}",
    "GET /api/v1/orders",
    "GET /api/v1/orders/{id}",
    "GET /api/v1/orders/{id}/qr.{form}",
    "GET /api/v1/tracks",
    "GET /api/v1/workers",
    "GET /api/v1/workers/{id}",
    "GET /api/v1/workers/{worker_id}/devices",
    "PATCH /api/v1/customers/{id}",
    "PATCH /api/v1/orders/{id}",
    "PATCH /api/v1/services/{id}",
    "PATCH /api/v1/workers/{id}",
    "POST /api/v1/auth/logout",
    "POST /api/v1/orders",
    "POST /api/v1/services",
    "POST /api/v1/workers/register",
    "PUT /api/v1/services/{id}",
    "PUT /api/v1/workers/{id}",
}
# Calls that each principal's short run must have made with success, a long one some of them.
REACHED = {
    "anyone": OF_ANYONE,
    "customer": OF_ANYONE | OF_A_CUSTOMER,
    "worker": OF_ANYONE | OF_A_WORKER,
    "staff": OF_ANYONE | OF_STAFF,
}


@contextmanager
def served(environment: dict[str, str]) -> Iterator[None]:
    """A server with the demonstration's shop, for as long as it is needed."""
    subprocess.run(
        [sys.executable, "manage.py", "prepare_demo"],
        cwd=PROJECT,
        env=environment,
        check=True,
        timeout=120,
        stdout=subprocess.DEVNULL,
    )
    command = [sys.executable, "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
    with Path(environment["VAR_DIR"], "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=log)  # noqa: S603
    try:
        port = int(environment["PORT"])
        wait_until(lambda: server.poll() is not None or answers(port), "the server listens")
        assert server.poll() is None
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=40)


@pytest.fixture
def environment(principal: str, tmp_path: Path) -> dict[str, str]:
    """What the server and schemathesis are started with: one shop, and who calls it."""
    return (
        os.environ
        | WITHOUT_LIMITS
        | {
            "CACHE_URL": "locmemcache://",
            "DATABASE_URL": f"sqlite:///{tmp_path}/db.sqlite3",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": "dummymail://",
            "ENV_FILE": os.devnull,
            "ENVIRONMENT": "development",
            "FUZZ_AS": principal,
            "LOG_LEVEL": "WARNING",
            "PORT": str(free_port()),
            "PYTHONPATH": str(PROJECT),
            "VAR_DIR": str(tmp_path),
        }
    )


def run_schemathesis(environment: dict[str, str], events: Path) -> subprocess.CompletedProcess[str]:
    seconds = SECONDS // len(REACHED)
    long = ("--max-time", str(seconds), "--seed", str(random.SystemRandom().randrange(2**32)))
    return subprocess.run(  # noqa: S603
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", "docs/openapi.yaml", "--no-color", "--checks", "all"),
            *("--url", f"http://127.0.0.1:{environment['PORT']}"),
            *("--report", "ndjson", "--report-ndjson-path", events),
            *(long if SECONDS else SHORT),
        ],
        cwd=PROJECT,
        env=environment,
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds + 300,
    )


def answered(events: Path) -> Counter[tuple[str, int]]:
    """How often each call was answered with each status."""
    answers: Counter[tuple[str, int]] = Counter()
    for line in events.read_text(encoding="utf-8").splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for key, interaction in recorder.get("interactions", {}).items():
            case = recorder["cases"][key]["value"]
            if response := interaction["response"]:
                answers[f"{case['method']} {case['path']}", response["status_code"]] += 1
    return answers


@pytest.mark.parametrize("principal", REACHED)
def test_every_answer_is_as_the_schema_says(
    principal: str, environment: dict[str, str], tmp_path: Path
) -> None:
    events = tmp_path / "events.ndjson"
    with served(environment):
        run = run_schemathesis(environment, events)
    print("\n".join(run.stdout.splitlines()[-25:]))  # noqa: T201  (the counts and the seed)

    assert run.returncode == 0, f"{run.stdout}\n{run.stderr}"
    reached = {call for call, status in answered(events) if 200 <= status < 300}
    assert reached & REACHED[principal]
    # A long run may be cut off, or by chance leave a call out.
    assert SECONDS or REACHED[principal] <= reached
