"""Services in the admin."""

import datetime
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from catalog.models import Service
from tests.admin import errors_of, fill, statements_of
from tests.cast import staff_in

LIST = "/admin/catalog/service/"


def names(answer) -> list[str]:
    return [service.name for service in answer.context["cl"].result_list]


def test_a_service_is_added_with_its_name_stripped(office):
    fill(office, f"{LIST}add/", name=" Wash ", price="12.5", duration_minutes="90")

    service = Service.objects.get()
    assert (service.name, service.price, service.status) == ("Wash", Decimal("12.50"), "active")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("price", "-1", "A price is not negative."),
        ("duration_minutes", "0", "A duration is at least one minute."),
        ("name", " ", "This field is required."),
    ],
)
def test_a_bad_value_is_told_and_not_saved(field, value, text, office, wash):
    before = Service.objects.values().get()

    answer = fill(office, f"{LIST}{wash.pk}/change/", **{field: value})

    assert [text] in errors_of(answer).values()
    assert Service.objects.values().get() == before


def test_a_change_saves_only_the_changed_column(office, wash, monkeypatch):
    saved = []
    monkeypatch.setattr(Service, "save", lambda self, **kwargs: saved.append(kwargs))

    fill(office, f"{LIST}{wash.pk}/change/", status="inactive")

    assert [set(kwargs["update_fields"]) for kwargs in saved] == [{"status", "updated_at"}]


def test_saving_tells_when(office, wash):
    Service.objects.update(updated_at=datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC))

    fill(office, f"{LIST}{wash.pk}/change/", price="13")

    service = Service.objects.get()
    assert (service.price, service.updated_at.year > 2020) == (Decimal("13.00"), True)


def test_a_service_that_no_order_names_is_erased(office, wash):
    answer = office.post(f"{LIST}{wash.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 302
    assert not Service.objects.exists()


def test_a_service_that_orders_name_stays(office, order, wash):
    assert office.get(f"{LIST}{wash.pk}/change/").context["has_delete_permission"] is False
    assert office.post(f"{LIST}{wash.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Service.objects.filter(pk=wash.pk).exists()


def test_an_order_placed_meanwhile_keeps_the_service_and_the_page_says_why(
    office, order, wash, monkeypatch
):
    monkeypatch.setattr(
        "catalog.admin.ServiceAdmin.has_delete_permission", lambda *args, **kwargs: True
    )
    monkeypatch.setattr(
        "catalog.admin.ServiceAdmin.get_deleted_objects", lambda *args: ([], {}, set(), [])
    )

    answer = office.post(f"{LIST}{wash.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 403
    assert "Orders refer to this; set it inactive instead." in answer.content.decode()
    assert Service.objects.filter(pk=wash.pk).exists()


def test_services_are_found_by_any_part_of_the_name_in_any_case(office, wash, ironing):
    assert names(office.get(LIST, {"q": "IRON"})) == ["Ironing"]
    assert names(office.get(LIST, {"q": "ash"})) == ["Wash"]
    assert names(office.get(LIST, {"q": "repair"})) == []


def test_services_are_narrowed_by_status(office, wash, ironing):
    Service.objects.filter(pk=wash.pk).update(status="inactive")

    assert names(office.get(LIST, {"status__exact": "inactive"})) == ["Wash"]


@pytest.mark.parametrize(
    ("minutes", "shown"),
    [(90, "1 h 30 min"), (5760, "4 d"), (1501, "1 d 1 h 1 min"), (5, "5 min"), (None, "-")],
)
def test_a_duration_is_told_in_days_hours_and_minutes(minutes, shown, office, wash):
    Service.objects.update(duration_minutes=minutes)

    assert f'<td class="field-duration">{shown}</td>' in office.get(LIST).content.decode()


# --- Prices in the list ---------------------------------------------------------------


def shown(browser: Client) -> dict[str, str]:
    """What the form of the list would send as it is shown."""
    page = browser.get(LIST)
    formset = page.context["cl"].formset
    sent = {f"form-{name}": str(n) for name, n in formset.management_form.initial.items()}
    for row in formset:
        number = row["price"].value()
        sent |= {f"{row.prefix}-id": str(row.instance.pk), f"{row.prefix}-price": str(number)}
        sent[f"initial-{row.prefix}-price"] = str(number)
        assert f'name="initial-{row.prefix}-price" value="{number}"' in page.content.decode()
    return sent | {"_save": "Save"}


def typed(sent: dict[str, str], service: Service, price: str) -> dict[str, str]:
    """The same with another price of one service."""
    (row,) = [key[:-3] for key, pk in sent.items() if key[-3:] == "-id" and pk == str(service.pk)]
    return sent | {f"{row}-price": price}


def test_a_price_is_changed_in_the_list(office, wash, ironing):
    office.post(LIST, typed(shown(office), wash, "13.75"))

    assert {s.name: s.price for s in Service.objects.all()} == {
        "Wash": Decimal("13.75"),
        "Ironing": Decimal("4.00"),
    }


def test_a_list_left_open_does_not_undo_anothers_price_or_name(office, wash, ironing):
    sent = typed(shown(office), ironing, "5")
    Service.objects.filter(pk=wash.pk).update(price=Decimal("20.00"))
    Service.objects.filter(pk=ironing.pk).update(name="Pressing")

    office.post(LIST, sent)

    assert {s.name: s.price for s in Service.objects.all()} == {
        "Wash": Decimal("20.00"),
        "Pressing": Decimal("5.00"),
    }


@pytest.mark.parametrize(
    ("price", "text"),
    [
        ("-0.01", "A price is not negative."),
        ("1.005", "Ensure that there are no more than 2 decimal places."),
        ("123456789", "Ensure that there are no more than 8 digits before the decimal point."),
        ("NaN", "Enter a number."),
        ("dear", "Enter a number."),
        ("", "This field is required."),
    ],
)
def test_a_bad_price_in_the_list_is_told_and_no_row_saved(price, text, office, wash, ironing):
    before = list(Service.objects.values())

    answer = office.post(LIST, typed(typed(shown(office), wash, "1"), ironing, price))

    assert answer.status_code == 200
    assert [e for e in answer.context["cl"].formset.errors if e] == [{"price": [text]}]
    assert list(Service.objects.values()) == before


def test_a_price_changed_in_the_list_is_on_offer_at_once(
    office, api, wash, django_capture_on_commit_callbacks
):
    def offered() -> list[float]:
        return [service["price"] for service in api.get("/api/v1/services").json()]

    assert offered() == [12.5]
    with django_capture_on_commit_callbacks(execute=True):
        office.post(LIST, typed(shown(office), wash, "13.75"))
    assert offered() == [13.75]


def test_a_price_changed_in_the_list_stands_in_the_history(office, wash):
    office.post(LIST, typed(shown(office), wash, "13.75"))

    assert LogEntry.objects.get().get_change_message() == "Changed price."


def test_a_service_erased_meanwhile_is_told_and_the_page_stays(office, wash, ironing):
    sent = typed(typed(shown(office), wash, "13.75"), ironing, "5")
    wash.delete()

    answer = office.post(LIST, sent)

    assert answer.status_code == 200
    assert Service.objects.get().price == Decimal("4.00")


@pytest.mark.parametrize("role", ["Counter", "Auditor"])
def test_who_may_not_change_services_sees_prices_as_text(role, office, wash):
    sent = typed(shown(office), wash, "1")
    browser = Client()
    browser.force_login(staff_in(role, "Vera"))

    content = browser.get(LIST).content.decode()

    assert '<td class="field-price">12.50</td>' in content
    assert 'name="form-0-price"' not in content
    assert 'name="_save"' not in content
    assert browser.post(LIST, sent).status_code == 403
    assert Service.objects.get().price == Decimal("12.50")


def test_the_list_takes_as_many_statements_for_two_hundred_services_as_for_ten(office):
    for number in range(10):
        Service.objects.create(name=f"Wash {number}", price=number)
    for_ten = statements_of(office, LIST)
    for number in range(190):
        Service.objects.create(name=f"Ironing {number}", price=number)
    for_more = statements_of(office, LIST)

    assert len(for_more) == len(for_ten), (for_ten, for_more)
