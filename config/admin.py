"""What the admin pages of all apps share."""

import datetime
from collections.abc import Iterable, Iterator
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten, unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import DateTimeField, Q, QuerySet
from django.forms import ModelForm, SplitDateTimeField, SplitDateTimeWidget
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.admin_history import history_page


def badges(shown: Iterable[tuple[str, Any]]) -> SafeString:
    """States, told apart by colour too: of each its name in the style sheet, and its text."""
    return format_html_join(" ", '<span class="badge badge-{}">{}</span>', shown)


class HasHappenedFilter(admin.EmptyFieldListFilter):
    """Narrows a list by whether a moment came: the order deleted, the mail sent."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Say yes and no instead of "not empty" and "empty"."""
        titles = (_("All"), _("No"), _("Yes"))
        for choice, title in zip(super().choices(changelist), titles, strict=True):
            yield {**choice, "display": title}


class MomentWidget(SplitDateTimeWidget):
    """A date and a time, by the browser's own fields, each of which says what it is."""

    def __init__(self) -> None:
        super().__init__(
            date_attrs={"type": "date", "aria-label": gettext("Date")},
            date_format="%Y-%m-%d",
            time_attrs={"type": "time", "aria-label": gettext("Time")},
            time_format="%H:%M",
        )


class MomentField(SplitDateTimeField):
    """A date and a time to the minute; a date alone is its first moment."""

    def compress(self, data_list: Any) -> Any:
        """The moment in the shop's time; None without a date."""
        if data_list and data_list[0] and data_list[1] is None:
            data_list = [data_list[0], datetime.time.min]
        return super().compress(data_list)

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another minute was given: the widget shows, and sends back, no seconds."""
        if isinstance(initial, datetime.datetime):
            initial = initial.replace(second=0, microsecond=0)
        return super().has_changed(initial, data)


class BoundedPaginator(Paginator):
    """Pages of a big table: it counts, and leads to, its first 10,000 rows only.

    Counting all rows of a filter would read them all; who needs an older row narrows the
    list down to it.
    """

    MOST = 10_000

    @cached_property
    def count(self) -> int:
        """How many rows there are, up to `MOST`."""
        return min(self._counted, self.MOST)

    @property
    def has_more(self) -> bool:
        """Whether there are rows behind the last page."""
        return self._counted > self.MOST

    @cached_property
    def _counted(self) -> int:
        rows: Any = self.object_list
        return rows.order_by().values("pk")[: self.MOST + 1].count()


class ShopAdmin(admin.ModelAdmin):
    """A list that stays quick when it grows, and a form that saves only what was changed."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    paginator = BoundedPaginator
    formfield_overrides = {DateTimeField: {"form_class": MomentField, "widget": MomentWidget}}

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """The list, under the name of what it lists."""
        title = {"title": capfirst(self.model._meta.verbose_name_plural)}
        return super().changelist_view(request, title | (extra_context or {}))

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        """By what the list shows or offers to be narrowed down by, and by no other column.

        Else the address would tell, a letter at a time, what no page shows: the hash of a
        password, the link in a mail.
        """
        column = lookup.partition("__")[0]
        parts = (part[0] if isinstance(part, tuple) else part for part in self.list_filter)
        filters = (getattr(part, "parameter_name", part) for part in parts)
        shown = {"id", *self.get_list_display(request), *filters}
        is_hidden = column not in shown and column in {
            name for field in self.opts.concrete_fields for name in (field.name, field.attname)
        }
        return not is_hidden and super().lookup_allowed(lookup, value, request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The form, under the name of what it shows."""
        shown = context.get("original")
        if shown is not None:
            kind = capfirst(self.model._meta.verbose_name)
            context |= {"title": str(shown), "subtitle": kind}
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """What was changed in a row and noted of it, for who may see the row."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            return super().history_view(request, object_id)  # Which says so.
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        return history_page(self, request, row)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The form's parts; of something new, without those that only show what is."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None:
            return fieldsets
        shown = set(self.readonly_fields)
        return [part for part in fieldsets if not shown.issuperset(flatten(part[1]["fields"]))]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """Search for the whole of what was typed, not for each of its words."""
        text = search_term.strip()
        return (self.search(queryset, text) if text else queryset), False

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """The rows of which one of the `search_fields` (lookups) matches.

        In lower case, as emails are stored: an `Exact` column tells `A` from `a`.
        """
        found = (Q(**{str(lookup): text.lower()}) for lookup in self.search_fields)
        return rows.filter(reduce(or_, found))

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Save the changed columns only: another's change of the rest stays."""
        if not change:
            super().save_model(request, obj, form, change)
            return
        columns = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=[*columns.intersection(form.changed_data), "updated_at"])


class KeptAdmin(ShopAdmin):
    """Rows that staff add and change, but never erase: they deactivate them."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody erases these."""
        return False


class RecordAdmin(KeptAdmin):
    """Rows that the service writes and staff only read."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds these by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes these."""
        return False

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The page, without the way to a history of changes that is always empty."""
        return super().render_change_form(request, context | {"is_record": True}, *args, **kwargs)


class RecordInline(admin.TabularInline):
    """Rows of a parent that are only shown."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds these here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes these here."""
        return False
