"""Days by the shop's clock."""

import datetime

from django.utils import timezone


def midnight(day: datetime.date) -> datetime.datetime:
    """The moment with which a day begins, in UTC; raises OverflowError where there is none."""
    begins = datetime.datetime.combine(day, datetime.time.min)
    return timezone.make_aware(begins).astimezone(datetime.UTC)
