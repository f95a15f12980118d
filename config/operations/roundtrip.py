"""The main job over HTTP: an order is placed, scanned on its way, and delivered.

A demonstration, and a smoke test of a running server: it knows the server by its answers
only, and reads the QR code with a reader that is not the one who wrote it.
"""

import io
import secrets
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx
import zxingcpp
from PIL import Image, UnidentifiedImageError

from config.rest.refusals import Refusal
from orders.lifecycle import STAGES
from orders.numbers import read_payload

TIMEOUT_SECONDS = 10
_QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)


class RoundTripError(Exception):
    """A step failed; the text says which, and how."""


class WorkerLogin(NamedTuple):
    """By what a worker signs in: the PIN or password, and the id."""

    worker_id: int
    password: str


class Step(NamedTuple):
    """One step that went well: its name, what came of it, and its time in milliseconds."""

    name: str
    detail: str
    milliseconds: float


class _Trip:
    """One order's round trip. Each step leaves here what the later ones need."""

    order: dict[str, Any]
    qr_text: str

    def __init__(self, client: httpx.Client, worker: WorkerLogin) -> None:
        self.client = client
        self.worker = worker
        self.as_customer: dict[str, str] = {}
        self.as_worker: dict[str, str] = {}

    @property
    def number(self) -> str:
        """The order's number."""
        return str(self.order["order_number"])

    def find_server(self) -> str:
        health = self._call("GET", "/healthz").json()
        return f"database {health['db']}, cache {health['cache']}"

    def register(self) -> str:
        email = f"roundtrip-{secrets.token_hex(6)}@example.com"
        body = {"name": "Round Trip", "email": email, "password": secrets.token_urlsafe(16)}
        answer = self._call("POST", "/api/v1/auth/register", expected=201, json=body).json()
        self.as_customer = {"Authorization": f"Bearer {answer['access_token']}"}
        return email

    def place(self) -> str:
        services = self._call("GET", "/api/v1/services").json()
        if not services:
            raise RoundTripError("the shop offers no service")
        body = {"items": [{"service_id": services[0]["id"], "quantity": 1}]}
        placing = self._call(
            "POST", "/api/v1/orders", expected=201, json=body, headers=self.as_customer
        )
        self.order = placing.json()
        return f"{self.number}: {services[0]['name']}"

    def read_code(self) -> str:
        path = self.order["qr_code_path"]
        self.qr_text = decode(self._call("GET", path).content)
        try:
            number = read_payload(self.qr_text)
        except Refusal as error:
            raise RoundTripError(f"the QR code says {self.qr_text!r}: {error}") from error
        if number != self.number:
            raise RoundTripError(f"the QR code of {self.number} is that of {number}")
        return self.qr_text

    def sign_worker_in(self) -> str:
        body = self.worker._asdict() | {"device_name": "manage.py roundtrip"}
        answer = self._call("POST", "/api/v1/workers/login", json=body).json()
        self.as_worker = {"Authorization": f"Bearer {answer['worker_token']}"}
        return str(answer["worker"]["name"])

    def scan(self, action: str) -> str:
        body = {"qr": self.qr_text, "action": action, "location": "Round trip"}
        answer = self._call(
            "POST", "/api/v1/workers/scan", json=body, headers=self.as_worker
        ).json()
        status = answer["order"]["status"]
        if status != action:
            raise RoundTripError(f"the order is {status}, not {action}")
        return f"{answer['track']['from_status']} -> {status}"

    def read_page(self) -> str:
        url = self.order["tracking_url"]
        path = urlsplit(url).path
        page = self._call("GET", path, headers={"Accept": "text/html"})
        if self.number not in page.text:
            raise RoundTripError(f"the page does not show {self.number}")
        answer = self._call("GET", path, headers={"Accept": "application/json"}).json()
        stages = [step["status"] for step in answer["timeline"]]
        if stages != list(STAGES):
            raise RoundTripError(f"its timeline is {', '.join(stages)}")
        return str(url)

    def sign_out(self) -> str:
        self._call("POST", "/api/v1/workers/logout", headers=self.as_worker)
        self._call("POST", "/api/v1/auth/logout", headers=self.as_customer)
        return "both tokens are worth nothing now"

    def _call(
        self, method: str, path: str, *, expected: int = 200, **request: Any
    ) -> httpx.Response:
        """Make a call; raises RoundTripError unless it is answered with this status."""
        try:
            response = self.client.request(method, path, **request)
        except httpx.TransportError as error:
            raise RoundTripError(
                f"no answer from {self.client.base_url} ({error}); start bin/serve there"
            ) from error
        if response.status_code != expected:
            call = f"{method} {response.url}"
            raise RoundTripError(f"{call} answered {response.status_code}{_reason(response)}")
        return response


def _reason(response: httpx.Response) -> str:
    """What an error's answer says of itself, if it is one of ours."""
    try:
        problem = response.json()
        return f" {problem['code']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return ""


def decode(image: bytes) -> str:
    """The text of the QR code in an image; raises RoundTripError."""
    try:
        with Image.open(io.BytesIO(image)) as opened:
            codes = zxingcpp.read_barcodes(opened, formats=_QR_CODES)
    except UnidentifiedImageError as error:
        raise RoundTripError("what came is no image") from error
    if not codes:
        raise RoundTripError("the image holds no readable QR code")
    return str(codes[0].text)


def round_trip(base_url: str, worker: WorkerLogin) -> Iterator[Step]:
    """Take a new customer's order from its placing to its delivery, step by step.

    Leaves that customer and the delivered order behind. Raises RoundTripError at the
    first step that fails.
    """
    try:
        client = httpx.Client(base_url=base_url, timeout=TIMEOUT_SECONDS)
    except httpx.InvalidURL as error:
        raise RoundTripError(f"{base_url} is no address of a server ({error}).") from error
    with client:
        trip = _Trip(client, worker)
        yield _timed("Find the server", trip.find_server)
        yield _timed("Register a customer", trip.register)
        yield _timed("Place an order", trip.place)
        yield _timed("Read its QR code", trip.read_code)
        yield _timed("Sign a worker in", trip.sign_worker_in)
        for stage in STAGES[1:]:
            yield _timed(f"Scan it as {stage.value}", partial(trip.scan, stage.value))
        yield _timed("Read its public page", trip.read_page)
        yield _timed("Sign both out", trip.sign_out)


def _timed(name: str, take: Callable[[], str]) -> Step:
    start = time.perf_counter()
    try:
        detail = take()
    except RoundTripError as error:
        raise RoundTripError(f"{name}: {str(error).rstrip('.')}.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise RoundTripError(f"{name}: this is no answer of Roundtrip ({error!r}).") from error
    return Step(name, detail, (time.perf_counter() - start) * 1000)
