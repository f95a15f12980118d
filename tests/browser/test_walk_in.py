"""Taking orders at the counter by keys alone."""

from collections.abc import Callable

import pytest
from django.test import Client
from playwright.sync_api import Locator, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Customer, User
from catalog.models import Service
from orders.models import Order
from tests.browser.conftest import shortcomings

pytestmark = pytest.mark.django_db(transaction=True)


class Keyboard:
    """Types, and counts the keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed = 0

    def type(self, text: str) -> None:
        """Press a key for each character."""
        self.pressed += len(text)
        self.page.keyboard.type(text)

    def enter(self, then: str = "") -> None:
        """Press Enter, and see where the focus goes."""
        self.pressed += 1
        self.page.keyboard.press("Enter")
        if then:
            expect(self.page.locator(f"#walk-in-{then}")).to_be_focused()


@pytest.fixture
def desk(page: Page, live_server: LiveServer, owner: User) -> Page:
    """The walk-in page, with nothing but the keyboard; the printer only notes its jobs."""
    browser = Client()
    browser.force_login(owner)
    session = browser.cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page.context.add_init_script("window.print = () => { document.title = 'printed'; }")
    page.goto(f"{live_server.url}/admin/walk-in/")
    expect(page.locator("#walk-in-phone")).to_be_focused()
    return page


@pytest.fixture
def keys(desk: Page) -> Keyboard:
    return Keyboard(desk)


@pytest.fixture
def services(wash: Service, ironing: Service) -> None:
    """A wash for 12.50 and an ironing for 4.00."""


def cells(page: Page) -> Locator:
    """Quantity, service and amount of every line."""
    return page.locator("#walk-in-lines td:nth-child(-n + 3)")


def placed(page: Page) -> Order:
    """The one order, once the page tells of it."""
    expect(page.locator("#walk-in-placed")).to_be_visible()
    order = Order.objects.get()
    expect(page.locator("#walk-in-placed [data-order]")).to_have_text(order.order_number)
    return order


@pytest.mark.usefixtures("services")
def test_a_known_customers_order_takes_eight_keys_and_prints_its_ticket(
    customer: User, desk: Page, keys: Keyboard
) -> None:
    keys.type("2345")
    keys.enter(then="service")
    expect(desk.locator("#walk-in-name")).to_have_value("Asha Rao")
    keys.type("w")
    keys.enter()
    expect(desk.locator("#walk-in-total")).to_have_text("INR 12.50")
    with desk.context.expect_page() as opened:
        keys.enter(then="phone")

    assert keys.pressed == 8
    order = placed(desk)
    assert (order.customer_id, order.source) == (customer.pk, "counter")
    ticket = opened.value
    assert ticket.url.endswith(f"/admin/orders/order/{order.pk}/print/ticket/?print=now")
    expect(ticket).to_have_title("printed")
    # Everything is ready for the next one.
    for name in ("phone", "name", "service"):
        expect(desk.locator(f"#walk-in-{name}")).to_have_value("")
    expect(desk.locator("#walk-in-total")).to_have_text("INR 0.00")


@pytest.mark.usefixtures("services")
def test_a_new_customers_order_takes_the_phone_the_name_and_a_few_keys(
    desk: Page, keys: Keyboard
) -> None:
    phone, name = "020 555 0123", "Dora Doe"
    keys.type(phone)
    keys.enter(then="name")
    keys.type(name)
    keys.enter(then="service")
    keys.type("3 w")
    keys.enter()
    keys.enter(then="phone")

    assert keys.pressed - len(phone + name) == 7
    order = placed(desk)
    customer = Customer.objects.get()
    assert (customer.name, customer.phone, order.customer_id) == (name, phone, customer.pk)
    assert str(order.total_cost) == "37.50"


@pytest.mark.usefixtures("services")
@pytest.mark.parametrize("typed", ["2 iron", "2x iron", "2xiron", "2 x iron", "2 × IRON"])
def test_a_number_in_front_is_the_quantity(typed: str, desk: Page, keys: Keyboard) -> None:
    desk.locator("#walk-in-service").focus()
    keys.type(typed)
    keys.enter()
    expect(cells(desk)).to_have_text(["2 ×", "Ironing", "INR 8.00"])


def test_a_number_that_is_a_services_name_is_no_quantity(
    wash: Service, desk: Page, keys: Keyboard, live_server: LiveServer
) -> None:
    Service.objects.filter(pk=wash.pk).update(name="5 kg of wash")
    desk.reload()
    desk.locator("#walk-in-service").focus()
    keys.type("5 kg of")
    keys.enter()
    expect(cells(desk)).to_have_text(["1 ×", "5 kg of wash", "INR 12.50"])


@pytest.mark.usefixtures("services")
def test_the_arrows_choose_another_and_backspace_takes_the_last_line_away(
    desk: Page, keys: Keyboard
) -> None:
    desk.locator("#walk-in-service").focus()
    keys.type("n")  # Ironing alone.
    keys.enter()
    keys.type("i")
    keys.enter()
    expect(cells(desk)).to_have_text(["2 ×", "Ironing", "INR 8.00"])
    keys.type("a")  # Wash alone.
    keys.enter()
    expect(desk.locator("#walk-in-total")).to_have_text("INR 20.50")
    desk.keyboard.press("Backspace")
    expect(cells(desk)).to_have_text(["2 ×", "Ironing", "INR 8.00"])


def test_somebody_new_may_share_a_number(customer: User, desk: Page, keys: Keyboard) -> None:
    keys.type("98450 12345")
    expect(desk.get_by_role("option")).to_have_text(
        ["Asha Rao +91 98450 12345", "New customer with this number"]
    )
    desk.keyboard.press("ArrowDown")
    keys.enter(then="name")
    expect(desk.locator("#walk-in-name")).to_have_value("")


def test_a_name_finds_the_customer_too(customer: User, desk: Page, keys: Keyboard) -> None:
    keys.type("ash")
    keys.enter(then="service")
    expect(desk.locator("#walk-in-phone")).to_have_value("+91 98450 12345")
    expect(desk.get_by_text("Known")).to_be_visible()


@pytest.mark.usefixtures("services")
def test_pickup_and_instructions_are_in_the_reach_of_the_keyboard(
    customer: User, desk: Page, keys: Keyboard
) -> None:
    keys.type("2345")
    keys.enter(then="service")
    keys.type("w")
    keys.enter()
    desk.locator("#walk-in-pickup").fill("2026-12-24")
    desk.locator("#walk-in-instructions").focus()
    keys.type("Ring twice")
    desk.keyboard.press("Control+Enter")
    order = placed(desk)
    assert (order.pickup_has_time, order.instructions) == (False, "Ring twice")
    assert order.pickup_at is not None
    assert order.pickup_at.date().isoformat() == "2026-12-24"


@pytest.fixture
def filled(desk: Page, keys: Keyboard, customer: User, wash: Service) -> Page:
    """An order of Asha's that only has to be placed."""
    desk.reload()
    expect(desk.locator("#walk-in-phone")).to_be_focused()
    keys.type("2345")
    keys.enter(then="service")
    keys.type("w")
    keys.enter()
    expect(desk.locator("#walk-in-lines tr")).to_have_count(1)
    return desk


def test_enter_pressed_twice_places_once(filled: Page, keys: Keyboard) -> None:
    waiting: list[Route] = []
    # Playwright marks its handlers, which a built-in method does not bear.
    filled.route("**/walk-in/place/", lambda route: waiting.append(route))  # noqa: PLW0108
    with filled.expect_request("**/walk-in/place/"):
        keys.enter()
    keys.enter()
    (route,) = waiting
    route.continue_()
    placed(filled)


def test_an_order_whose_answer_was_lost_is_placed_only_once(
    filled: Page, keys: Keyboard, expected_errors: list[str]
) -> None:
    expected_errors.append("net::ERR_FAILED")

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    filled.route("**/walk-in/place/", lose_the_answer, times=1)
    keys.enter()
    expect(filled.get_by_role("alert")).to_contain_text("There was no answer.")
    assert Order.objects.count() == 1
    keys.enter(then="phone")
    placed(filled)


def test_what_the_shop_refuses_is_told_and_nothing_typed_is_lost(
    filled: Page, keys: Keyboard, wash: Service, expected_errors: list[str]
) -> None:
    expected_errors.append("400")
    Service.objects.update(status="inactive")
    keys.enter()
    expect(filled.get_by_role("alert")).to_have_text("Wash is not offered at present.")
    expect(filled.locator("#walk-in-name")).to_have_value("Asha Rao")
    expect(filled.locator("#walk-in-lines tr")).to_have_count(1)

    Service.objects.update(status="active")
    keys.enter(then="phone")
    placed(filled)


@pytest.mark.parametrize(
    ("fill", "field", "text"),
    [
        ({}, "phone", "Type a phone number, or choose a customer."),
        ({"phone": "Nobody"}, "phone", "A phone number has digits, blanks and + ( ) - . / only."),
        ({"phone": "020 555"}, "name", "Type the name."),
        ({"phone": "020 555", "name": "Dora"}, "service", "Add a service first."),
        (
            {"phone": "020 555", "name": "Dora", "service": "polish"},
            "service",
            "No service is called so.",
        ),
    ],
)
def test_what_is_missing_is_told_beside_its_field(
    fill: dict[str, str], field: str, text: str, desk: Page
) -> None:
    for name, value in fill.items():
        desk.locator(f"#walk-in-{name}").fill(value)
    desk.keyboard.press("Control+Enter")
    wrong = desk.locator(f"#walk-in-{field}")
    name = "items" if field == "service" else field
    expect(desk.locator(f"#walk-in-{name}-error")).to_have_text(text)
    expect(wrong).to_be_focused()
    expect(wrong).to_have_attribute("aria-invalid", "true")
    assert not Order.objects.exists()


def test_a_question_mark_shows_the_keys(desk: Page) -> None:
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keys")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.locator("#walk-in-phone")).to_be_focused()


def test_a_question_mark_in_instructions_is_one(desk: Page) -> None:
    desk.locator("#walk-in-instructions").fill("Why")
    desk.keyboard.type("?")
    expect(desk.locator("#walk-in-instructions")).to_have_value("Why?")


@pytest.mark.usefixtures("customer", "services")
def test_it_looks_right_to_everybody_while_it_is_used(
    sign_in: Callable[[User], Page], live_server: LiveServer, owner: User
) -> None:
    page = sign_in(owner)
    page.goto(f"{live_server.url}/admin/walk-in/")
    page.keyboard.type("2345")
    expect(page.get_by_role("option")).to_have_count(2)
    assert shortcomings(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#walk-in-service")).to_be_focused()
    page.keyboard.type("wash")
    page.keyboard.press("Enter")
    page.keyboard.type("i")
    expect(page.get_by_role("option")).to_have_count(1)
    assert shortcomings(page) == []
