"""What staff do to many orders at once: listed first, then done and reported row by row."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from config.rest.principals import Principal
from orders.editing import delete_order
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.admin import office_of
from tests.cast import moved, staff_in
from tests.statements import statements
from tests.unchanged import nothing_written

pytestmark = pytest.mark.django_db

LIST = "/admin/orders/order/"


@pytest.fixture
def orders(wash, owner) -> list[Order]:
    """Three orders, newest last: created, processing and delivered."""
    by = Principal("staff", user=owner)
    placed = [
        place_order(by=by, items=[Item(wash.pk)], source="counter", contact=Contact(name))
        for name in ("Ann", "Ben", "Cleo")
    ]
    return [
        placed[0],
        moved(placed[1], "processing"),
        moved(placed[2], "delivered"),
    ]


def choose(browser: Client, action: str, orders: list[Order], query: str = "", **more: Any) -> Any:
    """Tick orders in the list and run an action."""
    data = {"action": action, "index": 0, "_selected_action": [o.pk for o in orders]} | more
    return browser.post(LIST + query, data)


def confirm(browser: Client, action: str, orders: list[Order], **data: Any) -> Any:
    """Send what the page that asks holds."""
    chosen = [f"{order.pk}:{order.version}" for order in orders]
    return browser.post(f"{LIST}do/{action}/", {"order": chosen} | data)


def report(answer: Any) -> list[tuple[str, bool, str]]:
    """What the page says that came of it: name, whether it was done, text."""
    assert answer.status_code == 200
    return [(o.order.name, o.is_done, str(o.text)) for o in answer.context["outcomes"]]


def offered_to(browser: Client) -> list[str]:
    form = browser.get(LIST).context["action_form"]
    return [name for name, _label in form.fields["action"].choices if name] if form else []


def test_each_role_is_offered_what_it_may_do(orders, office):
    steps = ["picked_up", "processing", "completed", "delivered", "cancelled"]

    prints = ["print_ticket", "print_roll", "print_sheet"]

    assert offered_to(office) == [*steps, "delete", "restore", *prints]
    assert offered_to(office_of(staff_in("Counter", "Cora"))) == [*steps, *prints]
    assert offered_to(office_of(staff_in("Auditor", "Aud"))) == prints


def test_asking_lists_what_will_happen_to_each_and_does_nothing(office, orders):
    with nothing_written():
        answer = choose(office, "completed", orders)

    rows = answer.context["rows"]
    assert [(row["order"].name, row["after"], str(row["objection"])) for row in rows] == [
        ("Cleo", "", "It is Delivered and cannot become Completed."),
        ("Ben", "completed", ""),
        ("Ann", "completed", ""),
    ]
    content = answer.content.decode()
    assert "3 orders are chosen." in content
    assert "It can be done to 2 of them." in content
    assert "The work is done. We will bring your things back soon." in content


def test_what_came_of_each_is_reported(office, orders, owner):
    answer = confirm(office, "completed", orders)

    assert report(answer) == [
        ("Cleo", False, "It is Delivered and cannot become Completed."),
        ("Ben", True, "It is Completed now."),
        ("Ann", True, "It is Completed now."),
    ]
    assert "Done to 2 orders." in answer.content.decode()
    assert [o.status for o in Order.objects.order_by("pk")] == [
        "completed",
        "completed",
        "delivered",
    ]
    assert orders[0].tracks.get(action="completed").actor == owner


def test_an_order_that_moved_meanwhile_is_reported_and_the_others_are_done(office, orders):
    moved(orders[1], "completed")

    assert report(confirm(office, "delivered", orders[:2])) == [
        ("Ben", False, "It was changed meanwhile, and is Completed now. Nothing was done."),
        ("Ann", True, "It is Delivered now."),
    ]


def test_orders_are_cancelled_with_a_reason(office, orders):
    confirm(office, "cancelled", orders[:1], reason="Storm")

    track = orders[0].tracks.get(action="cancelled")
    assert (track.result, track.reason) == ("recorded", "Storm")


def test_a_bad_reason_is_asked_for_again(office, orders):
    with nothing_written():
        answer = confirm(office, "cancelled", orders, reason="x" * 65)

    assert list(answer.context["form"].errors) == ["reason"]
    assert [row["order"].name for row in answer.context["rows"]] == ["Cleo", "Ben", "Ann"]


def test_orders_are_deleted_and_restored(office, orders):
    assert [done for _name, done, _text in report(confirm(office, "delete", orders))] == [True] * 3
    assert not Order.objects.present().exists()

    again = list(Order.objects.order_by("pk"))
    answer = choose(office, "restore", again, "?deleted=yes")
    assert [row["objection"] for row in answer.context["rows"]] == ["", "", ""]
    assert [done for _name, done, _text in report(confirm(office, "restore", again))] == [True] * 3
    assert Order.objects.present().count() == 3


def test_a_deleted_order_is_not_moved(office, orders, owner):
    delete_order(order=orders[0], by=Principal("staff", user=owner), source="admin")

    assert report(confirm(office, "picked_up", orders[:1])) == [
        ("Ann", False, "This order was deleted.")
    ]


def test_the_way_back_keeps_how_the_list_was_narrowed(office, orders):
    content = choose(office, "completed", orders, "?status__exact=processing").content.decode()

    assert 'href="/admin/orders/order/?status__exact=processing"' in content
    assert "_changelist_filters=status__exact%3Dprocessing" in content


def test_more_than_can_be_done_at_once_is_refused(office, orders, monkeypatch):
    monkeypatch.setattr("orders.admin.asking.MOST_AT_ONCE", 2)

    with nothing_written():
        answer = choose(office, "completed", orders, select_across="1")

    assert answer.status_code == 302
    assert [str(message) for message in get_messages(answer.wsgi_request)] == [
        "Choose at most 2 orders at once: narrow the list down to them."
    ]


@pytest.mark.parametrize("action", ["undo", "correct", "reassign", "explode"])
def test_what_is_for_one_order_is_not_done_to_many(action, office, orders):
    with nothing_written():
        assert confirm(office, action, orders).status_code == 404


@pytest.mark.parametrize("sent", ["x:1", "99999999999999999999:1", "²:1", ":", "7"])
def test_what_is_no_order_is_left_out(sent, office, orders):
    answer = office.post(f"{LIST}do/picked_up/", {"order": [sent]})

    assert report(answer) == []


def test_a_number_that_is_not_written_as_the_page_wrote_it_is_left_out(office, orders):
    answer = office.post(f"{LIST}do/picked_up/", {"order": [f"0{orders[0].pk}:1"]})

    assert report(answer) == []


def test_opening_the_address_of_doing_leads_to_the_list(office):
    assert office.get(f"{LIST}do/picked_up/").url == LIST


@pytest.mark.parametrize(("role", "action"), [("Counter", "delete"), ("Auditor", "picked_up")])
def test_what_a_role_may_not_do_is_forbidden_also_when_sent_by_hand(role, action, orders):
    browser = office_of(staff_in(role, "Rolf"))

    with nothing_written():
        assert confirm(browser, action, orders).status_code == 403
        assert choose(browser, action, orders).status_code in (200, 302)


def test_asking_takes_as_many_statements_for_three_orders_as_for_one(office, orders):
    choose(office, "completed", orders)
    with statements() as for_one:
        choose(office, "completed", orders[:1])
    with statements() as for_three:
        choose(office, "completed", orders)

    assert len(for_three) == len(for_one), (for_one, for_three)
