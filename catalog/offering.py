"""Putting services on offer, changing them, and taking them off."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from catalog.models import Service
from config.database import retried
from config.rest.refusals import Code, Refusal


def _locked(service: Service) -> Service:
    """The service's row as it is now, locked; raises `not_found` if it went since."""
    row = Service.objects.select_for_update().filter(pk=service.pk).first()
    if row is None:
        raise Refusal(Code.NOT_FOUND)
    return row


@retried
def add_service(**fields: Any) -> Service:
    """Put a service on offer. `fields` are the model's; a second one of a name is allowed."""
    with transaction.atomic():
        return Service.objects.create(**fields)


@retried
def change_service(*, service: Service, changes: Mapping[str, Any]) -> Service:
    """Change fields of a service; what equals the present value is no change.

    Orders keep the name and price of the day they were placed. Raises `not_found` if the
    service was erased since it was read.
    """
    with transaction.atomic():
        service = _locked(service)
        real = {name: new for name, new in changes.items() if new != getattr(service, name)}
        for name, value in real.items():
            setattr(service, name, value)
        if real:
            service.save(update_fields=[*real, "updated_at"])
    return service


@retried
def erase_service(*, service: Service) -> None:
    """Erase a service that no order names.

    Raises `in_use` for one that an order's line, or an order as its first service, refers
    to, deleted orders included: set it inactive instead. An order placed at the same
    moment waits for the row: it finds the service gone, or has made it `in_use`.
    """
    with transaction.atomic():
        try:
            _locked(service).delete()
        except ProtectedError as error:
            raise Refusal(Code.IN_USE) from error
