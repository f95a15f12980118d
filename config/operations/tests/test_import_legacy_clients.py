"""After `manage.py import_legacy` the people of the old server go on as before."""

from io import StringIO

import pytest
from django.contrib.auth.hashers import identify_hasher
from django.core.management import call_command
from django.utils import timezone

from accounts.models import User
from catalog.models import Service
from orders.models import Order
from tests.cast import bearing
from tests.old_hashes import OLD_FORMS, old_hash
from tests.old_servers import (
    CAMEL,
    CAMEL_TABLES,
    PASSWORD,
    SNAKE,
    SNAKE_TABLES,
    TOKEN,
    make_server,
)
from tracking.models import Track
from workforce.models import Worker

pytestmark = pytest.mark.django_db

# Old clients find the orders of the last 90 days.
TODAY = {"created_at": timezone.now().strftime("%Y-%m-%d %H:%M:%S")}


def bring(path, schema, tables):
    call_command("import_legacy", make_server(path / "old.db", schema, tables), stdout=StringIO())


@pytest.fixture
def camel(tmp_path):
    """A camel server's data, here, with an order that nobody has touched yet."""
    order = CAMEL_TABLES["order"][0] | {"status": None, **TODAY}
    bring(tmp_path, CAMEL, CAMEL_TABLES | {"order": [order], "track": []})


@pytest.fixture
def snake(tmp_path):
    """A snake server's data, here."""
    bring(tmp_path, SNAKE, SNAKE_TABLES)


@pytest.mark.parametrize("form", OLD_FORMS)
def test_a_customer_signs_in_with_the_old_password(form, tmp_path, api):
    customer = SNAKE_TABLES["customers"][0] | {"password_hash": old_hash(form, PASSWORD)}
    bring(tmp_path, SNAKE, SNAKE_TABLES | {"customers": [customer]})

    body = {"email": "Bert@example.com", "password": PASSWORD}
    answer = api.post("/api/v1/auth/login", body, format="json")
    assert answer.status_code == 200
    user = User.objects.get(email="bert@example.com")
    assert identify_hasher(user.password).must_update(user.password) is False

    orders = bearing(answer.json()["access_token"]).get("/api/v1/orders").json()
    assert [order["order_number"] for order in orders] == ["RT-0001"]


@pytest.mark.parametrize("form", OLD_FORMS)
def test_a_wrong_password_does_not_sign_in(form, tmp_path, api):
    customer = SNAKE_TABLES["customers"][0] | {"password_hash": old_hash(form, PASSWORD)}
    bring(tmp_path, SNAKE, SNAKE_TABLES | {"customers": [customer]})

    body = {"email": "bert@example.com", "password": PASSWORD + "s"}
    assert api.post("/api/v1/auth/login", body, format="json").status_code == 401


def test_an_order_joined_by_email_is_nobodys_to_see_until_the_email_is_confirmed(tmp_path, api):
    customer = CAMEL_TABLES["customer"][0] | {"password_hash": old_hash("pbkdf2:sha256:10", "x")}
    bring(tmp_path, CAMEL, CAMEL_TABLES | {"customer": [customer]})
    body = {"email": "asha@example.com", "password": "x"}
    token = api.post("/api/v1/auth/login", body, format="json").json()["access_token"]

    assert bearing(token).get("/api/v1/orders").json() == []
    assert bearing(token).get("/api/v1/orders/ab12cd34").status_code == 404


def test_a_worker_scans_an_old_order_with_the_old_token(snake):
    body = {"order_number": "rt-0001", "action": "processing"}
    answer = bearing(TOKEN).post("/api/v1/workers/scan", body, format="json")

    assert answer.status_code == 200
    assert answer.json()["order"]["status"] == "processing"
    track = Track.objects.get(order__order_number="RT-0001", seq=3)
    assert (track.worker, track.from_status) == (Worker.objects.get(), "picked_up")


def test_a_worker_signs_a_device_in_with_the_old_password(tmp_path, api):
    worker = CAMEL_TABLES["worker"][0] | {"password_hash": old_hash("scrypt:1024:8:1", "482913")}
    bring(tmp_path, CAMEL, CAMEL_TABLES | {"worker": [worker]})

    body = {"email": "wim@example.com", "password": "482913"}
    token = api.post("/api/v1/workers/login", body, format="json").json()["worker_token"]
    body = {"qr": "ORDER: ab12cd34\nEMAIL: a@b\nSERVICE: s1", "action": "completed"}
    answer = bearing(token).post("/api/v1/workers/scan", body, format="json")
    assert answer.json()["order"] == {
        "order_number": "AB12CD34",
        "status": "completed",
        "allowed": ["delivered"],
    }


def test_an_old_client_finds_its_order_by_email(camel, api):
    (order,) = api.get("/api/orders?email=Asha@example.com").json()

    assert (order["id"], order["total"], order["status"]) == ("AB12CD34", 140.25, "created")
    assert (order["serviceId"], order["service"]) == (["s1", "s2"], ["Laundry", "Ironing"])
    assert order["pickupDate"] == "2026-10-05"


def test_an_old_client_deletes_its_order_by_the_old_id(camel, api):
    answer = api.delete("/api/orders/ab12cd34?email=asha@example.com")

    assert (answer.status_code, answer.json()) == (200, {"message": "Deleted"})
    order = Order.objects.get()
    assert (order.status, order.deleted_at is not None) == ("cancelled", True)
    assert api.get("/api/orders?email=asha@example.com").json() == []


def test_an_old_client_sees_the_image_of_the_old_id(camel, api):
    assert api.get("/qr/ab12cd34.png")["Content-Type"] == "image/png"


def test_an_old_client_orders_a_service_by_its_old_id(camel, api):
    body = {
        "customerName": "Hana",
        "customerEmail": "hana@example.com",
        "customerPhone": "1",
        "serviceIds": ["s1"],
    }
    answer = api.post("/api/orders", body, format="json")

    assert (answer.status_code, answer.json()["total"]) == (201, 99.5)


def test_the_use_of_a_service_is_what_the_old_server_counted(camel, api):
    services = {service["id"]: service for service in api.get("/api/services").json()}

    assert services["s1"]["usage_count"] == 7
    # The old server had counted none, though an order names it.
    assert services["s2"]["usage_count"] == 1
    assert services["s1"]["duration"] == "24h"


def test_an_imported_step_is_undone_to_the_status_before(snake, as_owner):
    answer = as_owner.post("/api/v1/orders/RT-0001/undo")

    assert answer.status_code == 200
    assert Order.objects.get(order_number="RT-0001").status == "created"


def test_editing_an_imported_order_keeps_its_total(snake, as_owner):
    answer = as_owner.patch("/api/v1/orders/RT-0001", {"instructions": "Ring."}, format="json")

    assert answer.json()["order"]["total_cost"] == 24.6
    assert answer.json()["order"]["items"] == [
        {
            "service_id": Service.objects.get().pk,
            "service_name": "Wash",
            "unit_price": None,
            "quantity": 1,
        }
    ]


def test_the_public_page_shows_how_an_imported_order_went(snake, api):
    order = Order.objects.get(order_number="RT-0001")
    answer = api.get(f"/t/RT-0001/{order.token}", HTTP_ACCEPT="application/json").json()

    assert [step["status"] for step in answer["timeline"]] == ["created", "picked_up"]
