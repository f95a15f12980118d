"""The history of a row of the admin: what was changed in it, and what was noted of it."""

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.admin.options import get_content_type_for_model
from django.contrib.admin.utils import display_for_field
from django.db.models import BooleanField, Field, ForeignKey, Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from config.database import FIRST_YEAR, LAST_YEAR
from config.history import Change, history_of

PER_PAGE = 50
# What somebody did to a row within so long was one thing: the save of a form, and its note.
AT_ONCE = datetime.timedelta(seconds=1)
TITLES = {"+": _("Added"), "~": _("Changed"), "-": _("Deleted")}
_TYPES = {ADDITION: "+", CHANGE: "~", DELETION: "-"}
NOTHING = "–"


# Rows of other models that changes name, by model and key.
Named = dict[Any, dict[Any, Model]]


class Difference(NamedTuple):
    """What changed: from these texts to those. Neither, where it is not told."""

    label: Any
    before: list[str]
    after: list[str]

    @property
    def is_told(self) -> bool:
        """Whether it is known what there was, or came."""
        return bool(self.before or self.after)


@dataclass
class Occasion:
    """What somebody did at one moment."""

    at: datetime.datetime
    user: Any
    who: Any
    title: Any = ""
    differences: list[Difference] = field(default_factory=list)
    log: list[LogEntry] = field(default_factory=list)

    def takes(self, older: "Occasion") -> bool:
        """Take in what this notes, if that was done just before by the same person."""
        is_one = not self.title and self.user == older.user and self.at - older.at < AT_ONCE
        if is_one:
            self.title = older.title
            self.differences = older.differences
            self.log += older.log
        return is_one

    @property
    def notes(self) -> list[str]:
        """What was noted, without what the differences tell."""
        with override(None):
            labels = {str(difference.label).lower() for difference in self.differences}
        return [told(entry) for entry in self.log if not (self.title and _is_told(entry, labels))]


def told(entry: LogEntry) -> str:
    """What Django's log says was done."""
    return entry.get_change_message() or str(TITLES[_TYPES[entry.action_flag]])


def _is_told(entry: LogEntry, labels: set[str]) -> bool:
    """Whether a form's own note names nothing but these, or lines of a row."""
    if not entry.change_message.startswith("["):
        return False
    parts = [part.get("changed", {}) for part in json.loads(entry.change_message)]
    fields = {
        label.lower() for part in parts if "name" not in part for label in part.get("fields", ())
    }
    return fields <= labels


def history_page(model_admin: Any, request: HttpRequest, row: Model) -> TemplateResponse:
    """The newest of it first; `before` leads on to what is older, without counting it."""
    before = _moment(request.GET.get("before", ""))
    found = sorted(
        [*_changes(row, before), *_log(model_admin.model, row, before)],
        key=lambda one: one.at,
        reverse=True,
    )
    shown = found[:PER_PAGE]
    context = model_admin.admin_site.each_context(request) | {
        "title": str(row),
        "subtitle": gettext("History"),
        "opts": model_admin.opts,
        "object": row,
        "occasions": list(_together(shown)),
        "is_first_page": before is None,
        "older": shown[-1].at.isoformat() if len(found) > PER_PAGE else "",
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "admin/history.html", context)


def _moment(text: str) -> datetime.datetime | None:
    """The moment of a link to older ones; None where it is none."""
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    if moment is None or not is_aware(moment) or not FIRST_YEAR < moment.year <= LAST_YEAR:
        return None
    return moment


def _together(occasions: Iterable[Occasion]) -> Iterator[Occasion]:
    """Occasions, with each note beside the change that it was made of."""
    newer = None
    for occasion in occasions:
        if newer is None or not newer.takes(occasion):
            if newer is not None:
                yield newer
            newer = occasion
    if newer is not None:
        yield newer


# --- The changes ------------------------------------------------------------------------


def _changes(row: Model, before: datetime.datetime | None) -> list[Occasion]:
    """The newest changes of a row whose model has a history, one more than a page holds."""
    if not hasattr(row._meta.concrete_model, "history"):
        return []
    rows: Any = history_of(type(row)).select_related("history_user").filter(id=row.pk)
    if before is not None:
        rows = rows.filter(history_date__lt=before)
    found: list[Any] = list(rows.order_by("-history_id")[: PER_PAGE + 1])
    named = _named(row, found)
    return [
        Occasion(
            at=change.history_date,
            user=change.history_user,
            who=change.history_user or change.get_author_kind_display(),
            title=TITLES[change.history_type],
            differences=[
                _difference(row, name, pair, named) for name, pair in change.changes.items()
            ],
        )
        for change in found
    ]


def _named(row: Model, changes: Iterable[Change]) -> Named:
    """What these changes name: a query for each model."""
    keys: dict[Any, set[Any]] = {}
    for change in changes:
        for name, pair in change.changes.items():
            column = row._meta.get_field(name)
            if isinstance(column, ForeignKey):
                keys.setdefault(column.related_model, set()).update(pair)
    return {model: model._base_manager.in_bulk(found - {None}) for model, found in keys.items()}


def _difference(row: Model, name: str, pair: list[Any], named: Named) -> Difference:
    column: Any = row._meta.get_field(name)
    if not isinstance(column, Field):
        label = column.related_model._meta.verbose_name_plural
        before, after = ([_line(*line) for line in lines or ()] for lines in pair)
        kept = [line for line in before if line in after]
        return Difference(
            label,
            [line for line in before if line not in kept],
            [line for line in after if line not in kept],
        )
    if pair[0] == pair[1]:
        return Difference(column.verbose_name, [], [])
    old, new = (_text(column, value, named) for value in pair)
    return Difference(column.verbose_name, [old], [new])


def _line(quantity: int, name: str, unit_price: str | None) -> str:
    """An order's line: `2 x Wash, 12.50`."""
    price = f", {unit_price}" if unit_price is not None else ""
    return f"{quantity} × {name}{price}"


def _text(column: Field, value: Any, named: Named) -> str:
    """A value as people read it."""
    if value in (None, ""):
        return NOTHING
    if isinstance(column, ForeignKey):
        return str(named[column.related_model].get(value, f"#{value}"))
    if isinstance(column, BooleanField):
        return gettext("Yes") if value else gettext("No")
    return str(display_for_field(column.to_python(value), column, NOTHING))


# --- The notes --------------------------------------------------------------------------


def _log(kind: type[Model], row: Model, before: datetime.datetime | None) -> list[Occasion]:
    """The newest notes of Django's log of changes, one more than a page holds."""
    entries = LogEntry.objects.select_related("user").filter(
        content_type=get_content_type_for_model(kind), object_id=str(row.pk)
    )
    if before is not None:
        entries = entries.filter(action_time__lt=before)
    return [
        Occasion(
            at=entry.action_time,
            user=entry.user,
            who=entry.user,
            log=[entry],
        )
        for entry in entries.order_by("-pk")[: PER_PAGE + 1]
    ]
