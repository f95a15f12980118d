"""The admin as a whole: who comes in, and that every page of it opens."""

import datetime
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as DjangoSession
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import Customer, Session, SignIn, User
from accounts.sessions import open_session
from catalog.models import Service
from config.history import Change
from config.mail.models import OutgoingMail
from config.operations.customer_merging import merge_customers
from config.operations.models import CustomerMerge, ImportedRow, LegacyUse
from config.rest.models import IdempotencyKey
from config.rest.principals import ANYONE, Principal
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.cast import PASSWORD
from tests.statements import statements
from tracking.models import Track
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker


def sign_in(identity: str, password: str = PASSWORD) -> Client:
    """A browser that sent the sign-in form."""
    browser = Client()
    browser.post("/admin/login/?next=/admin/", {"username": identity, "password": password})
    return browser


def is_in(browser: Client) -> bool:
    """Whether this browser sees the admin."""
    return browser.get("/admin/").status_code == 200


# --- Coming in ------------------------------------------------------------------------


@pytest.mark.parametrize("identity", ["olga@example.com", " OLGA@Example.com ", "olga"])
def test_staff_sign_in_by_email_in_any_case_and_by_user_name(identity, owner):
    assert is_in(sign_in(identity))


def idle_for(browser: Client, minutes: int) -> None:
    """Let the time pass in which this browser sends nothing."""
    row = DjangoSession.objects.get(pk=browser.cookies["sessionid"].value)
    row.expire_date -= datetime.timedelta(minutes=minutes)
    row.save()


def test_a_session_without_use_ends(owner):
    browser = sign_in("olga")
    idle_for(browser, 31)
    assert browser.get("/admin/").headers["Location"] == "/admin/login/?next=/admin/"


def test_each_use_of_a_session_starts_its_time_anew(owner):
    browser = sign_in("olga")
    idle_for(browser, 29)
    assert is_in(browser)
    idle_for(browser, 29)
    assert is_in(browser)


@pytest.mark.parametrize(
    ("identity", "password"),
    [
        ("olga", "wrong"),
        ("OLGA", PASSWORD),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("olga@example.com", ""),
    ],
)
def test_wrong_credentials_do_not_sign_in(identity, password, owner):
    assert not is_in(sign_in(identity, password))


def test_a_customer_does_not_sign_in(customer):
    browser = Client()

    answer = browser.post("/admin/login/", {"username": customer.email, "password": PASSWORD})

    assert answer.status_code == 200
    assert "There is no member of staff with this email or user name" in answer.content.decode()
    assert not is_in(browser)


def test_a_signed_in_customer_is_asked_for_another_account(customer):
    browser = Client()
    browser.force_login(customer)

    assert browser.get("/admin/").status_code == 302
    assert browser.get("/admin/orders/order/").status_code == 302


def test_deactivated_staff_do_not_sign_in(owner):
    User.objects.update(is_active=False)

    assert not is_in(sign_in("olga"))


def test_the_sign_in_page_asks_for_email_or_user_name(db):
    content = Client().get("/admin/login/").content.decode()

    assert "Email or user name:" in content
    assert "Roundtrip" in content


def test_attempts_are_limited_and_looking_is_not(owner, settings):
    settings.RATELIMIT_ENABLE = True
    settings.RATELIMITS = settings.RATELIMITS | {"auth": {"anyone": "3/m"}}
    browser = Client()

    looks = [browser.get("/admin/login/").status_code for _ in range(5)]
    form = {"username": "olga", "password": "wrong"}
    attempts = [browser.post("/admin/login/", form).status_code for _ in range(4)]

    assert looks == [200] * 5
    assert attempts == [200, 200, 200, 429]
    assert not is_in(sign_in("olga"))


def test_changing_ones_password_ends_ones_sessions_of_the_api(office, owner, other_customer):
    open_session(user=owner)
    open_session(user=other_customer)

    new = "a-tin-kettle-whistles"
    answer = office.post(
        "/admin/password_change/",
        {"old_password": PASSWORD, "new_password1": new, "new_password2": new},
    )

    assert answer.status_code == 302
    assert Session.objects.get(user=owner).revoked_at is not None
    assert Session.objects.get(user=other_customer).revoked_at is None
    assert is_in(office)


def test_a_refused_password_ends_no_session(office, owner):
    open_session(user=owner)

    answer = office.post(
        "/admin/password_change/",
        {"old_password": "wrong", "new_password1": "x", "new_password2": "x"},
    )

    assert answer.status_code == 200
    assert Session.objects.get(user=owner).revoked_at is None


# --- Every page -----------------------------------------------------------------------


def _order(number: int) -> None:
    service, _is_new = Service.objects.get_or_create(name="Wash", defaults={"price": 5})
    place_order(
        by=ANYONE,
        items=[Item(service.pk)],
        source=Order.Source.API,
        contact=Contact(f"Guest {number}", f"guest{number}@example.com"),
    )


def _device(number: int) -> None:
    worker = Worker.objects.create(name=f"Worker {number}")
    issue_token(worker=worker, name="Scanner")


def _session(number: int) -> None:
    open_session(user=User.objects.create_user(f"user{number}@example.com", name="User"))


def _merge(number: int) -> None:
    loser, winner = (
        User.objects.create_user(f"{who}{number}@example.com", name=who)
        for who in ("loser", "winner")
    )
    shop, _is_new = User.objects.get_or_create(name="Shop", is_staff=True)
    merge_customers(loser=loser, winner=winner, by=Principal("staff", user=shop))


def _sign_in(number: int) -> None:
    user = User.objects.create_user(f"in{number}@example.com", name="Staff", is_staff=True)
    SignIn.objects.create(user=user, outcome="in", face="admin", address="192.0.2.1")


def _log_entry(number: int) -> None:
    user = User.objects.create_user(f"log{number}@example.com", name="Staff", is_staff=True)
    LogEntry.objects.create(
        user=user,
        content_type=ContentType.objects.get_for_model(User),
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
        change_message="Moved.",
    )


# How one more row of each registered model comes about.
MAKE: dict[type[Model], Callable[[int], object]] = {
    Order: _order,
    Track: _order,
    Service: lambda number: Service.objects.create(name=f"Service {number}", price=number),
    Customer: lambda number: User.objects.create_user(f"c{number}@example.com", name="Customer"),
    User: lambda number: User.objects.create_user(
        f"s{number}@example.com", name="Staff", is_staff=True
    ),
    Session: _session,
    Worker: lambda number: Worker.objects.create(name=f"Worker {number}"),
    DeviceToken: _device,
    OutgoingMail: lambda number: OutgoingMail.objects.create(
        recipient=f"r{number}@example.com", subject="Hello", text="Hello"
    ),
    IdempotencyKey: lambda number: IdempotencyKey.objects.create(
        key_hash=str(number), body_hash="b", subject=f"order:{number}", status=201, answer={}
    ),
    ImportedRow: lambda number: ImportedRow.objects.create(
        source="old.db", table="orders", old_id=str(number), object_id=number
    ),
    LegacyUse: lambda number: LegacyUse.objects.create(
        day="2026-11-01", endpoint="GET /api/orders", client=f"App {number}", calls=1
    ),
    CustomerMerge: _merge,
    SignIn: _sign_in,
    LogEntry: _log_entry,
    Group: lambda number: Group.objects.create(name=f"Group {number}"),
}


def path_of(model: type[Model], page: str, *arguments: object) -> str:
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=arguments)


# Parts of what has a page: the lines of an order, the secrets of a user.
WITHOUT_A_PAGE = {"orderline", "secondfactor", "recoverycode"}


def test_every_model_of_the_project_is_in_the_admin():
    from django.apps import apps

    own = {
        model
        for model in apps.get_models()
        if not model.__module__.startswith("django.")
        and model._meta.model_name not in WITHOUT_A_PAGE
        and not issubclass(model, Change)
    }
    assert own <= set(admin.site._registry)
    assert set(admin.site._registry) == set(MAKE)


@pytest.mark.parametrize("model", MAKE)
def test_every_list_and_every_page_opens(model, office):
    MAKE[model](1)
    row = model.objects.order_by("-pk").first()

    for path in (
        path_of(model, "changelist"),
        path_of(model, "changelist") + "?q=guest1",
        path_of(model, "change", row.pk),
        path_of(model, "history", row.pk),
    ):
        assert office.get(path).status_code == 200, path


@pytest.mark.parametrize("model", [Service, Customer, User, Worker, Group])
def test_every_add_page_opens(model, office):
    assert office.get(path_of(model, "add")).status_code == 200


# What must differ between two rows of a model.
UNIQUE: dict[type[Model], tuple[str, ...]] = {
    Order: ("order_number", "token"),
    Track: ("seq",),
    Customer: ("email",),
    User: ("email",),
    DeviceToken: ("prefix",),
    IdempotencyKey: ("key_hash",),
    ImportedRow: ("old_id",),
    LegacyUse: ("client",),
    Group: ("name",),
}


def copy(model: type[Model], count: int) -> None:
    """Add that many rows like the newest one."""
    newest = admin.site._registry[model].get_queryset(RequestFactory().get("/")).order_by("-pk")[0]
    values = {f.attname: getattr(newest, f.attname) for f in model._meta.concrete_fields}
    del values[model._meta.pk.attname]
    model._default_manager.bulk_create(
        model(**values | dict.fromkeys(UNIQUE.get(model, ()), 1000000 + number))
        for number in range(count)
    )


@pytest.mark.parametrize("model", MAKE)
def test_a_list_takes_as_many_statements_for_a_thousand_rows_as_for_ten(model, office):
    path = path_of(model, "changelist")
    for number in range(10):
        MAKE[model](number)
    office.get(path)
    before = model.objects.count()

    with statements() as for_ten:
        office.get(path)
    copy(model, 1000)
    with statements() as for_a_thousand:
        answer = office.get(path)

    assert model.objects.count() == before + 1000
    assert len(answer.context["cl"].result_list) == admin.site._registry[model].list_per_page
    assert len(for_a_thousand) == len(for_ten), for_a_thousand
