"""Which columns a file of a model has, and how its rows come in: the base of all resources.

An import goes through the verbs of its app, all of it or nothing. What a cell says that the
shop would write into it itself is no change, whatever it is: a file that was exported comes in
again without a difference.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import tablib
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import Result, RowResult
from import_export.widgets import Widget

from config.database import retried
from config.rest.refusals import Refusal
from config.sheets.cells import text_of
from config.sheets.reading import Sheet


class CellWidget(Widget):
    """Reads a cell as a field of a form would; writes the value as it is."""

    def __init__(self, reads: forms.Field | None) -> None:
        super().__init__()
        self.reads = reads

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        """The cell's value; raises ValueError, which the row's errors collect."""
        if self.reads is None:
            return value
        try:
            return self.reads.clean(value)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from error

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        """The value: each format writes it in its own way."""
        return value


class Column(Field):
    """A column of a file: an attribute of the row, or what `value` tells of the row.

    Without a form field that reads it, it only tells, and an import passes over it.
    """

    def __init__(
        self,
        name: str,
        *,
        attribute: str = "",
        value: Callable[[Any], Any] | None = None,
        reads: forms.Field | None = None,
    ) -> None:
        super().__init__(attribute or name, name, CellWidget(reads), readonly=reads is None)
        self.value = value

    def get_value(self, instance: Any) -> Any:
        """What stands in the cell."""
        return self.value(instance) if self.value else super().get_value(instance)


class Change(NamedTuple):
    """What a cell changes."""

    column: str
    before: str
    after: str


class Changes:
    """What a row changes, cell by cell: what the library asks of a difference."""

    def __init__(self, resource: "ShopResource", instance: Any, new: bool) -> None:
        self._columns = resource.writable()
        self._is_new = new
        self._before = self._told(instance)

    def compare_with(self, resource: "ShopResource", instance: Any) -> None:
        """Take the row as it will be."""
        self._after = self._told(instance)

    def as_html(self) -> list[Change]:
        """The cells that differ; of a new row, all that say something."""
        names = (column.column_name for column in self._columns)
        cells = zip(names, self._before, self._after, strict=True)
        return [
            Change(name, "" if self._is_new else before, after)
            for name, before, after in cells
            if (after if self._is_new else before != after)
        ]

    def _told(self, instance: Any) -> list[str]:
        return [text_of(column.get_value(instance)) for column in self._columns]


class OutdatedError(Exception):
    """The import would do something else than was shown."""


class ShopResource(ModelResource):
    """A model's rows as a file, and back where the resource says how."""

    # Whether the file tells of people.
    is_personal = True
    # Whether a row is held to its model's constraints before it is written: a query for each.
    asks_constraints = True

    class Meta:
        skip_unchanged = True
        # No savepoint for each row: nothing is kept of a file of which a row is wrong.
        use_bulk = True
        report_skipped = True

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A file has the columns that the class declares, in that order, and no more."""
        super().__init_subclass__(**kwargs)
        cls.Meta.fields = tuple(cls.fields)  # type: ignore[attr-defined]

    @classmethod
    def get_diff_class(cls) -> type[Changes]:
        """Differences as texts."""
        return Changes

    # --- Out -------------------------------------------------------------------------

    def records(self, rows: Iterable[Model]) -> Iterator[list[Any]]:
        """The cells of each row, in the order of `get_export_headers`."""
        columns = self.get_export_fields()
        for row in rows:
            yield [column.get_value(row) for column in columns]

    # --- In --------------------------------------------------------------------------

    def find(self, row: dict[str, str]) -> Model | None:
        """The row of the database that a row of the file means; None for a new one.

        Raises ValidationError where the row cannot say which it means.
        """
        raise NotImplementedError

    def add(self, values: dict[str, Any]) -> Model:
        """Add a row by the app's verb."""
        raise NotImplementedError

    def change(self, instance: Any, values: dict[str, Any]) -> Model:
        """Change a row by the app's verb; `values` are those that the file tells otherwise."""
        raise NotImplementedError

    def writable(self) -> list[Column]:
        """The columns that an import reads."""
        return [field for field in self.get_import_fields() if not field.readonly]

    def check_headers(self, headers: list[str]) -> None:
        """Raise ValidationError for a column that is none of ours: it may be misspelt."""
        known = self.get_export_headers()
        unknown = [name[:40] for name in headers if name not in known]
        if unknown:
            text = _("There is no column %(unknown)s; there are: %(known)s.")
            raise ValidationError(text % {"unknown": unknown[0], "known": ", ".join(known)})

    @retried
    def bring(self, sheet: Sheet, *, dry_run: bool, seen: str = "") -> Result:
        """Import a file, or with `dry_run` say only what that would do.

        All of it or, if a row cannot be, nothing; nothing either where it would do something
        else than what was `seen` (`effect_of`), which then is one of the `base_errors`.
        """
        self._lines = sheet.lines
        self._first_lines: dict[Any, int] = {}
        dataset = tablib.Dataset(*sheet.rows, headers=sheet.headers)
        result: Result = self.import_data(
            dataset, dry_run=dry_run, rollback_on_validation_errors=True, seen=seen
        )
        return result

    # The library collects also what is no fault of the file, and would go on in a transaction
    # that the database gave up.

    def import_row(self, row: Any, instance_loader: Any, **kwargs: Any) -> Any:
        """What comes of a row; raises what nobody expected."""
        result = super().import_row(row, instance_loader, **kwargs)
        for unexpected in result.errors:
            raise unexpected.error
        return result

    def handle_import_error(
        self, result: Any, error: Exception, raise_errors: bool = False
    ) -> None:
        """Take note of an import that is outdated; raise everything else."""
        if not isinstance(error, OutdatedError):
            raise error
        super().handle_import_error(result, error)

    def once(self, key: Any) -> None:
        """Raise ValidationError if a line before this one was about the same."""
        first = self._first_lines.setdefault(key, self.line)
        if first != self.line:
            raise ValidationError(_("This stands in line %(line)d already.") % {"line": first})

    def before_import_row(self, row: Any, **kwargs: Any) -> None:
        """Keep the number of the line."""
        self.line = self._lines[kwargs["row_number"] - 1]

    def get_or_init_instance(self, instance_loader: Any, row: Any) -> tuple[Any, bool]:
        """The row as it is, or a new one."""
        self._given: set[str] = set()
        found = self.find(row)
        return (self.init_instance(row), True) if found is None else (found, False)

    def import_field(
        self, field: Any, instance: Any, row: Any, is_m2m: bool = False, **kwargs: Any
    ) -> None:
        """Read a cell, unless it says what the shop itself would write there."""
        name = field.column_name
        if name not in row:
            return
        if instance._state.adding or row[name] != text_of(field.get_value(instance)):
            self._given.add(name)
            super().import_field(field, instance, row, is_m2m, **kwargs)

    def validate_instance(
        self, instance: Any, import_validation_errors: Any = None, validate_unique: bool = True
    ) -> None:
        """Hold the row to its model; what is unique, the resource asks for all rows at once."""
        errors = dict(import_validation_errors or {})
        try:
            instance.full_clean(
                exclude=errors, validate_unique=False, validate_constraints=self.asks_constraints
            )
        except ValidationError as error:
            error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def save_instance(self, instance: Any, is_create: bool, row: Any, **kwargs: Any) -> None:
        """Add or change the row by the app's verb; a dry run writes nothing at all."""
        if self._is_dry_run(kwargs):
            return
        # Only what was read: of the rest a colleague's change at this moment stays.
        values = {
            column.attribute: column.get_value(instance)
            for column in self.writable()
            if column.column_name in self._given
        }
        try:
            saved = self.add(values) if is_create else self.change(instance, values)
        except Refusal as refusal:
            raise ValidationError(refusal.detail) from refusal
        instance.pk = saved.pk

    def after_import_row(self, row: Any, row_result: Any, **kwargs: Any) -> None:
        """Tell the row by its line in the file."""
        row_result.line = self.line

    def after_import(self, dataset: Any, result: Any, **kwargs: Any) -> None:
        """Refuse to do what nobody was shown."""
        if kwargs["seen"] and not result.invalid_rows and kwargs["seen"] != effect_of(result):
            raise OutdatedError
        super().after_import(dataset, result, **kwargs)


def touched(result: Result) -> list[RowResult]:
    """The rows that an import adds or changes."""
    return [row for row in result.rows if row.is_new() or row.is_update()]


def effect_of(result: Result) -> str:
    """A digest of what an import does: the same for the same changes of the same rows."""
    effect = [(row.line, row.import_type, row.diff) for row in touched(result)]
    return hashlib.sha256(json.dumps(effect).encode()).hexdigest()
