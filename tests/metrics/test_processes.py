"""Metrics of a server with several processes, of which some die."""

import os
import signal
from pathlib import Path

from tests.processes import wait_until
from tests.server import PROCESSES, serving


def test_a_killed_process_takes_no_count_with_it_and_leaves_no_file(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        before = server.pings()
        server.ping(20)
        assert server.pings() == before + 20
        files = server.files()

        for _time in range(2):
            (first, *others) = sorted(server.processes())
            os.kill(first, signal.SIGKILL)
            wait_until(
                lambda gone=first: len(server.processes() - {gone}) == PROCESSES,  # type: ignore[misc]
                "another process takes its place",
            )
            assert set(others) <= server.processes()

        assert server.pings() == before + 20
        server.ping(20)
        assert server.pings() == before + 40
        assert server.files() == files

        server.stop()
        assert not files[0].parent.exists()


def test_a_killed_server_leaves_its_files_to_the_next_one_to_remove(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        left = server.files()[0].parent
        processes = [server.process.pid, *server.processes()]
        for process in processes:
            os.kill(process, signal.SIGKILL)
        server.process.wait()
    with serving(tmp_path) as living, serving(tmp_path) as other:
        assert not left.exists()
        assert living.files()[0].parent != other.files()[0].parent
        assert living.files()[0].exists()


def test_a_reload_goes_on_counting(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        before = server.pings()
        old = server.processes()
        server.process.send_signal(signal.SIGHUP)
        wait_until(
            lambda: len(server.processes()) == PROCESSES and not server.processes() & old,
            "new processes take the places of the old",
        )
        server.ping(5)
        assert server.pings() == before + 5


def test_without_a_database_the_server_tells_its_counts(tmp_path: Path) -> None:
    """This one was never migrated."""
    with serving(tmp_path) as server:
        found = server.scrape()
        assert found["roundtrip_database_up", frozenset()] == 0
        assert found["roundtrip_rate_limited_total", frozenset({("policy", "auth")})] == 0
