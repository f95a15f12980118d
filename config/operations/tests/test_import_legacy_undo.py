"""`manage.py import_legacy --undo`: an import goes again, while nothing of it was used."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from accounts.sessions import open_session
from catalog.models import Service
from config.operations.legacy_import import undo
from config.operations.models import ImportedRow
from config.rest.principals import ANYONE, SYSTEM
from orders.lifecycle import advance
from orders.models import Order
from orders.placing import Contact, Item, place_order
from tests.cast import bearing
from tests.old_servers import CAMEL, CAMEL_TABLES, SNAKE, SNAKE_TABLES, TOKEN, make_server
from tests.unchanged import nothing_written, rows
from tracking.models import Track
from workforce.devices import issue_token
from workforce.models import Worker

pytestmark = pytest.mark.django_db

TABLES = {"snake": (SNAKE, SNAKE_TABLES), "camel": (CAMEL, CAMEL_TABLES)}


def bring(path, kind):
    schema, tables = TABLES[kind]
    old = make_server(path / f"{kind}.db", schema, tables)
    call_command("import_legacy", old, stdout=StringIO())


def take_back(source):
    out = StringIO()
    call_command("import_legacy", undo=source, stdout=out)
    return out.getvalue()


@pytest.fixture
def snake(tmp_path):
    bring(tmp_path, "snake")


@pytest.mark.parametrize(("kind", "count"), [("snake", 8), ("camel", 9)])
def test_an_unused_import_goes_without_a_trace(kind, count, order, tmp_path):
    before = rows()
    bring(tmp_path, kind)

    assert take_back(kind) == f"{kind} is taken back: {count} rows.\n"
    assert rows() == before


def test_only_the_named_import_goes(tmp_path):
    bring(tmp_path, "camel")
    before = rows()
    workers = [{"id": 1, "name": "Xenia", "email": "xenia@example.com"}]
    other = make_server(tmp_path / "snake.db", SNAKE, SNAKE_TABLES | {"workers": workers})
    call_command("import_legacy", other, stdout=StringIO())

    take_back("snake")
    assert rows() == before


def test_what_was_there_before_stays(customer, tmp_path):
    """Asha's account was joined, not made."""
    bring(tmp_path, "camel")
    take_back("camel")

    assert User.objects.get() == customer


def test_an_import_that_there_is_not(snake):
    with nothing_written(), pytest.raises(CommandError) as refused:
        take_back("snail")

    assert str(refused.value) == "There is no import snail; there are: snake."


def test_after_an_undo_the_file_comes_over_again(snake, tmp_path):
    take_back("snake")
    call_command("import_legacy", tmp_path / "snake.db", stdout=StringIO())

    assert Order.objects.count() == 2


def test_a_batch_after_another_goes_too(tmp_path, monkeypatch):
    monkeypatch.setattr(undo, "MANY", 1)
    before = rows()
    bring(tmp_path, "camel")
    take_back("camel")

    assert rows() == before


# --- What counts as use -------------------------------------------------------------


def scan():
    advance(order_number="RT-0002", action="weighed", by=SYSTEM, source="system")


def order_of_imported_service():
    contact = Contact("Hana", "hana@example.com")
    items = [Item(Service.objects.get().pk)]
    place_order(by=ANYONE, items=items, source="api", contact=contact)


def sign_in():
    open_session(user=User.objects.get(email="chloe@example.com"))


def change(model, **fields):
    thing = model.objects.first()
    for name, value in fields.items():
        setattr(thing, name, value)
    thing.save()


def use_token():
    body = {"order_number": "RT-0001"}
    assert bearing(TOKEN).post("/api/v1/workers/peek", body, format="json").status_code == 200


USES = {
    "a scan": (scan, r"orders 2 \(track\)"),
    "an order of an imported service": (order_of_imported_service, r"services 1 \("),
    "a sign-in": (sign_in, r"customers 2 \(session\)"),
    "a changed order": (lambda: change(Order, name="B"), r"orders 1 \(changed since\)"),
    "a changed customer": (lambda: change(User, name="B"), r"customers 1 \(changed since\)"),
    "a changed service": (lambda: change(Service, price=1), r"services 1 \(changed since\)"),
    "a changed worker": (lambda: change(Worker, name="B"), r"workers 1 \(changed since\)"),
    "a new device": (
        lambda: issue_token(worker=Worker.objects.get()),
        r"workers 1 \(device\)",
    ),
    "a used token": (use_token, r"tokens 1 \(changed since\)"),
}


@pytest.mark.parametrize("use", USES)
def test_a_used_import_stays_whole_and_says_what_was_used(use, snake):
    act, said = USES[use]
    act()

    with (
        nothing_written(),
        pytest.raises(CommandError, match=rf"Nothing was taken back, because it is in use: {said}"),
    ):
        take_back("snake")


def test_what_another_import_joined_is_in_use(snake, tmp_path):
    """Both servers had Wim, and the second one's tracks are his."""
    bring(tmp_path, "camel")

    with nothing_written(), pytest.raises(CommandError, match=r"workers 1 \(track\)"):
        take_back("snake")


def test_what_comes_into_use_meanwhile_stops_it(snake, monkeypatch):
    monkeypatch.setattr(undo, "_refuse_if_used", lambda memory: scan())

    with pytest.raises(CommandError, match="It came into use meanwhile, the rest stands: orders 2"):
        take_back("snake")
    assert Order.objects.count() == 2
    assert ImportedRow.objects.filter(table="orders").count() == 2


def test_the_images_of_its_codes_go_too(
    snake, api, django_capture_on_commit_callbacks, monkeypatch
):
    forgotten: list[str] = []
    monkeypatch.setattr("orders.qr.forget", forgotten.extend)
    with django_capture_on_commit_callbacks(execute=True):
        take_back("snake")

    assert sorted(forgotten) == ["RT-0001", "RT-0002"]
    assert not Track.objects.exists()
