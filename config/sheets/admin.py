"""The admin's pages that take rows out as a file and bring a file's rows in.

The library's own pages let any member of staff do both unless its permission codes are set
(settings), keep what was uploaded in a folder of one machine, and import what is right of a
file that is wrong. Its look-ups of permissions, addresses and the list's rows are kept.
"""

import io
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG, IGNORED_PARAMS, PAGE_VAR, SEARCH_VAR
from django.contrib.contenttypes.models import ContentType
from django.core import signing
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from import_export.admin import ExportMixin, ImportMixin
from import_export.results import Result

from config.sheets.reading import MOST_BYTES, MOST_ROWS, Sheet, read_sheet
from config.sheets.resources import ShopResource, effect_of, touched
from config.sheets.writing import WRITERS

# A page makes a file of as many rows as its list counts; more would hold the server up.
MOST_EXPORTED = 10_000
# So many rows of an import are shown before it is confirmed.
MOST_SHOWN = 200
# What was uploaded waits in the page that asks: no server keeps it, so any may go on. It
# has to fit into the form that comes back (DATA_UPLOAD_MAX_MEMORY_SIZE).
MOST_CARRIED = 900_000
CARRIED_SECONDS = 60 * 60

FORMATS = {"csv": "CSV", "xlsx": "XLSX (Excel)"}


class SheetPages:
    """What both pages have in common."""

    import_export_change_list_template = None
    resource_classes: Sequence[type[ShopResource]]
    admin_site: Any
    model: Any
    opts: Any

    def _address(self, page: str) -> str:
        options = self.opts
        return reverse(f"admin:{options.app_label}_{options.model_name}_{page}")

    def _sheet_page(self, request: HttpRequest, name: str, **context: Any) -> TemplateResponse:
        shown = self.admin_site.each_context(request) | {"opts": self.opts} | context
        return TemplateResponse(request, f"admin/sheets/{name}.html", shown)

    def _note(self, request: HttpRequest, text: str) -> None:
        """Note in the admin's log, in English, what was done with rows of this list."""
        staff: Any = request.user
        LogEntry.objects.create(
            user=staff,
            content_type=ContentType.objects.get_for_model(self.model, for_concrete_model=False),
            object_repr=f"{self.opts.model_name}s",
            action_flag=CHANGE,
            change_message=text,
        )


class FormatForm(forms.Form):
    """As which kind of file."""

    format = forms.ChoiceField(
        label=_("Format"), choices=FORMATS.items(), initial="csv", widget=forms.RadioSelect
    )


class ExportingAdmin(SheetPages, ExportMixin):
    """A list that can be taken out as a file, as it is searched and narrowed down."""

    # What takes out what is too much for a page, if there is such a command.
    export_command = ""

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Who may take out what they may see."""
        return super().has_export_permission(request) and self.has_view_permission(request)

    def export_action(self, request: HttpRequest) -> Any:
        """Tell what the file will hold, ask for its format, and make it."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            rows = self.get_export_queryset(request).prefetch_related(None)
        except IncorrectLookupParameters:
            return redirect(f"{self._address('changelist')}?{ERROR_FLAG}=1")
        count = rows.order_by().values("pk")[: MOST_EXPORTED + 1].count()
        form = FormatForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and count <= MOST_EXPORTED:
            return self._file(request, rows, form.cleaned_data["format"])
        return self._sheet_page(
            request,
            "export",
            title=gettext("Export %(names)s") % {"names": self.opts.verbose_name_plural},
            is_personal=self.resource_classes[0].is_personal,
            form=form,
            count=count,
            most=MOST_EXPORTED,
            command=self.export_command,
            narrowed=[self._called(name) for name in narrowed_by(request)],
            back=f"{self._address('changelist')}?{request.GET.urlencode()}",
        )

    def _called(self, name: str) -> Any:
        """What the list calls that by which it is narrowed down."""
        if name == "search":
            return _("search")
        for part in self.list_filter:
            if getattr(part, "parameter_name", None) == name:
                return part.title
        try:
            return self.opts.get_field(name).verbose_name
        except FieldDoesNotExist:
            return name

    def _file(self, request: HttpRequest, rows: QuerySet, kind: str) -> FileResponse:
        resource = self.resource_classes[0]()
        file = io.BytesIO()
        count = WRITERS[kind](file, resource.get_export_headers(), resource.records(rows))
        file.seek(0)
        text = f"Rows exported as {kind.upper()}: {count}."
        if names := narrowed_by(request):
            # Only by what: what was searched for may be somebody's name.
            text += f" Narrowed down by: {', '.join(names)}."
        self._note(request, text)
        name = f"{self.opts.model_name}s-{timezone.localdate()}.{kind}"
        return FileResponse(file, as_attachment=True, filename=name)


def narrowed_by(request: HttpRequest) -> list[str]:
    """The names of what a list is searched and narrowed down by, not the values."""
    ignored = {*IGNORED_PARAMS, PAGE_VAR, ERROR_FLAG}
    names = [name.partition("__")[0] for name, value in request.GET.items() if value]
    found = ["search"] if request.GET.get(SEARCH_VAR) else []
    return found + [name for name in dict.fromkeys(names) if name not in ignored]


class UploadForm(forms.Form):
    """A file to import. Its rows are read, and not yet held against anything."""

    file = forms.FileField(label=_("File"), widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}))

    def __init__(self, *args: Any, resource: ShopResource, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.resource = resource

    def clean_file(self) -> Sheet:
        """The file's rows."""
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            text = _("This file is larger than %(most)d MB: split it.")
            raise ValidationError(text % {"most": MOST_BYTES // 1024**2})
        sheet = read_sheet(upload.read())
        self.resource.check_headers(sheet.headers)
        return sheet


class ImportingAdmin(SheetPages, ImportMixin):
    """A list into which a file is brought: first as a dry run, then confirmed."""

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Who may import, and add and change each of the rows."""
        return (
            super().has_import_permission(request)
            and self.has_add_permission(request)
            and self.has_change_permission(request)
        )

    def import_action(self, request: HttpRequest, **kwargs: Any) -> TemplateResponse:
        """Ask for a file, and show what it would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        form = UploadForm(*sent, resource=self.resource_classes[0]())
        if not form.is_valid():
            return self._upload_page(request, form=form)
        sheet = form.cleaned_data["file"]
        carried = signing.dumps(sheet, salt=self._salt(request), compress=True)
        if len(carried) > MOST_CARRIED:
            form.add_error("file", gettext("This file holds too much text: split it."))
            return self._upload_page(request, form=form)
        return self._rehearsal(request, sheet, carried)

    @method_decorator(require_POST)
    def process_import(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do what was shown; if it would be something else by now, show that instead."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        carried = request.POST.get("carried", "")
        try:
            sheet = Sheet(
                *signing.loads(carried, salt=self._salt(request), max_age=CARRIED_SECONDS)
            )
        except signing.BadSignature:
            text = gettext("This page was open for too long: choose the file again.")
            messages.error(request, text)
            return redirect(self._address("import"))
        resource = self.resource_classes[0]()
        result = resource.bring(sheet, dry_run=False, seen=request.POST.get("seen", "-"))
        if result.base_errors or result.invalid_rows:
            text = gettext("Something changed meanwhile, so nothing was imported: look again.")
            messages.warning(request, text)
            return self._rehearsal(request, sheet, carried)
        # Of each row its history tells what was changed, and by whom.
        with override(None):
            self._note(request, f"Import: {_told(result)}")
        messages.success(request, _told(result))
        return redirect(self._address("changelist"))

    def _salt(self, request: HttpRequest) -> str:
        """What was uploaded for one list by one member of staff is good for nothing else."""
        return f"config.sheets.admin:{self.opts.label_lower}:{request.user.pk}"

    def _rehearsal(self, request: HttpRequest, sheet: Sheet, carried: str) -> TemplateResponse:
        """The page with what an import would do, or with what is wrong with the file."""
        resource = self.resource_classes[0]()
        result = resource.bring(sheet, dry_run=True)
        wrong = [
            {"line": sheet.lines[row.number - 1], "errors": row.error_dict}
            for row in result.invalid_rows
        ]
        rows = touched(result)
        return self._upload_page(
            request,
            form=UploadForm(resource=resource),
            told=_told(result),
            wrong=wrong[:MOST_SHOWN],
            wrong_count=len(wrong),
            rows=rows[:MOST_SHOWN],
            row_count=len(rows),
            carried=carried,
            seen=effect_of(result),
        )

    def _upload_page(self, request: HttpRequest, **context: Any) -> TemplateResponse:
        columns = [column.column_name for column in context["form"].resource.writable()]
        return self._sheet_page(
            request,
            "import",
            title=gettext("Import %(names)s") % {"names": self.opts.verbose_name_plural},
            columns=["id", *columns],
            most_rows=MOST_ROWS,
            most_megabytes=MOST_BYTES // 1024**2,
            **context,
        )


def _told(result: Result) -> str:
    """What an import does, in numbers."""
    totals = result.totals
    return gettext("%(new)d new, %(changed)d changed, %(same)d as they were.") % {
        "new": totals["new"],
        "changed": totals["update"],
        "same": totals["skip"],
    }
