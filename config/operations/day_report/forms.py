"""Which day is told."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.database import FIRST_YEAR


class DayForm(forms.Form):
    """A day of the shop that has begun; without one, today."""

    day = forms.DateField(
        label=_("Day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        error_messages={"invalid": _("Give a day as 2026-11-22.")},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    def clean_day(self) -> datetime.date:
        """The day; the shop's clock says which is today."""
        today = timezone.localdate()
        day: datetime.date = self.cleaned_data["day"] or today
        if day > today:
            raise ValidationError(_("This day has not come yet."))
        if day.year < FIRST_YEAR:
            raise ValidationError(
                _("There are no days before %(year)s."), params={"year": FIRST_YEAR}
            )
        return day
