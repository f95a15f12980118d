"""The counter's page as a scanner uses it: fast, with any terminator, also without a network."""

import re
import statistics
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from config.rest.principals import Principal
from orders.models import Order
from orders.placing import Item, place_order
from tests.browser.conftest import shortcomings
from tests.cast import moved, staff_in
from tracking.models import Track

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[..., Page]
LOST = "ERR_INTERNET_DISCONNECTED"
# How scanners end a code: Enter, CR or LF as Ctrl+M and Ctrl+J, or as literal text.
ENDS = ["\n", "\\n", "\\r\\n", "\n\n", "Control+j", "Control+m"]


@pytest.fixture
def cora(transactional_db: None) -> User:
    """Cora, who serves customers."""
    return staff_in("Counter", "Cora")


@pytest.fixture
def opened(page: Page, live_server: LiveServer, cora: User) -> Open:
    """The counter's page, opened by Cora or somebody else, with what each scan does."""

    def opened(*, by: User = cora, action: str = "Picked up") -> Page:
        sign_in(page, live_server, by)
        page.goto(f"{live_server.url}/admin/counter/")
        page.get_by_label(action, exact=True).check()
        # From then on it opens without a network, too.
        expect(page.locator("body[data-kept]")).to_have_count(1)
        return page

    return opened


def sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    """Give the browser the session of a member of staff."""
    browser = Client()
    browser.force_login(user)
    session = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])


def scan(page: Page, code: str, end: str = "\n") -> None:
    """Type as a scanner does: everything at once, with its terminator at the end."""
    page.keyboard.type(code)
    if end.startswith("Control"):
        page.keyboard.press(end)
    else:
        page.keyboard.type(end)


def kept_scans(page: Page) -> list[str]:
    """The codes that stand in the browser's database."""
    codes: list[str] = page.evaluate("queue.all().then((scans) => scans.map((scan) => scan.qr))")
    return codes


def expect_verdict(page: Page, verdict: str, title: str) -> None:
    """What the big panel says, by colour and by word."""
    panel = page.locator("#counter-verdict")
    expect(panel.locator(".counter-title")).to_have_text(title)
    expect(panel).to_have_attribute("data-verdict", verdict)


def orders_of(customer: User, order: Order, count: int) -> list[Order]:
    """An order, and more like it."""
    item = Item(order.lines.get().service_id or 0)
    by = Principal("customer", user=customer)
    more = [
        place_order(by=by, items=[item], source="api", customer=customer) for _ in range(count - 1)
    ]
    return [order, *more]


def status_of(order: Order) -> str:
    return Order.objects.get(pk=order.pk).status


# --- The scanner -------------------------------------------------------------------------------


def test_a_scan_without_a_stage_opens_the_order(opened: Open, order: Order) -> None:
    page = opened(action="Opens the order")
    scan(page, order.tracking_url)
    expect(page).to_have_url(re.compile(rf"/admin/orders/order/{order.pk}/change/$"))


@pytest.mark.parametrize("end", ENDS)
def test_every_terminator_ends_a_code(opened: Open, order: Order, end: str) -> None:
    page = opened()
    scan(page, order.tracking_url, end)
    expect_verdict(page, "recorded", "Picked up")
    expect(page.locator("#counter-code")).to_have_value("")
    assert Track.objects.filter(source="scan").count() == 1


@pytest.mark.parametrize("end", ["\n", "\\n"])
def test_the_three_lines_of_an_old_code_are_one_scan(opened: Open, order: Order, end: str) -> None:
    page = opened()
    lines = (f"ORDER: {order.order_number}", "EMAIL: asha@example.com", "SERVICE: Wash", "")
    page.keyboard.type(end.join(lines))
    expect_verdict(page, "recorded", "Picked up")
    expect(page.locator("#counter-list li")).to_have_count(1)
    expect(page.locator("#counter-code")).to_have_value("")


def test_json_may_run_over_several_lines(opened: Open, order: Order) -> None:
    page = opened()
    page.keyboard.type(f'{{\n"order_number": "{order.order_number}"\n}}\n')
    expect_verdict(page, "recorded", "Picked up")
    assert Track.objects.filter(source="scan").count() == 1


def test_the_stage_and_the_place_stay_for_order_after_order(
    opened: Open, customer: User, order: Order
) -> None:
    orders = orders_of(customer, order, 5)
    page = opened(action="Processing")
    page.keyboard.type("/Shelf 3\n")
    page.keyboard.type("".join(f"{one.order_number}\n" for one in orders))
    expect(page.locator("#counter-list .badge-recorded")).to_have_count(5)
    assert [status_of(one) for one in orders] == ["processing"] * 5
    tracks = Track.objects.filter(source="scan")
    assert set(tracks.values_list("location", flat=True)) == {"Shelf 3"}
    assert [track.order_id for track in tracks.order_by("pk")] == [one.pk for one in orders]

    page.reload()
    expect(page.get_by_label("Processing", exact=True)).to_be_checked()
    expect(page.locator("#counter-place")).to_have_value("Shelf 3")
    expect(page.locator("#counter-list li")).to_have_count(5)


@pytest.mark.parametrize("end", ENDS)
def test_a_scan_into_an_open_dialog_counts(opened: Open, order: Order, end: str) -> None:
    page = opened()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    scan(page, order.tracking_url, end)
    expect(page.locator("#counter-verdict .counter-title")).to_have_text("Picked up")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#counter-code")).to_be_focused()


@pytest.mark.parametrize("end", ["\n", "\n\n"])
@pytest.mark.parametrize("focused", ["#counter-sound", "input[value=picked_up]", "#counter-list"])
def test_a_scan_counts_wherever_the_focus_is(
    opened: Open, order: Order, focused: str, end: str
) -> None:
    page = opened()
    page.locator(focused).focus()
    scan(page, order.order_number, end)
    expect_verdict(page, "recorded", "Picked up")
    expect(page.locator("#counter-sound")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("end", ["\n", "\\n"])
def test_a_scan_into_the_place_is_a_scan_and_the_place_stays(
    opened: Open, order: Order, end: str
) -> None:
    page = opened()
    page.keyboard.type("/Desk 1\n")
    page.keyboard.type("/")
    expect(page.locator("#counter-place")).to_be_focused()
    page.keyboard.type(f"{order.tracking_url}{end}")
    expect_verdict(page, "recorded", "Picked up")
    expect(page.locator("#counter-place")).to_have_value("Desk 1")
    assert Track.objects.get(source="scan").location == "Desk 1"


def test_a_code_read_twice_is_marked_and_its_first_verdict_stays(
    opened: Open, order: Order
) -> None:
    page = opened()
    scan(page, order.order_number)
    scan(page, order.order_number)
    expect(page.locator("#counter-list li").first).to_contain_text("scanned twice")
    expect(page.locator("#counter-list li .badge").first).to_have_text("Already Picked up")
    expect_verdict(page, "recorded", "Picked up")
    assert list(
        Track.objects.filter(source="scan").order_by("pk").values_list("result", flat=True)
    ) == ["recorded", "already"]


# --- Verdicts ----------------------------------------------------------------------------------


def test_each_verdict_has_its_word_and_colour(opened: Open, order: Order) -> None:
    page = opened()
    moved(order, "picked_up")
    scan(page, order.order_number)
    expect_verdict(page, "already", "Already Picked up")
    moved(order, "delivered")
    # What is scanned after the order went on is refused; before, it is late.
    scan(page, order.order_number.lower())
    expect_verdict(page, "refused", "Still Delivered")
    scan(page, "ZZZZZZZZZZ")
    expect_verdict(page, "refused", "Unknown order")
    scan(page, "!!!")
    expect_verdict(page, "refused", "Unreadable code")


def test_the_verdict_is_there_as_soon_as_the_answer_is(opened: Open, order: Order) -> None:
    """No picture is drawn between the answer and its verdict."""
    page = opened()
    page.evaluate(
        """() => {
          window.happened = [];
          const read = Response.prototype.json;
          Response.prototype.json = async function () {
            const answer = await read.call(this);
            window.happened.push("answer");
            requestAnimationFrame(() => window.happened.push("picture"));
            return answer;
          };
          new MutationObserver(() => window.happened.push("verdict")).observe(
            document.getElementById("counter-verdict"), { attributeFilter: ["data-verdict"] });
        }"""
    )
    scan(page, order.order_number)
    expect_verdict(page, "recorded", "Picked up")
    assert page.evaluate("window.happened.slice(0, 2)") == ["answer", "verdict"]


def test_the_verdict_is_there_within_300_milliseconds(
    opened: Open, customer: User, order: Order
) -> None:
    """From the last key to the picture that shows it: on the disk, at the server and back."""
    page = opened()
    page.evaluate(
        """() => {
          window.waits = [];
          document.addEventListener("keydown", (event) => {
            if (event.key === "Enter") { window.asked = performance.now(); }
          }, true);
          const seen = () => window.waits.push(performance.now() - window.asked);
          new MutationObserver(() => requestAnimationFrame(() => setTimeout(seen))).observe(
            document.querySelector("#counter-verdict .counter-number"), { childList: true });
        }"""
    )
    for one in orders_of(customer, order, 11):
        scan(page, one.order_number)
        expect(page.locator("#counter-verdict .counter-number")).to_contain_text(one.order_number)
    waits = page.evaluate(
        """async () => {
          while (window.waits.length < 11) { await new Promise(requestAnimationFrame); }
          return window.waits;
        }"""
    )
    assert statistics.median(waits) < 300, waits


def test_a_verdict_sounds_until_the_sound_is_off(opened: Open, order: Order) -> None:
    page = opened()
    page.evaluate(
        """() => {
          window.pitches = [];
          const start = OscillatorNode.prototype.start;
          OscillatorNode.prototype.start = function (...all) {
            window.pitches.push(this.frequency.value);
            return start.apply(this, all);
          };
        }"""
    )
    scan(page, order.order_number)
    expect_verdict(page, "recorded", "Picked up")
    scan(page, "ZZZZZZZZZZ")
    expect_verdict(page, "refused", "Unknown order")
    assert page.evaluate("window.pitches") == [880, 196]

    page.keyboard.type(".")
    expect(page.locator("#counter-sound")).to_have_attribute("aria-pressed", "false")
    scan(page, "!!!")
    expect_verdict(page, "refused", "Unreadable code")
    assert page.evaluate("window.pitches") == [880, 196]


# --- Undoing -----------------------------------------------------------------------------------


def test_one_key_undoes_the_newest_step_and_again_the_one_before(
    opened: Open, customer: User, order: Order
) -> None:
    first, second = orders_of(customer, order, 2)
    page = opened()
    scan(page, first.order_number)
    scan(page, second.order_number)
    expect(page.locator("#counter-list .badge-recorded")).to_have_count(2)
    page.keyboard.type("-")
    expect_verdict(page, "undone", "Undone")
    expect(page.locator("#counter-list .badge-voided")).to_have_count(1)
    assert (status_of(first), status_of(second)) == ("picked_up", "created")
    page.keyboard.type("-")
    expect(page.locator("#counter-list .badge-voided")).to_have_count(2)
    assert status_of(first) == "created"
    page.keyboard.type("-")
    expect_verdict(page, "already", "Nothing to undo")


def test_the_row_that_has_the_focus_is_undone_instead(
    opened: Open, customer: User, order: Order
) -> None:
    first, second = orders_of(customer, order, 2)
    page = opened()
    scan(page, first.order_number)
    scan(page, second.order_number)
    expect(page.locator("#counter-list .badge-recorded")).to_have_count(2)
    page.locator("#counter-list li").nth(1).get_by_role("button").focus()
    page.keyboard.type("-")
    expect_verdict(page, "undone", "Undone")
    assert (status_of(first), status_of(second)) == ("created", "picked_up")


def test_a_step_that_cannot_be_undone_any_more_says_why(opened: Open, order: Order) -> None:
    page = opened()
    scan(page, order.order_number)
    expect_verdict(page, "recorded", "Picked up")
    moved(order, "processing")
    page.keyboard.type("-")
    expect_verdict(page, "refused", "Not done")
    expect(page.locator("#counter-verdict .counter-text")).to_have_text(
        "The order went on since. Open it to see."
    )


def test_one_key_prints_the_labels_of_the_newest_order(opened: Open, order: Order) -> None:
    page = opened()
    page.context.add_init_script("window.print = () => { document.title = 'printed'; }")
    scan(page, order.order_number)
    expect_verdict(page, "recorded", "Picked up")
    with page.context.expect_page() as labels:
        page.keyboard.type("=")
    expect(labels.value).to_have_title("printed")
    assert labels.value.url.endswith(f"/admin/orders/order/{order.pk}/print/roll/?print=now")


def test_what_is_no_order_has_no_labels(opened: Open) -> None:
    page = opened()
    scan(page, "NOSUCHNUMBER")
    expect_verdict(page, "refused", "Unknown order")
    expect(page.locator("#counter-list").get_by_role("link", name="Labels")).to_have_count(0)


# --- Without a network -------------------------------------------------------------------------


def test_two_hundred_scans_without_a_network_are_neither_lost_nor_doubled(
    opened: Open, customer: User, order: Order, expected_errors: list[str]
) -> None:
    expected_errors.append(LOST)
    orders = orders_of(customer, order, 200)
    page = opened()
    page.context.set_offline(True)
    for one in orders[:100]:
        scan(page, one.order_number)
    waiting = page.locator("[data-notice=away] [data-count]")
    expect(waiting).to_have_text("100")
    expect_verdict(page, "kept", "Kept")
    page.reload()
    expect(waiting).to_have_text("100")
    for one in orders[100:]:
        scan(page, one.order_number)
    expect(waiting).to_have_text("200")
    assert Track.objects.filter(source="scan").count() == 0

    page.context.set_offline(False)
    expect(page.locator("[data-notice=catching_up]")).to_be_visible()
    expect(page.locator("[data-notice]:visible")).to_have_count(0, timeout=120_000)
    expect(page.locator("#counter-list li")).to_have_count(20)
    assert kept_scans(page) == []
    tracks = Track.objects.filter(source="scan").order_by("pk")
    assert [(track.order_id, track.result) for track in tracks] == [
        (one.pk, "recorded") for one in orders
    ]
    assert len({track.scan_id for track in tracks}) == 200
    assert set(Order.objects.values_list("status", flat=True)) == {"picked_up"}


def test_a_scan_is_kept_before_it_is_sent_and_until_its_verdict_came(
    opened: Open, order: Order
) -> None:
    page = opened()
    waiting: list[Route] = []
    # Playwright marks its handlers, which a built-in method does not bear.
    page.route("**/admin/counter/scan/", lambda route: waiting.append(route))  # noqa: PLW0108
    with page.expect_request("**/admin/counter/scan/"):
        scan(page, order.order_number)
    assert kept_scans(page) == [order.order_number]
    (route,) = waiting
    route.continue_()
    expect_verdict(page, "recorded", "Picked up")
    page.evaluate(
        """async () => {
          while ((await queue.all()).length) { await new Promise(requestAnimationFrame); }
        }"""
    )


def test_a_scan_whose_answer_was_lost_is_sent_again_and_counts_once(
    opened: Open, order: Order, expected_errors: list[str]
) -> None:
    expected_errors.append("ERR_FAILED")
    page = opened()
    lost: list[int] = []

    def lose_the_first(route: Route) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)
            route.abort()

    page.route("**/admin/counter/scan/", lose_the_first)
    scan(page, order.order_number)
    expect_verdict(page, "recorded", "Picked up")
    assert lost == [200]
    assert Track.objects.filter(source="scan").count() == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<h1>Welcome to our wifi</h1>"), (404, "nginx"), (429, "{}"), (502, "Bad gateway")],
)
def test_an_answer_that_is_not_ours_ends_no_scan(
    opened: Open, order: Order, expected_errors: list[str], status: int, body: str
) -> None:
    expected_errors.append(f"status of {status}")
    page = opened()
    page.route("**/admin/counter/scan/", lambda route: route.fulfill(status=status, body=body))
    scan(page, order.order_number)
    expect_verdict(page, "kept", "Kept")
    expect(page.locator("[data-notice=away] [data-count]")).to_have_text("1")
    page.unroute("**/admin/counter/scan/")
    expect_verdict(page, "recorded", "Picked up")


def test_who_was_signed_out_goes_on_scanning_and_signs_in_again_elsewhere(
    opened: Open,
    live_server: LiveServer,
    cora: User,
    customer: User,
    order: Order,
    expected_errors: list[str],
) -> None:
    expected_errors.append("status of 401")
    first, second = orders_of(customer, order, 2)
    page = opened()
    page.context.clear_cookies(name="sessionid")
    scan(page, first.order_number)
    scan(page, second.order_number)
    notice = page.locator("[data-notice=signed_out]")
    expect(notice.locator("[data-count]")).to_have_text("2")
    expect(notice.get_by_role("link", name="sign in again")).to_have_attribute("target", "_blank")

    sign_in(page, live_server, cora)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator("#counter-list .badge-recorded")).to_have_count(2)
    expect(notice).to_be_hidden()


def test_scans_are_not_sent_in_a_colleagues_name_unless_they_take_them_over(
    opened: Open,
    live_server: LiveServer,
    order: Order,
    expected_errors: list[str],
) -> None:
    expected_errors.append("status of 403")
    page = opened()
    max_ = staff_in("Manager", "Max")
    sign_in(page, live_server, max_)
    scan(page, order.order_number)
    notice = page.locator("[data-notice=somebody_else]")
    expect(notice.locator("[data-who]")).to_have_text("Max")
    assert status_of(order) == "created"

    notice.get_by_role("button", name="Reload the page").click()
    left = page.locator("[data-notice=left_behind]")
    expect(left.locator("[data-who]")).to_have_text("Cora (1)")
    assert status_of(order) == "created"
    left.get_by_role("button", name="Send them in my name").click()
    expect_verdict(page, "recorded", "Picked up")
    expect(left).to_be_hidden()
    track = Track.objects.get(source="scan")
    assert (track.actor, track.note) == (max_, "Scanned by Cora")


def test_two_windows_share_one_queue_and_double_nothing(
    opened: Open, customer: User, order: Order, expected_errors: list[str]
) -> None:
    expected_errors.append(LOST)
    orders = orders_of(customer, order, 10)
    page = opened()
    other = page.context.new_page()
    other.goto(page.url)
    page.context.set_offline(True)
    for number, one in enumerate(orders):
        scan(other if number % 2 else page, one.order_number)
    expect(page.locator("#counter-list .badge-kept")).to_have_count(5)
    expect(other.locator("#counter-list .badge-kept")).to_have_count(5)
    page.context.set_offline(False)
    for window in (page, other):
        expect(window.locator("#counter-list .badge-recorded")).to_have_count(10, timeout=60_000)
    assert Track.objects.filter(source="scan").count() == 10


def test_a_browser_that_cannot_keep_scans_says_so_and_sends_none(
    opened: Open, page: Page, order: Order
) -> None:
    page.add_init_script(
        "indexedDB.open = () => { const no = {}; setTimeout(() => no.onerror()); return no; }"
    )
    opened()
    scan(page, order.order_number)
    expect_verdict(page, "refused", "Not recorded")
    assert status_of(order) == "created"


def test_without_a_network_nothing_is_opened_or_undone_and_that_is_said(
    opened: Open, order: Order, expected_errors: list[str]
) -> None:
    expected_errors.append(LOST)
    page = opened()
    scan(page, order.order_number)
    expect_verdict(page, "recorded", "Picked up")
    page.context.set_offline(True)
    page.keyboard.type("-")
    expect_verdict(page, "refused", "Not undone")
    page.get_by_label("Opens the order").check()
    scan(page, order.order_number)
    expect_verdict(page, "refused", "Not opened")
    assert status_of(order) == "picked_up"


# --- Keys --------------------------------------------------------------------------------------


def test_every_setting_has_its_key(opened: Open) -> None:
    page = opened(action="Opens the order")
    page.keyboard.type("*")
    expect(page.get_by_label("Picked up", exact=True)).to_be_checked()
    page.keyboard.type("****")
    expect(page.get_by_label("Opens the order")).to_be_checked()
    page.keyboard.type("/")
    expect(page.locator("#counter-place")).to_be_focused()
    page.keyboard.type("Van 2")
    page.keyboard.press("Escape")
    expect(page.locator("#counter-place")).to_have_value("")
    expect(page.locator("#counter-code")).to_be_focused()
    page.keyboard.type("K7")
    page.keyboard.press("Escape")
    expect(page.locator("#counter-code")).to_have_value("")
    page.keyboard.type("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.type("+")
    expect(page).to_have_url(re.compile("/admin/counter/hand-over/$"))
    expect(page.locator("#counter-code")).to_be_focused()
    page.keyboard.type("+")
    expect(page).to_have_url(re.compile("/admin/counter/$"))


def test_a_key_that_comes_before_the_page_is_ready_counts(
    page: Page, live_server: LiveServer, cora: User
) -> None:
    waiting: list[Route] = []
    page.route("**/scanner*.js", lambda route: waiting.append(route))  # noqa: PLW0108
    sign_in(page, live_server, cora)
    page.goto(f"{live_server.url}/admin/counter/hand-over/", wait_until="commit")
    expect(page.locator("#counter-code")).to_be_focused()
    page.keyboard.type("?")
    (route,) = waiting
    route.continue_()
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page.locator("#counter-code")).to_have_value("")


def test_within_a_code_they_are_characters(opened: Open) -> None:
    page = opened()
    page.keyboard.type("https://shop.example/t/K-7*.+?x")
    expect(page.locator("#counter-code")).to_have_value("https://shop.example/t/K-7*.+?x")
    expect(page.get_by_role("dialog")).to_be_hidden()


# --- Handing over ------------------------------------------------------------------------------


def test_a_ticket_is_handed_over_by_the_keyboard_alone(
    opened: Open, live_server: LiveServer, customer: User, order: Order
) -> None:
    first, second = orders_of(customer, order, 2)
    for one in (first, second):
        moved(one, "completed")
    page = opened()
    page.keyboard.type("+")
    expect(page.get_by_role("heading", name="Hand over")).to_be_visible()
    scan(page, first.tracking_url)
    boxes = page.get_by_role("checkbox")
    expect(boxes.nth(0)).to_be_checked()
    expect(boxes.nth(1)).not_to_be_checked()
    page.keyboard.type("*/Ben\n")
    expect(page.locator(".badge-recorded")).to_have_text(["Delivered", "Delivered"])
    assert (status_of(first), status_of(second)) == ("delivered", "delivered")
    assert set(Track.objects.filter(action="delivered").values_list("note", "actor__name")) == {
        ("Ben", "Cora")
    }

    scan(page, "ZZZZZZZZZZ")
    expect(page.get_by_role("alert")).to_contain_text("Unknown order")


@pytest.mark.parametrize("end", ["\n", "\\n"])
def test_the_next_ticket_scanned_into_the_name_is_the_next_ticket(
    opened: Open, live_server: LiveServer, other_customer: User, order: Order, end: str
) -> None:
    _, other = orders_of(other_customer, order, 2)
    for one in (order, other):
        moved(one, "completed")
    page = opened()
    page.goto(f"{live_server.url}/admin/counter/hand-over/")
    scan(page, order.order_number)
    expect(page.get_by_role("heading", name="Asha Rao")).to_be_visible()
    page.keyboard.type("/")
    page.keyboard.type(f"{other.tracking_url}{end}")
    expect(page.get_by_role("heading", name="Bert Blum")).to_be_visible()
    assert not Track.objects.filter(action="delivered").exists()


def test_a_receivers_name_is_no_code_though_it_could_be_an_order_number(
    opened: Open, live_server: LiveServer, order: Order
) -> None:
    moved(order, "completed")
    page = opened()
    page.goto(f"{live_server.url}/admin/counter/hand-over/")
    scan(page, order.order_number)
    expect(page.get_by_role("heading", name="Asha Rao")).to_be_visible()
    page.keyboard.type("/Bernadette\n")
    expect(page.locator(".badge-recorded")).to_have_text("Delivered")
    assert Track.objects.get(action="delivered").note == "Bernadette"


def test_the_keys_of_handing_over_are_shown_on_a_question_mark(
    opened: Open, live_server: LiveServer
) -> None:
    page = opened()
    page.goto(f"{live_server.url}/admin/counter/hand-over/")
    page.keyboard.type("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog")).to_be_hidden()


# --- For everybody -----------------------------------------------------------------------------


def test_in_every_state_it_fits_and_keeps_nobody_out(
    any_page: Page, live_server: LiveServer, cora: User, order: Order, expected_errors: list[str]
) -> None:
    expected_errors.append(LOST)
    page = any_page
    sign_in(page, live_server, cora)
    page.goto(f"{live_server.url}/admin/counter/")
    found = {"ready": shortcomings(page)}
    page.get_by_label("Picked up", exact=True).check()
    states = [
        ("recorded", order.order_number),
        ("already", order.order_number.lower()),
        ("refused", "ZZZZZZZZZZ"),
    ]
    for state, code in states:
        scan(page, code)
        expect(page.locator("#counter-verdict")).to_have_attribute("data-verdict", state)
        found[state] = shortcomings(page)
    page.keyboard.type("-")
    expect(page.locator("#counter-verdict")).to_have_attribute("data-verdict", "undone")
    found["undone"] = shortcomings(page)
    page.keyboard.type("?")
    found["keys"] = shortcomings(page)
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    scan(page, order.order_number)
    expect(page.locator("[data-notice=away]")).to_be_visible()
    found["kept"] = shortcomings(page)
    page.context.set_offline(False)
    expect(page.locator("[data-notice]:visible")).to_have_count(0)

    page.goto(f"{live_server.url}/admin/counter/hand-over/")
    found["hand over"] = shortcomings(page)
    scan(page, order.order_number)
    expect(page.get_by_role("heading", name="Asha Rao")).to_be_visible()
    found["ticket"] = shortcomings(page)
    page.get_by_role("checkbox").check()
    page.keyboard.type("/\n")
    expect(page.locator(".badge-recorded")).to_be_visible()
    found["handed over"] = shortcomings(page)
    assert {state: problems for state, problems in found.items() if problems} == {}
