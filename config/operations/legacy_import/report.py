"""What came of an import: counts and money of both sides, and every row that was mended."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TextIO

from django.db.models import Count, Q, Sum

from config.operations.legacy_import.run import Run
from config.operations.legacy_import.values import CENT
from config.operations.models import ImportedRow
from orders.models import Order


class Report:
    """Both sides as they are after a run; made within a dry run's transaction."""

    def __init__(self, run: Run, *, is_dry_run: bool) -> None:
        self._run = run
        self._rows = ImportedRow.objects.filter(source=run.memory.source)
        self.is_dry_run = is_dry_run
        self.tables = self._tables()
        self.money = {"file": run.snapshot.total, "here": self._money_here()}

    @property
    def agrees(self) -> bool:
        """Whether every row of the file is accounted for, and the money is the same."""
        counts = self.tables.values()
        is_complete = all(row["here"] + row["left_out"] >= row["file"] for row in counts)
        return is_complete and self.money["file"] == self.money["here"]

    def _tables(self) -> dict[str, dict[str, int]]:
        """For each table: rows in the file, here, and of those the joined and this run's."""
        counted = self._rows.values("table").annotate(
            here=Count("object_id"),
            joined=Count("pk", filter=Q(is_new=False, object_id__isnull=False)),
            left_out=Count("pk", filter=Q(object_id=None)),
            this_run=Count("pk", filter=Q(imported_at__gte=self._run.started)),
            mended=Count("pk", filter=~Q(remarks="")),
        )
        found = {row.pop("table"): row for row in counted}
        nothing = dict.fromkeys(("here", "joined", "left_out", "this_run", "mended"), 0)
        return {
            table: {"file": count, **nothing, **found.get(table, {})}
            for table, count in self._run.snapshot.counts.items()
        }

    def _money_here(self) -> Decimal:
        keys = self._rows.filter(table=ImportedRow.Table.ORDERS).values("object_id")
        total = Order.objects.filter(pk__in=keys).aggregate(sum=Sum("total_cost"))["sum"]
        return Decimal(total or 0).quantize(CENT)

    def remarks(self) -> Iterator[ImportedRow]:
        """Every row that was mended or left out, also those of runs before this one."""
        return self._rows.exclude(remarks="").order_by("pk").iterator()

    def lines(self) -> Iterator[str]:
        """The report as text."""
        source, schema = self._run.memory.source, self._run.snapshot.schema.name
        rehearsal = "A dry run: nothing was written. " if self.is_dry_run else ""
        yield f"{rehearsal}Source {source}, of a {schema} server."
        heads = ("file", "here", "joined", "left_out", "mended", "this_run")
        yield "".join([f"{'table':<10}", *(f"{head.replace('_', ' '):>10}" for head in heads)])
        for table, counts in self.tables.items():
            yield "".join([f"{table:<10}", *(f"{counts[head]:>10}" for head in heads)])
        yield f"Orders' totals: {self.money['file']} in the file, {self.money['here']} here."
        for table, count in self._run.snapshot.other_tables.items():
            yield f"Not read: the table {table}, {count} rows."
        for row in self.remarks():
            yield f"{row.table} {row.old_id}: {row.remarks}"
        yield "Both sides agree." if self.agrees else "THE TWO SIDES DIFFER."

    def write_json(self, file: TextIO) -> None:
        """Write the report as JSON, a row at a time."""
        head: dict[str, Any] = {
            "source": self._run.memory.source,
            "schema": self._run.snapshot.schema.name,
            "dry_run": self.is_dry_run,
            "agrees": self.agrees,
            "tables": self.tables,
            "money": {side: str(total) for side, total in self.money.items()},
            "not_read": self._run.snapshot.other_tables,
        }
        # The remarks may be more than should be in memory at once.
        file.write(json.dumps(head, indent=1).removesuffix("\n}") + ',\n "remarks": [')
        for number, row in enumerate(self.remarks()):
            remark = {
                "table": row.table,
                "id": row.old_id,
                "is_left_out": row.object_id is None,
                "remarks": row.remarks,
            }
            file.write(("," if number else "") + "\n  " + json.dumps(remark))
        file.write("\n ]\n}\n")
