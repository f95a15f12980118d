"""What staff do to one order by a button: asked first, done by the verb, and told."""

import datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from accounts.models import User
from config.rest.principals import Principal
from orders.editing import delete_order
from orders.models import Order
from tests.admin import office_of
from tests.cast import moved, staff_holding, staff_in
from tests.states import columns, newest, take
from tests.unchanged import nothing_written
from tracking.models import Track

pytestmark = pytest.mark.django_db

ALL = ["picked_up", "processing", "completed", "delivered", "cancelled"]


def path(order: Order, action: str) -> str:
    return f"/admin/orders/order/{order.pk}/do/{action}/"


def page(order: Order) -> str:
    return f"/admin/orders/order/{order.pk}/change/"


def confirm(browser: Client, order: Order, action: str, **data: Any) -> Any:
    """Open the page that asks, and send what it holds."""
    asked = browser.get(path(order, action))
    assert asked.status_code == 200
    data = {"version": asked.context["one"]["order"].version} | data
    return browser.post(path(order, action), data)


def told(answer: Any) -> list[str]:
    """The messages that the next page will show."""
    assert answer.status_code == 302
    return [str(message) for message in get_messages(answer.wsgi_request)]


def offered(browser: Client, order: Order) -> list[str]:
    """The actions that the order's page leads to."""
    context = browser.get(page(order)).context
    return [action.name for action in (*context["buttons"], *context["menu"])]


@pytest.fixture
def counter(db: None) -> Client:
    return office_of(staff_in("Counter", "Cora"))


@pytest.fixture
def deleted(order: Order, owner: User) -> Order:
    delete_order(order=order, by=Principal("staff", user=owner), source="api")
    return Order.objects.get()


# --- What is offered ---


@pytest.mark.parametrize(
    ("status", "steps"),
    [
        ("created", [*ALL, "correct", "reassign", "delete"]),
        ("picked_up", [*ALL[1:], "undo", "correct", "reassign", "delete"]),
        ("processing", ["completed", "delivered", "undo", "correct", "reassign", "delete"]),
        ("completed", ["delivered", "undo", "correct", "reassign", "delete"]),
        ("delivered", ["undo", "correct", "reassign", "delete"]),
        ("cancelled", ["undo", "correct", "reassign", "delete"]),
    ],
)
def test_the_owner_is_offered_what_the_life_cycle_allows(status, steps, office, order):
    assert set(offered(office, moved(order, status))) == set(steps)


def test_the_next_stage_is_a_button_and_those_behind_it_are_in_the_menu(office, order):
    context = office.get(page(order)).context

    assert [action.name for action in context["buttons"]] == ["picked_up", "cancelled"]
    assert [action.name for action in context["menu"]] == [
        "processing",
        "completed",
        "delivered",
        "correct",
        "reassign",
        "delete",
    ]


def test_a_deleted_order_can_only_be_restored(office, deleted):
    assert offered(office, deleted) == ["restore"]


def test_the_counter_is_offered_neither_correction_nor_deletion(counter, order):
    assert offered(counter, order) == ["picked_up", "cancelled", *ALL[1:4], "reassign"]


def test_the_counter_is_offered_to_undo_its_own_step_for_a_while(counter, order, worker, settings):
    confirm(counter, order, "picked_up")
    assert "undo" in offered(counter, order)

    settings.UNDO_WINDOW = datetime.timedelta(0)
    assert "undo" not in offered(counter, order)

    settings.UNDO_WINDOW = datetime.timedelta(minutes=15)
    take(order, "processing", Principal("worker", worker=worker))
    assert "undo" not in offered(counter, order)


def test_who_may_only_look_is_offered_nothing(order):
    assert offered(office_of(staff_in("Auditor", "Aud")), order) == []


# --- Asking ---


def test_asking_tells_from_where_to_where_and_what_the_customer_will_read(office, order):
    with nothing_written():
        content = office.get(path(order, "completed")).content.decode()

    assert '<span class="badge badge-created">Created</span> →' in content
    assert '<span class="badge badge-completed">Completed</span>' in content
    assert "The work is done. We will bring your things back soon." in content
    assert "Passes over: Picked up and Processing." in content


def test_asking_for_what_cannot_be_says_why_and_offers_no_button(office, order):
    content = office.get(path(moved(order, "delivered"), "picked_up")).content.decode()

    assert "It is Delivered and cannot become Picked up." in content
    assert 'type="submit" class="button"' not in content


def test_an_unknown_action_and_an_unknown_order_are_not_found(office, order):
    assert office.get(path(order, "explode")).status_code == 404
    assert office.get("/admin/orders/order/99999999999999999999999/do/undo/").status_code == 404


# --- Doing ---


@pytest.mark.parametrize("action", ALL)
def test_a_step_is_taken_and_told(action, office, order, owner):
    answer = confirm(office, order, action)

    assert answer.url == page(order)
    label = Order(status=action).get_status_display()
    assert told(answer) == [f"{order.order_number}: It is {label} now."]
    track = newest(order)
    assert (track.action, track.result, track.source) == (action, "recorded", "admin")
    assert (track.from_status, track.to_status, track.actor) == ("created", action, owner)
    assert Order.objects.get().status == action


def test_cancelling_keeps_the_reason(office, order):
    confirm(office, order, "cancelled", reason="Moved to another town")

    assert newest(order).reason == "Moved to another town"


def test_the_page_says_that_customers_read_the_reason_and_they_do(office, order, as_customer):
    asked = office.get(path(order, "cancelled")).content.decode()
    confirm(office, order, "cancelled", reason="Moved to another town")

    assert "Its customer can read it there." in asked
    tracks = as_customer.get(f"/api/v1/tracks/order/{order.pk}").json()
    assert [track["reason"] for track in tracks] == ["", "Moved to another town"]


def test_a_status_is_corrected_with_a_reason(office, order):
    moved(order, "delivered")

    answer = confirm(office, order, "correct", status="processing", reason="Wrong bag")

    assert told(answer) == [f"{order.order_number}: It is Processing now."]
    track = newest(order)
    assert (track.from_status, track.to_status) == ("delivered", "processing")
    assert track.reason == "Wrong bag"


def test_a_correction_to_the_present_status_is_none(office, order):
    with nothing_written():
        answer = confirm(office, order, "correct", status="created", reason="Because")

    assert told(answer) == [f"{order.order_number}: It is Created already."]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"status": "processing", "reason": " "}, "reason"),
        ({"status": "processing", "reason": "x" * 65}, "reason"),
        ({"status": "lost", "reason": "Wrong bag"}, "status"),
        ({"status": "", "reason": "Wrong bag"}, "status"),
    ],
)
def test_a_correction_that_is_not_complete_is_asked_for_again(data, field, office, order):
    with nothing_written():
        answer = confirm(office, order, "correct", **data)

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]


def test_a_step_is_undone(office, order):
    moved(order, "picked_up")

    answer = confirm(office, order, "undo")

    assert told(answer) == [f"{order.order_number}: It is Created now."]
    assert newest(order).voids is not None
    assert Order.objects.get().status == "created"


def test_an_order_is_deleted_and_restored(office, order):
    moved(order, "picked_up")

    assert told(confirm(office, order, "delete")) == [
        f"{order.order_number}: It is deleted. It can be restored."
    ]
    assert Order.objects.get().deleted_at is not None

    assert told(confirm(office, order, "restore")) == [
        f"{order.order_number}: It is restored, and is Picked up."
    ]
    assert Order.objects.get().deleted_at is None


def test_an_order_is_given_to_another_customer(office, order, other_customer):
    answer = confirm(office, order, "reassign", customer=other_customer.pk)

    assert told(answer) == [f"{order.order_number}: It belongs to Bert Blum now."]
    changed = Order.objects.get()
    assert (changed.customer, changed.customer_confirmed) == (other_customer, True)
    assert changed.name == "Asha Rao"


def test_the_log_tells_to_whom_an_order_was_given_without_a_name(office, order, other_customer):
    confirm(office, order, "reassign", customer=other_customer.pk)

    entry = LogEntry.objects.get()
    assert entry.get_change_message() == f"Given to customer {other_customer.pk}."


def test_an_order_is_given_to_the_customer_of_its_unconfirmed_email(office, order, customer):
    Order.objects.update(customer_confirmed=False)

    confirm(office, order, "reassign", customer=customer.pk)

    changed = Order.objects.get()
    assert (changed.customer, changed.customer_confirmed) == (customer, True)


def test_an_order_is_not_given_to_staff_or_to_whom_is_served_no_more(
    office, order, owner, other_customer
):
    User.objects.filter(pk=other_customer.pk).update(is_active=False)
    before = columns(order)

    for user in (owner, other_customer):
        answer = confirm(office, order, "reassign", customer=user.pk)
        assert list(answer.context["form"].errors) == ["customer"]

    assert columns(order) == before


def test_customers_are_searched_and_staff_are_not_found(office, other_customer, owner):
    def found(term: str) -> list[dict[str, str]]:
        where = {"app_label": "orders", "model_name": "order", "field_name": "customer"}
        answer = office.get("/admin/orders/order/customers/", where | {"term": term})
        return answer.json()["results"]

    assert found("bert") == [{"id": str(other_customer.pk), "text": "Bert Blum · bert@example.com"}]
    assert found("olga") == []


def test_the_way_back_to_a_narrowed_list_is_kept(office, order):
    kept = "?_changelist_filters=status__exact%3Dcreated"

    asked = office.get(path(order, "picked_up") + kept)
    answer = office.post(path(order, "picked_up") + kept, {"version": order.version})

    assert f'action="{path(order, "picked_up")}{kept}"' in asked.content.decode()
    assert answer.url == page(order) + kept


# --- What was changed meanwhile ---


def test_an_order_that_moved_meanwhile_stays_and_its_new_state_is_told(office, order):
    moved(order, "processing")

    with nothing_written():
        answer = office.post(path(order, "completed"), {"version": order.version})

    assert told(answer) == [
        f"{order.order_number}: It was changed meanwhile, and is Processing now. Nothing was done."
    ]


def test_sending_twice_does_it_once(office, order):
    confirm(office, order, "picked_up")

    with nothing_written():
        answer = office.post(path(order, "picked_up"), {"version": order.version})

    assert told(answer)[-1] == f"{order.order_number}: It is Picked up already."


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"version": 7}, "It was changed meanwhile, and is Created now. Nothing was done."),
        ({"deleted_at": timezone.now()}, "It was deleted meanwhile. Nothing was done."),
    ],
)
def test_a_change_in_the_last_moment_is_told(change, text, office, order, monkeypatch):
    def late(self: Any, order: Order, by: Any) -> str:
        Order.objects.update(**change)
        return ""

    monkeypatch.setattr("orders.admin.actions.StepForward.objection", late)

    answer = office.post(path(order, "picked_up"), {"version": order.version})

    assert told(answer) == [f"{order.order_number}: {text}"]
    assert Order.objects.get().status == "created"


def test_a_refusal_of_the_verb_is_told_and_on_record(counter, order, monkeypatch):
    moved(order, "processing")
    order.refresh_from_db()
    monkeypatch.setattr("orders.admin.actions.StepForward.objection", lambda *args: "")

    answer = counter.post(path(order, "picked_up"), {"version": order.version})

    (text,) = told(answer)
    assert "is processing and cannot become picked_up" in text
    assert newest(order).result == Track.Result.REFUSED


@pytest.mark.parametrize("given", ["x", "-1", "9" * 30, "٣"])
def test_a_customer_who_is_no_number_is_asked_for_again(office, order, given):
    with nothing_written():
        answer = office.post(path(order, "reassign"), {"version": 1, "customer": given})

    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == ["customer"]


# --- Who may not ---

FORBIDDEN = {
    "Counter": ["correct", "delete", "restore"],
    "Auditor": [*ALL, "correct", "undo", "reassign", "delete", "restore"],
}


@pytest.mark.parametrize(
    ("role", "action"), [(r, a) for r, names in FORBIDDEN.items() for a in names]
)
def test_what_a_role_may_not_do_is_forbidden_also_when_sent_by_hand(role, action, order):
    browser = office_of(staff_in(role, "Rolf"))
    data = {"version": order.version, "status": "delivered", "reason": "Because"}

    with nothing_written():
        assert browser.get(path(order, action)).status_code == 403
        assert browser.post(path(order, action), data).status_code == 403


def test_who_may_change_but_not_see_orders_is_forbidden(order):
    browser = office_of(staff_holding("Blind", "orders.restore_order"))

    assert browser.post(path(order, "restore"), {"version": 1}).status_code == 403


def test_nobody_acts_without_signing_in(client, order):
    assert client.post(path(order, "picked_up"), {"version": 1}).url.startswith("/admin/login/")
    assert Order.objects.get().status == "created"
