"""What a customer's page does beside its form: merge them with another, and anonymise them."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from config.admin_confirmation import is_confirmed
from config.operations.customer_merging import (
    merge_customers,
    objection_to_merging,
    objection_to_undoing,
)
from config.operations.customer_page import CustomerPage, figures_of
from config.operations.customers import delete_customer, state_of, traces_of
from config.operations.models import CustomerMerge
from config.rest.principals import principal_of
from config.rest.refusals import Code, Refusal
from orders.admin.actions import CustomerField, CustomerSelect
from orders.models import Order

MERGE = ("accounts.change_customer", "accounts.delete_customer", "orders.change_order")
ANONYMISE = ("accounts.delete_customer",)
_MERGE = _("Merge into another customer")
# The page of a customer tells of so many merges, and the list of all.
MERGES_SHOWN = 20


class MergeForm(forms.Form):
    """Into whom."""

    into = CustomerField(
        label=_("Customer who stays"),
        queryset=Customer.objects.filter(is_active=True),
        widget=CustomerSelect,
    )

    def __init__(self, loser: Customer, *args: Any) -> None:
        super().__init__(*args)
        self.loser = loser

    def clean_into(self) -> Customer:
        """Somebody with whom this customer can be merged."""
        winner: Customer = self.cleaned_data["into"]
        if objection := objection_to_merging(self.loser, winner):
            raise forms.ValidationError(objection)
        return winner


class AnonymiseForm(forms.Form):
    """That who presses the button has read what it does."""

    understood = forms.BooleanField(label=_("I know that nobody can bring this back."))


def may_merge(request: HttpRequest) -> bool:
    """Whether this member of staff merges customers, and undoes that."""
    return bool(request.user.has_perms(MERGE))


class CustomerButtons(CustomerPage):
    """The shop's customers, with the pages that the buttons of theirs lead to."""

    def get_urls(self) -> list[URLPattern]:
        """The pages of the buttons, beside the admin's own."""
        view = self.admin_site.admin_view
        return [
            path("<int:customer_id>/merge/", view(self.merge), name="accounts_customer_merge"),
            path(
                "<int:customer_id>/anonymise/",
                view(self.anonymise),
                name="accounts_customer_anonymise",
            ),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> Any:
        """The form, with the buttons that can be used, and what was merged."""
        customer = context.get("original")
        if customer is not None and customer.anonymised_at is None:
            context |= {
                "may_merge": may_merge(request) and not customer.is_merged,
                "may_anonymise": request.user.has_perms(ANONYMISE),
            }
        if customer is not None:
            of_customer = Q(winner=customer.pk) | Q(
                loser=customer.pk, loser__merged_into__isnull=False
            )
            merges = CustomerMerge.objects.filter(of_customer, undone_at=None).order_by("-pk")
            shown = merges.select_related("winner", "loser", "by")[:MERGES_SHOWN]
            context["merges"] = [
                {"merge": merge, "can_be_undone": can_be_undone(request, merge)} for merge in shown
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def merge(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Choose with whom; see what that does; do it when it was confirmed."""
        loser = self._customer(request, customer_id, MERGE)
        form = MergeForm(loser, request.GET or None)
        if not form.is_valid():
            return self._show(request, loser, "choose", _MERGE, form=form, media=form.media)
        winner: Customer = form.cleaned_data["into"]
        if is_confirmed(request):
            return self._merge(request, loser, winner)
        figures = figures_of([loser.pk, winner.pk])
        orders = Order.objects.filter(customer=loser.pk)
        return self._show(
            request,
            loser,
            "merge",
            _MERGE,
            winner=winner,
            people=[(person, figures.get(person.pk)) for person in (loser, winner)],
            moving=orders.count(),
            unsure=orders.filter(customer_confirmed=False).count(),
            sessions=loser.sessions.filter(revoked_at=None).count(),
            seen=state_of(loser, winner),
        )

    def _merge(self, request: HttpRequest, loser: Customer, winner: Customer) -> HttpResponse:
        by, seen = principal_of(request), request.POST.get("seen", "-")
        try:
            merge = merge_customers(loser=loser, winner=winner, by=by, expected_state=seen)
        except Refusal as refusal:
            return self._refused(request, refusal)
        # Names nobody: who is anonymised would live on there.
        self.log_change(request, loser, gettext("Merged into customer %(id)s.") % {"id": winner.pk})
        self.log_change(
            request, winner, gettext("Customer %(id)s was merged into this one.") % {"id": loser.pk}
        )
        number = len(merge.moved)
        text = ngettext(
            "The customers are merged; %(number)d order moved. It can be undone for a day.",
            "The customers are merged; %(number)d orders moved. It can be undone for a day.",
            number,
        )
        self.message_user(request, text % {"number": number}, messages.SUCCESS)
        return redirect(self._address_of(winner))

    def anonymise(self, request: HttpRequest, customer_id: int) -> HttpResponse:
        """Tell what would be blanked; do it when it was confirmed."""
        customer = self._customer(request, customer_id, ANONYMISE)
        if customer.anonymised_at is not None:
            self.message_user(request, _("This was done already."), messages.WARNING)
            return redirect(self._address_of(customer))
        form = AnonymiseForm(request.POST if is_confirmed(request) else None)
        if form.is_valid():
            return self._anonymise(request, customer)
        traces, seen = traces_of(customer), state_of(customer)
        return self._show(
            request, customer, "anonymise", _("Anonymise"), traces=traces, seen=seen, form=form
        )

    def _anonymise(self, request: HttpRequest, customer: Customer) -> HttpResponse:
        page, seen = self._address_of(customer), request.POST.get("seen", "-")
        try:
            result = delete_customer(customer=customer, anonymise=True, expected_state=seen)
        except Refusal as refusal:
            return self._refused(request, refusal)
        customer = Customer(pk=customer.pk)
        if result == "deleted":
            self.log_deletions(request, [customer])  # type: ignore[arg-type]
            self.message_user(
                request, _("Nothing referred to the customer, who is erased."), messages.SUCCESS
            )
            return redirect("admin:accounts_customer_changelist")
        self.log_change(request, customer, gettext("Anonymised."))
        self.message_user(request, _("The customer is anonymised."), messages.SUCCESS)
        return redirect(page)

    def _customer(
        self, request: HttpRequest, customer_id: int, permissions: tuple[str, ...]
    ) -> Customer:
        """The customer, for who holds these; raises PermissionDenied and Http404."""
        if not self.has_view_permission(request) or not request.user.has_perms(permissions):
            raise PermissionDenied
        customer = Customer.objects.filter(pk=customer_id).first()
        if customer is None:
            raise Http404
        return customer  # type: ignore[return-value]

    def _refused(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        """Nothing was done: the page that asks again, of how things are now."""
        text: Any = refusal.detail
        if refusal.code == Code.PRECONDITION_FAILED:
            text = _("Something changed since this page was shown. Nothing was done: look again.")
        self.message_user(request, text, messages.WARNING)
        return redirect(request.get_full_path())

    def _address_of(self, customer: User) -> str:
        return reverse("admin:accounts_customer_change", args=(customer.pk,))

    def _show(
        self, request: HttpRequest, customer: Customer, name: str, title: Any, **context: Any
    ) -> TemplateResponse:
        context |= self.admin_site.each_context(request)
        context |= {
            "opts": self.opts,
            "title": title,
            "subtitle": customer,
            "customer": customer,
            "back": self._address_of(customer),
        }
        return TemplateResponse(request, f"admin/accounts/customer/{name}.html", context)


def can_be_undone(request: HttpRequest, merge: CustomerMerge) -> bool:
    """Whether this member of staff can take a merge back now."""
    return may_merge(request) and not objection_to_undoing(merge)
