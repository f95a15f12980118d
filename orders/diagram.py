"""The life cycle as documents, drawn from the table that the code obeys."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from config.env import BASE_DIR
from orders.lifecycle import STAGES, TRANSITIONS
from orders.models import Status

FOLDER = BASE_DIR / "docs"

Step = tuple[Status, Status]

# Pixels of the picture: the stages stand in one row, what is no stage stands below it.
BOX_WIDTH, BOX_HEIGHT, GAP, MARGIN = 112, 44, 48, 12
ROW_TOP, BELOW_TOP = 128, 236
WIDTH = 2 * MARGIN + len(STAGES) * (BOX_WIDTH + GAP) - GAP
HEIGHT = BELOW_TOP + BOX_HEIGHT + MARGIN

# The grey and the boxes' colours are readable on white and on black: GitHub shows one
# picture to both kinds of readers.
_HEAD = f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" \
height="{HEIGHT}" role="img" aria-labelledby="title">
<title id="title">The life cycle of an order</title>
<!-- Drawn from orders.lifecycle.TRANSITIONS by `manage.py draw_lifecycle`. -->
<style>
text {{ font: 14px system-ui, sans-serif; fill: #7a828c; }}
.box text {{ font-weight: 600; fill: #fff; text-anchor: middle; }}
.box rect {{ fill: #1a6fb5; }}
.last rect {{ fill: #1f7a4d; }}
.aside rect {{ fill: #8a5a5a; }}
path {{ fill: none; stroke: #7a828c; stroke-width: 1.8; marker-end: url(#head); }}
.skip {{ stroke-dasharray: 5 4; stroke-width: 1.3; }}
marker path {{ fill: #7a828c; stroke: none; marker-end: none; }}
</style>
<defs><marker id="head" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" \
markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>
"""

_PAGE = """\
# The life cycle of an order

<!-- Drawn from orders.lifecycle.TRANSITIONS by `manage.py draw_lifecycle`: change the
     table and run the command, not this page. -->

![The life cycle of an order](lifecycle.svg)

Every step leaves a track, a refused one too. Skipping forward is allowed: a forgotten scan
must not stop the shop, and the track says from where to where. The same status again is
recorded as `already` and moves nothing. A scan of an earlier status that an offline device
read before the order came where it is gets `late` and moves nothing. Everything else is
refused with 409 `transition_not_allowed`. Outside this table only staff who hold
`orders.correct_status` set a status, with a reason.

```mermaid
stateDiagram-v2
{diagram}
```

| from | to | who |
|---|---|---|
{rows}
"""


def steps() -> dict[Step, str]:
    """Every step of the table, and the kinds of principals that may take it."""
    return {
        (start, end): ", ".join(sorted(kinds))
        for start, ends in TRANSITIONS.items()
        for end, kinds in ends.items()
    }


def markdown() -> str:
    """`docs/lifecycle.md`: a Mermaid state diagram, and the table from, to, who."""
    ends = [status for status, following in TRANSITIONS.items() if not following]
    diagram = [
        f"    [*] --> {STAGES[0]}",
        *(f"    {start} --> {end}: {who}" for (start, end), who in steps().items()),
        *(f"    {status} --> [*]" for status in ends),
    ]
    rows = [f"| `{start}` | `{end}` | {who} |" for (start, end), who in steps().items()]
    return _PAGE.format(diagram="\n".join(diagram), rows="\n".join(rows))


def _left(status: Status) -> int:
    """The left edge of a status's box."""
    if status in STAGES:
        return MARGIN + STAGES.index(status) * (BOX_WIDTH + GAP)
    asides = [other for other in TRANSITIONS if other not in STAGES]
    return MARGIN + (BOX_WIDTH + GAP) // 2 + asides.index(status) * (BOX_WIDTH + GAP)


def _box(status: Status) -> str:
    left, top = _left(status), ROW_TOP if status in STAGES else BELOW_TOP
    look = "aside" if status not in STAGES else "last" if status == STAGES[-1] else "stage"
    return (
        f'<g class="box {look}">'
        f'<rect x="{left}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="8"/>'
        f'<text x="{left + BOX_WIDTH // 2}" y="{top + BOX_HEIGHT // 2 + 5}">{status.label}</text>'
        "</g>"
    )


def _arrow(start: Status, end: Status) -> str:
    """A straight arrow to the next stage, an arc over skipped ones, a line to what is below."""
    from_x, to_x = _left(start) + BOX_WIDTH // 2, _left(end) + BOX_WIDTH // 2
    if (start, end) in pairwise(STAGES):
        middle = ROW_TOP + BOX_HEIGHT // 2
        return f'<path d="M{_left(start) + BOX_WIDTH} {middle}H{_left(end)}"/>'
    if start not in STAGES:
        return f'<path d="M{from_x} {BELOW_TOP}L{to_x} {ROW_TOP + BOX_HEIGHT}"/>'
    if end not in STAGES:
        slant = (from_x - to_x) // 4
        return f'<path d="M{from_x} {ROW_TOP + BOX_HEIGHT}L{to_x + slant} {BELOW_TOP}"/>'
    distance = STAGES.index(end) - STAGES.index(start)
    # The farther an arc goes, the nearer to the boxes' middles it stands: so it runs
    # around the shorter ones of the same box instead of through them.
    aside = 30 - 14 * (distance - 2)
    height = ROW_TOP - 40 * distance + 20
    curve = f"C{from_x + aside} {height} {to_x - aside} {height} {to_x - aside} {ROW_TOP}"
    return f'<path class="skip" d="M{from_x + aside} {ROW_TOP}{curve}"/>'


def _legend() -> list[str]:
    """Who may take which step: the rare ones by name, then what holds for all others."""
    by_kinds: Mapping[str, list[Step]] = defaultdict(list)
    for step, who in steps().items():
        by_kinds[who].append(step)
    usual = max(by_kinds, key=lambda who: len(by_kinds[who]))
    rare = [
        f"{start.label} → {end.label}: {who}"
        for (start, end), who in steps().items()
        if who != usual
    ]
    return [*rare, f"Every other step: {usual}", "Dashed: stages without a scan are skipped"]


def svg() -> str:
    """`docs/lifecycle.svg`: the picture, readable on a light and on a dark page."""
    left = max(_left(status) for status in TRANSITIONS if status not in STAGES) + BOX_WIDTH + GAP
    legend = [
        f'<text x="{left}" y="{BELOW_TOP - 16 + 20 * row}">{text}</text>'
        for row, text in enumerate(_legend())
    ]
    parts = [*(_arrow(*step) for step in steps()), *(_box(status) for status in TRANSITIONS)]
    return _HEAD + "\n".join([*parts, *legend]) + "\n</svg>\n"


def documents() -> dict[Path, str]:
    """The files that are drawn, and what stands in each."""
    return {FOLDER / "lifecycle.md": markdown(), FOLDER / "lifecycle.svg": svg()}


def outdated() -> list[Path]:
    """The files that do not show the table as it is, or are not there."""
    return [
        path
        for path, text in documents().items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    ]


def draw() -> list[Path]:
    """Write the files that do not show the table as it is; answer which these were."""
    changed = outdated()
    for path in changed:
        path.write_text(documents()[path], encoding="utf-8")
    return changed
