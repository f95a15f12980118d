"""Filters of the admin's lists beside Django's: for a text, for days, and for a row given."""

import datetime
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.days import midnight


class GivenFilter(admin.FieldListFilter):
    """By one row of another table, from whose page one comes.

    It offers no choice of its own, and is shown while it is used: that the list is narrowed
    down has to be seen, and has to end by a click.
    """

    def expected_parameters(self) -> list[Any]:
        """The name in the address."""
        return [f"{self.field_path}__id__exact"]

    def has_output(self) -> bool:
        """Only while it is used."""
        return bool(self.used_parameters)

    def choices(self, changelist: Any) -> Iterator[Any]:
        """All rows, and those of the one."""
        (name,) = self.expected_parameters()
        used: dict[str, Any] = self.used_parameters
        key = used[name][-1]
        rows = self.field.related_model._default_manager  # type: ignore[union-attr]
        shown = rows.filter(pk=key).first() or key
        without = changelist.get_query_string(remove=[name])
        yield {"selected": False, "query_string": without, "display": _("All")}
        yield {"selected": True, "query_string": changelist.get_query_string(), "display": shown}


class KeyFilter(admin.SimpleListFilter):
    """By one of some rows of another table: `lookups` offers their keys."""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """All rows until one is chosen; none for what was not offered."""
        chosen = self.value()
        if chosen is None:
            return queryset
        if all(key != chosen for key, _name in self.lookup_choices):
            return queryset.none()
        return self.of(queryset, int(chosen))

    def of(self, queryset: QuerySet, key: int) -> QuerySet:
        """The rows of the chosen one."""
        raise NotImplementedError


class AskingFilter(admin.FieldListFilter):
    """A filter that is a small form. What else narrows the list goes along with it."""

    template = "admin/filter_form.html"
    # Further parts of the address: the field's path comes before each.
    parts: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.errors: list[str] = []
        used: dict[str, Any] = self.used_parameters
        self.given = {name: str(values[-1]).strip() for name, values in used.items()}

    def expected_parameters(self) -> list[Any]:
        """The names in the address."""
        return [f"{self.field_path}__{part}" for part in self.parts]

    def has_output(self) -> bool:
        """It can always be asked for."""
        return True

    def value(self, part: str) -> str:
        """What was given for a part; nothing is an empty text."""
        return self.given.get(f"{self.field_path}__{part}", "")

    def inputs(self) -> list[dict[str, Any]]:
        """What the form asks for."""
        raise NotImplementedError

    def suggestions(self) -> list[tuple[str, Any]]:
        """Values that one click gives: each with what it is called."""
        return []

    def said(self) -> str:
        """What the list is narrowed to, for the filter's name."""
        return " ".join(
            self.given[name] for name in self.expected_parameters() if name in self.given
        )

    def choices(self, changelist: Any) -> Iterator[Any]:
        """What the template shows: one form."""
        names = self.expected_parameters()
        yield {
            "said": self.said(),
            "inputs": self.inputs(),
            "errors": self.errors,
            "suggestions": [
                {
                    "display": display,
                    "selected": self.given.get(names[0]) == value,
                    "query_string": changelist.get_query_string({names[0]: value}, remove=names),
                }
                for value, display in self.suggestions()
            ],
            "kept": [
                (name, value)
                for name, values in changelist.filter_params.items()
                if name not in names
                for value in values
            ],
            "clear": changelist.get_query_string(remove=names),
        }


class TextFilter(AskingFilter):
    """Rows whose column is exactly the text that was typed, in lower case as it is stored."""

    parts = ("exact",)
    help_text: Any = ""

    def typed(self) -> str:
        """The text to look for."""
        return self.value("exact").lower()

    def inputs(self) -> list[dict[str, Any]]:
        """One text."""
        (name,) = self.expected_parameters()
        return [
            {
                "type": "text",
                "name": name,
                "label": self.help_text or self.title,
                "value": self.given.get(name, ""),
                "max_length": self.field.max_length,
            }
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows that match; all where nothing was typed."""
        (name,) = self.expected_parameters()
        text = self.typed()
        return queryset.filter(**{name: text}) if text else queryset


class BeginningFilter(TextFilter):
    """Rows whose column begins with what was typed, in any case."""

    parts = ("istartswith",)
    help_text = _("Begins with")

    def typed(self) -> str:
        """The text as it was typed: the database tells no case apart."""
        return self.value("istartswith")


class DaysFilter(AskingFilter):
    """Rows of some days of the shop: from one on, up to one, or both. Both days are in."""

    parts = ("since", "until")

    def inputs(self) -> list[dict[str, Any]]:
        """Two days."""
        labels = (_("From"), _("To"))
        return [
            {"type": "date", "name": name, "label": label, "value": self.given.get(name, "")}
            for name, label in zip(self.expected_parameters(), labels, strict=True)
        ]

    def suggestions(self) -> list[tuple[str, Any]]:
        """From today, this week and this month on."""
        today = timezone.localdate()
        days = ((0, _("Today")), (6, _("7 days")), (29, _("30 days")))
        return [((today - datetime.timedelta(days=n)).isoformat(), said) for n, said in days]

    def said(self) -> str:
        """`2026-11-01 – 2026-11-22`, or its half."""
        since, until = self.value("since"), self.value("until")
        return f"{since} – {until}".strip() if since or until else ""

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """The rows of these days; none, and the form says why, where one is no day."""
        try:
            since = self._midnight(self.value("since"))
            until = self._midnight(self.value("until"), after=datetime.timedelta(days=1))
        except (ValidationError, OverflowError):
            self.errors = [str(_("Give a day as 2026-11-22."))]
            return queryset.none()
        if since:
            queryset = queryset.filter(**{f"{self.field_path}__gte": since})
        if until:
            queryset = queryset.filter(**{f"{self.field_path}__lt": until})
        return queryset

    @staticmethod
    def _midnight(
        text: str, after: datetime.timedelta = datetime.timedelta()
    ) -> datetime.datetime | None:
        """The beginning of a day, or of one so long after it; None where none was given."""
        day = forms.DateField(required=False, input_formats=["%Y-%m-%d"]).clean(text)
        if day is None:
            return None
        return midnight(day + after)
