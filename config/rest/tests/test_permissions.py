"""Who may call what, as the views declare it."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.models import User
from config.rest.permissions import (
    ANYONE,
    CUSTOMER,
    EVERYONE,
    STAFF,
    WORKER,
    Access,
    allow,
    require,
)
from config.rest.principals import Principal, principal_of
from config.rest.refusals import Code, Refusal
from config.rest.views import ApiViewSet, SlashTolerantRouter
from workforce.models import DeviceToken, Worker

PERMISSION = "workforce.add_worker"


class RoomViewSet(ApiViewSet):
    """A room with a door for each kind of caller."""

    access = {
        "list": EVERYONE,
        "retrieve": allow(CUSTOMER),
        "create": allow(permission=PERMISSION),
    }

    def list(self, request: Request) -> Response:
        return Response("list")

    def retrieve(self, request: Request) -> Response:
        return Response("retrieve")

    def create(self, request: Request) -> Response:
        return Response("create")

    def destroy(self, request: Request) -> Response:
        return Response("destroy")


def call(action: str, who: Any = None) -> int:
    view = RoomViewSet.as_view({"post": action})
    request = APIRequestFactory().post("/api/v1/rooms")
    force_authenticate(request, user=who or AnonymousUser())
    return view(request).status_code


def test_allow_with_a_permission_lets_staff_in() -> None:
    assert allow(CUSTOMER).kinds == {CUSTOMER}
    assert allow(CUSTOMER, permission=PERMISSION) == Access(
        frozenset({CUSTOMER, STAFF}), PERMISSION
    )
    assert EVERYONE.kinds == {ANYONE, CUSTOMER, STAFF, WORKER}


def test_an_open_door_is_open_for_everybody(customer: User, worker: Worker, owner: User) -> None:
    assert [call("list", who) for who in (None, customer, worker, owner)] == [200] * 4


def test_a_door_for_customers_is_for_customers(customer: User, worker: Worker, owner: User) -> None:
    assert [call("retrieve", who) for who in (None, customer, worker, owner)] == [
        401,
        200,
        403,
        403,
    ]


def test_a_door_for_staff_needs_the_permission(
    customer: User, worker: Worker, owner: User, staff_without_permissions: User
) -> None:
    everybody = (None, customer, worker, staff_without_permissions, owner)
    assert [call("create", who) for who in everybody] == [401, 403, 403, 403, 200]


def test_staff_who_hold_the_permission_are_let_in(staff_without_permissions: User) -> None:
    permission = Permission.objects.get(content_type__app_label="workforce", codename="add_worker")
    staff_without_permissions.user_permissions.add(permission)
    assert call("create", staff_without_permissions) == 200


def test_a_customer_with_a_stray_permission_stays_a_customer(customer: User) -> None:
    permission = Permission.objects.get(content_type__app_label="workforce", codename="add_worker")
    customer.user_permissions.add(permission)
    assert call("create", customer) == 403


def test_an_action_without_an_entry_is_closed_to_everybody(
    customer: User, worker: Worker, owner: User
) -> None:
    assert [call("destroy", who) for who in (None, customer, worker, owner)] == [
        401,
        403,
        403,
        403,
    ]


def test_require_refuses_who_lacks_the_permission(
    owner: User, staff_without_permissions: User
) -> None:
    require(owner, PERMISSION)
    with pytest.raises(Refusal) as refused:
        require(staff_without_permissions, PERMISSION)
    assert refused.value.code == Code.PERMISSION_DENIED


def test_users_and_workers_name_their_own_kind(customer: User, owner: User, worker: Worker) -> None:
    def principal(user: Any, auth: Any = None) -> Principal:
        request = APIRequestFactory().get("/")
        request.user, request.auth = user, auth
        return principal_of(request)

    device = DeviceToken(worker=worker)
    assert principal(AnonymousUser()) == Principal("anyone")
    assert principal(customer) == Principal("customer", user=customer)
    assert principal(owner) == Principal("staff", user=owner)
    assert principal(worker, device) == Principal("worker", worker=worker, device=device)


def test_a_principal_has_the_number_of_its_user_or_worker(customer: User, worker: Worker) -> None:
    assert Principal("customer", user=customer).id == customer.pk
    assert Principal("worker", worker=worker).id == worker.pk
    assert Principal("system").id is None


def test_the_router_takes_every_path_with_and_without_the_slash() -> None:
    router = SlashTolerantRouter()
    router.register("rooms", RoomViewSet, basename="room")
    collection, _single = router.urls
    assert collection.resolve("rooms")
    assert collection.resolve("rooms/")
    assert not collection.resolve("rooms//")
