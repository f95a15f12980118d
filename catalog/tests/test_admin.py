"""Services in the admin."""

import datetime
from decimal import Decimal

import pytest

from catalog.models import Service
from tests.admin import errors_of, fill

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
