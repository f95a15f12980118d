"""What people see when something is wrong: pages of the shop, also without a context."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.test import Client
from django.views import defaults

from tests.admin import office_of
from tests.cast import staff_holding

NAME = "Sparrow & Sons"


@pytest.fixture(autouse=True)
def shop_name(settings):
    settings.SHOP_NAME = NAME


@pytest.fixture
def as_nobody_of_staff(db):
    """The browser of a member of staff who may see nothing."""
    return office_of(staff_holding("Newcomer"))


def assert_page(answer, status, heading):
    content = answer.content.decode()
    assert answer.status_code == status
    assert answer["Content-Type"].startswith("text/html")
    assert f"<h1>{heading}</h1>" in content
    assert content.count("Sparrow &amp; Sons") == 2
    assert '<meta name="robots" content="noindex">' in content
    assert '<html lang="en">' in content


def test_an_unknown_path_is_a_page_that_asks_for_an_order(client):
    answer = client.get("/nowhere")

    assert_page(answer, 404, "There is nothing here")
    assert '<form class="look-up" action="/"' in answer.content.decode()


def test_staff_who_come_to_what_is_not_there_are_led_back_to_the_shop(as_nobody_of_staff):
    answer = as_nobody_of_staff.get("/admin/nowhere/")

    assert_page(answer, 404, "There is nothing here")
    assert '<a href="/admin/">' in answer.content.decode()
    assert "look-up" not in answer.content.decode()


def test_staff_who_may_not_are_led_back_to_the_shop(as_nobody_of_staff):
    answer = as_nobody_of_staff.get("/admin/catalog/service/")

    assert_page(answer, 403, "This cannot be done")
    assert '<a href="/admin/">' in answer.content.decode()


def test_a_host_that_is_not_the_shops_is_a_page(client):
    answer = client.get("/", headers={"Host": "evil.example"})

    assert_page(answer, 400, "This request could not be read")


def test_a_form_without_its_token_is_a_page(db):
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "olga"})

    assert_page(answer, 403, "Please send the form again")
    assert '<a href="/admin/">' in answer.content.decode()


def test_a_refused_permission_is_a_page(rf):
    answer = defaults.permission_denied(rf.get("/"), PermissionDenied())

    assert_page(answer, 403, "This cannot be done")


def test_a_crash_is_a_page_that_needs_no_context(rf):
    answer = defaults.server_error(rf.get("/"))

    assert_page(answer, 500, "Something failed on our side")


def test_a_crash_in_a_view_is_the_same_page(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("orders.pages.Order.objects.present", None)

    assert_page(client.get("/t/NUMBER2345"), 500, "Something failed on our side")


@pytest.fixture
def busy_database(client, monkeypatch):
    def give_up():
        raise OperationalError(1213, "Deadlock found when trying to get lock")

    client.raise_request_exception = False
    monkeypatch.setattr("orders.pages.Order.objects.present", give_up)


def test_a_busy_database_is_a_page_that_says_when_to_try_again(client, busy_database):
    answer = client.get("/t/NUMBER2345")

    assert_page(answer, 503, "Please try again in a moment")
    assert answer["Retry-After"] == "5"


def test_where_clients_read_it_is_their_error(client, busy_database):
    answer = client.get("/qr/NUMBER2345.png")

    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json() == {
        "error": "Something failed on our side; try again later.",
        "msg": "Something failed on our side; try again later.",
    }
