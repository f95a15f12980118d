"""`GET /api/v1/services/{id}`."""

import pytest
from rest_framework.test import APIClient

from catalog.models import Service
from config.rest.fields import utc_text
from tests.answers import assert_problem
from tests.statements import statements

PATH = "/api/v1/services"


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_shows_one_service(api: APIClient, wash: Service, ironing: Service, slash: str) -> None:
    response = api.get(f"{PATH}/{wash.pk}{slash}")
    assert response.status_code == 200
    assert response.json() == {
        "id": wash.pk,
        "name": "Wash",
        "price": 12.5,
        "duration_minutes": 90,
        "status": "active",
        "created_at": utc_text(wash.created_at),
        "updated_at": utc_text(wash.updated_at),
    }


def test_an_inactive_one_is_there_for_staff_only(
    api: APIClient, as_customer: APIClient, as_worker: APIClient, as_owner: APIClient, wash: Service
) -> None:
    Service.objects.update(status="inactive")
    for client in (api, as_customer, as_worker):
        assert_problem(client.get(f"{PATH}/{wash.pk}"), "not_found")
    assert as_owner.get(f"{PATH}/{wash.pk}").json()["status"] == "inactive"


@pytest.mark.parametrize(
    "key", ["0", "999999", "9" * 19, "9" * 30, "9" * 5000, "x", "-1", "1.5", "%00", "٣", "1 OR 1=1"]
)
@pytest.mark.django_db
def test_an_unknown_id_is_not_found(api: APIClient, key: str) -> None:
    assert_problem(api.get(f"{PATH}/{key}"), "not_found")


def test_it_takes_one_statement(api: APIClient, wash: Service) -> None:
    with statements() as asked:
        api.get(f"{PATH}/{wash.pk}")
    assert len(asked) == 1
