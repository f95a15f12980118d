"""Who has an account: the shop's staff, its customers, and where they are signed in."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    UserChangeForm,
    UserCreationForm,
)
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.admin_second_factor import SecondFactorPage
from accounts.filters import search
from accounts.links import CONFIRM_EMAIL, mail_link
from accounts.models import Customer, Session, SignIn, User
from accounts.resources import CustomerResource
from accounts.sessions import end_session, end_sessions
from config.admin import HasHappenedFilter, KeptAdmin, RecordAdmin, badges
from config.admin_confirmation import ask_for_many, is_confirmed
from config.admin_filters import DaysFilter, KeyFilter
from config.sheets.admin import ExportingAdmin, ImportingAdmin


def email_field() -> forms.EmailField:
    """An email that may be missing: then it is None, not an empty text."""
    field = forms.EmailField(
        label=_("Email"), max_length=255, required=False, widget=AdminEmailInputWidget
    )
    field.empty_value = None
    return field


class StaffForm(UserChangeForm):
    """Changing a member of staff."""

    email = email_field()

    class Meta:
        model = User
        fields = "__all__"


class StaffCreationForm(UserCreationForm):
    """Taking a member of staff on: an email, a user name or both, and a password."""

    email = email_field()

    class Meta:
        model = User
        fields = ("name", "email", "username")

    def clean(self) -> dict[str, Any]:
        """Without an email or a user name nobody could sign in."""
        data = super().clean() or self.cleaned_data
        if not data.get("email") and not data.get("username") and not self.errors:
            self.add_error("email", _("Give an email or a user name."))
        return data

    def save(self, commit: bool = True) -> User:
        """Make the user a member of staff."""
        self.instance.is_staff = True
        return super().save(commit)


class PasswordForm(AdminPasswordChangeForm):
    """Setting another's password, which signs them out everywhere."""

    def save(self, commit: bool = True) -> User:
        """Save the password and end the sessions that the old one opened."""
        user = super().save(commit)
        end_sessions(user=user)
        return user


class CustomerForm(forms.ModelForm):
    """What staff may change of a customer."""

    email = email_field()

    class Meta:
        model = Customer
        fields = ["name", "email", "phone", "is_active"]


class PersonAdmin(KeptAdmin):
    """What staff and customers have in common."""

    search_fields = ("name", "email", "phone")
    search_help_text = _(
        "The beginning of a name or an email; or four or more digits: the end of a phone number."
    )

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Who has this at the beginning of name or email, or at the end of the phone number."""
        return search(rows, text)

    def save_model(
        self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool
    ) -> None:
        """A changed email is unconfirmed again; who is deactivated is signed out for good.

        The link to confirm the email goes to who can confirm it: who has a password. Who is
        made without a password has an unusable one.
        """
        has_new_email = change and "email" in form.changed_data
        if has_new_email:
            obj.email_confirmed_at = None
            form.changed_data.append("email_confirmed_at")
        if not change and not obj.password:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            end_sessions(user=obj)
        if has_new_email and obj.has_usable_password():
            mail_link(CONFIRM_EMAIL, user=obj)


class Ticked:
    """Many of a list are ticked: plain boxes, which everybody can use."""

    def formfield_for_manytomany(self, *args: Any, **kwargs: Any) -> Any:
        """The field, with a box for each choice."""
        return super().formfield_for_manytomany(  # type: ignore[misc]
            *args, widget=forms.CheckboxSelectMultiple, **kwargs
        )


admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(Ticked, DjangoGroupAdmin):
    """Roles of the shop, and groups of its own."""

    filter_horizontal = ()


@admin.register(User)
class StaffAdmin(SecondFactorPage, Ticked, PersonAdmin, DjangoUserAdmin):
    """The shop's staff. Only a superuser touches a superuser, or makes one."""

    form = StaffForm
    add_form = StaffCreationForm
    change_password_form = PasswordForm
    list_display = (
        "name",
        "username",
        "email",
        "is_active",
        "is_superuser",
        "has_second_factor",
        "last_login",
    )
    list_filter = ("is_active", "is_superuser", ("second_factor_at", HasHappenedFilter), "groups")
    ordering = ("name", "id")
    readonly_fields = (
        "second_factor_at",
        "email_confirmed_at",
        "last_login",
        "created_at",
        "updated_at",
    )
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("name", "email", "username", "phone", "password")}),
        (
            _("What they may do"),
            {"fields": ("is_active", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Times"), {"fields": readonly_fields}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": (
                    "name",
                    "email",
                    "username",
                    "password1",
                    "password2",
                ),
            },
        ),
    )

    @admin.display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        """Whether they sign in by more than a password."""
        return user.second_factor_at is not None

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Staff only: customers have a list of their own."""
        return super().get_queryset(request).filter(is_staff=True)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """The form's parts; the way to set a password only for who may."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, part | {"fields": [name for name in part["fields"] if name != "password"]})
            for title, part in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What only a superuser gives: everything at once, and single permissions."""
        if request.user.is_superuser:
            return self.readonly_fields
        return (*self.readonly_fields, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Whoever could set a superuser's password would be one."""
        is_above = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not is_above


class CustomerAdmin(ImportingAdmin, ExportingAdmin, PersonAdmin):
    """The shop's customers. `config.operations` registers it, with what they ordered."""

    resource_classes = (CustomerResource,)
    form = CustomerForm
    list_display: tuple[str, ...] = ("name", "email", "phone", "state")
    list_filter = ("is_active", ("email_confirmed_at", HasHappenedFilter))
    ordering = ("-id",)
    # By any of the columns all customers would have to be sorted.
    sortable_by = ()
    readonly_fields = ("email_confirmed_at", "last_login", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("name", "email", "phone", "is_active")}),
        (_("Times"), {"fields": (readonly_fields,)}),
    )

    @admin.display(description=_("state"))
    def state(self, customer: Customer) -> SafeString:
        """Whether they may sign in, and whether the mailbox is shown to be theirs."""
        shown: list[tuple[str, Any]] = [
            ("active", _("active")) if customer.is_active else ("inactive", _("inactive"))
        ]
        if customer.is_merged:
            shown = [("merged", _("merged"))]
        if customer.email and not customer.email_confirmed:
            shown.append(("unconfirmed", _("email not confirmed")))
        return badges(shown)


@admin.register(Session)
class SessionAdmin(RecordAdmin):
    """Where customers and staff are signed in through the API."""

    list_display = ("user", "created_at", "expires_at", "revoked_at", "user_agent")
    list_filter = (("revoked_at", HasHappenedFilter),)
    list_select_related = ("user",)
    search_fields = ("user__email__istartswith", "user__name__istartswith")
    search_help_text = _("The beginning of an email or a name.")
    ordering = ("-created_at",)
    fields = ("user", "user_agent", "created_at", "expires_at", "revoked_at")
    actions = ("end",)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Who may delete sessions may end them."""
        return request.user.has_perm("accounts.delete_session")

    @admin.action(description=_("End the selected sessions"), permissions=["end"])
    def end(self, request: HttpRequest, sessions: QuerySet[Session]) -> TemplateResponse | None:
        """End sessions at once, with both their tokens, once that was confirmed."""
        if not is_confirmed(request):
            return ask_for_many(
                self,
                request,
                sessions.select_related("user"),
                title=_("End sessions"),
                effect=_("Each is signed out of the API at once, and has to sign in again."),
                line=str,
            )
        for session in sessions:
            end_session(session=session)
        self.message_user(request, _("The selected sessions have ended."))
        return None


class StaffFilter(KeyFilter):
    """By who of the staff it was."""

    title = _("who")
    parameter_name = "user"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        """Everybody of the staff; customers did none of this."""
        staff = User.objects.filter(is_staff=True).order_by("name", "pk")
        return [(str(user.pk), str(user)) for user in staff]

    def of(self, queryset: QuerySet, key: int) -> QuerySet:
        """Their rows."""
        return queryset.filter(user=key)


@admin.register(SignIn)
class SignInAdmin(RecordAdmin):
    """Who of the staff came in, went out and was refused."""

    list_display = ("created_at", "user", "outcome_badge", "face", "address")
    list_filter = ("outcome", "face", ("created_at", DaysFilter), StaffFilter)
    list_select_related = ("user",)
    search_fields = ("user__email__istartswith", "user__name__istartswith", "user__username")
    search_help_text = _("A user name, or the beginning of an email or a name.")
    ordering = ("-id",)
    sortable_by = ()
    fields = ("created_at", "user", "outcome", "face", "address")

    @admin.display(description=_("what"))
    def outcome_badge(self, sign_in: SignIn) -> SafeString:
        """What came of it, told apart by colour too."""
        return badges([(sign_in.outcome, sign_in.get_outcome_display())])
