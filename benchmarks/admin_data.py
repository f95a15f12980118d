"""A big shop for `benchmarks/admin.py`: two years of orders, most of them delivered.

The same for the same number of orders but for the days, which end with today.
"""

import datetime
import random
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice
from typing import NamedTuple

from django.contrib.auth.models import Group
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from catalog.models import Service
from config.operations.models import LegacyUse
from orders.models import Order, OrderLine, Status
from orders.numbers import CHARACTERS, LETTERS, NUMBER_LENGTH
from tracking.models import Track
from workforce.models import DeviceToken, Worker

DAYS = 730
# Of how many days the newest orders are still on their way.
OPEN_DAYS = 7
ORDERS_OF_EACH_CUSTOMER = 8
SERVICES = 25
# One service is asked for in one of so many orders: a filter that finds little is the slow one.
RARE = 2_000
WORKERS = 40
AT_ONCE = 4_000
WAY = (Status.CREATED, Status.PICKED_UP, Status.PROCESSING, Status.COMPLETED, Status.DELIVERED)
PLACES = ("At the customer's door", "Workshop", "Workshop", "Shelf B4", "Van")


class Shop(NamedTuple):
    """The rows that orders name."""

    customers: list[User]
    services: list[Service]
    devices: list[DeviceToken]


class Story(NamedTuple):
    """One order with what belongs to it."""

    order: Order
    lines: list[OrderLine]
    tracks: list[Track]


def fill(orders: int) -> None:
    """Fill an empty database with so many orders and all that belongs to them."""
    # An old order's moment is told, not taken from the clock.
    created_at: models.DateTimeField = Order._meta.get_field("created_at")
    created_at.auto_now_add = False
    chance = random.Random("roundtrip")  # noqa: S311  (always the same; nothing secret)
    with connection.cursor() as cursor:
        # What is made here keeps its keys.
        cursor.execute("SET unique_checks = 0, foreign_key_checks = 0")
    shop = make_shop(customers=max(orders // ORDERS_OF_EACH_CUSTOMER, 1))
    stories = (story(number, orders, shop, chance) for number in range(1, orders + 1))
    while some := list(islice(stories, AT_ONCE)):
        with transaction.atomic():
            Order.objects.bulk_create([one.order for one in some])
            OrderLine.objects.bulk_create([line for one in some for line in one.lines])
            Track.objects.bulk_create([track for one in some for track in one.tracks])
    with connection.cursor() as cursor:
        tables = (connection.ops.quote_name(model._meta.db_table) for model in (Order, Track))
        cursor.execute(f"ANALYZE TABLE {', '.join(tables)}")


def make_shop(*, customers: int) -> Shop:
    """The people, the services and a week of old clients' calls."""
    owner = User.objects.create_user("owner@shop.example", name="Owner", is_staff=True)
    owner.groups.add(Group.objects.get(name="Owner"))
    User.objects.bulk_create(
        [
            User(email=f"c{n}@shop.example", name=f"Customer {n}", phone=f"+91 {n:010}")
            for n in range(customers)
        ],
        batch_size=AT_ONCE,
    )
    Service.objects.bulk_create(
        [Service(name=f"Service {n}", price=Decimal(50 + n)) for n in range(SERVICES)]
    )
    Worker.objects.bulk_create([Worker(name=f"Worker {n}") for n in range(WORKERS)])
    DeviceToken.objects.bulk_create(
        [
            DeviceToken(worker=worker, prefix=f"{worker.pk:012}", last_used_at=timezone.now())
            for worker in Worker.objects.all()
        ]
    )
    today = timezone.localdate()
    LegacyUse.objects.bulk_create(
        [
            LegacyUse(day=today - datetime.timedelta(days=n), endpoint="GET /api/orders", calls=100)
            for n in range(90)
        ]
    )
    return Shop(
        list(User.objects.filter(is_staff=False)),
        list(Service.objects.order_by("id")),
        list(DeviceToken.objects.select_related("worker")),
    )


def story(number: int, orders: int, shop: Shop, chance: random.Random) -> Story:
    """The order of this number, of so many, from its placing to where it is now."""
    days_ago = DAYS * (1 - number / orders)
    placed_at = timezone.now() - datetime.timedelta(days=days_ago)
    customer = chance.choice(shop.customers)
    rare, *usual = shop.services
    services = chance.sample(usual, k=chance.choice((1, 1, 2, 3)))
    if number % RARE == 1:
        services.append(rare)
    order = Order(
        pk=number,
        order_number=number_of(number),
        token=f"{number:022}",
        customer=customer,
        customer_confirmed=True,
        service=services[0],
        service_name=", ".join(service.name for service in services),
        name=customer.name,
        email=customer.email,
        phone=customer.phone,
        phone_reversed=customer.phone_reversed,
        pickup_at=placed_at + datetime.timedelta(days=1),
        total_cost=sum(service.price for service in services),
        created_at=placed_at,
    )
    lines = [
        OrderLine(
            order=order,
            position=position,
            service=service,
            service_name=service.name,
            unit_price=service.price,
        )
        for position, service in enumerate(services)
    ]
    tracks = list(history(order, days_ago, shop, chance))
    newest = [track for track in tracks if track.has_moved][-1]
    order.status, order.status_changed_at = newest.to_status, newest.created_at
    order.last_seq = len(tracks)
    order.version = sum(track.has_moved for track in tracks)
    if chance.random() < 0.005:
        order.deleted_at = order.status_changed_at
    return Story(order, lines, tracks)


def number_of(number: int) -> str:
    """An order number as the shop makes them, another for each."""
    chance = random.Random(number)  # noqa: S311
    return chance.choice(LETTERS) + "".join(chance.choices(CHARACTERS, k=NUMBER_LENGTH - 1))


def statuses(days_ago: float, chance: random.Random) -> list[Status]:
    """Which way an order of this age went."""
    if chance.random() < 0.03:
        return [Status.CREATED, Status.CANCELLED]
    if days_ago < OPEN_DAYS:
        return list(WAY[: 1 + min(int(days_ago * chance.random() * 2), 4)])
    # Now and then a scan is forgotten, or a bag.
    if chance.random() < 0.001:
        return list(WAY[:3])
    return [*WAY[: chance.choice((2, 3, 3, 3))], *WAY[3:]]


def history(order: Order, days_ago: float, shop: Shop, chance: random.Random) -> Iterator[Track]:
    """An order's tracks, with a refused one in fifty orders."""
    at, before, seq = order.created_at, "", 0
    device = chance.choice(shop.devices)
    way = statuses(days_ago, chance)
    pause = min(days_ago, OPEN_DAYS) / len(way)
    for place, status in zip(PLACES, way, strict=False):
        if before:
            at += datetime.timedelta(days=pause * chance.uniform(0.1, 1))
        facts = {
            "order": order,
            "worker": device.worker if before else None,
            "device": device if before else None,
            "source": Track.Source.SCAN if before else Track.Source.API,
            "location": place if before else "",
            "scanned_at": at,
            "created_at": at,
            "action": status,
        }
        seq += 1
        yield Track(
            seq=seq,
            from_status=before,
            to_status=status,
            result=Track.Result.RECORDED,
            **facts,
        )
        if before and chance.random() < 0.006:
            seq += 1
            yield Track(
                seq=seq,
                from_status=status,
                to_status=status,
                result=Track.Result.REFUSED,
                reason="transition_not_allowed",
                **facts,
            )
        before = status
