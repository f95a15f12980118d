"""The order's page in the admin: looked at and amended, but never moved or erased by a form."""

import datetime

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from config.rest.principals import Principal
from orders.admin.forms import OrderForm
from orders.editing import delete_order
from orders.models import Order
from tests.admin import errors_of, fill, office_of
from tests.cast import staff_holding
from tests.states import columns

LIST = "/admin/orders/order/"


@pytest.fixture
def path(order) -> str:
    """The order's page."""
    return f"{LIST}{order.pk}/change/"


def told(answer) -> list[str]:
    """The messages that the next page will show."""
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_status_is_no_field_of_the_form(office, path):
    fields = office.get(path).context["adminform"].form.fields

    assert list(fields) == [
        "name",
        "email",
        "phone",
        "pickup_at",
        "pickup_has_time",
        "instructions",
        "seen_version",
    ]


def test_what_is_no_field_is_not_changed_by_sending_it(office, path, order):
    before = columns(order)

    fill(
        office,
        path,
        status="delivered",
        order_number="MINE234567",
        total_cost="0",
        customer="",
        deleted_at_0="2026-01-01",
    )

    assert columns(order) == before
    assert order.tracks.count() == 1


def test_a_change_is_saved_as_the_next_version(office, path, order):
    answer = fill(
        office,
        path,
        name="Asha R.",
        email=" ASHA.Rao@Example.com ",
        phone="+91 555",
        instructions="Ring twice.",
    )

    assert answer.status_code == 302
    changed = Order.objects.get()
    assert (changed.name, changed.email, changed.phone, changed.phone_reversed) == (
        "Asha R.",
        "asha.rao@example.com",
        "+91 555",
        "55519",
    )
    assert (changed.instructions, changed.version) == ("Ring twice.", order.version + 1)


def test_a_pickup_is_read_in_the_shops_time(office, path, settings):
    settings.TIME_ZONE = "Asia/Kolkata"

    fill(office, path, pickup_at_0="2026-12-25", pickup_at_1="00:00:00")

    assert Order.objects.get().pickup_at == datetime.datetime(
        2026, 12, 24, 18, 30, tzinfo=datetime.UTC
    )


def test_a_pickup_by_day_needs_no_time(office, path):
    fill(office, path, pickup_at_0="2026-12-25", pickup_at_1="", pickup_has_time=None)

    order = Order.objects.get()
    assert order.pickup_at == datetime.datetime(2026, 12, 25, tzinfo=datetime.UTC)
    assert not order.pickup_has_time


def test_a_pickup_at_a_time_needs_one(office, path):
    answer = fill(office, path, pickup_at_0="2026-12-25", pickup_at_1="", pickup_has_time="on")

    assert errors_of(answer) == {"pickup_has_time": ["Give the time, or let only the day count."]}


def test_a_time_without_a_day_is_told(office, path):
    answer = fill(office, path, pickup_at_0="", pickup_at_1="10:30")

    assert errors_of(answer) == {"pickup_at": ["Enter a valid date."]}


def test_an_order_without_a_pickup_is_saved_without_one(office, path):
    fill(office, path, pickup_at_0="", pickup_at_1="", name="Asha R.")

    order = Order.objects.get()
    assert (order.name, order.pickup_at) == ("Asha R.", None)


def test_saving_an_unchanged_form_makes_no_new_version(office, path, order):
    before = columns(order)

    assert fill(office, path).status_code == 302
    assert columns(order) == before


@pytest.mark.parametrize("day", ["0001-01-01", "0026-11-22", "1969-12-31", "9999-12-31"])
def test_a_pickup_is_in_the_years_that_the_api_takes(day, office, path, order, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    before = columns(order)

    answer = fill(office, path, pickup_at_0=day, pickup_at_1="00:00")

    assert errors_of(answer) == {"pickup_at": ["The year must be from 1970 to 2999."]}
    assert columns(order) == before


def test_saving_another_field_keeps_the_seconds_of_the_pickup(office, path, order):
    pickup = datetime.datetime(2026, 11, 22, 10, 30, 45, tzinfo=datetime.UTC)
    Order.objects.update(pickup_at=pickup)

    # A browser's field of a time shows, and sends back, hours and minutes.
    assert fill(office, path, name="Asha R.", pickup_at_1="10:30").status_code == 302

    changed = Order.objects.get()
    assert (changed.name, changed.pickup_at) == ("Asha R.", pickup)


def test_what_was_changed_meanwhile_is_not_overwritten_unseen(office, path, order):
    seen = order.version
    Order.objects.update(phone="+49 30 1", version=7)
    before = columns(order)

    answer = fill(office, path, name="Asha R.", phone=order.phone, seen_version=seen)

    assert errors_of(answer) == {
        "__all__": [
            "This order was changed by somebody else while you had it open. Nothing was saved. "
            "Look at it again, and save once more if that is what you want."
        ],
        "name": ["It is now: Asha Rao"],
        "phone": ["It is now: +49 30 1"],
    }
    assert columns(order) == before


def test_who_has_seen_the_change_saves_once_more(office, path, order):
    stale = fill(office, path, name="Asha R.", seen_version=order.version + 1)

    assert f'name="seen_version" value="{order.version}"' in stale.content.decode()
    assert fill(office, path, name="Asha R.").status_code == 302
    assert Order.objects.get().name == "Asha R."


def test_a_change_in_the_last_moment_is_told_and_nothing_is_saved(office, path, order, monkeypatch):
    clean = OrderForm.clean

    def late(form):
        Order.objects.update(version=7)
        return clean(form)

    monkeypatch.setattr(OrderForm, "clean", late)

    answer = fill(office, path, name="Asha R.")

    assert answer.url == path
    assert told(answer) == ["It was changed since you read it."]
    assert Order.objects.get().name == "Asha Rao"


@pytest.mark.parametrize(("field", "value"), [("email", "not an email"), ("name", "")])
def test_a_bad_value_is_told_and_not_saved(field, value, office, path, order):
    before = columns(order)

    answer = fill(office, path, **{field: value})

    assert errors_of(answer).keys() == {field}
    assert columns(order) == before


def test_nobody_erases_an_order(office, order):
    assert office.post(f"{LIST}{order.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Order.objects.exists()


def test_a_deleted_order_is_seen_and_not_changed(office, path, order, owner):
    delete_order(order=order, by=Principal("staff", user=owner), source="admin")

    page = office.get(path)

    assert page.context["has_change_permission"] is False
    assert "badge-deleted" in page.content.decode()
    assert office.post(path, {"name": "Changed"}).status_code == 403
    assert Order.objects.get().name == "Asha Rao"


def test_an_order_deleted_while_the_form_was_sent_is_not_changed(office, path, order, monkeypatch):
    clean = OrderForm.clean

    def late(form):
        Order.objects.update(deleted_at=timezone.now())
        return clean(form)

    monkeypatch.setattr(OrderForm, "clean", late)

    answer = fill(office, path, name="Changed")

    assert told(answer) == ["There is no such order."]
    assert Order.objects.get().name == "Asha Rao"


def test_the_page_leads_to_the_customers_page(office, path, order):
    content = office.get(path).content.decode()

    assert f'href="{order.tracking_url}"' in content
    assert f'src="{order.qr_code_path}"' in content


def test_the_token_is_told_as_text_and_by_a_button(office, path, order):
    content = office.get(path).content.decode()

    assert f">{order.tracking_url}</a>" in content
    assert 'data-copies="tracking-link"' in content


def test_the_page_of_a_deleted_order_shows_no_code_that_leads_nowhere(office, path, order):
    Order.objects.update(deleted_at=timezone.now())

    content = office.get(path).content.decode()

    assert order.qr_code_path not in content
    assert order.token not in content


def test_who_only_looks_sees_the_pickup_as_it_was_given(path, order):
    midnight = datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC)
    Order.objects.update(pickup_at=midnight, pickup_has_time=False)

    content = office_of(staff_holding("Vera", "orders.view_order")).get(path).content.decode()

    assert '<div class="readonly">24 Dec 2026</div>' in content


def test_the_account_is_told_and_leads_to_who_has_it(office, path, order):
    account = f'<a href="/admin/accounts/customer/{order.customer_id}/change/">Asha Rao</a>'
    assert account in office.get(path).content.decode()

    Order.objects.update(customer_confirmed=False)
    assert "email not confirmed" in office.get(path).content.decode()

    Order.objects.update(customer=None)
    assert account not in office.get(path).content.decode()


def test_who_may_only_look_changes_nothing(path, order):
    browser = office_of(staff_holding("Vera", "orders.view_order"))

    page = browser.get(path)
    assert 'name="seen_version"' not in page.content.decode()
    assert "/admin/accounts/customer/" not in page.content.decode()
    assert browser.post(path, {"name": "Changed"}).status_code == 403
