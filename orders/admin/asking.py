"""The pages that ask before something is done to orders, and tell what came of it.

Views of their own and no part of a form: each verb is a transaction by itself, so that a
refusal is on record too.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.models import Customer
from config.rest.principals import Principal, principal_of
from config.rest.refusals import Code, Refusal
from orders.admin.actions import ACTIONS, IS_KEY, CustomerField, OrderAction, Text
from orders.models import Order, Status
from orders.sentences import SENTENCES

# So many transactions fit well into the time of one request.
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class Outcome:
    """What came of an action on one order, which is as it is afterwards."""

    order: Order
    before: str
    is_done: bool
    text: Text


def attempt(
    action: OrderAction, order: Order, *, version: str, by: Principal, data: dict[str, Any]
) -> Outcome:
    """Do it to an order of which somebody saw this version, or say why not."""
    before = order.status
    if objection := action.objection(order, by):
        return Outcome(order, before, False, objection)
    if str(order.version) != version:
        return Outcome(order, before, False, _changed(order))
    refusal = None
    try:
        action.perform(order, by, data)
    except Refusal as caught:
        refusal = caught
    order = Order.objects.select_related("customer").get(pk=order.pk)
    if refusal is None:
        status = Status(order.status).label
        text = str(action.done).format(status=status, customer=order.customer)
        return Outcome(order, before, True, text)
    is_stale = refusal.code in (Code.PRECONDITION_FAILED, Code.ORDER_NOT_FOUND)
    return Outcome(order, before, False, _changed(order) if is_stale else refusal.detail)


def _changed(order: Order) -> str:
    if order.deleted_at is not None:
        return _("It was deleted meanwhile. Nothing was done.")
    return _("It was changed meanwhile, and is %(status)s now. Nothing was done.") % {
        "status": Status(order.status).label
    }


class CustomerSearch(AutocompleteJsonView):
    """What `CustomerSelect` asks: customers by their list's search."""

    def process_request(self, request: HttpRequest) -> Any:
        """What was asked for, of customers instead of users."""
        term, _users, field, key = super().process_request(request)  # type: ignore[misc]
        return term, admin.site.get_model_admin(Customer), field, key

    def get_queryset(self) -> QuerySet:
        """Those who are served at present."""
        return super().get_queryset().filter(is_active=True)

    def serialize_result(self, obj: Customer, to_field_name: str) -> dict[str, str]:
        """The same label as the field's."""
        label = CustomerField(queryset=Customer.objects.none()).label_from_instance(obj)
        return {"id": str(obj.pk), "text": label}


class AskingAdmin(admin.ModelAdmin):
    """Adds the actions of `ACTIONS` to the admin of orders: for one by a button, for many."""

    def get_urls(self) -> list[URLPattern]:
        """The pages that ask, and the search that one of them needs."""
        view = self.admin_site.admin_view
        customers = CustomerSearch.as_view(admin_site=self.admin_site)
        return [
            path("customers/", view(customers), name="orders_order_customers"),
            path("do/<slug:name>/", view(self.do_to_many), name="orders_order_do_to_many"),
            path("<int:object_id>/do/<slug:name>/", view(self.do_to_one), name="orders_order_do"),
            *super().get_urls(),
        ]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """What this member of staff may do to many orders at once."""
        by = principal_of(request)
        return super().get_actions(request) | {
            action.name: (_asks_for(action), action.name, action.label_for_many)
            for action in ACTIONS.values()
            if action.label_for_many and action.may(by)
        }

    def _action(self, request: HttpRequest, name: str) -> OrderAction:
        action = ACTIONS.get(name)
        if action is None:
            raise Http404
        if not self.has_view_permission(request) or not action.may(principal_of(request)):
            raise PermissionDenied
        return action

    def do_to_one(self, request: HttpRequest, object_id: int, name: str) -> HttpResponse:
        """Ask before an action on an order; do it when that was confirmed."""
        action = self._action(request, name)
        order = Order.objects.select_related("customer").filter(pk=object_id).first()
        if order is None:
            raise Http404
        form = action.form_class(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return self._ask(request, action, [order], form)
        outcome = self._attempt(request, action, order, request.POST.get("version", ""), form)
        level = messages.SUCCESS if outcome.is_done else messages.WARNING
        messages.add_message(request, level, f"{order.order_number}: {outcome.text}")
        page = reverse("admin:orders_order_change", args=(order.pk,))
        return redirect(add_preserved_filters(self._kept(request), page))

    def do_to_many(self, request: HttpRequest, name: str) -> HttpResponse:
        """Do what was confirmed to each of many orders, and report what came of each."""
        action = self._action(request, name)
        if not action.label_for_many:
            raise Http404
        if request.method != "POST":
            return redirect("admin:orders_order_changelist")
        versions = dict(chosen.partition(":")[::2] for chosen in request.POST.getlist("order"))
        keys = [key for key in versions if IS_KEY.fullmatch(key)][:MOST_AT_ONCE]
        orders = Order.objects.filter(pk__in=keys).order_by("-pk")
        form = action.form_class(request.POST)
        if not form.is_valid():
            return self._ask(request, action, orders, form, is_for_many=True)
        outcomes = [
            self._attempt(request, action, order, versions[str(order.pk)], form) for order in orders
        ]
        done = sum(outcome.is_done for outcome in outcomes)
        return self._page(
            request, "report", action, outcomes=outcomes, done=done, refused=len(outcomes) - done
        )

    def _attempt(
        self, request: HttpRequest, action: OrderAction, order: Order, version: str, form: Any
    ) -> Outcome:
        by = principal_of(request)
        outcome = attempt(action, order, version=version, by=by, data=form.cleaned_data)
        if action.log and outcome.is_done:
            text = str(action.log).format(customer_id=outcome.order.customer_id)
            self.log_change(request, outcome.order, text)
        return outcome

    def ask_for_many(
        self, request: HttpRequest, action: OrderAction, orders: QuerySet[Order]
    ) -> HttpResponse | None:
        """The page that lists what an action would do to each of the chosen orders."""
        chosen = list(orders.order_by("-pk")[: MOST_AT_ONCE + 1])
        if len(chosen) > MOST_AT_ONCE:
            text = _("Choose at most %(most)d orders at once: narrow the list down to them.")
            self.message_user(request, text % {"most": MOST_AT_ONCE}, messages.ERROR)
            return None
        return self._ask(request, action, chosen, action.form_class(), is_for_many=True)

    def _ask(
        self,
        request: HttpRequest,
        action: OrderAction,
        orders: Iterable[Order],
        form: forms.Form,
        *,
        is_for_many: bool = False,
    ) -> HttpResponse:
        by = principal_of(request)
        rows = [_row(action, order, by) for order in orders]
        one = None if is_for_many else rows[0]
        after = {row["after"] for row in rows if row["after"]}
        return self._page(
            request,
            "ask",
            action,
            form=form,
            rows=rows,
            one=one,
            possible=sum(not row["objection"] for row in rows),
            explanation=action.explanation(one["order"] if one else None),
            sentence=SENTENCES[Status(after.pop())] if len(after) == 1 else "",
            media=form.media,
        )

    def _page(
        self, request: HttpRequest, name: str, action: OrderAction, **context: Any
    ) -> HttpResponse:
        context |= self.admin_site.each_context(request) | self._kept(request)
        is_of_one = context.get("one") is not None
        title = action.label if is_of_one else action.label_for_many
        context |= {"title": title, "action": action}
        return TemplateResponse(request, f"admin/orders/order/{name}.html", context)

    def _kept(self, request: HttpRequest) -> dict[str, Any]:
        """What links need so that the list is found again as it was narrowed down."""
        return {"opts": self.opts, "preserved_filters": self.get_preserved_filters(request)}


def _row(action: OrderAction, order: Order, by: Principal) -> dict[str, Any]:
    """What an action would do to an order, for the page that asks."""
    objection = action.objection(order, by)
    after = "" if objection else action.status_after(order, by)
    return {
        "order": order,
        "objection": objection,
        "after": after if after != order.status else "",
        "after_label": Status(after).label if after else "",
    }


def _asks_for(action: OrderAction) -> Callable[..., HttpResponse | None]:
    """The action as Django's lists call theirs."""

    def ask(
        model_admin: AskingAdmin, request: HttpRequest, orders: QuerySet[Order]
    ) -> HttpResponse | None:
        return model_admin.ask_for_many(request, action, orders)

    return ask
