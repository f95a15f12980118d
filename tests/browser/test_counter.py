"""The counter's page as a scanner uses it: fast, with any terminator, also without a network."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from config.rest.principals import Principal
from orders.models import Order
from orders.placing import Item, place_order
from tests.cast import moved, staff_in
from tracking.models import Track

pytestmark = pytest.mark.django_db(transaction=True)

Open = Callable[..., Page]
LOST = "ERR_INTERNET_DISCONNECTED"


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


def scan(page: Page, code: str) -> None:
    """Type as a scanner does: everything at once, with Enter at the end."""
    page.keyboard.type(f"{code}\n")


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


@pytest.mark.parametrize("end", ["\n", "\\n", "\\r\\n", "\n\n", "Control+j", "Control+m"])
def test_every_terminator_ends_a_code(opened: Open, order: Order, end: str) -> None:
    page = opened()
    page.keyboard.type(order.tracking_url)
    if end.startswith("Control"):
        page.keyboard.press(end)
    else:
        page.keyboard.type(end)
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


def test_a_scan_into_an_open_dialog_counts(opened: Open, order: Order) -> None:
    page = opened()
    page.keyboard.type("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    scan(page, order.tracking_url)
    expect(page.locator("#counter-verdict .counter-title")).to_have_text("Picked up")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#counter-code")).to_be_focused()


@pytest.mark.parametrize("focused", ["#counter-sound", "input[value=picked_up]", "#counter-list"])
def test_a_scan_counts_wherever_the_focus_is(opened: Open, order: Order, focused: str) -> None:
    page = opened()
    page.locator(focused).focus()
    scan(page, order.order_number)
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
    tracks = Track.objects.filter(source="scan").order_by("pk")
    assert [(track.order_id, track.result) for track in tracks] == [
        (one.pk, "recorded") for one in orders
    ]
    assert len({track.scan_id for track in tracks}) == 200
    assert set(Order.objects.values_list("status", flat=True)) == {"picked_up"}
