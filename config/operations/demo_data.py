"""The shop that `bin/serve` shows at first: its services, its people, what happened.

Names and histories are always the same; only the days follow the calendar, so that the
newest orders are of today. Everybody lives at `example.com` (RFC 2606).
"""

import datetime
import random
from decimal import Decimal
from typing import Literal, NamedTuple

from django.utils import timezone

from orders.models import Status

SERVICES = (
    # name, price, minutes, is offered
    ("Wash and fold, 5 kg", Decimal("350.00"), 24 * 60, True),
    ("Shirt, washed and ironed", Decimal("60.00"), 24 * 60, True),
    ("Suit, dry cleaned", Decimal("450.00"), 48 * 60, True),
    ("Dress, dry cleaned", Decimal("380.00"), 48 * 60, True),
    ("Curtains, a pair", Decimal("620.00"), 72 * 60, True),
    ("Shoes, new soles", Decimal("900.00"), 72 * 60, True),
    ("Zip, replaced", Decimal("180.00"), 90, True),
    ("Carpet, shampooed", Decimal("1200.00"), 96 * 60, False),
)


class Person(NamedTuple):
    """Somebody of the demonstration."""

    name: str
    email: str
    phone: str = ""


OWNER = Person("Olga Owner", "admin@example.com")
DRIVERS = (
    Person("Dinesh Driver", "dinesh@example.com"),
    Person("Vera Van", "vera@example.com"),
)
WORKSHOP = Person("Wanda Workshop", "wanda@example.com")
WORKERS = (*DRIVERS, WORKSHOP)
# The first one has a password, so that a visitor can sign in as a customer.
CUSTOMERS = (
    Person("Asha Rao", "asha@example.com", "+91 98450 12345"),
    Person("Bert Blum", "bert@example.com", "+49 30 5550 6789"),
    Person("Chitra Nair", "chitra@example.com", "+91 98860 22118"),
    Person("Daniel Okafor", "daniel@example.com", "+44 20 7946 0301"),
    Person("Elif Kaya", "elif@example.com", "+90 212 555 0143"),
    Person("Farid Khan", "farid@example.com", "+91 99000 87120"),
    Person("Grace Lim", "grace@example.com", "+65 6555 0188"),
    Person("Hugo Martín", "hugo@example.com", "+34 910 555 072"),
)
GUESTS = (
    Person("Irina Petrova", "irina@example.com", "+91 97410 55501"),
    Person("José Álvarez", "jose@example.com", "+91 97410 55502"),
)
WALK_INS = (Person("Kiran (counter)", "", "+91 97410 55503"),)

Who = Literal["driver", "workshop", "staff", "customer"]


class Step(NamedTuple):
    """What somebody did with an order: so many days after its placing, at that hour.

    `hours_unheard` is how long an offline device kept the scan before we heard of it.
    """

    day: int
    hour: int
    action: str
    by: Who
    location: str = ""
    note: str = ""
    reason: str = ""
    hours_unheard: int = 0


_PICKED_UP = Step(1, 8, Status.PICKED_UP, "driver", "At the customer's door")
_PROCESSING = Step(1, 11, Status.PROCESSING, "workshop", "Workshop")
_COMPLETED = Step(2, 15, Status.COMPLETED, "workshop", "Shelf B4")
_DELIVERED = Step(3, 17, Status.DELIVERED, "driver", "At the customer's door")
_WHOLE_WAY = (_PICKED_UP, _PROCESSING, _COMPLETED, _DELIVERED)

# What can happen to an order, and for each the days ago on which such orders were placed.
STORIES: dict[str, tuple[tuple[Step, ...], tuple[int, ...]]] = {
    "just placed": ((), (0, 0, 0, 0, 1)),
    "picked up": (_WHOLE_WAY[:1], (1, 1, 1, 2)),
    "in the workshop": (_WHOLE_WAY[:2], (1, 2, 2, 2, 3)),
    "ready": (_WHOLE_WAY[:3], (2, 3, 3)),
    "delivered": (
        _WHOLE_WAY,
        (4, 5, 6, 7, 7, 8, 10, 11, 12, 13, 14, 14, 16, 17, 18, 20, 21, 22, 24, 25, 27),
    ),
    "a scan forgotten": ((_PICKED_UP, _COMPLETED, _DELIVERED), (9, 15)),
    "cancelled by its customer": (
        (Step(0, 20, Status.CANCELLED, "customer"),),
        (2, 12),
    ),
    "cancelled by the shop": (
        (
            _PICKED_UP,
            Step(1, 12, Status.CANCELLED, "staff", note="Torn lining; brought back unwashed."),
        ),
        (6,),
    ),
    "a scan refused": (
        (*_WHOLE_WAY[:3], Step(2, 16, Status.CANCELLED, "driver", "Van"), _DELIVERED),
        (5,),
    ),
    "scanned twice": (
        (_PICKED_UP, Step(1, 9, Status.PICKED_UP, "driver", "Van"), *_WHOLE_WAY[1:]),
        (4, 19),
    ),
    "a scan heard late": (
        (
            Step(1, 11, Status.PROCESSING, "workshop", "Workshop"),
            Step(1, 18, Status.PICKED_UP, "driver", "Basement", hours_unheard=9),
            _COMPLETED,
            _DELIVERED,
        ),
        (8, 23),
    ),
    "with a note": (
        (
            *_WHOLE_WAY[:2],
            Step(1, 14, "stain_noted", "workshop", "Workshop", "Red wine on the left cuff."),
            *_WHOLE_WAY[2:],
        ),
        (4, 10),
    ),
    "corrected by staff": (
        (
            *_WHOLE_WAY,
            Step(3, 18, Status.COMPLETED, "staff", reason="The wrong bag was scanned."),
            Step(4, 10, Status.DELIVERED, "driver", "At the customer's door"),
        ),
        (16,),
    ),
}

INSTRUCTIONS = ("", "", "", "Ring twice, please.", "No softener.", "Leave it with the neighbour.")

PlacedBy = Literal["customer", "guest", "counter"]


class Plan(NamedTuple):
    """One order of the demonstration: who places it and when, and its further steps."""

    placed_at: datetime.datetime
    placed_by: PlacedBy
    person: Person
    driver: Person
    items: tuple[tuple[str, int], ...]
    instructions: str
    pickup_on: datetime.datetime | None
    steps: tuple[tuple[datetime.datetime, Step], ...]


def _moment(day: datetime.date, hour: int, minute: int) -> datetime.datetime:
    """A moment of the shop's day."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(hour, minute)))


def _moments(
    today: datetime.date, days_ago: int, start: tuple[int, int], steps: tuple[Step, ...]
) -> list[datetime.datetime]:
    """When an order was placed and each of its steps happened."""
    day = today - datetime.timedelta(days=days_ago)
    hour, minute = start
    later = [
        _moment(day + datetime.timedelta(days=step.day), step.hour, (minute + 7 * place) % 60)
        for place, step in enumerate(steps)
    ]
    return [_moment(day, hour, minute), *later]


def _placing(number: int, steps: tuple[Step, ...]) -> tuple[PlacedBy, Person]:
    """Who places the order of this number: now and then a guest, or somebody at the counter."""
    if any(step.by == "customer" for step in steps):
        return "customer", CUSTOMERS[number % len(CUSTOMERS)]
    if number % 12 == 5:
        return "guest", GUESTS[number // 12 % len(GUESTS)]
    if number % 24 == 8:
        return "counter", WALK_INS[number // 24 % len(WALK_INS)]
    return "customer", CUSTOMERS[number % len(CUSTOMERS)]


def plans(now: datetime.datetime) -> list[Plan]:
    """Every order of the demonstration, so that nothing of it lies after `now`."""
    chance = random.Random("roundtrip")  # noqa: S311  (always the same; nothing secret)
    offered = [name for name, _price, _minutes, is_offered in SERVICES if is_offered]
    orders = [(steps, days) for steps, placings in STORIES.values() for days in placings]
    planned = []
    for number, (steps, days_ago) in enumerate(orders):
        start = chance.randrange(9, 19), chance.randrange(60)
        today = timezone.localdate(now)
        moments = _moments(today, days_ago, start, steps)
        while moments[-1] > now:
            # Before the hour of a step has come, it all happened a day earlier.
            today -= datetime.timedelta(days=1)
            moments = _moments(today, days_ago, start, steps)
        placed_by, person = _placing(number, steps)
        names = chance.sample(offered, k=chance.choice((1, 1, 2, 3)))
        next_day = timezone.localdate(moments[0]) + datetime.timedelta(days=1)
        planned.append(
            Plan(
                placed_at=moments[0],
                placed_by=placed_by,
                person=person,
                driver=DRIVERS[number % len(DRIVERS)],
                items=tuple((name, chance.choice((1, 1, 1, 2, 4))) for name in names),
                instructions=chance.choice(INSTRUCTIONS),
                pickup_on=None if placed_by == "counter" else _moment(next_day, 0, 0),
                steps=tuple(zip(moments[1:], steps, strict=True)),
            )
        )
    return planned
