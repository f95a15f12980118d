"""Printing what sticks to an order's pieces, and what the customer takes home."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orders.labels import CELLS, MOST_PIECES, labels_of, pieces_of, sheets_of, tickets_of
from orders.models import Order

MOST_ORDERS = 100
MOST_COPIES = 24
# A bigger document would take a browser long to lay out.
MOST_LABELS = 500
_IDS = re.compile(r"[0-9]{1,18}(,[0-9]{1,18})*")


class Format(NamedTuple):
    """One kind of printed page: its names, and what can be asked of it."""

    label: str | Promise
    action: str | Promise
    options: tuple[str, ...]


FORMATS = {
    "ticket": Format(gettext_lazy("Ticket, A6"), gettext_lazy("Print tickets (A6)"), ("copies",)),
    "roll": Format(
        gettext_lazy("Labels, 62 mm roll"),
        gettext_lazy("Print labels (62 mm roll)"),
        ("pieces", "copies"),
    ),
    "sheet": Format(
        gettext_lazy("Labels, A4 sheet of 24"),
        gettext_lazy("Print labels (A4 sheet of 24)"),
        ("pieces", "copies", "skip"),
    ),
}


class OptionsForm(forms.Form):
    """How much of a format is printed."""

    pieces = forms.IntegerField(
        label=gettext_lazy("Pieces of an order"),
        min_value=1,
        max_value=MOST_PIECES,
        required=False,
        widget=forms.NumberInput(attrs={"placeholder": gettext_lazy("as ordered")}),
    )
    copies = forms.IntegerField(
        label=gettext_lazy("Copies"), min_value=1, max_value=MOST_COPIES, required=False
    )
    skip = forms.IntegerField(
        label=gettext_lazy("Cells used up"), min_value=0, max_value=CELLS - 1, required=False
    )

    def __init__(self, kind: str, orders: Sequence[Order], data: dict[str, str]) -> None:
        shown = {"copies": "1", "skip": "0"}
        if len(orders) == 1:
            shown["pieces"] = str(pieces_of(orders[0]))
        super().__init__({**shown, **data}, auto_id="%s")
        self.kind, self.orders = kind, orders
        for name in set(self.fields) - set(FORMATS[kind].options):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Refuse what would be too much at once."""
        data = {name: value for name, value in self.cleaned_data.items() if value is not None}
        pieces = 1
        if self.kind != "ticket" and not self.errors:
            pieces = sum(data.get("pieces") or pieces_of(order) for order in self.orders)
        if pieces * data.get("copies", 1) > MOST_LABELS:
            raise ValidationError(
                _("At most %(most)d labels are printed at once."), params={"most": MOST_LABELS}
            )
        return data

    def printed(self) -> dict[str, Any]:
        """What the format's template shows."""
        options = dict(self.cleaned_data)
        if self.kind == "ticket":
            return {"tickets": tickets_of(self.orders, **options)}
        skip = options.pop("skip", 0)
        labels = labels_of(self.orders, **options)
        return (
            {"labels": labels} if self.kind == "roll" else {"sheets": sheets_of(labels, skip=skip)}
        )


class PrintingAdmin(admin.ModelAdmin):
    """Adds the printed pages to the admin of orders: of one by a button, of many."""

    def get_urls(self) -> list[URLPattern]:
        """The printed pages."""
        view = self.admin_site.admin_view
        return [
            path("print/<slug:kind>/", view(self.print_many), name="orders_order_print_many"),
            path(
                "<int:object_id>/print/<slug:kind>/",
                view(self.print_one),
                name="orders_order_print",
            ),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Every format, for who may see orders."""
        return super().get_actions(request) | {
            f"print_{kind}": (_prints(kind), f"print_{kind}", form.action)
            for kind, form in FORMATS.items()
            if self.has_view_permission(request)
        }

    def print_one(self, request: HttpRequest, object_id: int, kind: str) -> HttpResponse:
        """A format of one order."""
        return self._print_all(request, kind, str(object_id))

    def print_many(self, request: HttpRequest, kind: str) -> HttpResponse:
        """A format of the orders of `ids` (numbers with commas), in that order."""
        return self._print_all(request, kind, request.GET.get("ids", ""))

    def _print_all(self, request: HttpRequest, kind: str, ids: str) -> HttpResponse:
        if not _IDS.fullmatch(ids):
            raise Http404
        return self._print(request, kind, list(dict.fromkeys(map(int, ids.split(",")))))

    def _print(self, request: HttpRequest, kind: str, ids: list[int]) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Order.objects.prefetch_related("lines").in_bulk(ids[: MOST_ORDERS + 1])
        if kind not in FORMATS or not found:
            raise Http404
        orders = [found[key] for key in ids if key in found]
        form = OptionsForm(kind, orders, request.GET.dict())
        problem = _problem_of(orders, asked=len(ids))
        is_good = not problem and form.is_valid()
        context = {
            "kind": kind,
            "formats": FORMATS,
            "orders": orders,
            "form": form,
            "problem": problem,
            "host": settings.PUBLIC_URL.partition("://")[2],
            "back": _page_of(orders),
            **(form.printed() if is_good else {}),
        }
        status = 200 if is_good else 400
        return TemplateResponse(request, f"admin/orders/print/{kind}.html", context, status=status)


def _problem_of(orders: Sequence[Order], *, asked: int) -> str:
    """Why nothing is printed of these orders at all."""
    if asked > MOST_ORDERS:
        return _("At most %(most)d orders are printed at once.") % {"most": MOST_ORDERS}
    if missing := asked - len(orders):
        return ngettext(
            "%(count)d of the orders is not there.",
            "%(count)d of the orders are not there.",
            missing,
        ) % {"count": missing}
    deleted = [order.order_number for order in orders if order.deleted_at is not None]
    if deleted:
        return ngettext(
            "%(numbers)s was deleted. Restore it before printing.",
            "%(numbers)s were deleted. Restore them before printing.",
            len(deleted),
        ) % {"numbers": get_text_list(deleted, _("and"))}
    return ""


def _page_of(orders: Sequence[Order]) -> str:
    if len(orders) == 1:
        return reverse("admin:orders_order_change", args=(orders[0].pk,))
    return reverse("admin:orders_order_changelist")


def _prints(kind: str) -> Callable[..., HttpResponse | None]:
    """The action as Django's lists call theirs."""

    def open_page(
        model_admin: PrintingAdmin, request: HttpRequest, orders: QuerySet[Order]
    ) -> HttpResponse | None:
        ids = list(orders.values_list("pk", flat=True)[: MOST_ORDERS + 1])
        if len(ids) > MOST_ORDERS:
            text = _("At most %(most)d orders are printed at once.") % {"most": MOST_ORDERS}
            model_admin.message_user(request, text, messages.ERROR)
            return None
        page = reverse("admin:orders_order_print_many", args=(kind,))
        return redirect(f"{page}?ids={','.join(map(str, ids))}")

    return open_page
