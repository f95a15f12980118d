"""Which backups may go."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

# Before the newest, nothing goes: who makes a backup first and a mistake then has both.
UNTOUCHED = timedelta(days=1)


def kept(moments: Iterable[datetime], *, days: int, weeks: int, months: int) -> set[datetime]:
    """Those of the moments, in the shop's time, of which the backup is kept.

    All of the 24 hours before the newest, and the newest of each of the last so many days,
    ISO weeks and months that have one: where backups stop, none goes by the mere passing of
    time.
    """
    periods: tuple[tuple[int, Callable[[datetime], Any]], ...] = (
        (days, lambda moment: moment.date()),
        (weeks, lambda moment: moment.isocalendar()[:2]),
        (months, lambda moment: (moment.year, moment.month)),
    )
    ascending = sorted(moments)
    keep = {moment for moment in ascending if ascending[-1] - moment < UNTOUCHED}
    for count, period in periods:
        # A later moment takes its period's place.
        newest = {period(moment): moment for moment in ascending}
        keep.update(sorted(newest.values(), reverse=True)[:count])
    return keep
