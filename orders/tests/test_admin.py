"""Orders in the admin: looked at and amended, but never moved or erased by a form."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from config.rest.principals import Principal
from orders.editing import delete_order
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.admin import errors_of, fill
from tests.cast import staff_holding
from tests.statements import statements
from tests.states import columns, take

LIST = "/admin/orders/order/"


@pytest.fixture
def path(order) -> str:
    """The order's page."""
    return f"{LIST}{order.pk}/change/"


@pytest.fixture
def walk_in(wash, owner) -> Order:
    """Zoe's order at the counter, without an email."""
    return place_order(
        by=Principal("staff", user=owner),
        items=[Item(wash.pk)],
        source=Order.Source.COUNTER,
        contact=Contact("Zoe Zed", "", "+44 20 7946 0018"),
    )


def numbers(answer) -> list[str]:
    return [order.order_number for order in answer.context["cl"].result_list]


def test_the_status_is_no_field_of_the_form(office, path):
    fields = office.get(path).context["adminform"].form.fields

    assert list(fields) == [
        "name",
        "email",
        "phone",
        "pickup_at",
        "pickup_has_time",
        "instructions",
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


def test_saving_an_unchanged_form_makes_no_new_version(office, path, order):
    before = columns(order)

    assert fill(office, path).status_code == 302
    assert columns(order) == before


def test_a_change_of_another_field_meanwhile_is_kept(office, path, order):
    page = office.get(path)
    Order.objects.update(phone="+49 30 1", version=7)
    data = {"name": "Asha R.", "email": order.email, "phone": "+49 30 1", "pickup_has_time": "on"}
    for inline in page.context["inline_admin_formsets"]:
        data |= {f.html_name: f.value() for f in inline.formset.management_form}

    office.post(path, data)

    changed = Order.objects.get()
    assert (changed.name, changed.phone, changed.version) == ("Asha R.", "+49 30 1", 8)


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


def test_an_order_deleted_while_the_form_was_sent_is_not_changed(
    office, path, order, owner, monkeypatch
):
    page = office.get(path)
    data = {"name": "Changed", "email": order.email, "phone": order.phone}
    for inline in page.context["inline_admin_formsets"]:
        data |= {f.html_name: f.value() for f in inline.formset.management_form}
    monkeypatch.setattr(
        "orders.admin.OrderAdmin.has_change_permission", lambda *args, **kwargs: True
    )
    Order.objects.update(deleted_at=timezone.now())

    answer = office.post(path, data)

    assert answer.status_code == 403
    assert "There is no such order." in answer.content.decode()
    assert Order.objects.get().name == "Asha Rao"


def test_lines_and_tracks_are_shown_and_not_changed(office, path, order, worker):
    take(order, "picked_up", Principal("worker", worker=worker), location="Depot")

    page = office.get(path)

    assert [inline.has_change_permission for inline in page.context["inline_admin_formsets"]] == [
        False,
        False,
    ]
    for text in ("Wash", "12.50", "created → picked_up", "Wim Weaver", "Depot"):
        assert text in page.content.decode()


def test_lines_sent_by_hand_change_nothing(office, path, order):
    line = order.lines.get()

    fill(
        office,
        path,
        **{
            "lines-INITIAL_FORMS": "1",
            "lines-TOTAL_FORMS": "2",
            "lines-0-id": line.pk,
            "lines-0-order": order.pk,
            "lines-0-quantity": "99",
            "lines-1-order": order.pk,
            "lines-1-service_name": "Free",
            "lines-1-quantity": "1",
        },
    )

    assert [(line.service_name, line.quantity) for line in order.lines.all()] == [("Wash", 1)]


def test_a_page_takes_as_many_statements_for_twenty_tracks_as_for_two(
    office, path, order, worker, other_worker
):
    take(order, "weighed", Principal("worker", worker=worker))
    office.get(path)
    with statements() as for_two:
        office.get(path)
    for by in (worker, other_worker) * 9:
        take(order, "weighed", Principal("worker", worker=by))
    with statements() as for_twenty:
        office.get(path)

    assert order.tracks.count() == 20
    assert len(for_twenty) == len(for_two), (for_two, for_twenty)


def test_the_page_leads_to_the_customers_page(office, path, order):
    content = office.get(path).content.decode()

    assert f'href="{order.tracking_url}"' in content
    assert f'src="{order.qr_code_path}"' in content


@pytest.mark.parametrize("text", ["{number}", "{lower}", "{prefix}", "asha r", "ASHA@ex", "12345"])
def test_orders_are_found_as_by_the_api(text, office, order, walk_in):
    q = text.format(
        number=order.order_number,
        lower=order.order_number.lower(),
        prefix=order.order_number[:8],
    )

    assert numbers(office.get(LIST, {"q": q})) == [order.order_number]


@pytest.mark.parametrize(
    ("narrowing", "found"),
    [
        ({"status__exact": "picked_up"}, ["Zoe Zed"]),
        ({"source__exact": "api"}, ["Asha Rao"]),
        ({"deleted_at__isempty": "0"}, ["Zoe Zed"]),
        ({"deleted_at__isempty": "1"}, ["Asha Rao"]),
    ],
)
def test_orders_are_narrowed(narrowing, found, office, order, walk_in, owner):
    staff = Principal("staff", user=owner)
    take(walk_in, "picked_up", staff)
    delete_order(order=walk_in, by=staff, source="admin")

    orders = office.get(LIST, narrowing).context["cl"].result_list

    assert [order.name for order in orders] == found


def test_who_may_only_look_changes_nothing(path, order):
    browser = Client()
    browser.force_login(staff_holding("Vera", "orders.view_order"))

    assert browser.get(path).status_code == 200
    assert browser.post(path, {"name": "Changed"}).status_code == 403


def test_a_pickup_without_a_time_is_listed_as_its_day(office, order):
    midnight = datetime.datetime(2026, 12, 24, tzinfo=datetime.UTC)
    Order.objects.update(pickup_at=midnight, pickup_has_time=False)
    assert ">24 Dec 2026<" in office.get(LIST).content.decode()

    Order.objects.update(pickup_has_time=True)
    assert ">24 Dec 2026, 00:00<" in office.get(LIST).content.decode()
