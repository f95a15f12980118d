"""Services as a file, and back."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from catalog.models import Service
from catalog.offering import add_service, change_service
from config.sheets.resources import Column, ShopResource


def _reads(name: str) -> Any:
    """The field of a form that reads this column of a service."""
    return Service._meta.get_field(name).formfield()  # type: ignore[union-attr]


class ServiceResource(ShopResource):
    """A row is the service of its id; without an id, that of its name, or a new one."""

    is_personal = False

    id = Column("id")
    name = Column("name", reads=_reads("name"))
    price = Column("price", reads=_reads("price"))
    duration_minutes = Column("duration_minutes", reads=_reads("duration_minutes"))
    status = Column("status", reads=_reads("status"))

    class Meta(ShopResource.Meta):
        model = Service

    def before_import(self, dataset: Any, **kwargs: Any) -> None:
        """Read all services: a shop has few."""
        self._by_id: dict[str, Service] = {}
        self._by_name: dict[str, list[Service]] = {}
        for service in Service.objects.order_by("pk"):
            self._by_id[str(service.pk)] = service
            self._by_name.setdefault(service.name, []).append(service)

    def find(self, row: dict[str, str]) -> Service | None:
        """By id, else by name; raises ValidationError for an unknown id and for doubles."""
        service = self._named(row)
        self.once(service.pk if service else row.get("name", "").strip())
        return service

    def _named(self, row: dict[str, str]) -> Service | None:
        number = row.get("id", "").strip()
        if number:
            if number not in self._by_id:
                raise ValidationError({"id": _("There is no service of this id.")})
            return self._by_id[number]
        services = self._by_name.get(row.get("name", "").strip(), [])
        if len(services) > 1:
            raise ValidationError({"id": _("Several services are called so: give the id.")})
        return services[0] if services else None

    def add(self, values: dict[str, Any]) -> Service:
        """Put it on offer."""
        return add_service(**values)

    def change(self, instance: Any, values: dict[str, Any]) -> Service:
        """Change what differs; orders keep their prices."""
        return change_service(service=instance, changes=values)
