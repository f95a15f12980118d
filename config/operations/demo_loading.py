"""Filling an empty database with the demonstration."""

import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from catalog.models import Service
from config.operations import demo_data
from config.operations.demo_data import Person, Plan, Step
from config.rest.principals import ANYONE, Principal
from orders import lifecycle
from orders.models import Order
from orders.placing import Contact, Item, Pickup, place_order
from tracking.models import Track
from workforce.models import DeviceToken, Worker
from workforce.registration import register_worker

_SOURCES = {
    "driver": Track.Source.SCAN,
    "workshop": Track.Source.SCAN,
    "staff": Track.Source.ADMIN,
    "customer": Track.Source.API,
}


class _Cast(NamedTuple):
    """Who plays in the demonstration, by email, and what is sold, by name."""

    owner: Principal
    customers: dict[str, User]
    workers: dict[str, Principal]
    services: dict[str, Service]


def load(*, owner: User) -> None:
    """Fill an empty database with the demonstration: all of it, or nothing.

    Orders are placed and moved by the verbs, in the order in which it would have
    happened; then all times are moved back to where they belong. `owner` is the member
    of staff who acts in it.
    """
    plans = demo_data.plans(timezone.now())
    with transaction.atomic():
        cast = _make_cast(owner)
        for plan, order in zip(plans, _play(plans, cast), strict=True):
            _move_order_back(order, plan)
        opening = min(plan.placed_at for plan in plans) - datetime.timedelta(days=1)
        _move_cast_back(opening)


def _make_cast(owner: User) -> _Cast:
    services = {
        name: Service.objects.create(
            name=name,
            price=price,
            duration_minutes=minutes,
            status=Service.Status.ACTIVE if is_offered else Service.Status.INACTIVE,
        )
        for name, price, minutes, is_offered in demo_data.SERVICES
    }
    customers = {
        person.email: User.objects.create_user(
            person.email,
            name=person.name,
            phone=person.phone,
            email_confirmed_at=timezone.now(),
        )
        for person in demo_data.CUSTOMERS
    }
    workers = {person.email: _hire(person) for person in demo_data.WORKERS}
    return _Cast(Principal("staff", user=owner), customers, workers, services)


def _hire(person: Person) -> Principal:
    """A worker with a device, as the principal that scans with it."""
    worker, _token = register_worker(name=person.name, email=person.email)
    return Principal("worker", worker=worker, device=worker.devices.get())


def _play(plans: list[Plan], cast: _Cast) -> list[Order]:
    """Let everything happen, first to last, so that ids grow with time as in a real shop."""
    events: list[tuple[datetime.datetime, int, Step | None]] = []
    for number, plan in enumerate(plans):
        events.append((plan.placed_at, number, None))
        events += [(moment, number, step) for moment, step in plan.steps]
    orders: dict[int, Order] = {}
    for _moment, number, step in sorted(events, key=lambda event: event[0]):
        if step is None:
            orders[number] = _place(plans[number], cast)
        else:
            _take(step, orders[number], plans[number], cast)
    return [orders[number] for number in range(len(plans))]


def _place(plan: Plan, cast: _Cast) -> Order:
    customer, contact, source = None, Contact(*plan.person), Order.Source.API
    match plan.placed_by:
        case "customer":
            customer = cast.customers[plan.person.email]
            by = Principal("customer", user=customer)
        case "counter":
            by, source = cast.owner, Order.Source.COUNTER
        case "guest":
            by = ANYONE
    return place_order(
        by=by,
        items=[Item(cast.services[name].pk, quantity) for name, quantity in plan.items],
        source=source,
        customer=customer,
        contact=contact,
        pickup=Pickup(plan.pickup_on, has_time=plan.pickup_on is None),
        instructions=plan.instructions,
    )


def _take(step: Step, order: Order, plan: Plan, cast: _Cast) -> None:
    """One step, through the door of the life cycle; a refused one leaves its track too."""
    principals = {
        "driver": cast.workers[plan.driver.email],
        "workshop": cast.workers[demo_data.WORKSHOP.email],
        "staff": cast.owner,
        "customer": Principal("customer", user=order.customer),
    }
    unheard = datetime.timedelta(hours=step.hours_unheard)
    lifecycle.step(
        order,
        action=step.action,
        by=principals[step.by],
        scanned_at=timezone.now() - unheard if unheard else None,
        reason=step.reason,
        source=_SOURCES[step.by],
        location=step.location,
        note=step.note,
    )


def _move_order_back(order: Order, plan: Plan) -> None:
    """Give an order and its tracks the times of its plan.

    The one place where tracks change: nothing of this has happened. Hence the plain
    QuerySet, as the tracks' own refuses.
    """
    tracks = list(Track.objects.filter(order=order).order_by("seq"))
    tracks[0].created_at = tracks[0].scanned_at = plan.placed_at
    for track, (moment, step) in zip(tracks[1:], plan.steps, strict=True):
        track.created_at = moment
        track.scanned_at = moment - datetime.timedelta(hours=step.hours_unheard)
    plain_tracks: QuerySet[Track] = QuerySet(Track)
    plain_tracks.bulk_update(tracks, ["created_at", "scanned_at"])
    moved_at = [track.created_at for track in tracks if track.has_moved][-1]
    Order.objects.filter(pk=order.pk).update(
        created_at=plan.placed_at, status_changed_at=moved_at, updated_at=moved_at
    )


def _move_cast_back(opening: datetime.datetime) -> None:
    """Let everybody and every service have been there since the shop opened."""
    since = {"created_at": opening, "updated_at": opening}
    customers = [person.email for person in demo_data.CUSTOMERS]
    guests = [person.email for person in demo_data.GUESTS]
    User.objects.filter(email__in=customers).update(**since, email_confirmed_at=opening)
    User.objects.filter(email__in=guests).update(**since)
    Worker.objects.update(**since)
    DeviceToken.objects.update(created_at=opening)
    Service.objects.update(**since)
