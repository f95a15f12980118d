"""The histories: what leaves a row, what it tells, and in whose name."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest
from django.test import RequestFactory
from simple_history.middleware import HistoryRequestMiddleware

from accounts.models import Customer, User
from catalog.models import Service
from config.history import Change, blank_history, history_of, note, unrecorded, update_told
from orders.models import Order
from tests.statements import statements
from tests.unchanged import nothing_written
from workforce.models import Worker

pytestmark = pytest.mark.django_db

OF_EVERY_HISTORY = {
    "history_id",
    "history_date",
    "history_type",
    "history_user_id",
    "author_kind",
    "changes",
}


@pytest.mark.parametrize(
    ("model", "told"),
    [
        (Service, {"id", "legacy_id", "name", "price", "duration_minutes", "status"}),
        (
            User,
            {
                "id",
                "email",
                "username",
                "name",
                "phone",
                "email_confirmed_at",
                "is_active",
                "is_staff",
                "is_superuser",
                "second_factor_at",
                "anonymised_at",
                "merged_into_id",
            },
        ),
        (Worker, {"id", "name", "email", "is_active", "locked_at"}),
        (
            Order,
            {
                "id",
                "order_number",
                "customer_id",
                "name",
                "email",
                "phone",
                "pickup_at",
                "pickup_has_time",
                "instructions",
                "total_cost",
                "deleted_at",
                "deleted_by_id",
            },
        ),
    ],
)
def test_each_history_has_these_columns_and_no_secret(model, told):
    columns = {field.column for field in history_of(model).model._meta.concrete_fields}
    assert columns == OF_EVERY_HISTORY | told


def test_only_these_have_a_history():
    from django.apps import apps

    found = {m._meta.label for m in apps.get_models() if issubclass(m, Change)}
    assert found == {
        "accounts.HistoricalUser",
        "catalog.HistoricalService",
        "orders.HistoricalOrder",
        "workforce.HistoricalWorker",
    }


@pytest.mark.parametrize("model", [Service, User, Worker, Order])
def test_a_history_is_found_by_its_row_and_nothing_in_it_is_unique(model):
    table = history_of(model).model._meta.db_table
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table).values()
    indexes = [each["columns"] for each in found if each["index"] and not each["foreign_key"]]
    assert ["id", "history_id"] in indexes
    assert [each for each in found if each["unique"] and not each["primary_key"]] == []


def test_the_newest_of_a_history_are_read_by_its_index(wash):
    rows = history_of(Service).filter(id=wash.pk).order_by("-history_id")[:51]
    assert "catalog_service_history_row" in rows.explain()


# --- What leaves a row ------------------------------------------------------------------


def rows(model: Any) -> list[tuple[str, dict[str, Any]]]:
    """The history of a model, first to last: the type of each row, and what changed."""
    return list(history_of(model).order_by("pk").values_list("history_type", "changes"))


def test_a_new_row_leaves_one_and_its_change_tells_what_was_and_what_is():
    service = Service.objects.create(name="Wash", price=Decimal("12.5"))
    service.price, service.status = Decimal("13.75"), "inactive"
    service.save()

    assert rows(Service) == [
        ("+", {}),
        ("~", {"price": ["12.50", "13.75"], "status": ["active", "inactive"]}),
    ]
    newest = history_of(Service).get(history_type="~")
    assert (newest.id, newest.name, newest.price) == (service.pk, "Wash", Decimal("13.75"))


def test_a_row_that_goes_leaves_one(wash):
    number = wash.pk
    wash.delete()

    newest = history_of(Service).get(history_type="-")
    assert (newest.id, newest.name, newest.changes) == (number, "Wash", {})


def test_a_save_that_changes_nothing_leaves_none(wash):
    wash.price = Decimal("12.500")
    with nothing_written(but=(Service,)):
        wash.save()


@pytest.mark.parametrize("proxy", [User, Customer])
def test_a_save_through_the_proxy_leaves_one_too(customer, proxy):
    person = proxy.objects.get(pk=customer.pk)
    person.name = "Asha R."
    person.save()

    assert rows(User)[-1] == ("~", {"name": ["Asha Rao", "Asha R."]})
    assert len(rows(User)) == 2


def test_a_new_row_and_a_deleted_one_through_the_proxy_leave_one_each():
    Customer.objects.create_user("dora@example.com", name="Dora").delete()
    assert [kind for kind, _changes in rows(User)] == ["+", "-"]


def test_only_the_columns_that_a_save_writes_are_told(wash):
    wash.name, wash.price = "Wash and fold", Decimal(1)
    wash.save(update_fields=["name"])
    assert rows(Service)[-1] == ("~", {"name": ["Wash", "Wash and fold"]})


def test_a_save_of_what_is_not_told_reads_and_writes_nothing_more(customer):
    customer.set_password("a-tin-kettle-whistles")
    with nothing_written(but=(User,)), statements() as asked:
        customer.save(update_fields=["password", "last_login", "updated_at"])
    assert len(asked) == 1


def test_what_was_written_past_the_history_is_laid_to_nobodys_charge(wash):
    Service.objects.update(price=1)
    wash.name = "Wash and fold"
    wash.save(update_fields=["name"])
    assert rows(Service)[-1] == ("~", {"name": ["Wash", "Wash and fold"]})


def test_what_is_noted_is_told_by_the_next_save_only(wash):
    note(wash, secret=(None, None))
    wash.save(update_fields=["updated_at"])
    wash.save(update_fields=["updated_at"])
    assert rows(Service) == [("+", {}), ("~", {"secret": [None, None]})]


def test_an_update_of_many_rows_that_is_told_leaves_one_of_each(wash, ironing):
    update_told(Service.objects.order_by("pk"), price=Decimal("7.00"))

    assert set(Service.objects.values_list("price", flat=True)) == {Decimal("7.00")}
    assert rows(Service)[2:] == [
        ("~", {"price": ["12.50", "7.00"]}),
        ("~", {"price": ["4.00", "7.00"]}),
    ]


def test_nothing_is_recorded_of_old_data(wash):
    with nothing_written(but=(Service,)), unrecorded():
        Service.objects.create(name="Ironing", price=4)
        wash.price = 1
        wash.save()
        wash.delete()
    Service.objects.create(name="Ironing", price=4)
    assert [kind for kind, _changes in rows(Service)] == ["+", "+"]


# --- In whose name ----------------------------------------------------------------------


def authors() -> list[tuple[Any, str]]:
    return list(history_of(Service).order_by("pk").values_list("history_user", "author_kind"))


def within_a_request_of(user: Any, act: Any) -> None:
    request = RequestFactory().get("/")
    request.user = user

    def answer(request: HttpRequest) -> Any:
        act()

    HistoryRequestMiddleware(answer)(request)


def make() -> None:
    Service.objects.create(name="Wash", price=1)


def test_a_change_without_a_request_is_the_systems(db):
    make()
    assert authors() == [(None, "system")]


def test_a_change_within_a_request_is_its_users(owner, customer, worker):
    for user in (owner, customer, worker, AnonymousUser()):
        within_a_request_of(user, make)

    assert authors() == [
        (owner.pk, "staff"),
        (customer.pk, "customer"),
        (None, "worker"),
        (None, "anyone"),
    ]


def test_after_a_request_nobody_is_the_author(owner):
    def fail() -> None:
        raise ZeroDivisionError

    within_a_request_of(owner, make)
    make()
    with pytest.raises(ZeroDivisionError):
        within_a_request_of(owner, fail)
    make()

    assert authors() == [(owner.pk, "staff"), (None, "system"), (None, "system")]


def test_requests_in_two_threads_have_two_authors(owner, customer):
    import threading

    from config.history import _author

    found: dict[int, Any] = {}
    both_are_in = threading.Barrier(2)

    def ask(user: User) -> None:
        def act() -> None:
            both_are_in.wait(5)
            found[user.pk] = _author()

        within_a_request_of(user, act)

    threads = [threading.Thread(target=ask, args=(user,)) for user in (owner, customer)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert found == {owner.pk: (owner.pk, "staff"), customer.pk: (customer.pk, "customer")}


# --- Forgetting -------------------------------------------------------------------------


def test_what_is_blanked_is_blank_in_every_row_and_the_rest_stays(wash, ironing):
    wash.name, wash.price = "Secret", Decimal(2)
    wash.save()
    ironing.name = "Another"
    ironing.save()

    blank_history(Service, [wash.pk], name="")

    told = history_of(Service).filter(id=wash.pk).order_by("pk")
    assert list(told.values_list("history_type", "name", "changes")) == [
        ("+", "", {}),
        ("~", "", {"name": [None, None], "price": ["12.50", "2"]}),
    ]
    other = history_of(Service).filter(id=ironing.pk, history_type="~").get()
    assert (other.name, other.changes) == ("Another", {"name": ["Ironing", "Another"]})
