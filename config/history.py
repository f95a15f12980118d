"""Who changed what: the histories of services, customers, workers and orders.

Each is a table of django-simple-history, a row for each change that somebody made. A row here
tells what changed by itself, from what to what: it needs no row before it, and what was written
past it (a command's `update`) is laid to nobody's charge.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Model, Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

# What is noted of a secret: that it changed.
UNTOLD = (None, None)

_is_silent: ContextVar[bool] = ContextVar("is_silent", default=False)


class AuthorKind(models.TextChoices):
    """What kind of author a change has; all but the last came by a request."""

    ANYONE = "anyone", _("not signed in")
    CUSTOMER = "customer", _("a customer")
    STAFF = "staff", _("staff")
    WORKER = "worker", _("a worker")
    SYSTEM = "system", _("the system")


class Change(models.Model):
    """What a row of every history says beside the values that a change left.

    `changes` maps what changed to a pair: before, after. Of what is not told (a password, what
    was blanked) both are None. Beside columns there may be what lies in no column of the row,
    as an order's lines (`note`).
    """

    changes = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    author_kind = models.CharField(max_length=16, choices=AuthorKind.choices)

    class Meta:
        abstract = True


class History(HistoricalRecords):
    """The history of a model and its proxies: `history = History(but=...)` among its columns.

    A save leaves a row if it changed a column that is told; `but` names those that are not:
    secrets, and what follows from others or from use. With `of_new_rows` off nothing is told
    of a row's making.
    """

    def __init__(self, *, but: Iterable[str] = (), of_new_rows: bool = True) -> None:
        super().__init__(
            bases=(Change,),
            excluded_fields=list(but),
            history_id_field=models.BigAutoField(),
        )
        self.of_new_rows = of_new_rows

    # --- The table --------------------------------------------------------------------

    def finalize(self, sender: type[Model], **kwargs: Any) -> None:
        """Follow the model, and its proxies, of whose saves the library hears nothing."""
        super().finalize(sender, **kwargs)
        if sender._meta.abstract or sender._meta.concrete_model is not self.cls:
            return
        models.signals.pre_save.connect(self.pre_save, sender=sender, weak=False)
        if sender._meta.proxy:
            models.signals.post_save.connect(self.post_save, sender=sender, weak=False)
            models.signals.post_delete.connect(self.post_delete, sender=sender, weak=False)
            models.signals.pre_delete.connect(self.pre_delete, sender=sender, weak=False)

    def create_history_model(self, model: type[Model], inherited: bool) -> type[Model]:
        """The model of the table."""
        created: type[Model] = super().create_history_model(model, inherited)
        created.__doc__ = f"One change of one row of `{model._meta.label}` (`config.history`)."
        return created

    def copy_fields(self, model: type[Model]) -> dict[str, Any]:
        """The columns that are told, none with an index: a history is read row by row."""
        fields: dict[str, Any] = super().copy_fields(model)
        for field in fields.values():
            field.db_index = False
        return fields

    def get_extra_fields(self, model: type[Model], fields: Any) -> dict[str, Any]:
        """The library's own columns, without the reason that nobody is asked for."""
        extra: dict[str, Any] = super().get_extra_fields(model, fields)
        del extra["history_change_reason"]
        extra["history_date"].db_index = False
        return extra

    def get_meta_options(self, model: type[Model]) -> dict[str, Any]:
        """Its index and constraint. No permission: who may see a row may see its history."""
        name = f"{model._meta.app_label}_{model._meta.model_name}_history"
        title = format_lazy(_("history: {kind}"), kind=model._meta.verbose_name)
        return super().get_meta_options(model) | {
            "verbose_name": title,
            "verbose_name_plural": title,
            "ordering": ("-history_id",),
            "get_latest_by": "history_id",
            "default_permissions": (),
            "indexes": [models.Index(fields=["id", "history_id"], name=f"{name}_row")],
            "constraints": [
                models.CheckConstraint(
                    condition=Q(author_kind__in=list(AuthorKind.values)),
                    name=f"{name}_author_known",
                )
            ],
        }

    # --- Its rows ---------------------------------------------------------------------

    def pre_save(
        self,
        instance: Model,
        raw: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
        **kwargs: Any,
    ) -> None:
        """Read what stands now in the columns that are about to be written."""
        before = None
        if not (raw or instance._state.adding or _is_silent.get()):
            written = None if update_fields is None else set(update_fields)
            columns = [
                field.attname
                for field in self.fields_included(instance)
                if written is None or written & {field.name, field.attname}
            ]
            if columns:
                rows = type(instance)._base_manager.using(using).filter(pk=instance.pk)
                before = rows.values(*columns).first()
        instance.__dict__["_history_before"] = before or {}

    def post_save(
        self, instance: Model, created: bool, using: str | None = None, **kwargs: Any
    ) -> None:
        """Write a row if the save made a row, or changed what is told."""
        before = instance.__dict__.pop("_history_before", {})
        changes = instance.__dict__.pop("_history_notes", {})
        if kwargs.get("raw") or _is_silent.get():
            return
        if created:
            if self.of_new_rows:
                self.create_historical_record(instance, "+", using)
            return
        for field in self.fields_included(instance):
            if field.attname in before:
                pair = [before[field.attname], field.to_python(getattr(instance, field.attname))]
                if pair[0] != pair[1]:
                    changes[field.name] = pair
        if changes:
            self.create_historical_record(instance, "~", using, changes)

    def post_delete(self, instance: Model, using: str | None = None, **kwargs: Any) -> None:
        """Write a row of what is gone."""
        if not _is_silent.get():
            self.create_historical_record(instance, "-", using)

    def create_historical_record(
        self,
        instance: Model,
        history_type: str,
        using: str | None = None,
        changes: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a row of this type, in the name of who makes the present request."""
        _row_of(instance, history_type, changes or {}).save(using=using)


def current_request() -> HttpRequest | None:
    """The request that is being answered (simple_history's middleware); None in a command."""
    request: HttpRequest | None = getattr(HistoricalRecords.context, "request", None)
    return request


def _author() -> tuple[int | None, str]:
    """The user who makes the present request, and what kind of author that is.

    The API notes on Django's request whom its own authentication found.
    """
    request = current_request()
    if request is None:
        return None, AuthorKind.SYSTEM
    who: Any = getattr(request, "user", None)
    kind = getattr(who, "principal_kind", AuthorKind.ANYONE)
    return (who.pk if isinstance(who, get_user_model()) else None), kind


def _row_of(instance: Model, history_type: str, changes: Mapping[str, Any]) -> Model:
    """A row, not yet saved, in the name of who makes the present request."""
    model: Any = history_of(type(instance)).model
    user, kind = _author()
    row: Model = model(
        history_date=timezone.now(),
        history_type=history_type,
        history_user_id=user,
        author_kind=kind,
        changes=changes,
        **{field.attname: getattr(instance, field.attname) for field in model.tracked_fields},
    )
    return row


def update_told(rows: models.QuerySet, **values: Any) -> int:
    """`rows.update(**values)` that leaves a row of history of each; in a transaction, locked."""
    told = {field.name: field for field in history_of(rows.model).model.tracked_fields}
    changed = []
    for row in rows:
        changes = {}
        for name in told.keys() & values.keys():
            before = getattr(row, told[name].attname)
            setattr(row, name, values[name])
            changes[name] = [before, getattr(row, told[name].attname)]
        changed.append(_row_of(row, "~", changes))
    history_of(rows.model).bulk_create(changed, batch_size=500)
    return rows.update(**values)


def history_of(model: type[Model]) -> models.Manager:
    """The rows of a model's history; a proxy's are its model's."""
    manager: models.Manager = model.history.model._base_manager  # type: ignore[attr-defined]
    return manager


def note(instance: Model, **changes: tuple[Any, Any]) -> None:
    """Have the next save tell of changes that lie in none of the columns told: before, after."""
    noted = {name: list(pair) for name, pair in changes.items()}
    instance.__dict__.setdefault("_history_notes", {}).update(noted)


@contextmanager
def unrecorded() -> Iterator[None]:
    """Write no history: for old data on its way in and out, which nobody of the shop changed."""
    token = _is_silent.set(True)
    try:
        yield
    finally:
        _is_silent.reset(token)


def blank_history(model: type[Model], keys: Iterable[int], **values: Any) -> None:
    """Set columns in the whole history of these rows, and forget what it said of them.

    That they were changed, when and by whom stays.
    """
    rows = history_of(model).filter(id__in=list(keys))
    rows.update(**values)
    silenced = []
    for row in rows.exclude(changes={}).iterator():
        for name in values.keys() & row.changes.keys():
            row.changes[name] = [None, None]
        silenced.append(row)
    rows.model._base_manager.bulk_update(silenced, ["changes"], batch_size=100)


def values_told(model: type[Model], keys: Iterable[int], name: str) -> set[Any]:
    """What a column of these rows held before and after each change; empty values are left out."""
    changes = history_of(model).filter(id__in=list(keys)).values_list("changes", flat=True)
    return {value for told in changes.iterator() for value in told.get(name, ()) if value}
