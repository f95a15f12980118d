"""`/api/v1/customers`: reading, changing, deleting and anonymising customers."""

from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db import connection
from rest_framework.test import APIClient

from accounts.links import uid_of
from accounts.models import Customer, SignIn, User
from catalog.models import Service
from config.history import history_of
from config.mail.models import OutgoingMail
from config.operations.customers import delete_customer
from config.rest.models import IdempotencyKey
from config.rest.principals import ANYONE, SYSTEM
from config.rest.refusals import Code, Refusal
from orders import qr
from orders.models import Order, Status
from orders.placing import Contact, Item, place_order
from tests.answers import assert_problem
from tests.cast import PASSWORD, signed_in
from tests.statements import statements
from tests.states import put
from tests.unchanged import nothing_written
from tracking.ledger import record
from tracking.models import Track

URL = "/api/v1/customers"

pytestmark = pytest.mark.django_db


def own(customer: User) -> str:
    return f"{URL}/{customer.pk}"


def test_staff_list_all_customers_newest_first(
    as_owner: APIClient, customer: User, other_customer: User
):
    response = as_owner.get(URL)
    assert [body["id"] for body in response.json()] == [other_customer.pk, customer.pk]


@pytest.mark.parametrize(
    "text", ["as", "ASHA R", "asha@", "Asha@Example.com", "2345", "98450 12345", " asha "]
)
def test_staff_find_a_customer_by_a_beginning_or_the_end_of_the_phone_number(
    as_owner: APIClient, customer: User, other_customer: User, text: str
):
    assert [body["id"] for body in as_owner.get(URL, {"q": text}).json()] == [customer.pk]


@pytest.mark.parametrize("text", ["rao", "sha", "example.com", "345", "9845", "%", "_"])
def test_nobody_is_found_by_a_middle(
    as_owner: APIClient, customer: User, other_customer: User, text: str
):
    assert as_owner.get(URL, {"q": text}).json() == []


@pytest.mark.parametrize("text", ["", " "])
def test_an_empty_search_finds_all(as_owner: APIClient, customer: User, text: str):
    assert len(as_owner.get(URL, {"q": text}).json()) == 1


def test_a_customer_finds_no_others(as_customer: APIClient, customer: User, other_customer: User):
    assert as_customer.get(URL, {"q": "bert"}).json()["id"] == customer.pk


def test_a_customer_gets_their_own_profile_as_an_object(as_customer: APIClient, customer: User):
    body = as_customer.get(URL).json()
    assert body == as_customer.get("/api/v1/auth/me").json()
    assert body["id"] == customer.pk


@pytest.mark.parametrize("path", ["{url}/{id}", "{url}/profile/{id}", "{url}/{id}/"])
def test_a_customer_is_read_by_number(as_customer: APIClient, customer: User, path: str):
    response = as_customer.get(path.format(url=URL, id=customer.pk))
    assert (response.status_code, response.json()["email"]) == (200, "asha@example.com")


def test_another_customer_is_not_there(as_other_customer: APIClient, customer: User):
    for call in (as_other_customer.get, as_other_customer.patch):
        assert call(own(customer)).status_code == 404


def test_staff_are_no_customers(as_owner: APIClient, owner: User):
    assert as_owner.get(own(owner)).status_code == 404


@pytest.mark.parametrize("url", [URL, f"{URL}/{{id}}"])
@pytest.mark.parametrize("verb", ["put", "patch"])
def test_a_customer_changes_their_profile(
    as_customer: APIClient, customer: User, url: str, verb: str
):
    call = getattr(as_customer, verb)
    response = call(url.format(id=customer.pk), {"name": "Asha R."}, format="json")
    assert (response.status_code, response.json()["name"]) == (200, "Asha R.")
    customer.refresh_from_db()
    assert (customer.name, customer.email_confirmed) == ("Asha R.", True)


def test_a_changed_email_is_unconfirmed_again(as_customer: APIClient, customer: User):
    response = as_customer.patch(URL, {"email": "new@example.com"}, format="json")
    assert (response.json()["email"], response.json()["email_confirmed"]) == (
        "new@example.com",
        False,
    )


def test_anothers_email_is_taken(as_customer: APIClient, other_customer: User):
    response = as_customer.patch(URL, {"email": "BERT@example.com"}, format="json")
    assert (response.status_code, response.json()["code"]) == (400, "email_taken")


def test_the_whole_object_may_be_sent_back(as_customer: APIClient, customer: User):
    body = as_customer.get(URL).json()
    assert as_customer.put(URL, body, format="json").json() == body


def test_a_customer_without_an_email_may_be_sent_back_whole(as_owner: APIClient):
    customer = User.objects.create_user(None, name="Walter Walker", phone="0171 1234")
    body = as_owner.get(own(customer)).json()
    assert body["email"] is None
    assert as_owner.put(own(customer), body, format="json").json() == body


@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
def test_an_email_is_not_taken_away(request: pytest.FixtureRequest, customer: User, who: str):
    client = request.getfixturevalue(who)
    with nothing_written():
        response = client.patch(own(customer), {"email": None, "name": "A."}, format="json")
    assert_problem(response, "validation", fields={"email"})


@pytest.mark.parametrize("who", ["as_customer", "as_owner"])
@pytest.mark.parametrize(
    "imported", [{"phone": "ask the porter"}, {"email": "asha at home"}, {"name": ""}]
)
def test_what_was_imported_and_fits_no_rule_of_today_may_come_back_with_a_change(
    request: pytest.FixtureRequest, customer: User, who: str, imported: dict[str, str]
):
    User.objects.filter(pk=customer.pk).update(**imported)
    client = request.getfixturevalue(who)
    field = "phone" if "name" in imported else "name"
    changed = client.get(own(customer)).json() | {field: "0171 1234"}
    response = client.put(own(customer), changed, format="json")
    assert (response.status_code, response.json()[field]) == (200, "0171 1234")
    assert imported.items() <= response.json().items()


def test_a_customer_cannot_deactivate_themselves_this_way(as_customer: APIClient, customer: User):
    as_customer.patch(URL, {"is_active": False}, format="json")
    customer.refresh_from_db()
    assert customer.is_active


def test_staff_deactivate_and_let_in_again(
    as_owner: APIClient, as_customer: APIClient, customer: User
):
    assert as_owner.patch(own(customer), {"is_active": False}, format="json").status_code == 200
    assert as_customer.get("/api/v1/auth/me").status_code == 401
    body = as_owner.patch(own(customer), {"is_active": True}, format="json").json()
    assert body["is_active"] is True
    assert as_customer.get("/api/v1/auth/me").status_code == 401
    login = {"email": customer.email, "password": PASSWORD}
    assert as_customer.post("/api/v1/auth/login", login, format="json").status_code == 200


def test_staff_change_a_deactivated_customer(as_owner: APIClient, customer: User):
    User.objects.filter(pk=customer.pk).update(is_active=False)
    response = as_owner.patch(own(customer), {"name": "A. Rao"}, format="json")
    assert (response.status_code, response.json()["name"]) == (200, "A. Rao")


def test_the_list_asks_as_much_for_twenty_customers_as_for_one(as_owner: APIClient):
    User.objects.create_user("one@example.com", name="One")
    with statements() as few:
        as_owner.get(URL)
    for number in range(19):
        User.objects.create_user(f"{number}@example.com", name=str(number))
    with statements() as many:
        as_owner.get(URL)
    assert len(few) == len(many) == 2


def test_a_customer_without_orders_goes(as_owner: APIClient, customer: User):
    response = as_owner.delete(own(customer))
    assert (response.status_code, response.json()["result"]) == (200, "deleted")
    assert not User.objects.filter(pk=customer.pk).exists()


def test_a_customer_who_was_erased_meanwhile_is_not_there(customer: User):
    delete_customer(customer=User.objects.get())
    with pytest.raises(Refusal) as refused:
        delete_customer(customer=customer)
    assert refused.value.code == Code.NOT_FOUND


def test_a_customer_with_orders_is_deactivated(
    as_owner: APIClient, as_customer: APIClient, customer: User, order: Order
):
    put(order, Status.DELIVERED)
    response = as_owner.delete(own(customer))
    assert response.json()["result"] == "deactivated"
    customer.refresh_from_db()
    assert (customer.is_active, customer.email) == (False, "asha@example.com")
    assert as_customer.get("/api/v1/auth/me").status_code == 401


@pytest.mark.parametrize("query", ["", "?anonymise=true"])
@pytest.mark.parametrize("status", ["created", "picked_up", "processing", "completed"])
def test_open_orders_keep_a_customer(
    as_owner: APIClient, customer: User, order: Order, status: str, query: str
):
    put(order, status)
    before = User.objects.values().get(pk=customer.pk)
    response = as_owner.delete(own(customer) + query)
    assert (response.status_code, response.json()["code"]) == (409, "has_open_orders")
    assert User.objects.values().get(pk=customer.pk) == before


def test_the_customer_may_not_delete_themselves(as_customer: APIClient, customer: User):
    assert as_customer.delete(own(customer)).status_code == 403


def test_anonymise_is_true_or_false(as_owner: APIClient, customer: User):
    response = as_owner.delete(own(customer) + "?anonymise=perhaps")
    assert (response.status_code, list(response.json()["errors"])) == (400, ["anonymise"])
    assert User.objects.filter(pk=customer.pk).exists()


@pytest.fixture
def traces(customer: User, order: Order, wash: Service) -> Order:
    """A delivered order of Asha's, and everything that remembers her."""
    Order.objects.filter(pk=order.pk).update(instructions="Ask for Asha", phone="98450 12345")
    order = put(order, Status.DELIVERED)
    record(
        by=SYSTEM,
        order=order,
        seq=2,
        action="note",
        result=Track.Result.RECORDED,
        source=Track.Source.API,
        note="Asha was not at home",
    )
    record(
        by=ANYONE,
        action="picked_up",
        result=Track.Result.UNVERIFIED,
        source=Track.Source.LEGACY,
        order_email="asha@example.com",
    )
    OutgoingMail.objects.create(recipient="asha@example.com", subject="Hello", text="Dear Asha")
    IdempotencyKey.objects.create(
        key_hash="k",
        body_hash="b",
        subject=f"order:{order.order_number}",
        status=201,
        answer={"body": {"name": "Asha Rao"}},
    )
    kind = ContentType.objects.get_for_model(Customer, for_concrete_model=False)
    LogEntry.objects.create(
        user=customer,
        content_type=kind,
        object_id=str(customer.pk),
        object_repr="Asha Rao",
        action_flag=CHANGE,
        change_message="Asha Rao moved",
    )
    return order


def everything() -> str:
    """Every text in every column of every table of the database."""
    found: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found += [v for row in cursor.fetchall() for v in row if isinstance(v, str)]
    return repr(found).lower()


def test_anonymising_leaves_no_trace_of_the_person(
    as_owner: APIClient, as_customer: APIClient, customer: User, traces: Order
):
    as_customer.patch(URL, {"phone": "98450 12346"}, format="json")
    as_owner.patch(f"/api/v1/orders/{traces.pk}", {"name": "Asha R."}, format="json")
    as_owner.patch(own(customer), {"email": "asha.rao@example.com"}, format="json")
    assert history_of(Order).filter(name="Asha R.").exists()
    assert history_of(User).filter(phone="98450 12346").exists()
    response = as_owner.delete(own(customer) + "?anonymise=true")
    assert (response.status_code, response.json()["result"]) == (200, "anonymised")
    for trace in ("asha", "98450", "5432105489", "6432105489"):
        assert trace not in everything()
    customer.refresh_from_db()
    assert (customer.name, customer.email, customer.phone) == ("", None, "")
    assert customer.anonymised_at is not None
    assert not customer.has_usable_password()


def test_anonymising_reaches_an_address_that_the_customer_had_before(
    as_owner: APIClient, as_customer: APIClient, customer: User, traces: Order
):
    """No row of theirs names it any more, but the mails that hold their links do."""
    for email in ("former@example.com", "present@example.com"):
        as_customer.patch(URL, {"email": email}, format="json")
    record(
        by=ANYONE,
        action="picked_up",
        result=Track.Result.UNVERIFIED,
        source=Track.Source.LEGACY,
        order_email="former@example.com",
        note="Not at home",
    )
    assert "former@example.com" in everything()
    as_owner.delete(own(customer) + "?anonymise=true")
    for trace in ("former@example.com", "present@example.com", "not at home"):
        assert trace not in everything()


def test_anonymising_spares_the_scans_of_an_email_that_differs_in_an_accent(
    customer: User, traces: Order
):
    record(
        by=ANYONE,
        action="picked_up",
        result=Track.Result.UNVERIFIED,
        source=Track.Source.LEGACY,
        order_email="ásha@example.com",
        note="Left it with the porter",
    )
    delete_customer(customer=customer, anonymise=True)
    assert Track.objects.filter(note="Left it with the porter").count() == 1


def test_anonymising_reaches_an_address_that_only_the_history_knows(
    as_owner: APIClient, as_customer: APIClient, customer: User, traces: Order
):
    as_customer.patch(URL, {"email": "former@example.com"}, format="json")
    as_customer.patch(URL, {"email": "present@example.com"}, format="json")
    as_owner.patch(f"/api/v1/orders/{traces.pk}", {"email": "once@example.com"}, format="json")
    as_owner.patch(f"/api/v1/orders/{traces.pk}", {"email": ""}, format="json")
    OutgoingMail.objects.all().delete()
    for email in ("former@example.com", "once@example.com"):
        record(
            by=ANYONE,
            action="picked_up",
            result=Track.Result.UNVERIFIED,
            source=Track.Source.LEGACY,
            order_email=email,
        )
    as_owner.delete(own(customer) + "?anonymise=true")
    for trace in ("former@example.com", "once@example.com"):
        assert trace not in everything()


def test_anonymising_spares_the_mails_of_others(
    as_customer: APIClient, as_other_customer: APIClient, customer: User, traces: Order
):
    as_customer.patch(URL, {"email": "shared@example.com"}, format="json")
    as_customer.patch(URL, {"email": "present@example.com"}, format="json")
    as_other_customer.patch(URL, {"email": "shared@example.com"}, format="json")
    delete_customer(customer=customer, anonymise=True)
    mail = OutgoingMail.objects.get()
    other = User.objects.get(email="shared@example.com")
    assert (mail.recipient, uid_of(other) in mail.text) == ("shared@example.com", True)


def test_a_customer_who_goes_leaves_no_trace_in_the_history(
    as_owner: APIClient, as_customer: APIClient, customer: User
):
    as_customer.patch(URL, {"phone": "98450 12346"}, format="json")
    as_owner.delete(own(customer))
    for trace in ("asha", "98450"):
        assert trace not in everything()
    kinds = history_of(User).filter(id=customer.pk).order_by("pk")
    assert list(kinds.values_list("history_type", flat=True)) == ["+", "~", "-"]


def test_who_was_of_the_staff_once_leaves_no_sign_in(customer: User, traces: Order):
    SignIn.objects.create(user=customer, outcome="in", face="admin", address="192.0.2.1")
    delete_customer(customer=customer, anonymise=True)
    assert not SignIn.objects.exists()


def test_anonymising_keeps_the_order_its_money_and_its_history(
    as_owner: APIClient, customer: User, traces: Order
):
    as_owner.delete(own(customer) + "?anonymise=true")
    traces.refresh_from_db()
    assert (traces.status, str(traces.total_cost), traces.customer_id) == (
        "delivered",
        "12.50",
        customer.pk,
    )
    assert Track.objects.filter(order=traces).count() == 2


def test_anonymising_removes_the_kept_images(
    as_owner: APIClient,
    api: APIClient,
    customer: User,
    traces: Order,
    django_capture_on_commit_callbacks: Any,
):
    api.get(traces.qr_code_path)
    kept = f"{qr.folder()}/{traces.order_number}.png"
    assert default_storage.exists(kept)
    with django_capture_on_commit_callbacks(execute=True):
        as_owner.delete(own(customer) + "?anonymise=true")
    assert not default_storage.exists(kept)


def test_anonymising_spares_who_uses_an_orders_email_now(
    customer: User, other_customer: User, traces: Order
):
    Order.objects.filter(pk=traces.pk).update(email="bert@example.com")
    OutgoingMail.objects.create(recipient="bert@example.com", subject="Hello", text="Dear Bert")
    delete_customer(customer=customer, anonymise=True)
    assert OutgoingMail.objects.filter(recipient="bert@example.com").count() == 1


def test_an_anonymised_customer_is_not_there_any_more(
    as_owner: APIClient, customer: User, traces: Order
):
    as_owner.delete(own(customer) + "?anonymise=true")
    assert as_owner.get(own(customer)).status_code == 404
    assert as_owner.get(URL).json() == []


def test_a_new_order_under_the_old_email_makes_a_new_customer(
    customer: User, traces: Order, wash: Service
):
    delete_customer(customer=customer, anonymise=True)
    order = place_order(
        by=ANYONE,
        items=[Item(wash.pk)],
        source=Order.Source.API,
        contact=Contact("Asha", "asha@example.com"),
    )
    assert order.customer_id not in (None, customer.pk)


def test_a_deleted_order_is_not_open(customer: User, order: Order, as_owner: APIClient):
    as_owner.delete(f"/api/v1/orders/{order.order_number}")
    assert delete_customer(customer=customer) == "deactivated"


def test_a_refused_deletion_is_typed(customer: User, order: Order):
    with pytest.raises(Refusal) as caught:
        delete_customer(customer=customer)
    assert caught.value.code == Code.HAS_OPEN_ORDERS


def test_deactivated_customers_sessions_end(customer: User, order: Order):
    put(order, Status.CANCELLED)
    client = signed_in(customer)
    delete_customer(customer=customer)
    assert client.get("/api/v1/auth/me").status_code == 401
