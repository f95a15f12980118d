"""Texts of Django and Django REST framework that their own Hindi lacks, or words badly.

Marked here, they stand in our catalogue, which is looked up before theirs. Nothing else
reads this module: a page that shows one of them asks for it by its text.
"""

from django.utils.translation import gettext_noop as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

DJANGO = (
    _("%(app)s administration"),
    _(
        "%(datetime)s couldn’t be interpreted in time zone %(current_timezone)s; it may be ambiguous or it may not exist."
    ),
    _("%(model)s instance with %(field)s %(value)r is not a valid choice."),
    _("%(model_name)s with this %(field_labels)s already exists."),
    _("%(name)s with ID “%(key)s” doesn’t exist. Perhaps it was deleted?"),
    ngettext_lazy("%(num)d day", "%(num)d days"),
    ngettext_lazy("%(num)d hour", "%(num)d hours"),
    ngettext_lazy("%(num)d minute", "%(num)d minutes"),
    ngettext_lazy("%(num)d month", "%(num)d months"),
    ngettext_lazy("%(num)d week", "%(num)d weeks"),
    ngettext_lazy("%(num)d year", "%(num)d years"),
    pgettext_lazy("String to return when truncating text", "%(truncated_text)s…"),
    _("Add another %(model)s"),
    _("Added {name} “{object}”."),
    _("Added “%(object)s”."),
    _("Added."),
    _("Administration"),
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("Authentication and Authorization"),
    _("Breadcrumbs"),
    _("Changed {fields} for {name} “{object}”."),
    _("Changed {fields}."),
    _("Changed “%(object)s” — %(changes)s"),
    _("Conflicting form data submitted. Please try again."),
    _("Content Types"),
    _("Deleted {name} “{object}”."),
    _("Deleted “%(object)s.”"),
    _(
        "Deleting %(class_name)s %(instance)s would require deleting the following protected related objects: %(related_objects)s"
    ),
    _("Disable password-based authentication"),
    _("Disabled"),
    _("Empty"),
    _("Enable password-based authentication"),
    _("Enable password-based authentication for this user by setting a password."),
    _("Enabled"),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s decimal place.",
        "Ensure that there are no more than %(max)s decimal places.",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit before the decimal point.",
        "Ensure that there are no more than %(max)s digits before the decimal point.",
    ),
    ngettext_lazy(
        "Ensure that there are no more than %(max)s digit in total.",
        "Ensure that there are no more than %(max)s digits in total.",
    ),
    ngettext_lazy(
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    ),
    ngettext_lazy(
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
    _("Enter a complete value."),
    _("Enter a valid “slug” consisting of letters, numbers, underscores or hyphens."),
    _("Enter the same password as before, for verification."),
    _("Error:"),
    _("Hold down “Control”, or “Command” on a Mac, to select more than one."),
    _(
        "ManagementForm data is missing or has been tampered with. Missing fields: %(field_names)s. You may need to file a bug report if the issue persists."
    ),
    _("No, take me back"),
    _("Not empty"),
    _("Null characters are not allowed."),
    _("Objects"),
    _("Password change"),
    _("Password change successful"),
    _("Password-based authentication"),
    _("Password-based authentication was disabled."),
    ngettext_lazy("Please correct the error below.", "Please correct the errors below."),
    _(
        "Please enter your old password, for security’s sake, and then enter your new password twice so we can verify you typed it in correctly."
    ),
    ngettext_lazy("Please submit at least %(num)d form.", "Please submit at least %(num)d forms."),
    ngettext_lazy("Please submit at most %(num)d form.", "Please submit at most %(num)d forms."),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only."),
    _("Reset password"),
    _("Save and view"),
    _("Select %s to view"),
    _("Select all objects on this page for an action"),
    _("Select this object for an action - {}"),
    _("Sessions"),
    _("Set password: %s"),
    _("Skip to main content"),
    _("Specific permissions for this user."),
    _("Summary"),
    _("Thanks for spending some quality time with the web site today."),
    _("The %(name)s “%(obj)s” was deleted successfully."),
    _(
        "The groups this user belongs to. A user will get all permissions granted to each of their groups."
    ),
    _("The inline value did not match the parent instance."),
    _("The password is too similar to the %(verbose_name)s."),
    _("The two password fields didn’t match."),
    _("The {name} “{obj}” was added successfully."),
    _("The {name} “{obj}” was added successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully."),
    _("The {name} “{obj}” was changed successfully. You may add another {name} below."),
    _("The {name} “{obj}” was changed successfully. You may edit it again below."),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("This object doesn’t have a change history. It probably wasn’t added via this admin site."),
    _("This password is entirely numeric."),
    _("This password is too common."),
    ngettext_lazy(
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    _("Toggle theme (current theme: auto)"),
    _("Toggle theme (current theme: dark)"),
    _("Toggle theme (current theme: light)"),
    _("Value %(value)r is not a valid choice."),
    _("View"),
    _("View %s"),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, they may still be able to authenticate using other backends, such as Single Sign-On or LDAP."
    ),
    _("Yes, I’m sure"),
    _(
        "You are authenticated as %(username)s, but are not authorized to access this page. Would you like to login to a different account?"
    ),
    _("You don’t have permission to view or edit anything."),
    _("You may edit it again below."),
    _("Your password can’t be a commonly used password."),
    _("Your password can’t be entirely numeric."),
    _("Your password can’t be too similar to your other personal information."),
    ngettext_lazy(
        "Your password must contain at least %(min_length)d character.",
        "Your password must contain at least %(min_length)d characters.",
    ),
    _("content type"),
    ngettext_lazy("entry", "entries"),
    _("“%(pk)s” is not a valid value."),
    _("“%(value)s” is not a valid UUID."),
)

# Django has Hindi for these, which nobody in a shop would say.
REWORDED = (
    _("Action:"),
    _("Add %s"),
    _("Go"),
    _("Groups"),
    _("Password confirmation"),
    _("Save and add another"),
    _("Save and continue editing"),
    _("group"),
    _("groups"),
)

REST_FRAMEWORK = (
    _('"{input}" is not a valid choice.'),
    _("A valid integer is required."),
    _("A valid number is required."),
    _("Datetime has wrong format. Use one of these formats instead: {format}."),
    _("Datetime value out of range."),
    _("Ensure that there are no more than {max_decimal_places} decimal places."),
    _("Ensure that there are no more than {max_digits} digits in total."),
    _("Ensure that there are no more than {max_whole_digits} digits before the decimal point."),
    _("Ensure this field has at least {min_length} characters."),
    _("Ensure this field has at least {min_length} elements."),
    _("Ensure this field has no more than {max_length} characters."),
    _("Ensure this field has no more than {max_length} elements."),
    _("Ensure this value is greater than or equal to {min_value}."),
    _("Ensure this value is less than or equal to {max_value}."),
    _("Expected a datetime but got a date."),
    _('Expected a list of items but got type "{input_type}".'),
    _("Invalid data. Expected a dictionary, but got {datatype}."),
    _('Invalid datetime for the timezone "{timezone}".'),
    _("Invalid input."),
    _("Malformed request."),
    _("Must be a valid UUID."),
    _("Must be a valid boolean."),
    _("Not a valid string."),
    _("String value too large."),
    _("Surrogate characters are not allowed: U+{code_point:X}."),
    _("This field may not be blank."),
    _("This field may not be null."),
    _("This list may not be empty."),
    _("This value does not match the required pattern."),
)
