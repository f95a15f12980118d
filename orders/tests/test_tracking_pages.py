"""`/t/<order_number>` and `/t/<order_number>/<token>`: what the public sees of an order."""

import datetime
from html.parser import HTMLParser

import pytest
from django.utils import timezone

from catalog.models import Service
from config.rest.principals import Principal
from orders.lifecycle import undo
from orders.models import Order
from orders.placing import Item, Pickup, place_order
from tests.statements import statements
from tests.states import put, take

JSON = {"Accept": "application/json"}
STAGES = ["Created", "Picked up", "Processing", "Completed", "Delivered"]


class Page(HTMLParser):
    """The texts of a page, and of its progress: each stage with its classes and time."""

    def __init__(self, response) -> None:
        super().__init__()
        self.stages: list[dict] = []
        self.texts: list[str] = []
        self.times: list[str] = []
        self._inside: list[str] = []
        self.feed(response.content.decode())

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "ol" and attributes["class"] == "progress":
            self._inside.append("progress")
        if tag == "li" and self._inside:
            self.stages.append({"class": attributes["class"].split(), "current": None, "at": None})
            self.stages[-1]["current"] = attributes.get("aria-current")
        if tag == "span" and self._inside and attributes["class"] == "label":
            self._inside.append("label")
        if tag == "time":
            self.times.append(attributes["datetime"])
            if self._inside:
                self.stages[-1]["at"] = attributes["datetime"]

    def handle_endtag(self, tag):
        if tag == "ol" and self._inside:
            self._inside.clear()

    def handle_data(self, data):
        if data.strip():
            self.texts.append(data.strip())
            if self._inside[-1:] == ["label"]:
                self.stages[-1]["label"] = data.strip()
                self._inside.pop()

    @property
    def done(self) -> list[str]:
        return [stage["label"] for stage in self.stages if "done" in stage["class"]]

    @property
    def present(self) -> list[str]:
        return [stage["label"] for stage in self.stages if stage["current"] == "step"]

    @property
    def labels(self) -> list[str]:
        return [stage["label"] for stage in self.stages]


@pytest.fixture
def plain(order) -> str:
    """The path without the token."""
    return f"/t/{order.order_number}"


@pytest.fixture
def secret(order) -> str:
    """The path with the token."""
    return f"/t/{order.order_number}/{order.token}"


# --- The page without the token -------------------------------------------------------


def test_the_plain_page_shows_the_number_and_the_stage_and_nothing_else(api, plain, order):
    page = Page(api.get(plain))

    assert page.texts == [
        "Created · " + order.order_number + " · Roundtrip",
        "Skip to the content",
        "Roundtrip",
        "हिंदी",
        "Order",
        order.order_number,
        "Created",
        "We have your order and will come to fetch your things.",
        *("Created", "Picked up", "(to come)", "Processing", "(to come)"),
        *("Completed", "(to come)", "Delivered", "(to come)"),
    ]
    assert page.times == []


@pytest.mark.parametrize(
    ("status", "done"),
    [
        ("created", []),
        ("picked_up", ["Created"]),
        ("processing", ["Created", "Picked up"]),
        ("completed", ["Created", "Picked up", "Processing"]),
        ("delivered", STAGES),
    ],
)
def test_the_progress_shows_what_is_done_what_is_and_what_is_to_come(
    status, done, api, plain, order
):
    page = Page(api.get(plain))
    assert page.present == ["Created"]

    order = put(order, status)
    page = Page(api.get(plain))

    assert page.labels == STAGES
    assert page.done == done
    assert page.present == [order.get_status_display()]


def test_a_cancelled_order_has_nothing_to_come(api, plain, order):
    put(order, "cancelled")

    page = Page(api.get(plain))

    assert (page.labels, page.done, page.present) == (
        ["Created", "Cancelled"],
        ["Created"],
        ["Cancelled"],
    )
    assert "This order was cancelled. Nothing more will happen to it." in page.texts


def test_a_deleted_order_has_no_page(api, plain, secret):
    Order.objects.update(deleted_at=timezone.now())

    assert api.get(plain).status_code == 404
    assert api.get(secret).status_code == 404


def test_a_number_without_order_is_a_page_that_asks_again(api, db):
    answer = api.get("/t/NOSUCHNUM2")

    assert answer.status_code == 404
    assert "There is nothing here" in Page(answer).texts
    assert '<input id="order" name="order"' in answer.content.decode()


# --- The page with the token ----------------------------------------------------------


def test_the_page_with_the_token_shows_services_and_dates(api, customer, wash, ironing):
    order = place_order(
        by=Principal("customer", user=customer),
        items=[Item(wash.pk, 3), Item(ironing.pk)],
        source=Order.Source.API,
        customer=customer,
        pickup=Pickup(datetime.datetime(2026, 12, 24, 18, 30, tzinfo=datetime.UTC)),
    )

    texts = Page(api.get(f"/t/{order.order_number}/{order.token}")).texts

    at = texts.index("What you ordered")
    assert texts[at + 1 :] == [
        *("Wash", "3 ×", "Ironing", "1 ×"),
        *("Pickup", "24 Dec 2026, 18:30"),
        *("Placed", order.created_at.strftime("%-d %b %Y, %H:%M")),
        "Times in the time zone UTC.",
    ]


def test_a_pickup_without_a_time_shows_only_its_day(api, secret, order):
    midnight = datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC)
    Order.objects.update(pickup_at=midnight, pickup_has_time=False)

    page = Page(api.get(secret))

    assert page.texts[page.texts.index("Pickup") + 1] == "24 Dec 2026"
    assert "2026-12-24" in page.times


def test_an_order_without_pickup_says_nothing_of_one(api, secret):
    assert "Pickup" not in Page(api.get(secret)).texts


def test_times_are_the_shops_and_machines_read_their_offset(api, secret, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    at = datetime.datetime(2026, 12, 24, 18, 30, 15, 123456, tzinfo=datetime.UTC)
    Order.objects.update(pickup_at=at)

    page = Page(api.get(secret))

    assert page.texts[page.texts.index("Pickup") + 1] == "25 Dec 2026, 00:00"
    assert "2026-12-25T00:00:15+0530" in page.times
    assert "Times in the time zone Asia/Kolkata." in page.texts


def test_the_timeline_tells_when_each_stage_was_reached(api, secret, order, worker):
    take(order, "picked_up", Principal("worker", worker=worker))

    page = Page(api.get(secret))

    times = [f"{t.created_at:%Y-%m-%dT%H:%M:%S}+0000" for t in order.tracks.order_by("seq")]
    assert [(stage["label"], stage["at"]) for stage in page.stages] == [
        ("Created", times[0]),
        ("Picked up", times[1]),
        ("Processing", None),
        ("Completed", None),
        ("Delivered", None),
    ]
    assert (page.done, page.present) == (["Created"], ["Picked up"])


def test_skipped_stages_are_not_told_as_reached(api, secret, order, worker):
    take(order, "completed", Principal("worker", worker=worker))

    assert Page(api.get(secret)).labels == ["Created", "Completed", "Delivered"]


def test_a_cancelled_order_keeps_its_way_in_the_timeline(api, secret, order, owner):
    staff = Principal("staff", user=owner)
    take(order, "picked_up", staff)
    take(order, "cancelled", staff)

    page = Page(api.get(secret))

    assert page.labels == ["Created", "Picked up", "Cancelled"]
    assert page.present == ["Cancelled"]


def test_an_undone_step_is_not_told(api, secret, order, owner):
    staff = Principal("staff", user=owner)
    take(order, "picked_up", staff)
    undo(order=order, by=staff, source="api")

    page = Page(api.get(secret))

    assert (page.labels, page.present) == (STAGES, ["Created"])


def test_refused_and_other_scans_are_not_told(api, secret, order, worker):
    take(order, "left_at_neighbour", Principal("worker", worker=worker), note="blue door")

    answer = api.get(secret)

    assert Page(answer).labels == STAGES
    assert "blue door" not in answer.content.decode()


def test_without_a_complete_timeline_the_stages_stand_without_times(api, secret, order):
    put(order, "processing")

    page = Page(api.get(secret))

    assert [(stage["label"], stage["at"]) for stage in page.stages] == [
        (label, None) for label in STAGES
    ]
    assert page.present == ["Processing"]


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("path", ["plain", "secret"])
def test_no_page_holds_email_phone_or_name(path, accept, api, order, customer, request):
    Order.objects.update(instructions="Ring at Rao's")
    path = request.getfixturevalue(path)

    text = api.get(path, headers={"Accept": accept}).content.decode().casefold()

    for personal in ("asha", "rao", "example.com", "98450", "12345"):
        assert personal not in text


def test_the_names_of_services_are_escaped(api, customer):
    service = Service.objects.create(name="<script>alert(1)</script>", price=1)
    order = place_order(
        by=Principal("customer", user=customer),
        items=[Item(service.pk)],
        source=Order.Source.API,
        customer=customer,
    )

    content = api.get(f"/t/{order.order_number}/{order.token}").content.decode()

    assert "<script>" not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content


@pytest.mark.parametrize(
    "change", [str.swapcase, lambda t: t[:-1], lambda t: t + "A", lambda t: "é"]
)
def test_a_wrong_token_is_a_404(change, api, order):
    Order.objects.update(token="Yr5kP0aZ9xLq2mN7bV4cTw")

    answer = api.get(f"/t/{order.order_number}/{change('Yr5kP0aZ9xLq2mN7bV4cTw')}")

    assert answer.status_code == 404
    assert "There is nothing here" in Page(answer).texts


def test_the_token_of_another_order_is_a_404(api, order, customer, wash):
    other = place_order(
        by=Principal("customer", user=customer),
        items=[Item(wash.pk)],
        source=Order.Source.API,
        customer=customer,
    )

    assert api.get(f"/t/{order.order_number}/{other.token}").status_code == 404


# --- JSON -----------------------------------------------------------------------------


def test_the_json_without_the_token_is_the_stage_and_nothing_else(api, plain, order):
    answer = api.get(plain, headers=JSON)

    assert answer["Content-Type"] == "application/json"
    assert answer.json() == {"order_number": order.order_number, "status": "created"}


def test_the_json_with_the_token_has_services_dates_and_timeline(api, secret, order, worker):
    Order.objects.update(
        pickup_at=datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC), pickup_has_time=False
    )
    take(order, "picked_up", Principal("worker", worker=worker))

    at = [f"{t.created_at:%Y-%m-%dT%H:%M:%S.%fZ}" for t in order.tracks.order_by("seq")]
    assert api.get(secret, headers=JSON).json() == {
        "order_number": order.order_number,
        "status": "picked_up",
        "services": [{"name": "Wash", "quantity": 1}],
        "pickup_date": "2026-12-24",
        "created_at": f"{order.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "timeline": [{"status": "created", "at": at[0]}, {"status": "picked_up", "at": at[1]}],
    }


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        ("application/json", "application/json"),
        ("application/json, text/plain, */*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("*/*", "text/html; charset=utf-8"),
        ("image/png", "text/html; charset=utf-8"),
    ],
)
def test_what_the_client_prefers_decides_the_form(accept, content_type, api, plain):
    answer = api.get(plain, headers={"Accept": accept})

    assert answer["Content-Type"] == content_type
    assert "Accept" in answer["Vary"]


@pytest.mark.parametrize("path", ["/t/NOSUCHNUM2", "/t/NOSUCHNUM2/wrong-token"])
def test_who_asks_for_json_gets_a_404_in_json(path, api, db):
    answer = api.get(path, headers=JSON)

    assert (answer.status_code, answer.json()) == (
        404,
        {"error": "There is nothing here.", "msg": "There is nothing here."},
    )


# --- Both pages -----------------------------------------------------------------------


@pytest.mark.parametrize("path", ["plain", "secret"])
def test_both_slash_forms_answer_without_a_redirect(path, api, request):
    path = request.getfixturevalue(path)

    assert api.get(path).status_code == 200
    assert api.get(f"{path}/").status_code == 200


def test_the_number_is_read_in_any_case(api, plain, secret, order):
    assert api.get(plain.replace("/t/", "/t/%20").lower()).status_code == 200
    assert api.get(f"/t/{order.order_number.lower()}/{order.token}").status_code == 200


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize("path", ["plain", "secret", "missing"])
def test_every_answer_stays_out_of_search_engines_and_referers(path, accept, api, order, request):
    path = "/t/NOSUCHNUM2" if path == "missing" else request.getfixturevalue(path)

    answer = api.get(path, headers={"Accept": accept})

    assert answer["X-Robots-Tag"] == "noindex"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "private, no-cache"


def test_a_page_needs_no_script_no_inline_style_and_no_other_server(api, secret):
    content = api.get(secret).content.decode()

    assert "<script" not in content
    assert "style=" not in content
    assert "http" not in content


@pytest.mark.parametrize("path", ["plain", "secret"])
def test_the_pages_are_only_read(path, api, request):
    answer = api.post(request.getfixturevalue(path))

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_a_page_is_one_statement_with_the_token_three(api, plain, secret):
    with statements() as of_the_plain:
        api.get(plain)
    with statements() as of_the_secret:
        api.get(secret)

    assert (len(of_the_plain), len(of_the_secret)) == (1, 3)


def test_the_pages_are_limited_for_each_address(api, plain, secret, settings):
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"public": {"anyone": "2/h"}}

    answers = [api.get(path) for path in (plain, secret, plain)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2]["Retry-After"]) <= 3600
    assert "Too many requests" in Page(answers[2]).texts


def test_an_unchanged_page_is_answered_by_its_entity_tag(api, order):
    url = f"/t/{order.order_number}/{order.token}"
    tag = api.get(url)["ETag"]
    response = api.get(url, HTTP_IF_NONE_MATCH=tag)
    assert (response.status_code, response.content) == (304, b"")
