"""Every way to change a service, customer, worker or order leaves a row of history, in a name."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from rest_framework.test import APIClient

from accounts.links import CONFIRM_EMAIL, SET_PASSWORD, mail_link
from accounts.models import User
from catalog.models import Service
from config.history import history_of
from config.operations.customer_merging import merge_customers, undo_merge
from config.rest.principals import Principal
from orders.models import Order, Status
from tests.admin import fill
from tests.cast import PASSWORD, PIN, bearing
from tests.mails import last_link
from tests.old_servers import CAMEL, CAMEL_TABLES, make_server
from tests.states import put
from workforce.models import Worker

pytestmark = pytest.mark.django_db

API = "/api/v1"
NEW = "a-tin-kettle-whistles"
UNTOLD = [None, None]


class Shop(NamedTuple):
    """Who acts, by what, and on what."""

    api: APIClient
    as_owner: APIClient
    as_customer: APIClient
    office: Client
    customer: User
    other_customer: User
    worker: Worker
    wash: Service
    ironing: Service
    order: Order

    def of_staff(self, verb: str, path: str, body: Any = None) -> None:
        """A call by the owner's access token."""
        self.called(self.as_owner, verb, f"{API}/{path}", body)

    def of_old_admin(self, verb: str, path: str, body: Any = None) -> None:
        """A call of the old web admin, by the owner's session."""
        call = getattr(self.office, verb)
        answer = call(f"/admin/api/{path}", body, content_type="application/json")
        assert answer.status_code in (200, 201), answer.content

    def called(self, client: APIClient, verb: str, path: str, body: Any = None) -> None:
        answer = getattr(client, verb)(path, body, format="json")
        assert answer.status_code in (200, 201), answer.content

    def filled(self, path: str, **changes: Any) -> None:
        """A form of the admin, sent by the owner's browser."""
        answer = fill(self.office, f"/admin/{path}/", **changes)
        assert answer.status_code == 302, answer.context["adminform"].form.errors

    def did(self, action: str, **data: Any) -> None:
        """A button of the order's page, and its page that asks."""
        version = Order.objects.get(pk=self.order.pk).version
        path = f"/admin/orders/order/{self.order.pk}/do/{action}/"
        answer = self.office.post(path, {"version": version} | data)
        assert answer.status_code == 302, answer.content

    def follows(self, kind: Any, path: str, body: Any, client: APIClient) -> None:
        mail_link(kind, user=self.customer)
        self.called(client, "post", f"{API}/auth/{path}", last_link().body | body)


@pytest.fixture
def shop(
    api: APIClient,
    as_owner: APIClient,
    as_customer: APIClient,
    office: Client,
    customer: User,
    other_customer: User,
    worker: Worker,
    wash: Service,
    ironing: Service,
    order: Order,
) -> Shop:
    """A shop with one order of one wash."""
    return Shop(
        api,
        as_owner,
        as_customer,
        office,
        customer,
        other_customer,
        worker,
        wash,
        ironing,
        order,
    )


def locked(shop: Shop) -> None:
    for _attempt in range(20):
        wrong = {"worker_id": shop.worker.pk, "password": "000000"}
        shop.api.post(f"{API}/workers/login", wrong, format="json")


ONE_WASH = [[1, "Wash", "12.50"]]
TWO_IRONINGS = {"lines": [ONE_WASH, [[2, "Ironing", "4.00"]]], "total_cost": ["12.50", "8.00"]}

Way = tuple[Callable[[Shop], object], type[Model], str, Any, str]
# How it is done; what leaves a row, of which type; what the row tells; and whose it is.
WAYS: dict[str, Way] = {
    # --- Services
    "a service by the API": (
        lambda s: s.of_staff("post", "services", {"name": "Repair", "price": "9.00"}),
        Service,
        "+",
        {},
        "owner",
    ),
    "a service's price by the API": (
        lambda s: s.of_staff("patch", f"services/{s.wash.pk}", {"price": "13.75"}),
        Service,
        "~",
        {"price": ["12.50", "13.75"]},
        "owner",
    ),
    "a service erased by the API": (
        lambda s: s.of_staff("delete", f"services/{s.ironing.pk}"),
        Service,
        "-",
        {},
        "owner",
    ),
    "a service by the admin": (
        lambda s: s.filled("catalog/service/add", name="Repair", price="9"),
        Service,
        "+",
        {},
        "owner",
    ),
    "a service by its page": (
        lambda s: s.filled(f"catalog/service/{s.wash.pk}/change", status="inactive"),
        Service,
        "~",
        {"status": ["active", "inactive"]},
        "owner",
    ),
    "a service erased by the admin": (
        lambda s: s.office.post(f"/admin/catalog/service/{s.ironing.pk}/delete/", {"post": "yes"}),
        Service,
        "-",
        {},
        "owner",
    ),
    "a service's price by the old admin": (
        lambda s: s.of_old_admin("put", f"services/{s.wash.pk}", {"price": 14}),
        Service,
        "~",
        {"price": ["12.50", "14.00"]},
        "owner",
    ),
    # --- Customers
    "a customer who registers": (
        lambda s: s.called(
            s.api,
            "post",
            f"{API}/auth/register",
            {"name": "Dora", "email": "dora@example.com", "password": NEW},
        ),
        User,
        "+",
        {},
        "anyone",
    ),
    "a customer whom a guest's order makes": (
        lambda s: s.called(
            s.api,
            "post",
            f"{API}/orders",
            {
                "name": "Dora",
                "email": "dora@example.com",
                "phone": "+49 30 555 6780",
                "items": [{"service_id": s.wash.pk}],
            },
        ),
        User,
        "+",
        {},
        "anyone",
    ),
    "the own profile": (
        lambda s: s.called(s.as_customer, "patch", f"{API}/auth/me", {"name": "Asha R."}),
        User,
        "~",
        {"name": ["Asha Rao", "Asha R."]},
        "customer",
    ),
    "the own password": (
        lambda s: s.called(
            s.as_customer,
            "post",
            f"{API}/auth/password/change",
            {"current_password": PASSWORD, "new_password": NEW},
        ),
        User,
        "~",
        {"password": UNTOLD},
        "customer",
    ),
    "a password by a mailed link": (
        lambda s: s.follows(SET_PASSWORD, "password/reset/confirm", {"new_password": NEW}, s.api),
        User,
        "~",
        {"password": UNTOLD},
        "anyone",
    ),
    "a customer by the API": (
        lambda s: s.of_staff("patch", f"customers/{s.customer.pk}", {"phone": "0171 1234"}),
        User,
        "~",
        {"phone": ["+91 98450 12345", "0171 1234"]},
        "owner",
    ),
    "a customer deactivated by the API": (
        lambda s: s.of_staff("patch", f"customers/{s.customer.pk}", {"is_active": False}),
        User,
        "~",
        {"is_active": [True, False]},
        "owner",
    ),
    "a customer without orders deleted by the API": (
        lambda s: s.of_staff("delete", f"customers/{s.other_customer.pk}"),
        User,
        "-",
        {},
        "owner",
    ),
    "a customer by the admin": (
        lambda s: s.filled("accounts/customer/add", name="Dora", is_active="on"),
        User,
        "+",
        {},
        "owner",
    ),
    "a customer by their page": (
        lambda s: s.filled(f"accounts/customer/{s.customer.pk}/change", name="A. Rao"),
        User,
        "~",
        {"name": ["Asha Rao", "A. Rao"]},
        "owner",
    ),
    "a customer by the old admin": (
        lambda s: s.of_old_admin("put", f"customers/{s.customer.pk}", {"name": "A. Rao"}),
        User,
        "~",
        {"name": ["Asha Rao", "A. Rao"]},
        "owner",
    ),
    # --- Workers
    "a worker by the API": (
        lambda s: s.of_staff("post", "workers/register", {"name": "Yuri", "password": PIN}),
        Worker,
        "+",
        {},
        "owner",
    ),
    "a worker's name by the API": (
        lambda s: s.of_staff("patch", f"workers/{s.worker.pk}", {"name": "Wim W."}),
        Worker,
        "~",
        {"name": ["Wim Weaver", "Wim W."]},
        "owner",
    ),
    "a worker's PIN by the API": (
        lambda s: s.of_staff("patch", f"workers/{s.worker.pk}", {"password": "918273"}),
        Worker,
        "~",
        {"password": UNTOLD},
        "owner",
    ),
    "a worker erased by the API": (
        lambda s: s.of_staff("delete", f"workers/{s.worker.pk}"),
        Worker,
        "-",
        {},
        "owner",
    ),
    "a worker by the admin": (
        lambda s: s.filled("workforce/worker/add", name="Yuri", pin=PIN, is_active="on"),
        Worker,
        "+",
        {},
        "owner",
    ),
    "a worker by their page": (
        lambda s: s.filled(f"workforce/worker/{s.worker.pk}/change", is_active=None, pin="918273"),
        Worker,
        "~",
        {"is_active": [True, False], "password": UNTOLD},
        "owner",
    ),
    "a worker by the old admin": (
        lambda s: s.of_old_admin("put", f"workers/{s.worker.pk}", {"name": "Wim W."}),
        Worker,
        "~",
        {"name": ["Wim Weaver", "Wim W."]},
        "owner",
    ),
    # --- Orders
    "an order by its owner": (
        lambda s: s.called(
            s.as_customer, "patch", f"{API}/orders/{s.order.pk}", {"instructions": "Ring twice"}
        ),
        Order,
        "~",
        {"instructions": ["", "Ring twice"]},
        "customer",
    ),
    "an order's lines by its owner": (
        lambda s: s.called(
            s.as_customer,
            "patch",
            f"{API}/orders/{s.order.pk}",
            {"items": [{"service_id": s.ironing.pk, "quantity": 2}]},
        ),
        Order,
        "~",
        TWO_IRONINGS,
        "customer",
    ),
    "an order by the API": (
        lambda s: s.of_staff("patch", f"orders/{s.order.pk}", {"name": "A. Rao"}),
        Order,
        "~",
        {"name": ["Asha Rao", "A. Rao"]},
        "owner",
    ),
    "an order by its page": (
        lambda s: s.filled(
            f"orders/order/{s.order.pk}/change",
            name="A. Rao",
            **{"lines-0-service": s.ironing.pk, "lines-0-quantity": 2},
        ),
        Order,
        "~",
        {"name": ["Asha Rao", "A. Rao"]} | TWO_IRONINGS,
        "owner",
    ),
    "an order given to another customer": (
        lambda s: s.did("reassign", customer=s.other_customer.pk),
        Order,
        "~",
        lambda s: {"customer": [s.customer.pk, s.other_customer.pk]},
        "owner",
    ),
    "an order by an old client": (
        lambda s: s.called(
            s.as_customer,
            "put",
            f"/api/orders/{s.order.order_number}",
            {"specialInstructions": "Ring twice"},
        ),
        Order,
        "~",
        {"instructions": ["", "Ring twice"]},
        "customer",
    ),
    "an order by the old admin": (
        lambda s: s.of_old_admin("put", f"orders/{s.order.order_number}", {"customerName": "A."}),
        Order,
        "~",
        {"name": ["Asha Rao", "A."]},
        "owner",
    ),
}


def told(model: type[Model]) -> list[tuple[str, Any, int | None, str]]:
    rows = history_of(model).order_by("pk")
    return list(rows.values_list("history_type", "changes", "history_user", "author_kind"))


@pytest.mark.parametrize("way", WAYS)
def test_it_leaves_one_row_in_the_name_of_who_did_it(shop: Shop, owner: User, way: str) -> None:
    act, model, kind, changes, author = WAYS[way]
    models: tuple[type[Model], ...] = (Service, User, Worker, Order)
    before = {each: len(told(each)) for each in models}

    act(shop)

    whose = {
        "owner": (owner.pk, "staff"),
        "customer": (shop.customer.pk, "customer"),
        "anyone": (None, "anyone"),
    }
    expected = changes(shop) if callable(changes) else changes
    assert told(model)[before.pop(model) :] == [(kind, expected, *whose[author])]
    assert {each: len(told(each)) for each in before} == before


def newest(model: type[Model]) -> dict[str, Any]:
    changes: dict[str, Any] = told(model)[-1][1]
    return changes


def test_an_order_deleted_and_restored_tells_both(shop: Shop, owner: User) -> None:
    shop.did("delete")
    gone = newest(Order)
    assert gone.keys() == {"deleted_at", "deleted_by"}
    assert gone["deleted_by"] == [None, owner.pk]
    assert gone["deleted_at"][0] is None

    shop.did("restore")
    assert newest(Order)["deleted_by"] == [owner.pk, None]
    assert len(told(Order)) == 2


def test_an_order_that_an_email_took_back_is_nobodys_deed(shop: Shop) -> None:
    path = f"/api/orders/{shop.order.order_number}?email={shop.order.email}"
    assert shop.api.delete(path).status_code == 200

    ((kind, changes, *whose),) = told(Order)
    assert (kind, list(changes), whose) == ("~", ["deleted_at"], [None, "anyone"])


def test_a_confirmed_email_is_told(
    as_unconfirmed_customer: APIClient, unconfirmed_customer: User
) -> None:
    mail_link(CONFIRM_EMAIL, user=unconfirmed_customer)
    as_unconfirmed_customer.post(f"{API}/auth/email/confirm", last_link().body, format="json")

    assert list(newest(User)) == ["email_confirmed_at"]
    assert told(User)[-1][2:] == (unconfirmed_customer.pk, "customer")


def test_a_lock_by_wrong_pins_is_told_once_and_its_end_too(shop: Shop, owner: User) -> None:
    locked(shop)
    locked(shop)
    assert [(list(c), kind) for _t, c, _u, kind in told(Worker)[1:]] == [(["locked_at"], "anyone")]

    shop.office.post(f"/admin/workforce/worker/{shop.worker.pk}/unlock/")
    assert (list(newest(Worker)), told(Worker)[-1][2]) == (["locked_at"], owner.pk)


def test_an_anonymised_customers_rows_tell_that_and_no_more(shop: Shop, owner: User) -> None:
    shop.of_staff("patch", f"orders/{shop.order.pk}", {"name": "Asha R."})
    put(shop.order, Status.DELIVERED)
    shop.of_staff("delete", f"customers/{shop.customer.pk}?anonymise=true")

    (blanked,) = (c for _t, c, *_w in told(User) if "anonymised_at" in c)
    assert {name: pair for name, pair in blanked.items() if pair != UNTOLD}.keys() == {
        "anonymised_at",
        "email_confirmed_at",
    }
    assert [c for _t, c, *_w in told(Order)] == [
        {"name": UNTOLD},
        {"name": UNTOLD, "email": UNTOLD, "phone": UNTOLD},
    ]
    assert told(User)[-1][1:] == ({"is_active": [True, False]}, owner.pk, "staff")


def test_merged_customers_orders_tell_of_both_ways(shop: Shop, owner: User) -> None:
    by = Principal("staff", user=owner)
    merge = merge_customers(loser=shop.customer, winner=shop.other_customer, by=by)
    undo_merge(merge=merge, by=by)

    both = [shop.customer.pk, shop.other_customer.pk]
    assert [c for _t, c, *_w in told(Order)] == [{"customer": both}, {"customer": both[::-1]}]
    assert [c for _t, c, *_w in told(User)[-2:]] == [
        {"is_active": [True, False], "merged_into": [None, shop.other_customer.pk]},
        {"is_active": [False, True], "merged_into": [shop.other_customer.pk, None]},
    ]


# --- What leaves none -------------------------------------------------------------------


def test_an_order_that_is_placed_and_moved_leaves_tracks_and_no_history(
    shop: Shop, as_worker: APIClient
) -> None:
    body = {"items": [{"service_id": shop.wash.pk}]}
    shop.called(shop.as_customer, "post", f"{API}/orders", body)
    scan = {"order_number": shop.order.order_number, "action": "picked_up"}
    shop.called(as_worker, "post", f"{API}/workers/scan", scan)
    shop.did("processing")
    shop.did("undo")
    assert told(Order) == []


def test_signing_in_and_scanning_leave_no_history(shop: Shop, owner: User) -> None:
    before = {model: told(model) for model in (User, Worker)}

    for email in (shop.customer.email, owner.email):
        body = {"email": email, "password": PASSWORD}
        shop.called(shop.api, "post", f"{API}/auth/login", body)
    shop.office.post("/admin/login/", {"username": "olga", "password": PASSWORD})
    wrong = {"worker_id": shop.worker.pk, "password": "000000"}
    shop.api.post(f"{API}/workers/login", wrong, format="json")
    right = {"worker_id": shop.worker.pk, "password": PIN}
    answer = shop.api.post(f"{API}/workers/login", right, format="json")
    bearing(answer.json()["worker_token"]).get(f"{API}/workers/devices")

    assert {model: told(model) for model in before} == before


def test_a_refused_edit_leaves_none(shop: Shop) -> None:
    put(shop.order, Status.DELIVERED)
    path = f"{API}/orders/{shop.order.pk}"
    assert shop.as_customer.patch(path, {"instructions": "!"}, format="json").status_code == 409
    assert told(Order) == []


def test_old_data_leaves_none_however_the_database_tells_keys(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(connection.features), "can_return_rows_from_bulk_insert", False)
    call_command("import_legacy", make_server(tmp_path / "old.db", CAMEL, CAMEL_TABLES))
    assert (User.objects.exists(), Service.objects.exists()) == (True, True)
    assert [told(model) for model in (Service, User, Worker, Order)] == [[], [], [], []]


def test_what_a_command_changes_is_nobodys(db: None) -> None:
    call_command("createsuperuser", email="root@example.com", name="Root", interactive=False)
    assert told(User) == [("+", {}, None, "system")]
