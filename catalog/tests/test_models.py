"""Services as the database keeps them."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from catalog.models import Service


def service(**fields: Any) -> Service:
    return Service(**({"name": "Wash", "price": Decimal("12.50")} | fields))


def test_a_new_service_is_active() -> None:
    assert service().status == "active"
    assert service().is_active
    assert not service(status="inactive").is_active


def test_a_service_is_shown_by_its_name() -> None:
    assert str(service()) == "Wash"


def test_cleaning_cuts_the_blanks_around_a_name() -> None:
    cleaned = service(name="  Wash and fold ")
    cleaned.clean_fields()
    assert cleaned.name == "Wash and fold"


@pytest.mark.parametrize(
    ("fields", "named", "text"),
    [
        ({"price": Decimal("-0.01")}, "__all__", "A price is not negative."),
        ({"duration_minutes": 0}, "__all__", "A duration is at least one minute."),
        ({"name": " "}, "name", "This field cannot be blank."),
        ({"status": "lost"}, "status", "Value 'lost' is not a valid choice."),
    ],
)
@pytest.mark.django_db
def test_a_form_says_what_is_wrong_with_a_service(
    fields: dict[str, Any], named: str, text: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        service(**fields).full_clean()
    assert text in refused.value.message_dict[named]


@pytest.mark.django_db
def test_two_services_may_share_a_name() -> None:
    """The old data has doubles."""
    for _ in range(2):
        service().save()
    assert Service.objects.filter(name="Wash").count() == 2


@pytest.mark.django_db
def test_several_services_may_have_no_legacy_id() -> None:
    for _ in range(2):
        service(legacy_id=None).save()
    assert Service.objects.filter(legacy_id=None).count() == 2
