"""`manage.py import_legacy` with rows that cannot come as they are: mended and listed."""

import json
import sqlite3
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from catalog.models import Service
from config.operations.legacy_import import snapshot
from config.operations.models import ImportedRow
from orders.models import Order, OrderLine
from tests.old_servers import CAMEL, SNAKE, TOKEN, Tables, make_server
from tracking.models import Track
from workforce.devices import hash_token
from workforce.models import DeviceToken, Worker

pytestmark = pytest.mark.django_db

# Old databases that were copied table by table lost their keys.
NO_KEYS = {
    schema: schema.replace(" PRIMARY KEY", "").replace(" UNIQUE", "") for schema in (CAMEL, SNAKE)
}
PLACED = {"created_at": "2026-10-01 08:00:00"}
WASH = {"id": 1, "name": "Wash", "price": 5}
BERT = {"id": 1, "name": "Bert", "email": "bert@example.com"}
ORDER = {"id": 1, "order_number": "RT-1", "service_name": "Wash", "total_cost": 5, **PLACED}


@pytest.fixture
def bring(tmp_path):
    """Bring a snake server's rows over, and answer what was listed."""

    def bring_rows(schema: str = SNAKE, **tables: Any) -> list[str]:
        path = make_server(tmp_path / "old.db", schema, tables)
        out = StringIO()
        call_command("import_legacy", path, stdout=out, json=tmp_path / "report.json")
        report = json.loads((tmp_path / "report.json").read_text())
        assert report["agrees"] is True
        return [f"{r['table']} {r['id']}: {r['remarks']}" for r in report["remarks"]]

    return bring_rows


# --- Services -----------------------------------------------------------------------


@pytest.mark.parametrize("price", ["ask", "", None, "-1", "NaN", "Infinity", "1e400", "100000000"])
def test_a_service_whose_price_is_no_amount_is_not_offered(price, bring):
    schema = SNAKE.replace("price NUMERIC(10, 2) NOT NULL", "price")
    shown = price or ""

    assert bring(schema, services=[WASH | {"price": price}]) == [
        f"services 1: price {shown!r}: no amount; set to 0 and inactive"
    ]
    assert (Service.objects.get().price, Service.objects.get().status) == (0, "inactive")


@pytest.mark.parametrize(
    ("price", "expected"), [(19.99, "19.99"), ("7", "7.00"), (2.005, "2.01"), (0, "0.00")]
)
def test_a_price_is_kept_to_the_cent(price, expected, bring):
    assert bring(services=[WASH | {"price": price}]) == []
    assert Service.objects.get().price == Decimal(expected)


@pytest.mark.parametrize("duration", ["a day", "0", "-5", "99999999999"])
def test_a_duration_that_is_none_is_left_out(duration, bring):
    assert bring(services=[WASH | {"duration_minutes": duration}]) == [
        f"services 1: duration {duration!r}: no duration"
    ]
    assert Service.objects.get().duration_minutes is None


def test_a_service_of_an_unknown_status_is_not_offered(bring):
    assert bring(services=[WASH | {"status": "Retired"}]) == [
        "services 1: status 'retired': unknown, set inactive"
    ]
    assert Service.objects.get().status == "inactive"


def test_two_services_of_one_name_both_come(bring):
    assert bring(services=[WASH, WASH | {"id": 2}]) == [
        "services 2: name: taken here too, so it no longer tells the service"
    ]
    assert Service.objects.filter(name="Wash").count() == 2


def test_a_service_whose_old_id_another_one_has_here_comes_without_it(bring):
    Service.objects.create(name="Ironing", price=1, legacy_id="1")

    assert bring(services=[WASH]) == [
        "services 1: id '1': taken here, so old clients must read the list anew"
    ]
    assert Service.objects.get(name="Wash").legacy_id is None


def test_a_service_without_a_name_is_called_by_its_id(bring):
    assert bring(services=[WASH | {"name": " "}]) == ["services 1: name: none, called by its id"]
    assert Service.objects.get().name == "Service 1"


# --- Customers and workers ----------------------------------------------------------


def test_two_customers_whose_emails_differ_in_case_are_one_and_the_first_stays(bring):
    double = {"id": 2, "name": "Somebody", "email": " BERT@Example.com ", "phone": "1"}

    assert bring(customers=[BERT, double]) == [
        "customers 2: email: that of a customer who is there already, joined to them"
    ]
    assert list(User.objects.values_list("name", "email", "phone")) == [
        ("Bert", "bert@example.com", "")
    ]


def test_an_order_of_the_joined_customer_is_not_certainly_theirs(bring):
    """Its email was never shown to be the first customer's."""
    double = {"id": 2, "name": "Somebody", "email": "BERT@Example.com"}
    orders = [
        ORDER | {"customer_id": 1},
        ORDER | {"id": 2, "order_number": "RT-2", "customer_id": 2},
    ]
    bring(customers=[BERT, double], orders=orders)

    bert = User.objects.get()
    assert list(Order.objects.order_by("pk").values_list("customer", "customer_confirmed")) == [
        (bert.pk, True),
        (bert.pk, False),
    ]


def test_a_customer_who_is_here_already_stays_as_they_are(unconfirmed_customer, bring):
    before = User.objects.values().get()
    remarks = bring(
        customers=[{"id": 1, "name": "Chloë", "email": "chloe@example.com", "phone": "1"}],
        orders=[ORDER | {"customer_id": 1}],
    )

    assert remarks == [
        "customers 1: email: that of a customer who is there already, joined to them"
    ]
    assert User.objects.values().get() == before
    # Whoever registered under this email has not shown that it is theirs.
    order = Order.objects.get()
    assert (order.customer, order.customer_confirmed) == (unconfirmed_customer, False)


def test_an_order_of_a_customer_who_confirmed_their_email_here_is_theirs(customer, bring):
    bring(orders=[ORDER | {"email": "Asha@example.com"}])

    order = Order.objects.get()
    assert (order.customer, order.customer_confirmed) == (customer, True)


def test_a_customer_whose_email_is_that_of_staff_is_left_out(owner, bring):
    remarks = bring(
        customers=[{"id": 1, "name": "Olga", "email": "olga@example.com"}],
        orders=[ORDER | {"customer_id": 1}],
    )

    assert remarks == [
        "customers 1: email: that of a member of staff, who is no customer; not taken over"
    ]
    assert User.objects.get() == owner
    assert (Order.objects.get().customer, Order.objects.get().email) == (None, owner.email)


@pytest.mark.parametrize("email", ["bert", "bert blum@example.com", "@", "b@" + "x" * 260])
def test_a_customer_whose_email_is_no_address_comes_without_it(email, bring):
    assert bring(customers=[BERT | {"email": email}]) == [
        "customers 1: email: no address, left out"
    ]
    assert (User.objects.get().name, User.objects.get().email) == ("Bert", None)


def test_customers_without_emails_are_several(bring):
    people = [{"id": number, "name": "Walk-in", "email": None} for number in (1, 2)]

    assert bring(customers=people) == []
    assert list(User.objects.values_list("email", flat=True)) == [None, None]


@pytest.mark.parametrize("old", ["secret", "$2b$12$" + "x" * 53, "scrypt:" + "x" * 300])
def test_a_password_of_an_unknown_kind_becomes_unusable(old, bring):
    assert bring(customers=[BERT | {"password_hash": old}]) == [
        "customers 1: password: of an unknown kind, so a new one must be set"
    ]
    assert not User.objects.get().has_usable_password()


def test_a_password_of_an_unknown_kind_is_listed_whatever_replaces_it(bring):
    """The unusable password is random text, in which a short one may stand by chance."""
    people = [{"id": n, "name": "B", "password_hash": "x"} for n in range(1, 9)]

    assert len(bring(customers=people)) == 8


def test_what_is_too_long_is_cut(bring):
    assert bring(customers=[BERT | {"name": "x" * 200, "phone": "1" * 50}]) == [
        "customers 1: phone: cut to 32 characters; name: cut to 128 characters"
    ]
    assert User.objects.get().name == "x" * 128
    assert User.objects.get().phone_reversed == "1" * 20


def test_a_deactivated_customer_stays_so(bring):
    assert bring(customers=[BERT | {"is_active": 0}]) == []
    assert User.objects.get().is_active is False


def test_two_workers_of_one_email_are_one(bring):
    workers = [
        {"id": 1, "name": "Wim", "email": "wim@example.com"},
        {"id": 2, "name": "W.", "email": "WIM@example.com"},
    ]

    assert bring(workers=workers) == [
        "workers 2: email: that of a worker who is there already, joined to them"
    ]
    assert Worker.objects.get().name == "Wim"


@pytest.mark.parametrize("token", ["x" * 31, "with blanks " * 5, "ü" * 40])
def test_a_token_that_could_be_guessed_is_not_taken_over(token, bring):
    assert bring(workers=[{"id": 1, "name": "Wim", "token": token}]) == [
        "tokens 1: token: shorter than 32 characters or none, not taken over"
    ]
    assert DeviceToken.objects.count() == 0


def test_a_token_that_begins_like_another_one_is_not_taken_over(bring):
    workers = [
        {"id": 1, "name": "Wim", "token": TOKEN},
        {"id": 2, "name": "Xenia", "token": TOKEN + "2"},
    ]

    assert bring(workers=workers) == ["tokens 2: token: begins like another one, not taken over"]
    assert DeviceToken.objects.get().secret_hash == hash_token(TOKEN)


# --- Orders -------------------------------------------------------------------------


def test_a_total_that_is_no_amount_is_set_to_0(bring):
    orders = [ORDER, ORDER | {"id": 2, "order_number": "RT-2", "total_cost": "much"}]

    assert bring(orders=orders) == ["orders 2: total 'much': no amount; set to 0"]
    assert list(Order.objects.order_by("pk").values_list("total_cost", flat=True)) == [5, 0]


def test_a_moment_that_cannot_be_read_is_that_of_the_import(bring):
    before = timezone.now()

    assert bring(orders=[ORDER | {"created_at": "yesterday"}]) == [
        "orders 1: created 'yesterday': unreadable"
    ]
    order = Order.objects.get()
    assert before <= order.created_at <= timezone.now()
    assert order.status_changed_at == order.created_at


@pytest.mark.parametrize("moment", ["0001-01-01", "9999-12-31 23:59:59", "1970-02-30", "٢٠٢٦"])
def test_a_moment_outside_the_calendar_is_unreadable(moment, bring):
    assert bring(orders=[ORDER | {"created_at": moment}]) == [
        f"orders 1: created {moment!r}: unreadable"
    ]


def test_a_pickup_that_cannot_be_read_is_kept_in_the_instructions(bring):
    order = ORDER | {"pickup_date": "next Friday", "instructions": "Ring twice."}

    assert bring(orders=[order]) == ["orders 1: pickup date: unreadable, kept in the instructions"]
    assert Order.objects.get().pickup_at is None
    assert Order.objects.get().instructions == "Pickup: next Friday\nRing twice."


def test_long_instructions_are_cut_to_what_the_api_takes_back(bring, as_owner):
    assert bring(orders=[ORDER | {"instructions": "x" * 4001}]) == [
        "orders 1: instructions: cut to 4000 characters"
    ]
    body = as_owner.get("/api/v1/orders/RT-1").json()
    assert as_owner.put("/api/v1/orders/RT-1", body, format="json").status_code == 200


def test_a_customer_that_is_not_in_the_file_is_joined_by_email(bring):
    lost = ORDER | {"customer_id": 17, "email": "bert@example.com"}

    assert bring(customers=[BERT], orders=[lost]) == [
        "orders 1: customer '17': not in the file, joined by email"
    ]
    order = Order.objects.get()
    assert (order.customer, order.customer_confirmed) == (User.objects.get(), False)


def test_a_service_that_is_not_in_the_file_is_kept_by_its_name(bring):
    order = ORDER | {"service_id": 17, "service_name": "Dyeing, red"}

    assert bring(services=[WASH], orders=[order]) == [
        "orders 1: service '17': not in the file, kept by name"
    ]
    line = OrderLine.objects.get()
    assert (line.service, line.service_name, line.unit_price) == (None, "Dyeing, red", None)


def test_names_that_do_not_match_the_ids_are_those_of_the_services(bring):
    services = [WASH, {"id": 2, "name": "Iron", "price": 1}]
    order = ORDER | {"service_id": "1, 2", "service_name": "Wash, iron, fold"}

    assert bring(services=services, orders=[order]) == []
    assert Order.objects.get().service_name == "Wash, Iron"


def test_more_lines_than_an_order_may_have(bring):
    order = ORDER | {"service_name": "", "service_id": ",".join(["1"] * 51)}

    assert bring(services=[WASH], orders=[order]) == ["orders 1: services: only the first 50 of 51"]
    assert OrderLine.objects.count() == 50


def test_an_order_of_no_service_is_of_an_unknown_one(bring, as_owner):
    assert bring(orders=[ORDER | {"service_name": None}]) == [
        "orders 1: services: none, kept as an unknown one"
    ]
    line = OrderLine.objects.get()
    assert (line.service, line.service_name) == (None, "Unknown service")
    body = as_owner.get("/api/v1/orders/RT-1").json()
    assert as_owner.put("/api/v1/orders/RT-1", body, format="json").status_code == 200


@pytest.mark.parametrize("number", ["RT 1", "№1", "x" * 65])
def test_a_number_that_no_scanner_reads_gets_another_one(number, bring):
    (remark,) = bring(orders=[ORDER | {"order_number": number}])

    order = Order.objects.get()
    assert remark == (
        f"orders 1: number {number[:64]!r}: cannot be scanned, came as {order.order_number}"
    )
    assert len(order.order_number) == 10
    assert Track.objects.get().note == f"Old number: {number[:64]}"


def test_a_number_that_another_order_has_gets_another_one(order, bring):
    (remark,) = bring(orders=[ORDER | {"order_number": order.order_number.lower()}])

    new = Order.objects.get(source="import")
    assert remark.endswith(f": taken here, came as {new.order_number}")
    assert Order.objects.count() == 2


def test_two_numbers_that_differ_in_case_are_two_orders(bring):
    orders = [
        ORDER | {"order_number": "rt-1"},
        ORDER | {"id": 2, "order_number": "RT-1"},
    ]

    (remark,) = bring(orders=orders)
    assert remark.startswith("orders 2: number 'RT-1': taken here, came as ")
    assert Order.objects.count() == 2


def test_an_order_without_a_number_is_called_by_its_id(bring):
    assert bring(orders=[ORDER | {"id": 4711, "order_number": None}]) == []
    assert Order.objects.get().order_number == "4711"


def test_rows_without_an_id_are_told_by_their_place(bring):
    orders = [{"id": None, "customer_name": "A", "total": 1, **PLACED} for _ in range(2)]

    remarks = bring(CAMEL, order=orders)
    assert [remark.split(":")[0] for remark in remarks] == ["orders row 1", "orders row 2"]
    assert Order.objects.count() == 2


@pytest.mark.parametrize("batch", [1, 500])
def test_orders_that_share_an_id_all_come(batch, bring, monkeypatch):
    monkeypatch.setattr(snapshot, "BATCH", batch)
    like = {"customer_name": "A", "service_name": "Wash", **PLACED}
    orders = [{"id": text, "total": n, **like} for n, text in enumerate(["ab", "cd", " ab"])]

    (remark,) = bring(NO_KEYS[CAMEL], order=orders)
    second = Order.objects.get(total_cost=2)
    assert remark == (
        "orders row 3: id 'ab': that of a row before it, so told by its place; "
        f"number 'ab': taken here, came as {second.order_number}"
    )
    assert Track.objects.get(order=second).note == "Old number: ab"


@pytest.mark.parametrize("batch", [1, 500])
def test_rows_of_every_table_that_share_an_id_all_come(batch, bring, monkeypatch):
    monkeypatch.setattr(snapshot, "BATCH", batch)
    track = {"id": 1, "order_id": 1, "action": "weighed", "scanned_at": "2026-10-02"}
    remarks = bring(
        NO_KEYS[SNAKE],
        services=[WASH, {"id": "1 ", "name": "Iron", "price": 1}],
        customers=[BERT, {"id": 1, "name": "Chloe", "email": "chloe@example.com"}],
        workers=[{"id": 1, "name": "Wim"}, {"id": 1, "name": "Xenia"}],
        orders=[ORDER | {"customer_id": 1}, ORDER | {"order_number": "RT-2", "customer_id": 1}],
        tracks=[track, track, track | {"order_id": None}],
    )

    because = "that of a row before it, so told by its place"
    assert sorted(remarks) == [
        f"{row}: id '1': {because}"
        for row in (
            *("customers row 2", "orders row 2", "services row 2", "tracks row 2", "tracks row 3"),
            "workers row 2",
        )
    ]
    # What names the id means the first row of it.
    orders = Order.objects.order_by("pk").values_list("order_number", "customer__name", "last_seq")
    assert list(orders) == [("RT-1", "Bert", 3), ("RT-2", "Bert", 1)]


def test_an_unknown_status_is_that_of_the_tracks(bring):
    tracks = [{"id": 1, "order_id": 1, "action": "processing", "scanned_at": "2026-10-01"}]

    assert bring(orders=[ORDER | {"status": "Lost"}], tracks=tracks) == [
        "orders 1: status 'Lost': unknown, processing by its tracks"
    ]
    assert Order.objects.get().status == "processing"


def test_a_status_behind_the_tracks_is_theirs(bring):
    tracks = [{"id": 1, "order_id": 1, "action": "Delivered", "scanned_at": "2026-10-02"}]

    assert bring(orders=[ORDER | {"status": "At Store"}], tracks=tracks) == [
        "orders 1: status 'At Store': behind its tracks, delivered by them"
    ]
    assert Order.objects.get().status == "delivered"


def test_text_that_is_no_utf_8_comes_over(bring, tmp_path):
    path = make_server(tmp_path / "other.db", SNAKE, {"orders": [ORDER]})
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE orders SET name = CAST(x'41ff42' AS TEXT)")
        connection.execute("UPDATE orders SET instructions = CAST('a' || char(0) || 'b' AS TEXT)")
    connection.close()
    call_command("import_legacy", path, stdout=StringIO())

    order = Order.objects.get()
    assert (order.name, order.instructions) == ("A\ufffdB", "ab")


# --- Tracks -------------------------------------------------------------------------


def bring_track(bring: Any, orders: Any = (ORDER,), **columns: Any) -> list[str]:
    """Bring one track over, beside these orders."""
    row = {"id": 1, "order_id": 1, "action": "picked_up", "scanned_at": "2026-10-02", **columns}
    remarks: list[str] = bring(orders=list(orders), tracks=[row])
    return remarks


def test_a_worker_who_is_not_in_the_file_is_kept_as_text(bring):
    assert bring_track(bring, worker_id=17) == [
        "tracks 1: worker '17': not in the file, kept as text"
    ]
    track = Track.objects.get(seq=2)
    assert (track.worker, track.legacy_worker) == (None, "17")


def test_a_track_of_an_order_that_is_not_in_the_file_is_kept_without_one(bring):
    assert bring_track(bring, order_id=17) == ["tracks 1: order '17': not in the file"]
    assert Track.objects.get(order=None).action == "picked_up"


def test_such_a_track_is_joined_by_its_email(bring):
    order = ORDER | {"email": "bert@example.com"}

    assert bring_track(bring, [order], order_id=17, order_email="Bert@example.com") == [
        "tracks 1: order '17': not in the file"
    ]
    assert Track.objects.get(seq=2).order == Order.objects.get()


def test_an_email_with_several_orders_at_the_time_decides_for_none(bring):
    orders = [ORDER | {"id": n, "order_number": n, "email": "b@example.com"} for n in (1, 2)]

    assert bring_track(bring, orders, order_id=None, order_email="b@example.com") == [
        "tracks 1: kept without an order: its email had several orders at that time"
    ]
    assert Track.objects.get(order=None).order_email == "b@example.com"
    assert set(Order.objects.values_list("last_seq", flat=True)) == {1}


@pytest.mark.parametrize(
    ("scanned_at", "is_joined"),
    [
        ("2026-10-01 07:59:59", False),
        ("2026-10-01 08:00:00", True),
        ("2026-10-31 08:00:00", True),
        ("2026-10-31 08:00:01", False),
    ],
)
def test_the_time_of_an_order_is_thirty_days(scanned_at, is_joined, bring):
    order = ORDER | {"email": "b@example.com"}
    bring_track(bring, [order], order_id=None, order_email="b@example.com", scanned_at=scanned_at)

    assert Track.objects.filter(order__isnull=False, seq=2).exists() is is_joined


def test_a_customers_order_of_another_time_does_not_confuse(bring):
    orders = [
        ORDER | {"email": "b@example.com", "created_at": "2026-01-01 08:00:00"},
        ORDER | {"id": 2, "order_number": "RT-2", "email": "b@example.com"},
    ]

    assert bring_track(bring, orders, order_id=None, order_email="b@example.com") == []
    assert Track.objects.get(seq=2).order == Order.objects.get(order_number="RT-2")


def test_an_order_without_an_email_is_found_by_its_customers(tmp_path):
    tables: Tables = {
        "customers": [BERT],
        "orders": [ORDER | {"customer_id": 1}],
        "tracks": [
            {"id": 1, "order_email": "bert@example.com", "action": "a", "scanned_at": "2026-10-02"}
        ],
    }
    path = make_server(tmp_path / "old.db", SNAKE, tables)
    call_command("import_legacy", path, stdout=StringIO())

    assert Track.objects.get(seq=2).order == Order.objects.get()


def test_a_track_of_an_unreadable_moment_is_of_its_orders(bring):
    assert bring_track(bring, scanned_at="noon") == ["tracks 1: scanned 'noon': unreadable"]
    assert Track.objects.get(seq=2).scanned_at == Order.objects.get().created_at


def test_an_email_alone_needs_a_moment(bring):
    order = ORDER | {"email": "b@example.com"}
    remarks = bring_track(
        bring, [order], order_id=None, order_email="b@example.com", scanned_at=None
    )

    assert remarks == ["tracks 1: kept without an order: when it was is unknown"]


def test_a_track_that_says_nothing_is_a_scan(bring):
    assert bring_track(bring, action="!") == ["tracks 1: status: none, recorded as a scan"]
    track = Track.objects.get(seq=2)
    assert (track.action, track.from_status, track.to_status) == ("scan", "created", "created")


def test_long_texts_of_a_track_are_cut(bring):
    assert bring_track(bring, note="x" * 501, location="y" * 129) == [
        "tracks 1: location: cut to 128 characters; note: cut to 500 characters"
    ]
    assert len(Track.objects.get(seq=2).note) == 500


# --- All of it ----------------------------------------------------------------------


def test_what_was_mended_is_kept_where_staff_find_it(bring, office):
    bring(orders=[ORDER | {"total_cost": "much"}])

    row = ImportedRow.objects.get(table="orders")
    assert row.remarks == "total 'much': no amount; set to 0"
    assert row.remarks in office.get("/admin/operations/importedrow/").content.decode().replace(
        "&#x27;", "'"
    )
