"""People who place orders and workers who scan them, all at once, through the served API."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import httpx

from tests.drills.shop import Shop

PEOPLE = 4
# What a dump must not stumble over.
TEXT = "it's \\ 'so'),\r\n(1, \"NULL\"); -- 🧺 שלום \x1a"


class Load:
    """Orders in a row, each placed and picked up; `done` are those that were answered for."""

    def __init__(self, shop: Shop) -> None:
        self._base = f"http://127.0.0.1:{shop.environment['PORT']}"
        logins = json.loads(Path(shop.environment["VAR_DIR"], "demo-logins.json").read_text())
        worker = next(login for login in logins["logins"] if login["role"] == "worker")
        self._login = {"worker_id": worker["id"], "password": worker["password"]}
        self._stop = Event()
        self.done: list[str] = []
        self.failed: list[str] = []

    def one(self, client: httpx.Client, device: str, name: str) -> str:
        """Place an order and scan it; the number, once both were answered for."""
        order = {
            "name": name,
            "email": f"{name}@example.com",
            "service_name": "Shirt, washed and ironed",
            "instructions": TEXT,
        }
        placed = client.post("/api/v1/orders", json=order)
        number: str = placed.raise_for_status().json()["order_number"]
        scan = {"qr": f"{self._base}/t/{number}", "action": "picked_up", "location": TEXT[:20]}
        bearer = {"Authorization": f"Bearer {device}"}
        client.post("/api/v1/workers/scan", json=scan, headers=bearer).raise_for_status()
        return number

    def sign_in(self, client: httpx.Client) -> str:
        """A device's token."""
        answer = client.post("/api/v1/workers/login", json=self._login)
        token: str = answer.raise_for_status().json()["worker_token"]
        return token

    def client(self) -> httpx.Client:
        """A client of the served shop."""
        return httpx.Client(base_url=self._base, timeout=60)

    def _go_on(self, person: int) -> None:
        try:
            with self.client() as client:
                device = self.sign_in(client)
                while not self._stop.is_set():
                    name = f"guest-{person}-{len(self.done)}"
                    self.done.append(self.one(client, device, name))
        except httpx.HTTPError as error:
            self.failed.append(str(error))

    @contextmanager
    def running(self) -> Iterator[None]:
        """All of them, until the block ends."""
        threads = [Thread(target=self._go_on, args=(person,)) for person in range(PEOPLE)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
