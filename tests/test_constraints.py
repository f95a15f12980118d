"""The database itself refuses what must not be, whoever writes it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, models, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.models import RecoveryCode, SignIn, User
from catalog.models import Service
from config.history import history_of
from config.operations.models import CustomerMerge, ImportedRow, LegacyUse
from config.rest.models import IdempotencyKey
from orders.models import Order, OrderLine, Status
from tests.house import our_models
from tracking.models import Track
from workforce.devices import issue_token
from workforce.models import DeviceToken, Worker

# Tracks refuse to be changed by their own query set; the database must do its part too.
tracks: QuerySet[Track] = QuerySet(Track)


def double_of(model: type[models.Model], **fields: Any) -> None:
    """Write the first row once more, but for these fields and its key."""
    row = model._base_manager.order_by("pk").values().first()
    assert row is not None
    copy = model(**(row | {"id": None} | fields))
    model._base_manager.bulk_create([copy])


REFUSED: dict[str, Callable[[], object]] = {
    "accounts_user_email_not_empty": lambda: User.objects.update(email=""),
    "accounts.User.email": lambda: double_of(User, username=None),
    "accounts.User.username": lambda: double_of(User, email=None),
    "accounts_recovery_code_once": lambda: double_of(RecoveryCode),
    "catalog_service_price_not_negative": lambda: Service.objects.update(price="-0.01"),
    "catalog_service_duration_positive": lambda: Service.objects.update(duration_minutes=0),
    "catalog_service_status_known": lambda: Service.objects.update(status="lost"),
    "catalog.Service.legacy_id": lambda: double_of(Service),
    "operations_importedrow_unique": lambda: double_of(ImportedRow),
    "operations_importedrow_table_known": lambda: ImportedRow.objects.update(table="lost"),
    "operations_legacyuse_unique": lambda: double_of(LegacyUse),
    "operations_legacyuse_refused_of_calls": lambda: LegacyUse.objects.update(refused=2),
    "operations_customermerge_of_two": lambda: CustomerMerge.objects.update(winner=F("loser")),
    "operations_customermerge_undone_by_somebody": lambda: CustomerMerge.objects.update(
        undone_at=timezone.now()
    ),
    "rest.IdempotencyKey.key_hash": lambda: double_of(IdempotencyKey),
    "orders_order_total_not_negative": lambda: Order.objects.update(total_cost="-0.01"),
    "orders_order_status_known": lambda: Order.objects.update(status="lost"),
    "orders_order_source_known": lambda: Order.objects.update(source="rumour"),
    "orders_order_number_not_empty": lambda: Order.objects.update(order_number=""),
    "orders.Order.order_number": lambda: double_of(Order),
    "orders_orderline_position_unique": lambda: double_of(OrderLine),
    "orders_orderline_quantity_in_range": lambda: OrderLine.objects.update(quantity=0),
    "orders_orderline_price_not_negative": lambda: OrderLine.objects.update(unit_price="-0.01"),
    "tracking_track_seq_unique": lambda: double_of(Track, scan_id=None),
    "tracking_track_seq_with_order": lambda: tracks.update(seq=None),
    "tracking_track_statuses_known": lambda: tracks.update(to_status="lost"),
    "tracking_track_result_known": lambda: tracks.update(result="perhaps"),
    "tracking_track_source_known": lambda: tracks.update(source="rumour"),
    "tracking.Track.scan_id": lambda: double_of(Track, seq=2),
    "tracking.Track.voids": lambda: tracks.bulk_create(
        Track(action="undo", result="recorded", source="admin", voids=tracks.get())
        for _ in range(2)
    ),
    "workforce_worker_email_not_empty": lambda: Worker.objects.update(email=""),
    "workforce.Worker.email": lambda: double_of(Worker),
    "workforce.DeviceToken.prefix": lambda: double_of(DeviceToken),
    "accounts_signin_outcome_known": lambda: SignIn.objects.update(outcome="perhaps"),
    "accounts_signin_face_known": lambda: SignIn.objects.update(face="moon"),
    "accounts_user_history_author_known": lambda: history_of(User).update(author_kind="moon"),
    "catalog_service_history_author_known": lambda: history_of(Service).update(author_kind="moon"),
    "orders_order_history_author_known": lambda: history_of(Order).update(author_kind="moon"),
    "workforce_worker_history_author_known": lambda: history_of(Worker).update(author_kind="moon"),
}
# The other ends of a range, and the other half of a condition.
ALSO_REFUSED: dict[str, Callable[[], object]] = {
    "a quantity of five digits": lambda: OrderLine.objects.update(quantity=10_000),
    "a seq of zero": lambda: tracks.update(seq=0),
    "a seq without an order": lambda: tracks.update(order=None),
    "a status before that no order has": lambda: tracks.update(from_status="lost"),
    "a status without an order": lambda: tracks.update(order=None, seq=None),
}


def promised() -> set[str]:
    """What the models promise: their constraints, and their unique fields."""
    names = {c.name for model in our_models() for c in model._meta.constraints}
    for model in our_models():
        for field in model._meta.local_fields:
            if field.unique and not field.primary_key:
                names.add(f"{model._meta.label}.{field.name}")
    return names


@pytest.fixture
def rows(order: Order, owner: User, worker: Worker) -> None:
    """One row of each table, with a value in each unique field."""
    Service.objects.update(legacy_id="s1")
    SignIn.objects.create(user=owner, outcome="in", face="admin")
    order.name = "Asha R."
    order.save()
    User.objects.filter(email=order.email).update(username="asha")
    tracks.update(scan_id="0193f2a4-6f1b-7c3d-8e5f-0123456789ab")
    issue_token(worker=worker)
    RecoveryCode.objects.create(user=owner, code_hash="0" * 64)
    ImportedRow.objects.create(source="old", table="orders", old_id="1", object_id=order.pk)
    LegacyUse.objects.create(day="2026-11-01", endpoint="GET /api/orders", calls=1, refused=1)
    loser, winner = User.objects.order_by("pk")[:2]
    CustomerMerge.objects.create(loser=loser, winner=winner, by=winner)
    IdempotencyKey.objects.create(
        key_hash="0" * 64, body_hash="1" * 64, status=201, answer={"order_number": "A"}
    )


def test_every_promise_of_the_models_is_put_to_the_test() -> None:
    assert promised() == set(REFUSED)


@pytest.mark.parametrize("name", [*REFUSED, *ALSO_REFUSED])
def test_the_database_refuses_it(rows: None, name: str) -> None:
    write = (REFUSED | ALSO_REFUSED)[name]
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def test_the_database_takes_what_is_just_within(rows: None) -> None:
    """The refusals above are those of the bounds, not of the way of writing."""
    Service.objects.update(price=0, duration_minutes=1, status="inactive")
    Order.objects.update(total_cost=0, status="cancelled", source="import")
    OrderLine.objects.update(quantity=9999, unit_price=None)
    tracks.update(seq=1, result="unverified", source="import")
    for status in Status:
        tracks.update(from_status=status, to_status=status)
    tracks.update(order=None, seq=None, from_status="", to_status="")
    User.objects.update(email=None)
    Worker.objects.update(email=None)
