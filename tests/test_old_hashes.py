"""Who comes from an old server signs in with the old password, which is hashed anew."""

from typing import Any

import pytest
from django.contrib.auth.hashers import identify_hasher
from rest_framework.test import APIClient

from accounts.hashers import MAX_LENGTH, adopt_legacy_hash
from accounts.models import User
from tests.cast import PASSWORD, PIN
from tests.old_hashes import OLD_FORMS, old_hash
from workforce.models import Worker


def log_in(api: APIClient, user: User) -> Any:
    return api.post(
        "/api/v1/auth/login", {"email": user.email, "password": PASSWORD}, format="json"
    )


@pytest.mark.parametrize("form", OLD_FORMS)
@pytest.mark.parametrize("who", ["customer", "owner"])
def test_a_login_replaces_an_old_hash(
    form: str, who: str, api: APIClient, request: pytest.FixtureRequest
) -> None:
    user = request.getfixturevalue(who)
    user.password = adopt_legacy_hash(old_hash(form, PASSWORD))
    user.save(update_fields=["password"])

    assert log_in(api, user).status_code == 200

    user.refresh_from_db()
    assert identify_hasher(user.password).must_update(user.password) is False
    assert log_in(api, user).status_code == 200


@pytest.mark.parametrize("form", OLD_FORMS)
def test_a_wrong_password_leaves_an_old_hash(form: str, api: APIClient, customer: User) -> None:
    adopted = customer.password = adopt_legacy_hash(old_hash(form, "another password"))
    customer.save(update_fields=["password"])

    assert log_in(api, customer).status_code == 401

    customer.refresh_from_db()
    assert customer.password == adopted


@pytest.mark.parametrize("form", OLD_FORMS)
def test_a_workers_login_replaces_an_old_hash(form: str, api: APIClient, worker: Worker) -> None:
    worker.password = adopt_legacy_hash(old_hash(form, PIN))
    worker.save(update_fields=["password"])

    body = {"worker_id": worker.pk, "password": PIN}
    assert api.post("/api/v1/workers/login", body, format="json").status_code == 200

    worker.refresh_from_db()
    assert identify_hasher(worker.password).must_update(worker.password) is False
    assert api.post("/api/v1/workers/login", body, format="json").status_code == 200


@pytest.mark.parametrize("model", [User, Worker])
def test_every_adopted_hash_fits_the_column(model: type[User | Worker]) -> None:
    assert model._meta.get_field("password").max_length == MAX_LENGTH
