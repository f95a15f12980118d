"""`GET /api/v1/workers` and `GET /api/v1/workers/{id}`."""

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.statements import statements
from workforce.models import Worker
from workforce.tests.conftest import PATH


@pytest.mark.parametrize("slash", ["", "/"])
def test_staff_see_every_worker_the_newest_first(
    as_foreman: APIClient, worker: Worker, other_worker: Worker, slash: str
) -> None:
    Worker.objects.filter(pk=worker.pk).update(is_active=False, locked_at=timezone.now())

    response = as_foreman.get(PATH + slash)

    assert response.status_code == 200
    assert response.json() == [
        {
            "id": other_worker.pk,
            "name": "Xenia Xu",
            "email": "xenia@example.com",
            "is_active": True,
            "locked": False,
            "created_at": utc_text(other_worker.created_at),
            "updated_at": utc_text(other_worker.updated_at),
        },
        {
            "id": worker.pk,
            "name": "Wim Weaver",
            "email": "wim@example.com",
            "is_active": False,
            "locked": True,
            "created_at": utc_text(worker.created_at),
            "updated_at": utc_text(worker.updated_at),
        },
    ]


@pytest.mark.parametrize("slash", ["", "/"])
def test_staff_see_one_worker(
    as_foreman: APIClient, worker: Worker, other_worker: Worker, slash: str
) -> None:
    response = as_foreman.get(f"{PATH}/{worker.pk}{slash}")
    assert response.status_code == 200
    assert (response.json()["id"], response.json()["name"]) == (worker.pk, "Wim Weaver")


@pytest.mark.parametrize("key", ["0", "9" * 18, "9" * 19, "9" * 30, "x", "-1", "1.5", "٣", "%00"])
def test_an_unknown_worker_is_not_found(as_foreman: APIClient, key: str) -> None:
    assert_problem(as_foreman.get(f"{PATH}/{key}"), "not_found")


def test_pages_are_bounded(as_foreman: APIClient, worker: Worker, other_worker: Worker) -> None:
    response = as_foreman.get(PATH, {"page_size": 1})
    assert [found["id"] for found in response.json()] == [other_worker.pk]
    assert 'rel="next"' in response["Link"]


def test_a_list_takes_as_many_statements_however_many_there_are(
    as_foreman: APIClient, worker: Worker
) -> None:
    with statements() as for_one:
        as_foreman.get(PATH)
    Worker.objects.bulk_create(Worker(name=f"Worker {number}") for number in range(30))
    with statements() as for_many:
        assert len(as_foreman.get(PATH).json()) == 31
    assert len(for_many) == len(for_one)
