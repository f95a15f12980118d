"""Which backups may go."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any


def kept(moments: Iterable[datetime], *, days: int, weeks: int, months: int) -> set[datetime]:
    """Those of the moments, in the shop's time, of which the backup is kept.

    The newest of each of the last so many days, ISO weeks and months that have one: where
    backups stop, none goes by the mere passing of time.
    """
    periods: tuple[tuple[int, Callable[[datetime], Any]], ...] = (
        (days, lambda moment: moment.date()),
        (weeks, lambda moment: moment.isocalendar()[:2]),
        (months, lambda moment: (moment.year, moment.month)),
    )
    ascending = sorted(moments)
    kept_ones: set[datetime] = set()
    for count, period in periods:
        # A later moment takes its period's place.
        newest = {period(moment): moment for moment in ascending}
        kept_ones.update(sorted(newest.values(), reverse=True)[:count])
    return kept_ones
