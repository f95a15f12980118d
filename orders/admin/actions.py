"""What staff do to orders by a button: each thing once, for one order and for many.

An action knows who may take it, whether an order lets it happen, what will have changed
then, and the verb that does it. `orders.admin.asking` has the pages that ask and report.
"""

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import format_lazy, get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from config.rest.principals import Principal
from config.rest.refusals import Code, Refusal
from orders.editing import delete_order, edit_order, restore_order
from orders.lifecycle import STAGES, may_take, step_to_undo, undo
from orders.models import Order, Status

# What names a row, where a form sends it.
IS_KEY = re.compile("[1-9][0-9]{0,17}")
Text = str | Promise
SOURCE = Order.Source.ADMIN


class OrderAction:
    """One thing that staff do to an order. `name` stands in its address."""

    name: str
    label: Text
    # What its button says where many orders are chosen; empty: it is for one at a time.
    label_for_many: Text = ""
    # What is said of an order to which it was done.
    done: Text = _("It is {status} now.")
    text: Text = ""
    permissions: tuple[str, ...] = ("orders.change_order",)
    form_class: type[forms.Form] = forms.Form
    # How its button looks, if it stands among the buttons and not in their menu.
    look = "quiet"
    is_in_menu = False
    # What Django's log of changes says where no track tells of it. Names nobody: who is
    # anonymised would live on there.
    log: Text = ""

    def may(self, by: Principal) -> bool:
        """Whether this member of staff may take it at all."""
        return bool(by.user.has_perms(self.permissions))

    def explanation(self, order: Order | None = None) -> Text:
        """What will happen, beside from where to where; of many orders, to each."""
        return self.text

    def objection(self, order: Order, by: Principal) -> Text:
        """Why this order does not let it happen now; nothing where it does."""
        return Code.ORDER_DELETED.label if order.deleted_at is not None else ""

    def status_after(self, order: Order, by: Principal) -> str:
        """The status that the order would have; empty while that is still to be chosen."""
        return order.status

    def perform(self, order: Order, by: Principal, data: Mapping[str, Any]) -> None:
        """Do it to the order as it was shown (its `version`); raises the verb's refusals."""
        raise NotImplementedError


class StepForward(OrderAction):
    """Moving an order to a stage, along the table of the life cycle."""

    look = ""

    def __init__(self, stage: Status) -> None:
        self.stage = stage
        self.name = stage.value
        self.label = self.label_for_many = format_lazy(_("Move to {stage}"), stage=stage.label)

    def explanation(self, order: Order | None = None) -> Text:
        """Which stages it passes over, as a forgotten scan makes necessary."""
        if order is None or self.stage not in STAGES or order.status not in STAGES:
            return ""
        between = STAGES[STAGES.index(Status(order.status)) + 1 : STAGES.index(self.stage)]
        names = get_text_list([str(stage.label) for stage in between], gettext("and"))
        return format_lazy(_("Passes over: {stages}."), stages=names) if between else ""

    def objection(self, order: Order, by: Principal) -> Text:
        """What the table has against it."""
        if objection := super().objection(order, by):
            return objection
        if order.status == self.stage:
            return _already(order)
        if not may_take(order, self.stage, by):
            return format_lazy(
                _("It is {status} and cannot become {wanted}."),
                status=Status(order.status).label,
                wanted=self.stage.label,
            )
        return ""

    def status_after(self, order: Order, by: Principal) -> str:
        """The stage."""
        return self.stage

    def perform(self, order: Order, by: Principal, data: Mapping[str, Any]) -> None:
        """Take the step."""
        edit_order(
            order=order,
            by=by,
            source=SOURCE,
            changes={},
            status=self.stage,
            reason=data.get("reason", ""),
            expected_version=order.version,
        )


def _already(order: Order) -> Text:
    return format_lazy(_("It is {status} already."), status=Status(order.status).label)


class ReasonForm(forms.Form):
    """Why, if that is worth keeping."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=64,
        required=False,
        help_text=_("Kept in the order's history. Its customer can read it there."),
    )


class Cancel(StepForward):
    """Calling an order off."""

    look = "danger"
    form_class = ReasonForm

    def __init__(self) -> None:
        super().__init__(Status.CANCELLED)
        self.label = _("Cancel the order")
        self.label_for_many = _("Cancel orders")


class CorrectionForm(ReasonForm):
    """Any status, with a reason."""

    status = forms.ChoiceField(label=_("Status"), choices=[("", "---------"), *Status.choices])
    field_order = ("status", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True


class Correct(OrderAction):
    """Setting a status outside the life cycle, with a reason."""

    name = "correct"
    label = _("Correct the status")
    text = _(
        "Sets any status, past the life cycle's order. For what went wrong; the history "
        "keeps who did it and why."
    )
    permissions = ("orders.change_order", "orders.correct_status")
    form_class = CorrectionForm
    is_in_menu = True

    def status_after(self, order: Order, by: Principal) -> str:
        """Still to be chosen."""
        return ""

    def perform(self, order: Order, by: Principal, data: Mapping[str, Any]) -> None:
        """Set the chosen status."""
        if data["status"] == order.status:
            raise Refusal(Code.TRANSITION_NOT_ALLOWED, str(_already(order)))
        edit_order(
            order=order,
            by=by,
            source=SOURCE,
            changes={},
            status=data["status"],
            reason=data["reason"],
            expected_version=order.version,
        )


class CustomerSelect(AutocompleteSelect):
    """Finds customers as one types. Django's own would ask for users, who are staff too."""

    def __init__(self) -> None:
        super().__init__(Order._meta.get_field("customer"), admin.site)

    def get_url(self) -> str:
        """Where the customers are asked for."""
        return reverse("admin:orders_order_customers")

    def optgroups(self, name: str, value: Any, attr: Any = None) -> Any:
        """The customer chosen; Django's own would look up what is no number, and fail."""
        return super().optgroups(name, [key for key in value if IS_KEY.fullmatch(key)], attr)


class CustomerField(forms.ModelChoiceField):
    """A customer who is served at present, with what tells two of a name apart."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and email, or phone."""
        return " · ".join(part for part in (obj.name, obj.email or obj.phone) if part)


class ReassignmentForm(forms.Form):
    """To whom."""

    customer = CustomerField(
        label=_("Customer"),
        queryset=Customer.objects.filter(is_active=True),
        widget=CustomerSelect,
    )


class Reassign(OrderAction):
    """Giving an order to another customer."""

    name = "reassign"
    label = _("Give to another customer")
    text = _(
        "The order appears in the account of the customer you choose, and in nobody else's. "
        "Name, email and phone on the order stay as they were given."
    )
    done = _("It belongs to {customer} now.")
    permissions = ("orders.change_order", "accounts.view_customer")
    form_class = ReassignmentForm
    is_in_menu = True
    log = _("Given to customer {customer_id}.")

    def perform(self, order: Order, by: Principal, data: Mapping[str, Any]) -> None:
        """Give it away."""
        edit_order(
            order=order,
            by=by,
            source=SOURCE,
            # Whose it is unconfirmed, by its email, may be given it for sure.
            changes={"customer": data["customer"], "customer_confirmed": True},
            expected_version=order.version,
        )


class Undo(OrderAction):
    """Taking the newest step back."""

    name = "undo"
    label = _("Undo the last step")
    text = _("The step stays in the history, marked as voided.")

    def objection(self, order: Order, by: Principal) -> Text:
        """Whether there is a step, and who may take it back."""
        if objection := super().objection(order, by):
            return objection
        try:
            step_to_undo(order, by)
        except Refusal as refusal:
            return refusal.detail
        return ""

    def status_after(self, order: Order, by: Principal) -> str:
        """Where the step came from."""
        return step_to_undo(order, by).from_status

    def perform(self, order: Order, by: Principal, data: Mapping[str, Any]) -> None:
        """Undo it."""
        undo(order=order, by=by, source=SOURCE, expected_version=order.version)


class Delete(OrderAction):
    """Hiding an order."""

    name = "delete"
    label = _("Delete")
    label_for_many = _("Delete orders")
    done = _("It is deleted. It can be restored.")
    text = _(
        "Customers and workers no longer find the order, and its code leads nowhere. Nothing "
        "is erased: it can be restored."
    )
    permissions = ("orders.delete_order",)
    look = "danger"
    is_in_menu = True

    def perform(self, order: Order, by: Principal, data: Mapping[str, Any]) -> None:
        """Hide it."""
        delete_order(order=order, by=by, source=SOURCE, expected_version=order.version)


class Restore(OrderAction):
    """Bringing a deleted order back."""

    name = "restore"
    label = _("Restore")
    label_for_many = _("Restore orders")
    done = _("It is restored, and is {status}.")
    text = _("Customers and workers find the order again, in the status it had.")
    permissions = ("orders.restore_order",)
    look = ""

    def objection(self, order: Order, by: Principal) -> Text:
        """Only what was deleted comes back."""
        return "" if order.deleted_at is not None else _("It is not deleted.")

    def perform(self, order: Order, by: Principal, data: Mapping[str, Any]) -> None:
        """Bring it back."""
        restore_order(order=order, by=by, source=SOURCE)


ACTIONS: Mapping[str, OrderAction] = {
    action.name: action
    for action in (
        *(StepForward(status) for status in STAGES[1:]),
        Cancel(),
        Undo(),
        Correct(),
        Reassign(),
        Delete(),
        Restore(),
    )
}


def offered(order: Order, by: Principal) -> tuple[list[OrderAction], list[OrderAction]]:
    """What this member of staff can do to this order now: its buttons, and their menu.

    Of the stages to which it may move, the next is a button.
    """
    possible = [
        action for action in ACTIONS.values() if action.may(by) and not action.objection(order, by)
    ]
    stages = [action for action in possible if action.name in STAGES]
    buttons = [a for a in possible if a in stages[:1] or not (a.is_in_menu or a in stages)]
    return buttons, [action for action in possible if action not in buttons]
